// Owns `"...": "{{args}}"`: where it stands in a message, and what stands beside it. Must not know arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace utcp::ws {

inline constexpr std::string_view kSpreadName = "...";

/// The member of an object that the call's arguments take the place of.
struct Spread {
  /// The comma that goes with the member, so that without arguments JSON is left.
  enum class Comma : std::uint8_t { none, before, after };

  bool is_there = false;
  bool is_refused = false;  ///< there is one that cannot be, or more than one
  Comma comma = Comma::none;
  std::size_t begin = 0;           ///< of the member with that comma
  std::size_t end = 0;             ///< behind it
  std::vector<std::string> names;  ///< of the members beside it, decoded
};

/// Finds it in the text of a message. `is_json`: it is JSON; else its placeholders make it JSON, some of them perhaps
/// outside of quotes, and those in a member's name are filled in.
[[nodiscard]] Spread find_spread(std::string_view text, bool is_json);

}  // namespace utcp::ws
