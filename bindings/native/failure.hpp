// Owns the failures of the layers below WebSocket: their kinds, and their texts.
// Must not know connections.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <string>

#include <utcp_websocket/session.hpp>

namespace utcp::ws::native {

/// Why a connection could not be opened.
struct Failure {
  enum class Kind : std::uint8_t {
    unknown,
    unknown_host,    ///< the name has no address
    nobody_listens,  ///< the address refused the connection
    unreachable,     ///< no way there, or no answer
    certificate,     ///< the peer's certificate is not accepted
    not_tls,         ///< the peer does not speak TLS, or no common version
    not_websocket,   ///< the answer is not an HTTP handshake
    refused,         ///< the handshake was answered with an HTTP status
    proxy,           ///< the proxy did not open the tunnel
    no_credentials,  ///< the option `credentials` returned none
  };
  Kind kind = Kind::unknown;
  int http_status = 0;  ///< refused
  std::string cause{};  ///< a text for `Error::cause`; contains no secret
};

[[nodiscard]] Failure resolve_failure(const boost::system::error_code& error);
[[nodiscard]] Failure connect_failure(const boost::system::error_code& error);
[[nodiscard]] Failure tls_failure(const boost::system::error_code& error);

/// As the core is told of it.
[[nodiscard]] OpeningFailure for_core(const Failure& failure);

}  // namespace utcp::ws::native
