// Owns the session's heartbeat: pings on connections that are kept alive, and finding peers that have fallen silent.
#include <algorithm>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

// Enough for an answer from anywhere; a new connection in vain costs little more.
constexpr Duration kDoubt = std::chrono::seconds(1);

}  // namespace

Duration Session::ping_interval(const CallTemplate& call_template) const {
  return std::min(call_template.ping_interval, options_.longest_ping_interval);
}

void Session::start_heartbeat(TimePoint now, const Connection& connection) {
  const CallTemplate& call_template = endpoints_.at(connection.endpoint)->tool->call_template;
  if (!call_template.keep_alive || (!options_.can_ping && !call_template.ping_message)) return;
  timers_.set(heartbeat_timer(connection.id), now + ping_interval(call_template));
}

void Session::heartbeat(TimePoint now, Connection& connection) {
  const Endpoint& endpoint = *endpoints_.at(connection.endpoint);
  const CallTemplate& call_template = endpoint.tool->call_template;
  const Duration interval = ping_interval(call_template);
  const bool is_silent = connection.pinged_at && connection.heard_at < *connection.pinged_at;
  // A host that was itself away (suspended, or busy) may not have read yet what the peer has sent: it asks again.
  const bool was_away = connection.pinged_at && now - *connection.pinged_at > interval + interval / 8;
  if (is_silent && !was_away) {
    ErrorPtr error = make_error(ErrorCode::connection_closed,
                                concat({endpoint.label, " has fallen silent: no answer to a ping within ",
                                        seconds_text(interval), " (ping_interval)"}));
    error->close_code = 1006;
    connection_lost(now, connection, std::move(error));
    return;
  }
  timers_.set(heartbeat_timer(connection.id), now + interval);
  // Of a connection that is not read from no answer could be seen. What comes back for a message could be taken for the
  // answer of a call that takes any frame; such a call's response_timeout watches meanwhile.
  if (connection.paused || (!options_.can_ping && connection.exclusive)) {
    connection.pinged_at.reset();
    return;
  }
  ping(now, connection, call_template);
}

void Session::ping(TimePoint now, Connection& connection, const CallTemplate& call_template) {
  connection.pinged_at = now;
  if (!options_.can_ping) {
    ++connection.owed_echoes;
    connection.knows_echo = connection.knows_echo && connection.echo.has_value();
  }
  Plan message;
  if (!options_.can_ping) message = with_captured(call_template.ping_message->plan({}), connection.captured);
  commands_.push_back(SendPing{connection.id, std::move(message)});
}

TimePoint Session::end_of_rest(const Connection& connection) const {
  return std::min(connection.idle_since + options_.idle_timeout, connection.doubted_until.value_or(TimePoint::max()));
}

// Connections with calls are left to their heartbeat and timeouts: what is lost with one cannot be sent again.
void Session::handle_wake(TimePoint now) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    Connection& connection = *(next++)->second;
    if (connection.state != ConnectionState::ready || !connection.calls.empty()) continue;
    Endpoint& endpoint = *endpoints_.at(connection.endpoint);
    const CallTemplate& call_template = endpoint.tool->call_template;
    if (options_.can_ping || call_template.ping_message) {
      connection.doubted_until = now + kDoubt;
      timers_.set(timer_of(connection.id), end_of_rest(connection));
      start_heartbeat(now, connection);  // else its next beat could take this ping for an old one
      ping(now, connection, call_template);
    } else {
      retire(connection);
      collect(endpoint);
    }
  }
}

void Session::handle_pong(TimePoint now, ConnectionId id) {
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end()) return;
  if (hears(now, *entry->second)) pump(now, *endpoints_.at(entry->second->endpoint));
}

}  // namespace utcp::ws
