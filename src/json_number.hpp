// Owns numbers: the digits of a JSON number (RFC 8259 section 6) to a double, rounded correctly. The library function
// for this (strtod) costs kilobytes of compressed wasm, for it parses far more.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace utcp::ws::json::detail {

/// An unsigned integer of any size: 32-bit limbs, the least significant first, no zeros at the top.
class BigInteger {
 public:
  [[nodiscard]] bool is_zero() const { return limbs_.empty(); }

  [[nodiscard]] int bit_length() const {
    return is_zero() ? 0 : static_cast<int>(32 * limbs_.size()) - std::countl_zero(limbs_.back());
  }

  [[nodiscard]] bool bit(int position) const {
    const auto limb = static_cast<std::size_t>(position / 32);
    return position >= 0 && limb < limbs_.size() && (limbs_[limb] >> (position % 32) & 1U) != 0;
  }

  void multiply_add(std::uint32_t factor, std::uint32_t addend) {
    std::uint64_t carry = addend;
    for (std::uint32_t& limb : limbs_) {
      carry += static_cast<std::uint64_t>(limb) * factor;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs_.push_back(static_cast<std::uint32_t>(carry));
  }

  /// Returns whether there was a remainder.
  bool divide(std::uint32_t divisor) {
    std::uint64_t remainder = 0;
    for (auto limb = limbs_.rbegin(); limb != limbs_.rend(); ++limb) {
      remainder = remainder << 32 | *limb;
      *limb = static_cast<std::uint32_t>(remainder / divisor);
      remainder %= divisor;
    }
    while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
    return remainder != 0;
  }

  void shift_left(std::size_t limbs) { limbs_.insert(limbs_.begin(), limbs, 0); }

  /// Whether any bit below `position` is set.
  [[nodiscard]] bool any_below(int position) const {
    for (int i = 0; i < position; ++i) {
      if (bit(i)) return true;
    }
    return false;
  }

 private:
  std::vector<std::uint32_t> limbs_;
};

/// `value` × 2^`exponent`, and a bit more where `inexact`, as the nearest double (ties to even).
inline double round_to_double(const BigInteger& value, int exponent, bool inexact) {
  // The value of a double's last bit is 2^-1074 at least, so that subnormal numbers keep fewer than 53 bits.
  const int dropped = std::max(value.bit_length() - 53, -1074 - exponent);
  std::uint64_t kept = 0;
  for (int position = std::max(value.bit_length(), dropped) - 1; position >= dropped; --position) {
    kept = kept << 1 | (value.bit(position) ? 1U : 0U);
  }
  const bool above_half = inexact || value.any_below(dropped - 1);
  if (value.bit(dropped - 1) && (above_half || kept % 2 == 1)) ++kept;
  return std::ldexp(static_cast<double>(kept), exponent + dropped);
}

/// `text` must be a JSON number. Infinite where it is too large, as in `JSON.parse`.
inline double to_double(std::string_view text) {
  constexpr int kMaxDigits = 800;  // no double and no midpoint between two has more than 768; the rest only breaks ties
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);

  BigInteger value;
  int digits = 0;
  int decimal_exponent = 0;
  bool inexact = false;
  bool after_point = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      after_point = true;
    } else if (digits < kMaxDigits) {
      value.multiply_add(10, static_cast<std::uint32_t>(text[i] - '0'));
      if (!value.is_zero()) ++digits;
      if (after_point) --decimal_exponent;
    } else {
      inexact = inexact || text[i] != '0';
      if (!after_point) ++decimal_exponent;
    }
  }
  if (i < text.size()) {
    const bool below_one = text[++i] == '-';
    if (text[i] == '-' || text[i] == '+') ++i;
    int written = 0;
    for (; i < text.size(); ++i) written = std::min(written * 10 + (text[i] - '0'), 100'000'000);
    decimal_exponent += below_one ? -written : written;
  }

  double result = 0;
  const int magnitude = digits + decimal_exponent;  // the value is below 10^magnitude and at least a tenth of that
  if (magnitude > 309) {
    result = value.is_zero() ? 0 : std::numeric_limits<double>::infinity();
  } else if (!value.is_zero() && magnitude > -324) {
    // 10^n is 5^n × 2^n; 13 is the largest power of five that fits a limb.
    const auto for_each_power_of_five = [](int count, auto apply) {
      for (; count >= 13; count -= 13) apply(1'220'703'125U);
      for (; count > 0; --count) apply(5U);
    };
    int exponent = decimal_exponent;
    if (decimal_exponent < 0) {
      // Enough bits for a quotient of 64: a power of five has less than 7/3 bits.
      const int limbs = std::max(0, -decimal_exponent * 7 / 3 + 64 - value.bit_length()) / 32 + 1;
      value.shift_left(static_cast<std::size_t>(limbs));
      exponent -= 32 * limbs;
    }
    for_each_power_of_five(decimal_exponent, [&](std::uint32_t power) { value.multiply_add(power, 0); });
    for_each_power_of_five(-decimal_exponent, [&](std::uint32_t power) { inexact = value.divide(power) || inexact; });
    result = round_to_double(value, exponent, inexact);
  }
  return negative ? -result : result;
}

}  // namespace utcp::ws::json::detail
