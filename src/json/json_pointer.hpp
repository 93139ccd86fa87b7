// Owns JSON Pointers (RFC 6901). Must not know what they are looked up in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace utcp::ws {

inline constexpr std::size_t kDefaultMaxJsonDepth = 512;

namespace json {

/// A JSON Pointer (RFC 6901), parsed into its unescaped reference tokens.
struct Pointer {
  std::vector<std::string> tokens;
  bool operator==(const Pointer&) const = default;
};

/// Parses the string form (`/payload/id`; the empty string is the whole document). None where the text is not one, or
/// has more than `kDefaultMaxJsonDepth` tokens.
[[nodiscard]] std::optional<Pointer> parse_pointer(std::string_view text);

/// The string form of a pointer.
[[nodiscard]] std::string to_string(const Pointer& pointer);

}  // namespace json
}  // namespace utcp::ws
