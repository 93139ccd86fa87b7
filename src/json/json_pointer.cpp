#include "json_pointer.hpp"

#include <cstddef>

namespace utcp::ws::json {

std::optional<Pointer> parse_pointer(std::string_view text) {
  std::optional<Pointer> pointer(std::in_place);
  std::vector<std::string>& tokens = pointer->tokens;
  if (!text.empty() && text.front() != '/') return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      // Nothing that may be parsed is deeper, and what recurses over a pointer stays within the stack.
      if (tokens.size() == kDefaultMaxJsonDepth) return {};
      tokens.emplace_back();
    } else if (text[i] != '~') {
      tokens.back() += text[i];
    } else if (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
      tokens.back() += text[++i] == '0' ? '~' : '/';
    } else {
      return {};
    }
  }
  return pointer;
}

std::string to_string(const Pointer& pointer) {
  std::string text;
  for (const std::string& token : pointer.tokens) {
    text += '/';
    for (const char c : token) {
      if (c == '~') {
        text += "~0";
      } else if (c == '/') {
        text += "~1";
      } else {
        text += c;
      }
    }
  }
  return text;
}

}  // namespace utcp::ws::json
