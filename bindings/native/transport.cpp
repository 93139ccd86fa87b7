#include "transport.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace utcp::ws::native {
namespace {

namespace asio = boost::asio;
using TlsStream = asio::ssl::stream<Socket>;

Socket& socket_of(Socket& socket) { return socket; }
Socket& socket_of(TlsStream& stream) { return stream.next_layer(); }

// The stream lives until the last handler was called: `close` only closes its socket.
template <class Stream>
class StreamTransport final : public Transport {
 public:
  StreamTransport(std::shared_ptr<Stream> stream, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(stream)) {}
  ~StreamTransport() override { close(); }
  StreamTransport(const StreamTransport&) = delete;
  StreamTransport& operator=(const StreamTransport&) = delete;

  Executor executor() override { return stream_->get_executor(); }

  void read_some(asio::mutable_buffer buffer, Io done) override {
    stream_->async_read_some(buffer, [stream = stream_, done = std::move(done)](
                                         ErrorCondition error, std::size_t size) mutable { done(error, size); });
  }

  void write(asio::const_buffer buffer, Io done) override {
    asio::async_write(*stream_, buffer,
                      [stream = stream_, done = std::move(done)](ErrorCondition error, std::size_t size) mutable {
                        done(error, size);
                      });
  }

  void close() override {
    ErrorCondition ignored;
    socket_of(*stream_).close(ignored);
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  std::shared_ptr<Stream> stream_;
};

class Handshake final : public TlsHandshake {
 public:
  explicit Handshake(std::shared_ptr<TlsStream> stream) : stream_(std::move(stream)) {}
  ~Handshake() override {
    ErrorCondition ignored;
    if (!*over_) stream_->next_layer().close(ignored);
    *over_ = true;
  }
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;

  void start(std::shared_ptr<asio::ssl::context> context, Secured done) {
    stream_->async_handshake(TlsStream::client, [over = over_, stream = stream_, context = std::move(context),
                                                 done = std::move(done)](ErrorCondition error) mutable {
      if (std::exchange(*over, true)) return;
      if (error) {
        done(error, nullptr);
      } else {
        done(error, std::make_unique<StreamTransport<TlsStream>>(std::move(stream), std::move(context)));
      }
    });
  }

 private:
  std::shared_ptr<TlsStream> stream_;
  std::shared_ptr<bool> over_ = std::make_shared<bool>(false);
};

}  // namespace

std::unique_ptr<Transport> make_tcp_transport(Socket socket) {
  return std::make_unique<StreamTransport<Socket>>(std::make_shared<Socket>(std::move(socket)), nullptr);
}

std::unique_ptr<TlsHandshake> start_tls(Socket socket, const std::shared_ptr<asio::ssl::context>& context,
                                        const std::string& host, Secured done) {
  auto stream = std::make_shared<TlsStream>(std::move(socket), *context);
  ErrorCondition no_address;
  asio::ip::make_address(host, no_address);
  if (no_address) SSL_set_tlsext_host_name(stream->native_handle(), host.c_str());
  ErrorCondition ignored;
  stream->set_verify_mode(asio::ssl::verify_peer, ignored);
  stream->set_verify_callback(asio::ssl::host_name_verification(host), ignored);
  auto handshake = std::make_unique<Handshake>(std::move(stream));
  handshake->start(context, std::move(done));
  return handshake;
}

}  // namespace utcp::ws::native
