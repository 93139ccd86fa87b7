// Owns the states of one connection, as a table: how it is opened, and who uses it. Must not know calls, endpoints or
// time.
#pragma once

#include <cstdint>
#include <optional>

namespace utcp::ws {

enum class ConnectionId : std::uint32_t {};

/// The first three follow each other in this order; then the connection is open, and calls may use it.
enum class ConnectionState : std::uint8_t {
  authorizing,  ///< waits for a token: there is no socket yet
  opening,      ///< the WebSocket handshake is in progress
  greeting,     ///< open; the handshake messages of `connect` are in progress
  free,         ///< no call uses it
  exclusive,    ///< leased to one call whose answers carry no id, so that any frame counts as its answer
  shared,       ///< used by calls whose answers carry their ids
};

enum class ConnectionEvent : std::uint8_t {
  authorized,  ///< a token is available, or none is needed
  opened,      ///< the handshake is done
  greeted,     ///< the handshake messages are complete
  leased,      ///< to one call whose answers carry no id
  joined,      ///< by one more call whose answers carry its id
  left,        ///< by the last call
};

/// The state after an event; none if the event is illegal in that state. A connection that ends is removed, so
/// there is neither an event nor a state for it.
[[nodiscard]] std::optional<ConnectionState> next_state(ConnectionState state, ConnectionEvent event);

/// The state of one connection. Only `apply` changes it.
class ConnectionStatus {
 public:
  /// Late or duplicate events of a host must be filtered out before: an illegal event is a defect, and aborts
  /// builds with assertions.
  void apply(ConnectionEvent event);
  [[nodiscard]] ConnectionState value() const { return state_; }
  [[nodiscard]] bool operator==(ConnectionState state) const { return state_ == state; }
  /// Whether its socket is open.
  [[nodiscard]] bool is_open() const { return state_ >= ConnectionState::greeting; }
  /// Whether it is open and greeted, so that calls may use it.
  [[nodiscard]] bool is_ready() const { return state_ >= ConnectionState::free; }

 private:
  ConnectionState state_ = ConnectionState::authorizing;
};

}  // namespace utcp::ws
