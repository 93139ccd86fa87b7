#include <gtest/gtest.h>

#include <utcp_websocket/connection.hpp>

namespace utcp::ws {
namespace {

using S = ConnectionState;
using E = ConnectionEvent;

// The whole table: what is not here must have no transition.
TEST(Connection, EveryStateAndEvent) {
  const struct {
    S from;
    E event;
    std::optional<S> to;
  } cases[] = {
      {S::authorizing, E::authorized, S::opening},
      {S::authorizing, E::opened, std::nullopt},
      {S::authorizing, E::opened_shy, std::nullopt},
      {S::authorizing, E::acknowledged, std::nullopt},
      {S::authorizing, E::lost, S::gone},
      {S::authorizing, E::dropped, S::gone},
      {S::opening, E::authorized, std::nullopt},
      {S::greeting, E::authorized, std::nullopt},
      {S::ready, E::authorized, std::nullopt},
      {S::gone, E::authorized, std::nullopt},
      {S::opening, E::opened, S::ready},
      {S::opening, E::opened_shy, S::greeting},
      {S::opening, E::acknowledged, std::nullopt},
      {S::opening, E::lost, S::gone},
      {S::opening, E::dropped, S::gone},
      {S::greeting, E::opened, std::nullopt},
      {S::greeting, E::opened_shy, std::nullopt},
      {S::greeting, E::acknowledged, S::ready},
      {S::greeting, E::lost, S::gone},
      {S::greeting, E::dropped, S::gone},
      {S::ready, E::opened, std::nullopt},
      {S::ready, E::opened_shy, std::nullopt},
      {S::ready, E::acknowledged, std::nullopt},
      {S::ready, E::lost, S::gone},
      {S::ready, E::dropped, S::gone},
      {S::gone, E::opened, std::nullopt},
      {S::gone, E::opened_shy, std::nullopt},
      {S::gone, E::acknowledged, std::nullopt},
      {S::gone, E::lost, std::nullopt},
      {S::gone, E::dropped, std::nullopt},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(next_state(row.from, row.event), row.to)
        << "state " << static_cast<int>(row.from) << ", event " << static_cast<int>(row.event);
  }
}

}  // namespace
}  // namespace utcp::ws
