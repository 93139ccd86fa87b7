// Owns virtual time and what is to happen when: by time, then in the order in which it was planned.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include <utcp_websocket/timers.hpp>

namespace utcp::ws::simulation {

class Schedule {
 public:
  [[nodiscard]] TimePoint now() const { return now_; }
  void at(TimePoint time, std::function<void()> what) { plans_.emplace(std::pair(time, ++sequence_), std::move(what)); }
  void after(Duration delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  [[nodiscard]] TimePoint next() const { return plans_.empty() ? TimePoint::max() : plans_.begin()->first.first; }
  /// Lets time pass. After a jump of the clock things happen later than planned; time never runs backwards.
  void advance(TimePoint to) { now_ = std::max(now_, to); }
  void run_next() {
    advance(next());
    const auto plan = plans_.extract(plans_.begin());
    plan.mapped()();
  }

 private:
  TimePoint now_{Duration{1'000'000}};
  std::uint64_t sequence_ = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> plans_;
};

}  // namespace utcp::ws::simulation
