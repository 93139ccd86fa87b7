// Owns the layer between Beast and a transport: it gathers the writes of one turn into one system call,
// so that writing a frame never waits. Must not know frames.
//
// Beast reads when its buffer is empty; pending writes are then flushed first. If a read is already
// pending, the writer calls `flush` at the end of its turn.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "transport.hpp"

namespace utcp::ws::native {

/// The state of a wire: outlives it while the transport has something under way.
class WireState : public std::enable_shared_from_this<WireState> {
 public:
  explicit WireState(std::unique_ptr<Transport> transport);

  [[nodiscard]] Executor executor() { return transport_->executor(); }
  [[nodiscard]] bool reading() const { return reading_; }
  void append(boost::asio::const_buffer bytes) { out_.append(static_cast<const char*>(bytes.data()), bytes.size()); }
  [[nodiscard]] ErrorCondition broken() const { return broken_; }
  [[nodiscard]] std::size_t unsent() const { return out_.size() + sending_.size(); }

  void read(boost::asio::mutable_buffer buffer, Io done);
  void flush();
  /// Calls it once little is queued: at the earliest after the current handler.
  void when_drained(std::size_t most, Io done, std::size_t result);
  /// Sends the queue, then closes.
  void finish(Io done);
  void close();

 private:
  void sent(ErrorCondition error);

  std::unique_ptr<Transport> transport_;
  std::string out_;
  std::string sending_;
  bool reading_ = false;
  bool writing_ = false;
  ErrorCondition broken_;
  struct Waiting {
    std::size_t most = 0;
    std::size_t result = 0;
    Io done;
  };
  std::vector<Waiting> waiting_;
};

class Wire {
 public:
  using executor_type = Executor;
  explicit Wire(std::shared_ptr<WireState> state) : state_(std::move(state)) {}

  [[nodiscard]] executor_type get_executor() const { return state_->executor(); }
  [[nodiscard]] WireState& state() const { return *state_; }

  // Beast asks for whole synchronous streams. Nobody reads this way.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    ErrorCondition error;
    return read_some(buffers, error);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers&, ErrorCondition& error) {
    error = boost::asio::error::operation_not_supported;
    return 0;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    ErrorCondition error;
    return write_some(buffers, error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, ErrorCondition& error) {
    error = state_->broken();
    if (error) return 0;
    return gather(buffers);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(ErrorCondition, std::size_t)>(
        [](auto handler, std::shared_ptr<WireState> state, boost::asio::mutable_buffer buffer) {
          state->read(buffer, Io(std::move(handler)));
        },
        token, state_, first_of(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const std::size_t size = gather(buffers);
    return boost::asio::async_initiate<Token, void(ErrorCondition, std::size_t)>(
        [](auto handler, std::shared_ptr<WireState> state, std::size_t written) {
          state->flush();
          state->when_drained(kMostUnsent, Io(std::move(handler)), written);
        },
        token, state_, size);
  }

 private:
  // A peer that requests pongs but does not read them is no longer read from.
  static constexpr std::size_t kMostUnsent = std::size_t{64} * 1024;

  template <class Buffers>
  std::size_t gather(const Buffers& buffers) {
    std::size_t size = 0;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto part = boost::asio::buffer_sequence_begin(buffers); part != end; ++part) {
      const boost::asio::const_buffer bytes(*part);
      state_->append(bytes);
      size += bytes.size();
    }
    return size;
  }
  template <class Buffers>
  static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto part = boost::asio::buffer_sequence_begin(buffers); part != end; ++part) {
      const boost::asio::mutable_buffer bytes(*part);
      if (bytes.size() > 0) return bytes;
    }
    return {};
  }

  std::shared_ptr<WireState> state_;
};

/// What Beast does after the closing handshake.
template <class Handler>
void async_teardown(boost::beast::role_type, Wire& wire, Handler&& handler) {
  wire.state().finish(
      Io([handler = std::forward<Handler>(handler)](ErrorCondition error, std::size_t) mutable { handler(error); }));
}
void teardown(boost::beast::role_type role, Wire& wire, ErrorCondition& error);
/// What Beast does where the handshake or the peer takes too long.
void beast_close_socket(Wire& wire);

}  // namespace utcp::ws::native
