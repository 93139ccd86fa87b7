// Owns one WebSocket: opening it, its frames, its closing handshake. Must not know calls. The only header of Beast's
// WebSocket is in connection.cpp: everything else compiles without it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/call.hpp>
#include <utcp_websocket/handshake.hpp>

#include "dialer.hpp"

namespace utcp::ws::native {

/// A received message: its bytes are handed on, not copied.
class Message final : public Frame {
 public:
  Message(bool is_text, std::size_t size, std::string_view content) : Frame(is_text, size), content_(content) {}
  [[nodiscard]] std::string_view text() const override { return content_; }

 private:
  std::string_view content_;
};

/// What a connection tells; never from inside a function that was called on it.
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  virtual void opened(ConnectionId connection, std::string_view subprotocol) = 0;
  virtual void received(ConnectionId connection, const Message& message) = 0;
  virtual void ponged(ConnectionId connection) = 0;
  virtual void failed(ConnectionId connection, const Failure& failure) = 0;
  virtual void closed(ConnectionId connection, int code, std::string_view reason, bool was_clean,
                      const std::string& cause) = 0;
};

struct ConnectionSettings {
  std::size_t max_message = 0;  ///< one byte more is read of a larger one, and told as its size
  bool compression = true;
  std::string terminator{};  ///< `OpenSocket::terminator`
};

class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual void open(const Handshake& handshake, Route route) = 0;
  /// Handshakes over a transport that is already connected.
  virtual void open_over(std::unique_ptr<Transport> transport, const Handshake& handshake) = 0;
  /// Sends the message with the next `flush`, or before the next read.
  virtual void send(std::string_view message, bool is_binary) = 0;
  /// Bytes that are queued until the peer reads.
  [[nodiscard]] virtual std::size_t unsent() const = 0;
  /// Calls it once no more than `most` of them do, or the connection is broken; later, and perhaps never where it is
  /// shut before.
  virtual void when_unsent(std::size_t most, UniqueFunction<void()> done) = 0;
  virtual void ping() = 0;
  virtual void set_reading(bool on) = 0;
  virtual void flush() = 0;
  /// Stops events. Calls `done` when it is closed: at once while it opens, after two seconds at the latest.
  virtual void shut(int code, std::string_view reason, UniqueFunction<void()> done) = 0;
};

/// `events` has to outlive `shut`.
[[nodiscard]] std::shared_ptr<Connection> make_connection(const Executor& executor, ConnectionId id,
                                                          ConnectionEvents& events, const ConnectionSettings& settings);

}  // namespace utcp::ws::native
