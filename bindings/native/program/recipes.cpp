// Reads docs/recipes.md as scripts/lib/recipes.js does: a test of the command line compares them.
#include "recipes.hpp"

#include <algorithm>
#include <utility>

#include <utcp_websocket/text.hpp>

#include "json_value.hpp"
#include "usage.hpp"

namespace utcp::ws::program {

extern const std::string_view kRecipesText;

namespace {

constexpr std::string_view kHeading = "## ";
constexpr std::string_view kMark = "<!-- recipe: ";

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

/// The JSON between ```json and ```; a manual stands for the template of its tool.
Json take_template(std::string_view& text) {
  take_line(text);
  const std::size_t end = text.find("\n```");
  Result<Json> read = json::parse(text.substr(0, end));
  text.remove_prefix(end);
  return read->contains("tools") ? (*read)["tools"][0]["tool_call_template"] : std::move(*read);
}

}  // namespace

std::vector<Recipe> read_recipes() {
  std::vector<Recipe> recipes;
  std::string heading;
  std::string_view text = kRecipesText;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.starts_with(kHeading)) heading = line.substr(kHeading.size());
    if (!line.starts_with(kMark)) continue;
    line.remove_prefix(kMark.size());
    Recipe recipe{std::string(line.substr(0, line.find(' '))), heading, take_template(text)};
    const std::size_t dash = recipe.name.rfind('-');
    const auto first = std::ranges::find(recipes, recipe.name.substr(0, dash), &Recipe::name);
    if (first != recipes.end()) {
      append(recipe.title, {": ", std::string_view(recipe.name).substr(dash + 1)});
      // One without a URL has the members in which it differs.
      if (!recipe.call_template.contains("url")) {
        Json whole = first->call_template;
        whole.update(recipe.call_template);
        recipe.call_template = std::move(whole);
      }
    }
    recipes.push_back(std::move(recipe));
  }
  return recipes;
}

Recipe recipe_of(std::string_view name) {
  const std::vector<Recipe> recipes = read_recipes();
  const auto found = std::ranges::find(recipes, name, &Recipe::name);
  if (found != recipes.end()) return *found;
  std::string names;
  for (const Recipe& recipe : recipes) append(names, {names.empty() ? "" : ", ", recipe.name});
  throw UsageError(concat({"there is no recipe ", name, "; there are ", names}));
}

}  // namespace utcp::ws::program
