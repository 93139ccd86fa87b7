#include "clock_and_ids.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <random>

namespace utcp::ws::native {

std::string iso_time() {
  using namespace std::chrono;
  const auto now = floor<milliseconds>(system_clock::now());
  const auto day = floor<days>(now);
  const year_month_day date(day);
  const hh_mm_ss time(now - day);
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
                    unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                    int(time.minutes().count()), int(time.seconds().count()), int(time.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string random_uuid() {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device source;  // the system's
  std::string uuid = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  unsigned bits = 0;
  int left = 0;
  for (char& c : uuid) {
    if (c != 'x' && c != 'y') continue;
    if (left == 0) {
      bits = source();
      left = 8;
    }
    const unsigned digit = c == 'x' ? bits & 15U : (bits & 3U) | 8U;
    c = kDigits[digit];
    bits >>= 4U;
    --left;
  }
  return uuid;
}

std::uint64_t random_seed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32U) | source();
}

}  // namespace utcp::ws::native
