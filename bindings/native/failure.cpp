#include "failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace utcp::ws::native {
namespace {
namespace asio = boost::asio;
}  // namespace

Failure resolve_failure(const boost::system::error_code& error) {
  const bool unknown = error == asio::error::host_not_found || error == asio::error::no_data;
  return {unknown ? Failure::Kind::unknown_host : Failure::Kind::unknown, 0, error.message()};
}

Failure connect_failure(const boost::system::error_code& error) {
  Failure failure{Failure::Kind::unknown, 0, error.message()};
  if (error == asio::error::connection_refused) {
    failure.kind = Failure::Kind::nobody_listens;
  } else if (error == asio::error::host_unreachable || error == asio::error::network_unreachable ||
             error == asio::error::timed_out) {
    failure.kind = Failure::Kind::unreachable;
  }
  return failure;
}

Failure tls_failure(const boost::system::error_code& error) {
  const bool of_openssl = error.category() == asio::error::get_ssl_category();
  // What the network cuts short may come whole the next time.
  Failure failure{of_openssl ? Failure::Kind::not_tls : Failure::Kind::unknown, 0, error.message()};
  if (of_openssl && ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    failure.kind = Failure::Kind::certificate;
  }
  return failure;
}

OpeningFailure for_core(const Failure& failure) {
  using Kind = OpeningFailure::Kind;
  const Kind kind = [&failure] {
    switch (failure.kind) {
      case Failure::Kind::unknown_host:
        return Kind::unknown_host;
      case Failure::Kind::nobody_listens:
        return Kind::nobody_listens;
      case Failure::Kind::certificate:
        return Kind::certificate;
      case Failure::Kind::not_tls:
      case Failure::Kind::not_websocket:
        return Kind::wrong_protocol;
      case Failure::Kind::no_credentials:
        return Kind::no_credentials;
      default:
        return Kind::unknown;
    }
  }();
  return {kind, failure.http_status, failure.cause};
}

}  // namespace utcp::ws::native
