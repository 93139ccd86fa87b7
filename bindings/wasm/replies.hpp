// Owns the JSON of the core's values for JavaScript, written as text directly: building a JSON tree
// first would cost kilobytes of code. Must not know sessions or sockets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/auth.hpp>
#include <utcp_websocket/error.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/message_template.hpp>

namespace utcp::ws {

/// Writes one JSON object, member by member.
class Reply {
 public:
  void text(const char* name, TextRef value);
  void number(const char* name, std::int64_t value);
  void flag(const char* name, bool value);
  /// `value` is JSON text.
  void json(const char* name, TextRef value);
  /// Ends the object.
  [[nodiscard]] std::string take();

 private:
  void member(const char* name);
  std::string out_ = "{";
};

/// `{code, message, field?, httpStatus?, closeCode?, reason?, wasClean?}`
[[nodiscard]] std::string error_json(const Error& error);
/// A literal piece is a string, any other `[kind, encoding, name]` (js/core/message.js).
[[nodiscard]] std::string plan_json(const Plan& plan);
/// The way back. Empty where there is none.
[[nodiscard]] Plan parse_plan(std::string_view json);
/// An object of strings.
[[nodiscard]] std::string headers_json(std::span<const Header> headers);
[[nodiscard]] std::string strings_json(std::span<const std::string> strings);

/// `{"value":…}` and `{"error":…}`: what a function that can fail answers. `value` is JSON text.
[[nodiscard]] std::string value_reply(TextRef value);
[[nodiscard]] std::string error_reply(const Error& error);
[[nodiscard]] std::string plan_reply(const Result<Plan>& plan);

/// The other way: a JSON array of strings.
[[nodiscard]] std::vector<std::string> parse_names(std::string_view text);
/// And an object of strings.
[[nodiscard]] std::vector<Header> parse_pairs(std::string_view text);

}  // namespace utcp::ws
