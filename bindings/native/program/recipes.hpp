// Owns the recipes: the call templates of docs/recipes.md, which is compiled in. Must not know their purpose.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "utcp_websocket/tools.hpp"

namespace utcp::ws::program {

struct Recipe {
  std::string name;
  std::string title;
  Json call_template;
};

/// In their order.
[[nodiscard]] std::vector<Recipe> read_recipes();

/// Throws a `UsageError` that says which there are.
[[nodiscard]] Recipe recipe_of(std::string_view name);

}  // namespace utcp::ws::program
