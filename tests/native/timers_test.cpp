#include <gtest/gtest.h>

#include <utcp_websocket/timers.hpp>

namespace utcp::ws {
namespace {

using namespace std::chrono_literals;
using Kind = TimerKey::Kind;

TEST(Timers, GivesTheEarliestFirstAndEachOnce) {
  Timers timers;
  timers.set({Kind::call, 1}, TimePoint(30s));
  timers.set({Kind::call, 2}, TimePoint(10s));
  timers.set({Kind::call, 3}, TimePoint(20s));
  EXPECT_EQ(timers.next(), TimePoint(10s));
  EXPECT_EQ(timers.pop_due(TimePoint(9s)), std::nullopt);
  EXPECT_EQ(timers.pop_due(TimePoint(25s)), (TimerKey{Kind::call, 2}));
  EXPECT_EQ(timers.pop_due(TimePoint(25s)), (TimerKey{Kind::call, 3}));
  EXPECT_EQ(timers.pop_due(TimePoint(25s)), std::nullopt);
  EXPECT_EQ(timers.size(), 1U);
}

TEST(Timers, SettingAgainMovesTheDeadline) {
  Timers timers;
  timers.set({Kind::call, 1}, TimePoint(10s));
  timers.set({Kind::call, 1}, TimePoint(30s));
  EXPECT_EQ(timers.size(), 1U);
  EXPECT_EQ(timers.pop_due(TimePoint(20s)), std::nullopt);
  timers.set({Kind::call, 1}, TimePoint(5s));
  EXPECT_EQ(timers.pop_due(TimePoint(5s)), (TimerKey{Kind::call, 1}));
}

TEST(Timers, KeysOfDifferentKindsDoNotMix) {
  Timers timers;
  timers.set({Kind::call, 7}, TimePoint(10s));
  timers.set({Kind::connection, 7}, TimePoint(10s));
  timers.clear({Kind::call, 7});
  EXPECT_FALSE(timers.has({Kind::call, 7}));
  EXPECT_TRUE(timers.has({Kind::connection, 7}));
  timers.clear({Kind::endpoint, 7});
  EXPECT_EQ(timers.size(), 1U);
}

TEST(Timers, ACallComesBeforeItsConnectionAtTheSameMoment) {
  Timers timers;
  timers.set({Kind::connection, 1}, TimePoint(10s));
  timers.set({Kind::endpoint, 1}, TimePoint(10s));
  timers.set({Kind::call, 9}, TimePoint(10s));
  EXPECT_EQ(timers.pop_due(TimePoint(10s))->kind, Kind::call);
  EXPECT_EQ(timers.pop_due(TimePoint(10s))->kind, Kind::connection);
  EXPECT_EQ(timers.pop_due(TimePoint(10s))->kind, Kind::endpoint);
}

}  // namespace
}  // namespace utcp::ws
