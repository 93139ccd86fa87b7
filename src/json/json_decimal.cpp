#include "json_decimal.hpp"

#include <algorithm>

namespace utcp::ws::json {

bool is_number(std::string_view json_value) { return json_value.find_first_of("-0123456789") == 0; }

bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Decimal decimal(std::string_view number) {
  Decimal value;
  value.negative = number.starts_with('-');
  bool after_point = false;
  std::size_t i = value.negative ? 1 : 0;
  for (; i < number.size() && (number[i] | 0x20) != 'e'; ++i) {
    if (number[i] == '.') {
      after_point = true;
      continue;
    }
    if (after_point) --value.exponent;
    if (number[i] != '0' || !value.digits.empty()) value.digits += number[i];
  }
  if (value.digits.empty()) return {};
  std::int64_t exponent = 0;
  bool below_one = false;
  for (++i; i < number.size(); ++i) {
    if (number[i] == '-') {
      below_one = true;
    } else if (number[i] != '+') {
      exponent = std::min<std::int64_t>(exponent * 10 + (number[i] - '0'), 1'000'000'000);
    }
  }
  value.exponent += below_one ? -exponent : exponent;
  while (value.digits.back() == '0') {
    value.digits.pop_back();
    ++value.exponent;
  }
  return value;
}

std::int64_t scaled(std::string_view number, int power) {
  const Decimal value = decimal(number);
  const auto size = static_cast<std::int64_t>(value.digits.size());
  const std::int64_t places = size == 0 ? 0 : size + value.exponent + power;  // of the integer
  std::int64_t magnitude = kMostScaled;
  if (places <= 18) {
    magnitude = 0;
    for (std::int64_t i = 0; i < places; ++i) {
      magnitude = magnitude * 10 + (i < size ? value.digits[static_cast<std::size_t>(i)] - '0' : 0);
    }
    if (places < size) ++magnitude;  // what is cut off is not zero
  }
  return value.negative ? -magnitude : magnitude;
}

}  // namespace utcp::ws::json
