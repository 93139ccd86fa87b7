// Owns the transport below WebSocket and HTTP: a TCP connection, or TLS over one. Must not know the content.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "unique_function.hpp"

namespace boost::asio::ssl {
class context;
}

namespace utcp::ws::native {

using Executor = boost::asio::any_io_executor;
using ErrorCondition = boost::system::error_code;
using Io = UniqueFunction<void(ErrorCondition, std::size_t)>;

/// A connected stream of bytes. Everything happens on its executor; a handler is never called from inside the function
/// that it was given to. One read and one write at a time.
class Transport {
 public:
  Transport() = default;
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  [[nodiscard]] virtual Executor executor() = 0;
  /// As many bytes as there are, at least one.
  virtual void read_some(boost::asio::mutable_buffer buffer, Io done) = 0;
  /// All of them; they stay where they are until it is done.
  virtual void write(boost::asio::const_buffer buffer, Io done) = 0;
  /// Closes at once; pending operations end with an error.
  virtual void close() = 0;
};

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Secured = UniqueFunction<void(ErrorCondition, std::unique_ptr<Transport>)>;

[[nodiscard]] std::unique_ptr<Transport> make_tcp_transport(Socket socket);

/// What `start_tls` has under way: dropping it gives it up, and `done` is not called.
class TlsHandshake {
 public:
  virtual ~TlsHandshake() = default;
};
/// TLS as a client: verifies chain and host name, sends the name (SNI) where it is not an address.
[[nodiscard]] std::unique_ptr<TlsHandshake> start_tls(Socket socket,
                                                      const std::shared_ptr<boost::asio::ssl::context>& context,
                                                      const std::string& host, Secured done);

}  // namespace utcp::ws::native
