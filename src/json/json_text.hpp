// Owns JSON as text: members, elements and strings as slices of their text, so that numbers
// keep their digits and no tree is built. Must not know what any JSON text means.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/text.hpp>

#include "json_scan.hpp"
#include "json_string.hpp"

namespace utcp::ws::json {

/// A decoded name, and the unchanged JSON text of its value.
using Member = std::pair<std::string, std::string_view>;
using Members = std::vector<Member>;

/// The members of a JSON object; of duplicate names the last. Fails with `invalid_json`, also if `object`
/// is another JSON value or nests too deeply.
[[nodiscard]] Result<Members> members(std::string_view object, std::size_t max_depth = kDefaultMaxJsonDepth);

/// The same of a value that is known to be JSON: none if it is not an object.
[[nodiscard]] Members members_of(std::string_view valid_object);
/// The elements of a value that is known to be JSON: none if it is not an array.
[[nodiscard]] std::vector<std::string_view> elements_of(std::string_view valid_array);
/// The first of them, `most` at most, and how many there are.
[[nodiscard]] std::vector<std::string_view> elements_of(std::string_view valid_array, std::size_t most,
                                                        std::size_t& count);

/// The value of a member; empty where it is absent.
[[nodiscard]] std::string_view find(const Members& members, const char* name);

/// Writes `,"name":value` at the end of an object's text, `{"name":value` at the end of an empty text. The caller adds
/// the `}`.
void append_member(std::string& object, TextRef name, TextRef value);

/// A JSON value for an error message: short scalars as they are, else what it is (`an object`, `a string of 90 bytes`).
[[nodiscard]] std::string summary(std::string_view json_value);
/// The same for what may be secret: only the type (`a string`).
[[nodiscard]] std::string_view type_summary(std::string_view json_value);

/// `text`, which must be valid JSON, without the blanks between its tokens. Digits and escapes stay as they are.
[[nodiscard]] std::string compact(std::string_view text);

/// Whether two valid JSON texts are equal: numbers by value, strings by their decoded text, arrays and objects by
/// their text without blanks.
[[nodiscard]] bool same(std::string_view left, std::string_view right);

}  // namespace utcp::ws::json
