// Owns the states of one connection, as a table. Must not know calls, endpoints or time.
#pragma once

#include <cstdint>
#include <optional>

namespace utcp::ws {

enum class ConnectionId : std::uint32_t {};

/// In the order in which they follow each other.
enum class ConnectionState : std::uint8_t {
  authorizing,  ///< waits for a token: there is no socket yet
  opening,      ///< the handshake is under way
  greeting,     ///< open; the first message was sent and its acknowledgement is awaited
  ready,        ///< open; calls may use it
  gone,         ///< failed, closed or given up; its id is dead
};

enum class ConnectionEvent : std::uint8_t {
  authorized,    ///< the token is there
  opened,        ///< the handshake is done and nothing has to be said first
  opened_shy,    ///< the handshake is done and an acknowledgement has to come first
  acknowledged,  ///< it came
  lost,          ///< error or close from the host
  dropped,       ///< closed by us
};

/// The state after an event; none where the event means nothing in that state (a late or repeated host event).
[[nodiscard]] std::optional<ConnectionState> next_state(ConnectionState state, ConnectionEvent event);

}  // namespace utcp::ws
