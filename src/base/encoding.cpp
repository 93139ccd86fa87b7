#include "encoding.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace utcp::ws {
namespace {

// The last two of 64 characters are where the alphabets differ.
std::string encode(std::string_view bytes, std::string_view last_two, bool pad) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t sextet = group >> (18 - 6 * j) & 63;
      if (j <= count) {
        text += sextet < kAlphabet.size() ? kAlphabet[sextet] : last_two[sextet - kAlphabet.size()];
      } else if (pad) {
        text += '=';
      }
    }
  }
  return text;
}

}  // namespace

std::string base64(TextRef bytes) { return encode(bytes.view(), "+/", true); }

std::string base64url(TextRef bytes) { return encode(bytes.view(), "-_", false); }

std::string form_encode(TextRef text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text.view()) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '*' ||
                       c == '-' || c == '.' || c == '_';
    if (plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

}  // namespace utcp::ws
