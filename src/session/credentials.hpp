// Owns what a host's option `credentials` adds to a handshake: validation and merging. Must not know
// where credentials come from, or how the connection continues.
#pragma once

#include <string>
#include <vector>

#include <utcp_websocket/auth.hpp>
#include <utcp_websocket/error.hpp>

namespace utcp::ws {

struct Handshake;
class Secrets;

/// Parameters of a handshake, in addition to the call template's.
struct Credentials {
  std::string url{};  ///< replaces the template's: `wss:`, or `ws:` to a literal loopback host; empty: does not
  std::vector<std::string> protocols{};  ///< offered after the template's
  std::vector<Header> headers{};         ///< they win over the template's of the same name
  std::vector<Header> query{};           ///< names and values, appended to the URL
};

/// Null, or the error in the credentials, after which `handshake` is invalid: `url_refused` and `auth_unsupported`
/// reject calls unchanged; `invalid_argument` is the cause of their error.
[[nodiscard]] ErrorPtr add_credentials(Handshake& handshake, const Credentials& given, bool can_set_headers);

/// Its secrets, to be masked in all texts.
void add_secrets(Secrets& secrets, const Credentials& given);

}  // namespace utcp::ws
