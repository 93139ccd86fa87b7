// Owns the one table of deadlines. Must not know what happens when one expires.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace utcp::ws {

/// The host's clock: any that never runs backwards (`performance.now()`), with any epoch. The core never reads
/// it.
struct HostClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<HostClock>;
  static constexpr bool is_steady = true;
};
using TimePoint = HostClock::time_point;

/// The purpose of a deadline. Simultaneous deadlines expire in this order: a call times out before its
/// connection attempt.
struct TimerKey {
  enum class Kind : std::uint8_t { call, connection, endpoint, heartbeat };
  Kind kind;
  std::uint32_t id;
  auto operator<=>(const TimerKey&) const = default;
};

class Timers {
 public:
  /// Sets or moves a deadline.
  void set(TimerKey key, TimePoint deadline);
  void clear(TimerKey key);
  [[nodiscard]] bool has(TimerKey key) const { return deadlines_.contains(key); }

  /// The earliest deadline.
  [[nodiscard]] std::optional<TimePoint> next() const;
  /// Removes the earliest deadline that is not after `now`.
  [[nodiscard]] std::optional<TimerKey> pop_due(TimePoint now);
  [[nodiscard]] std::size_t size() const { return deadlines_.size(); }

 private:
  using Queue = std::set<std::pair<TimePoint, TimerKey>>;
  Queue queue_;
  std::map<TimerKey, Queue::iterator> deadlines_;
};

}  // namespace utcp::ws
