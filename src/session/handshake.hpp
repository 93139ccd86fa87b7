// Owns the parameters of a handshake: URL, subprotocols and headers, from template, options, arguments and credential.
// Must not know connections, or where a token comes from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/error.hpp>

namespace utcp::ws {

/// How to send a header's credential if the host cannot set headers.
enum class BrowserAuth : std::uint8_t {
  none,         ///< not at all: the call is rejected before a connection is opened
  query,        ///< as a query parameter: `access_token` for bearer tokens (RFC 6750 section 2.3), else the key's name
  subprotocol,  ///< base64url-encoded in a subprotocol, offered next to the template's own
};

struct HandshakeOptions {
  std::vector<Header> headers{};  ///< for every handshake, unless the template sets the same name
  bool can_set_headers = true;    ///< false: browsers and workerd
  BrowserAuth browser_auth = BrowserAuth::none;
  std::string subprotocol_prefix = "base64url.bearer.authorization.";
};

struct Handshake {
  std::string url;
  std::vector<std::string> protocols;  ///< offered
  std::vector<Header> headers;
};

/// Replaces the value of a header, ignoring the case of its name, or adds it; each cookie is added.
void set_header(std::vector<Header>& headers, TextRef name, TextRef value, bool is_cookie = false);

/// `field_headers`: from `header_fields`, already checked. `token`: the bearer token if `auth` is `oauth2`, else
/// ignored. Fails with an `auth_unsupported` that names the alternatives.
[[nodiscard]] Result<Handshake> build_handshake(const CallTemplate& call_template,
                                                const std::vector<Header>& field_headers, std::string_view token,
                                                const HandshakeOptions& options);

}  // namespace utcp::ws
