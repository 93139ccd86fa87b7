// Owns a host's report of a failed handshake or token request: the kinds of causes, and their texts.
// Must not know the consequences.
#pragma once

#include <cstdint>
#include <string>

#include <utcp_websocket/secrets.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {

/// A host reports what it knows. A host that knows nothing, such as a browser, reports `unknown` and leaves the rest
/// empty.
struct OpeningFailure {
  enum class Kind : std::uint8_t {
    unknown,         ///< also: timed out, reset, broken off, unreachable
    nobody_listens,  ///< the connection was refused (ECONNREFUSED)
    unknown_host,    ///< the name has no address
    certificate,     ///< TLS: not trusted, expired, of another host
    wrong_protocol,  ///< the server speaks no TLS, or no WebSocket handshake
    not_allowed,     ///< the host itself refuses to open this
    no_credentials,  ///< the host's own source of credentials returned none
    too_large,       ///< of a token: the answer was cut off
    unreadable_url,  ///< the host cannot parse the URL: parsers have rules for names that are not checked here
  };
  Kind kind = Kind::unknown;
  int http_status = 0;  ///< of a refused handshake; 0: not revealed
  std::string text{};   ///< the host's error code (`CERT_HAS_EXPIRED`), else its text; masked here
};

/// Whether a retry cannot succeed.
[[nodiscard]] bool is_final(OpeningFailure::Kind kind);

/// `: nothing listens there (ECONNREFUSED)`: the end of a sentence. Empty if nothing is known.
[[nodiscard]] std::string cause_of(const OpeningFailure& failure, const Secrets& secrets);

}  // namespace utcp::ws
