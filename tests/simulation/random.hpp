// Owns chance: equal seeds give equal runs with every compiler. Two draws never stand in one expression whose order of
// evaluation is the compiler's choice.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include <utcp_websocket/call_template.hpp>

namespace utcp::ws::simulation {

/// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  /// 0 to `limit` - 1.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }
  bool percent(std::size_t chance) { return below(100) < chance; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }
  template <class T>
  const T& pick(const std::vector<T>& values) {
    return values[below(values.size())];
  }
  /// Both ends included.
  Duration between(Duration low, Duration high) {
    return low + Duration(static_cast<Duration::rep>(below(static_cast<std::size_t>((high - low).count()) + 1)));
  }

 private:
  std::uint64_t state_;
};

}  // namespace utcp::ws::simulation
