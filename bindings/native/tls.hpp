// Owns the TLS context of a client, created with its first encrypted connection, because loading the system's
// authorities takes time. Must not know connections.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include <utcp_websocket/error.hpp>

#include "utcp_websocket/client_options.hpp"

namespace utcp::ws::native {

class TlsContext {
 public:
  explicit TlsContext(TlsOptions options) : options_(std::move(options)) {}
  /// Fails with `invalid_argument`, naming the option.
  [[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> get();

 private:
  TlsOptions options_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace utcp::ws::native
