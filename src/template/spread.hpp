// Owns `"...": "{{args}}"`: its position in a message, and the members next to it. Must not know arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace utcp::ws {

inline constexpr std::string_view kSpreadName = "...";

/// The member of an object that the call's arguments take the place of.
struct Spread {
  bool is_there = false;
  bool is_refused = false;         ///< there is one that cannot be, or more than one
  bool is_last = false;            ///< of its object: the comma before it belongs to it, else the one behind it
  std::size_t begin = 0;           ///< of the member with that comma and the blanks before it
  std::size_t end = 0;             ///< behind it
  std::vector<std::string> names;  ///< of the members beside it, decoded
};

/// Finds it in the text of a message, which is JSON, or becomes JSON when the placeholders outside of strings are
/// filled in. Takes time in proportion to the text.
[[nodiscard]] Spread find_spread(std::string_view text);

}  // namespace utcp::ws
