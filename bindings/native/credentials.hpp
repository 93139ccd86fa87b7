// Owns what the option `credentials` adds to an opening: checking it, putting it in place. Must not know where
// credentials come from, or what becomes of the connection.
#pragma once

#include <string>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/handshake.hpp>

#include "utcp_websocket/client_options.hpp"

namespace utcp::ws::native {

/// The subprotocols of a handshake, one by one.
[[nodiscard]] std::vector<std::string> protocols_of(const Handshake& handshake);

/// What of it must not be shown, whoever repeats it.
[[nodiscard]] std::vector<std::string> secrets_in(const Credentials& given);

/// Null, or what is wrong with what was given: `url_refused` where the calls are to end with just that, else
/// `invalid_argument`, which is the cause of theirs.
[[nodiscard]] ErrorPtr add_credentials(Handshake& handshake, const Credentials& given);

}  // namespace utcp::ws::native
