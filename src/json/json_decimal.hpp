// Owns JSON numbers as decimals: compared and rounded by their digits. Converting to double needs more code than
// all of this. For the core only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace utcp::ws::json {

/// `digits` × 10^`exponent`. One form per value: no zeros at either end of the digits; zero has none, and no sign.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

[[nodiscard]] bool is_number(std::string_view json_value);
/// Whether a text is a JSON number without fraction and exponent (RFC 8259 section 6).
[[nodiscard]] bool is_integer(std::string_view text);

/// `number` must be a JSON number (RFC 8259 section 6). Exponents above 10^9 count as 10^9, whatever their sign.
[[nodiscard]] Decimal decimal(std::string_view number);

inline constexpr std::int64_t kMostScaled = 1'000'000'000'000'000'000;

/// `number` × 10^`power`, rounded away from zero to an integer; of numbers above `kMostScaled` that, with their sign.
[[nodiscard]] std::int64_t scaled(std::string_view number, int power);

}  // namespace utcp::ws::json
