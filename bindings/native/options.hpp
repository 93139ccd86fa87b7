// Owns checking the options of a client, and how they reach the core. Must not know what the core does with them.
#pragma once

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/session.hpp>

#include "utcp_websocket/client_options.hpp"

namespace utcp::ws::native {

/// Null, or `invalid_argument` that names the option, what it got and what it takes.
[[nodiscard]] ErrorPtr check_options(const ClientOptions& options);

[[nodiscard]] SessionOptions session_options(const ClientOptions& options);

}  // namespace utcp::ws::native
