// Owns the only door to the JSON library: parsing with a depth limit, compact printing, string escapes.
// Must not know what any JSON text means.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"

namespace utcp::ws {

/// Keeps the order of members, so that schemas come out as they went in.
using Json = nlohmann::ordered_json;

inline constexpr std::size_t kDefaultMaxJsonDepth = 512;

namespace json {

/// Parses one JSON text (RFC 8259), accepting what JavaScript's `JSON.parse` accepts, with its reading: of two members
/// with one name the last counts, lone surrogates become U+FFFD. Integers of up to 64 bits stay exact. Fails with
/// `invalid_json`, also when arrays and objects nest deeper than `max_depth`.
[[nodiscard]] Result<Json> parse(std::string_view text, std::size_t max_depth = kDefaultMaxJsonDepth);

/// Compact JSON text: no blanks, UTF-8 as it is.
[[nodiscard]] std::string dump(const Json& value);

/// `value` for an error message: short scalars as they are, else what it is (`an object`, `a string of 90 bytes`).
[[nodiscard]] std::string summary(const Json& value);

/// The same for what may be secret: only the type (`a string`).
[[nodiscard]] std::string_view type_summary(const Json& value);

/// Appends `text` as the inside of a JSON string literal (RFC 8259 section 7), without the quotes.
void append_escaped(std::string& out, std::string_view text);

/// `text`, which must be valid JSON, without the blanks between its tokens. Digits and escapes stay as they are.
[[nodiscard]] std::string compact(std::string_view text);

/// The members of a JSON object, each with the JSON text of its value as it stands; of a name that stands twice the
/// last. Fails with `invalid_json`, also where `object` is another JSON value.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string_view>>> members(
    std::string_view object, std::size_t max_depth = kDefaultMaxJsonDepth);

/// The text of a JSON string literal, decoded; anything else comes back as it is.
[[nodiscard]] std::string text_of(std::string_view json_value);

}  // namespace json
}  // namespace utcp::ws
