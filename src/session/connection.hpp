// Owns the states of one connection, as a table: how it is opened, and who uses it. Must not know calls, endpoints or
// time.
#pragma once

#include <cstdint>
#include <optional>

namespace utcp::ws {

enum class ConnectionId : std::uint32_t {};

/// The first three in the order in which they follow each other; then it is open, and calls may use it.
enum class ConnectionState : std::uint8_t {
  authorizing,  ///< waits for a token: there is no socket yet
  opening,      ///< the handshake is under way
  greeting,     ///< open; what has to be said before calls is under way
  free,         ///< no call uses it
  exclusive,    ///< one call has it whose answers carry no id, so that any frame is taken for its answer
  shared,       ///< calls have it whose answers carry their ids
};

enum class ConnectionEvent : std::uint8_t {
  authorized,  ///< the token is there, or none is needed
  opened,      ///< the handshake is done
  greeted,     ///< all is said that comes before calls
  leased,      ///< to one call whose answers carry no id
  joined,      ///< by one more call whose answers carry its id
  left,        ///< by the last call
};

/// The state after an event; none where the event cannot be in that state. A connection that ends is forgotten, so that
/// there is neither an event nor a state for it.
[[nodiscard]] std::optional<ConnectionState> next_state(ConnectionState state, ConnectionEvent event);

/// The state of one connection. `apply` is all that changes it.
class ConnectionStatus {
 public:
  /// What a host tells too late, or twice, has to be left out before: an event that cannot be is a defect, and stops
  /// all builds that have assertions.
  void apply(ConnectionEvent event);
  [[nodiscard]] ConnectionState value() const { return state_; }
  [[nodiscard]] bool operator==(ConnectionState state) const { return state_ == state; }
  /// Whether its socket is open.
  [[nodiscard]] bool is_open() const { return state_ >= ConnectionState::greeting; }
  /// Whether it is open and greeted: calls use it, or may.
  [[nodiscard]] bool is_ready() const { return state_ >= ConnectionState::free; }

 private:
  ConnectionState state_ = ConnectionState::authorizing;
};

}  // namespace utcp::ws
