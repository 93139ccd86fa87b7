#include "utf8.hpp"

namespace utcp::ws::native {
namespace {

unsigned char at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

// How many bytes at the start of `text` belong together: a character (`whole`), or what was to become one.
std::size_t sequence(std::string_view text, bool& whole) {
  const unsigned char first = at(text, 0);
  whole = first < 0x80;
  if (first < 0xC2 || first > 0xF4) return 1;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // Table 3-7: the second byte has a narrower range after some first ones.
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (at(text, 1) < low || at(text, 1) > high) return 1;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(text, i) & 0xC0U) != 0x80U) return i;
  }
  whole = true;
  return length;
}

}  // namespace

std::size_t valid_prefix(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    bool whole = false;
    const std::size_t length = sequence(text.substr(size), whole);
    if (!whole) break;
    size += length;
  }
  return size;
}

std::string well_formed(std::string text) {
  const std::size_t good = valid_prefix(text);
  if (good == text.size()) return text;
  std::string out = text.substr(0, good);
  for (std::size_t i = good; i < text.size();) {
    bool whole = false;
    const std::string_view rest = std::string_view(text).substr(i);
    const std::size_t length = sequence(rest, whole);
    if (whole) {
      out += rest.substr(0, length);
    } else {
      out += "\xEF\xBF\xBD";
    }
    i += length;
  }
  return out;
}

std::string latin1(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = at(text, i);
    const bool two = byte == 0xC2 || byte == 0xC3;  // U+0080 to U+00FF
    out += two ? static_cast<char>((at(text, ++i) & 0x3FU) | ((byte & 3U) << 6U)) : text[i];
  }
  return out;
}

}  // namespace utcp::ws::native
