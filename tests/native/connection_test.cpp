#include <gtest/gtest.h>

#include <utcp_websocket/connection.hpp>

namespace utcp::ws {
namespace {

using S = ConnectionState;
using E = ConnectionEvent;

constexpr S kStates[] = {S::authorizing, S::opening, S::greeting, S::free, S::exclusive, S::shared};
constexpr E kEvents[] = {E::authorized, E::opened, E::greeted, E::leased, E::joined, E::left};

// The whole table: what is not here must have no transition.
TEST(Connection, EveryStateAndEvent) {
  const struct {
    S from;
    E event;
    S to;
  } cases[] = {
      {S::authorizing, E::authorized, S::opening},
      {S::opening, E::opened, S::greeting},
      {S::greeting, E::greeted, S::free},
      {S::free, E::leased, S::exclusive},
      {S::free, E::joined, S::shared},
      {S::exclusive, E::left, S::free},
      {S::shared, E::joined, S::shared},
      {S::shared, E::left, S::free},
  };
  for (const S state : kStates) {
    for (const E event : kEvents) {
      std::optional<S> expected;
      for (const auto& row : cases) {
        if (row.from == state && row.event == event) expected = row.to;
      }
      EXPECT_EQ(next_state(state, event), expected)
          << "state " << static_cast<int>(state) << ", event " << static_cast<int>(event);
    }
  }
}

TEST(Connection, OneWayThroughAllStates) {
  ConnectionStatus status;
  const auto after = [&status](E event) {
    status.apply(event);
    return status.value();
  };
  EXPECT_EQ(status.value(), S::authorizing);
  EXPECT_EQ(after(E::authorized), S::opening);
  EXPECT_EQ(after(E::opened), S::greeting);
  EXPECT_FALSE(status.is_ready());
  EXPECT_EQ(after(E::greeted), S::free);
  EXPECT_TRUE(status.is_ready());
  EXPECT_EQ(after(E::leased), S::exclusive);
  EXPECT_TRUE(status.is_ready());
  EXPECT_EQ(after(E::left), S::free);
  EXPECT_EQ(after(E::joined), S::shared);
  EXPECT_EQ(after(E::joined), S::shared);
  EXPECT_TRUE(status.is_ready());
  EXPECT_EQ(after(E::left), S::free);
}

#ifndef NDEBUG
// A call that takes any frame must not come to one that others use.
TEST(ConnectionDeathTest, AnEventThatCannotBeStopsTheProgram) {
  ConnectionStatus status;
  for (const E event : {E::authorized, E::opened, E::greeted, E::joined}) status.apply(event);
  EXPECT_DEATH(status.apply(E::leased), "next");
}
#endif

}  // namespace
}  // namespace utcp::ws
