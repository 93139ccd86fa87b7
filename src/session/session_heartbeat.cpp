// Owns the session's heartbeat: pings on connections that are kept alive, and finding peers that have fallen silent.
#include <algorithm>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

// Enough for an answer from anywhere; an unnecessary new connection costs little more.
constexpr Duration kDoubt = std::chrono::seconds(1);

}  // namespace

Duration Session::ping_interval(const CallTemplate& call_template) const {
  return std::min(call_template.ping_interval, options_.longest_ping_interval);
}

void Session::start_heartbeat(TimePoint now, const Connection& connection) {
  const CallTemplate& call_template = connection.endpoint.tool->call_template;
  if (!call_template.keep_alive || (!options_.can_ping && !call_template.ping_message)) return;
  timers_.set(heartbeat_timer(connection.id), now + ping_interval(call_template));
}

void Session::heartbeat(TimePoint now, Connection& connection) {
  const Endpoint& endpoint = connection.endpoint;
  const CallTemplate& call_template = endpoint.tool->call_template;
  const Duration interval = ping_interval(call_template);
  const bool is_silent = connection.pinged_at && connection.heard_at < *connection.pinged_at;
  // A host that was away (suspended, or busy) may not have read the peer's frames yet: it pings again.
  const bool was_away = connection.pinged_at && now - *connection.pinged_at > interval + interval / 8;
  if (is_silent && !was_away) {
    ErrorPtr error = make_error(ErrorCode::connection_closed,
                                concat({endpoint.label, " has fallen silent: no answer to a ping within ",
                                        seconds_text(interval), " (ping_interval)"}));
    error->close_code = 1006;
    connection_lost(connection, std::move(error));
    return;
  }
  timers_.set(heartbeat_timer(connection.id), now + interval);
  // No answer arrives on a paused connection. The echo of a message could be mistaken for the
  // answer of a call that accepts any frame; such a call has its response_timeout.
  if (connection.paused || (!options_.can_ping && connection.state == ConnectionState::exclusive)) {
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

// Connections with calls rely on their heartbeat and timeouts: lost messages cannot be sent again.
void Session::handle_wake(TimePoint now) {
  const Turn turn(*this, now);
  for (auto next = connections_.begin(); next != connections_.end();) {
    Connection& connection = *(next++)->second;
    if (connection.state != ConnectionState::free) continue;
    const CallTemplate& call_template = connection.endpoint.tool->call_template;
    if (options_.can_ping || call_template.ping_message) {
      connection.doubted_until = now + kDoubt;
      timers_.set(timer_of(connection.id), end_of_rest(connection));
      start_heartbeat(now, connection);  // otherwise the next heartbeat could mistake this ping for an old one
      ping(now, connection, call_template);
    } else {
      retire(connection);
    }
  }
}

void Session::handle_pong(TimePoint now, ConnectionId id) {
  const Turn turn(*this, now);
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry != connections_.end()) hears(now, *entry->second);
}

}  // namespace utcp::ws
