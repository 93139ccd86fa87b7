// Owns reading the options of a session from JavaScript. Must not know what they mean: the core does.
#pragma once

#include <string>

#include <utcp_websocket/session.hpp>

namespace utcp::ws {

/// `text`: JSON as js/api/options.js and js/core/session.js write it. They have checked it: every number is one, and in
/// range. What is not given keeps the core's default.
[[nodiscard]] SessionOptions parse_options(const std::string& text);

}  // namespace utcp::ws
