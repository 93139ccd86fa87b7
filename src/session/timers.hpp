// Owns the one table of deadlines. Must not know what happens when one passes.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace utcp::ws {

/// Time since an epoch of the host's choice that never runs backwards (`performance.now()`).
using TimePoint = std::chrono::microseconds;

/// What a deadline is for. Deadlines of the same moment come in this order: a call that gives up says so before its
/// connection attempt does.
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
  /// Takes out the earliest deadline that is not after `now`.
  [[nodiscard]] std::optional<TimerKey> pop_due(TimePoint now);
  [[nodiscard]] std::size_t size() const { return deadlines_.size(); }

 private:
  using Queue = std::set<std::pair<TimePoint, TimerKey>>;
  Queue queue_;
  std::map<TimerKey, Queue::iterator> deadlines_;
};

}  // namespace utcp::ws
