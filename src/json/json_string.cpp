#include "json_string.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace utcp::ws::json {
namespace {

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

// The code unit that four hex digits at `position` stand for; 0xFFFD (replacement character) where there are not four.
std::uint32_t hex_code_unit(std::string_view text, std::size_t position) {
  std::uint32_t unit = 0;
  for (std::size_t i = position; i < position + 4; ++i) {
    if (i >= text.size()) return 0xFFFD;
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      unit = unit * 16 + static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return 0xFFFD;
    }
  }
  return unit;
}

}  // namespace

std::string escaped(std::string text, unsigned times) {
  for (; times > 0; --times) {
    std::string once;
    append_escaped(once, text);
    text = std::move(once);
  }
  return text;
}

std::string quote(TextRef text) {
  std::string literal = "\"";
  append_escaped(literal, text);
  literal += '"';
  return literal;
}

void append_escaped(std::string& out, TextRef unescaped) {
  const std::string_view text = unescaped.view();
  constexpr std::string_view kHex = "0123456789abcdef";
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out += text.substr(copied, i - copied);
    copied = i + 1;
    out += '\\';
    switch (byte) {
      case '"':
      case '\\':
        out += text[i];
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 0xF];
    }
  }
  out += text.substr(copied);
}

std::string text_of(std::string_view json_value) {
  if (json_value.size() < 2 || json_value.front() != '"') return std::string(json_value);
  const std::string_view text = json_value.substr(1, json_value.size() - 2);
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t escape = std::min(text.find('\\', i), text.size());
    out += text.substr(i, escape - i);
    if (escape + 1 >= text.size()) break;
    const char kind = text[escape + 1];
    i = escape + 2;
    switch (kind) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        std::uint32_t code_point = hex_code_unit(text, i);
        i = std::min(i + 4, text.size());
        if (code_point >= 0xD800 && code_point < 0xDC00 && text.substr(i).starts_with("\\u")) {
          const std::uint32_t low = hex_code_unit(text, i + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
            i = std::min(i + 6, text.size());
          }
        }
        // A lone surrogate has no UTF-8 form; the replacement character is what TextEncoder puts there too.
        const bool lone_surrogate = code_point >= 0xD800 && code_point < 0xE000;
        append_utf8(out, lone_surrogate ? 0xFFFD : code_point);
        break;
      }
      default:
        out += kind;  // quote, backslash, slash
    }
  }
  return out;
}

}  // namespace utcp::ws::json
