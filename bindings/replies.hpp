// Owns how values of the core look in the JSON that JavaScript gets. Must not know sessions or sockets.
#pragma once

#include <string>

#include "error.hpp"
#include "json.hpp"
#include "message_template.hpp"

namespace utcp::ws {

/// `{code, message, field?, closeCode?, reason?, wasClean?, httpStatus?}`
[[nodiscard]] Json error_reply(const Error& error);
/// A literal piece is a string, any other `[kind, encoding, name]` (js/message.js).
[[nodiscard]] Json plan_reply(const Plan& plan);

/// `{"value":…}` and `{"error":…}`: what a function that can fail answers.
[[nodiscard]] std::string value_text(Json value);
[[nodiscard]] std::string error_text(const Error& error);

}  // namespace utcp::ws
