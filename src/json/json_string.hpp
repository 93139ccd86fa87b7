// Owns JSON string literals: writing them, and decoding them. Must not know their context.
#pragma once

#include <string>
#include <string_view>

#include <utcp_websocket/text.hpp>

namespace utcp::ws::json {

[[nodiscard]] inline bool is_string(std::string_view json_value) { return json_value.starts_with('"'); }

/// Appends `text` as the inside of a JSON string literal (RFC 8259 section 7), without the quotes.
void append_escaped(std::string& out, TextRef text);
/// The same as a text, once per level of nesting in other literals.
[[nodiscard]] std::string escaped(std::string text, unsigned times);
/// `text` as a JSON string literal.
[[nodiscard]] std::string quote(TextRef text);

/// The text of a JSON string literal, decoded; anything else comes back as it is.
[[nodiscard]] std::string text_of(std::string_view json_value);

}  // namespace utcp::ws::json
