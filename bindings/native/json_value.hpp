// Owns conversion between JSON text, which the core uses, and nlohmann's trees, which users of the client have. The
// core's grammar parses, so that both hosts accept the same texts. Must not know what any JSON text means.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/json_text.hpp>

namespace utcp::ws {

/// Keeps the order of members, so that schemas come out as they went in.
using Json = nlohmann::ordered_json;

namespace json {

/// Parses one JSON text (RFC 8259), accepting what JavaScript's `JSON.parse` accepts, with its reading: of two members
/// with one name the last counts, lone surrogates become U+FFFD. Integers of up to 64 bits stay exact. Fails with
/// `invalid_json`, also when arrays and objects nest deeper than `max_depth`.
[[nodiscard]] Result<Json> parse(std::string_view text, std::size_t max_depth = kDefaultMaxJsonDepth);

/// Compact JSON text: no blanks, UTF-8 as it is.
[[nodiscard]] std::string dump(const Json& value);

}  // namespace json
}  // namespace utcp::ws
