#include "timers.hpp"

namespace utcp::ws {

void Timers::set(TimerKey key, TimePoint deadline) {
  auto [entry, is_new] = deadlines_.try_emplace(key, queue_.end());
  if (!is_new) {
    if (entry->second->first == deadline) return;
    queue_.erase(entry->second);
  }
  entry->second = queue_.emplace_hint(queue_.end(), deadline, key);  // most are later than all before
}

void Timers::clear(TimerKey key) {
  auto entry = deadlines_.find(key);
  if (entry == deadlines_.end()) return;
  queue_.erase(entry->second);
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
