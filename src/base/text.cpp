#include "text.hpp"

#include <algorithm>
#include <cstddef>

namespace utcp::ws {

void append(std::string& out, std::initializer_list<TextRef> parts) {
  // No room is made beforehand: libc++ would make no more than that, and copy a text that grows each time.
  for (const TextRef& part : parts) out += part.view();
}

std::string concat(std::initializer_list<TextRef> parts) {
  std::size_t size = 0;
  for (const TextRef& part : parts) size += part.view().size();
  std::string out;
  out.reserve(size);
  append(out, parts);
  return out;
}

bool same_but_case(TextRef left, TextRef right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  const std::string_view a = left.view();
  const std::string_view b = right.view();
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [lower](char x, char y) { return lower(x) == lower(y); });
}

std::string to_text(std::uint64_t magnitude, bool negative) {
  char digits[20];  // 2^64 has 20
  char* const end = digits + sizeof digits;
  char* start = end;
  do {
    *--start = static_cast<char>('0' + magnitude % 10);
    magnitude /= 10;
  } while (magnitude != 0);
  return concat({negative ? "-" : "", std::string_view(start, static_cast<std::size_t>(end - start))});
}

}  // namespace utcp::ws
