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

/// What a connection is opened with, beside what the call template says.
struct Credentials {
  std::string url{};  ///< in place of the template's: `wss:`, or `ws:` to a literal loopback host; empty: that one
  std::vector<std::string> protocols{};  ///< offered after the template's
  std::vector<Header> headers{};         ///< they win over the template's of the same name
  std::vector<Header> query{};           ///< names and values, appended to the URL
};

/// Null, or what is wrong with what was given, and then `handshake` is of no use: `url_refused` and `auth_unsupported`,
/// which calls end with as they are, else `invalid_argument`, which is the cause of theirs.
[[nodiscard]] ErrorPtr add_credentials(Handshake& handshake, const Credentials& given, bool can_set_headers);

/// What of it must not be shown, whoever repeats it.
void add_secrets(Secrets& secrets, const Credentials& given);

}  // namespace utcp::ws
