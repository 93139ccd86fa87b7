#include "timers.hpp"

namespace utcp::ws {

void Timers::set(TimerKey key, TimePoint deadline) {
  auto [entry, is_new] = deadlines_.try_emplace(key, deadline);
  if (!is_new) {
    if (entry->second == deadline) return;
    queue_.erase({entry->second, key});
    entry->second = deadline;
  }
  queue_.emplace(deadline, key);
}

void Timers::clear(TimerKey key) {
  auto entry = deadlines_.find(key);
  if (entry == deadlines_.end()) return;
  queue_.erase({entry->second, key});
  deadlines_.erase(entry);
}

std::optional<TimePoint> Timers::next() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first;
}

std::optional<TimerKey> Timers::pop_due(TimePoint now) {
  if (queue_.empty() || queue_.begin()->first > now) return std::nullopt;
  const TimerKey key = queue_.begin()->second;
  queue_.erase(queue_.begin());
  deadlines_.erase(key);
  return key;
}

}  // namespace utcp::ws
