// Owns output to a terminal: colours if they are wanted, and no control characters from remote texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "recipes.hpp"
#include "utcp_websocket/tools.hpp"

namespace utcp::ws::program {

enum class Style { bold = 1, dim = 2, red = 31, green = 32, yellow = 33, blue = 34 };

class Painter {
 public:
  /// For a file descriptor: colours are for terminals, unless NO_COLOR or a dumb one speaks against it.
  explicit Painter(int file);
  [[nodiscard]] std::string operator()(Style style, std::string_view text) const;

 private:
  bool paints_;
};

/// Control characters, and those that change the direction of writing, made visible.
[[nodiscard]] std::string harmless(std::string_view text);

/// What of bytes a person wants to see.
[[nodiscard]] std::string summary(std::string_view bytes);
[[nodiscard]] std::string_view bytes_of(const Json& binary);

/// With commas between thousands.
[[nodiscard]] std::string grouped(std::uint64_t number);

/// JSON text as JavaScript writes it, on one line; bytes are `{"binary": <base64>}`.
[[nodiscard]] std::string json_line(const Json& value);

/// A value as a person reads it.
[[nodiscard]] std::string readable(const Json& value, const Painter& paint);

/// The tools of a manual, as a person reads them.
[[nodiscard]] std::string tool_list(const Manual& manual, const Painter& paint);
/// The recipes, too.
[[nodiscard]] std::string recipe_list(const std::vector<Recipe>& recipes, const Painter& paint);

}  // namespace utcp::ws::program
