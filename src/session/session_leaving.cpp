// Owns how calls and connections end: the messages to the peer if this side ends them, and the further use of the
// connection.
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {

// Ends a call's use of its connection, or its wait for one.
void Session::take_out(TimePoint now, Call& call, Ending ending) {
  const CallId id = call.id;
  touch(call.endpoint);
  const std::optional<ConnectionId> lease = call.connection;
  timers_.clear(timer_of(id));
  if (!lease) {
    give_up_waiting(call);
    calls_.erase(static_cast<std::uint32_t>(id));
    return;
  }
  Connection& connection = *connections_.at(static_cast<std::uint32_t>(*lease));
  // The answer to a leave message could be mistaken for the next call's answer, and the next call's message for the
  // rest of an unfinished upload.
  const bool spoilt = send_leave_message(call, ending) || ending != Ending::answered || call.upload != Upload::done;
  const bool closes =
      (connection.state == ConnectionState::exclusive && spoilt) || call.tool->call_template.close_after_response;
  if (call.tool->rules.correlates_by_value() && spoilt)
    connection.unanswered[call.place() + call.wire_id] = static_cast<std::uint32_t>(id);
  const auto calls = connection.calls.find(call.place());
  calls->second.erase(call.route);
  if (calls->second.empty()) connection.calls.erase(calls);
  if (connection.calls.empty()) connection.last_words.clear();
  if (call.late) owe_leave_message(connection, call, ending);
  calls_.erase(static_cast<std::uint32_t>(id));
  if (!connection.calls.empty()) return;
  connection.state.apply(ConnectionEvent::left);
  if (closes || connection.is_deaf() || !connection.owed.empty()) {
    retire(connection);
  } else {
    rest(now, connection);
  }
}

// Returns whether there was one to send. A call with a connection was sent, unless its upload has not started.
bool Session::send_leave_message(Call& call, Ending ending) {
  const bool is_due = ending == Ending::left || call.tool->call_template.leave_when == LeaveWhen::always;
  if (!call.connection || !is_due || call.leave_message.empty() || !call.has_begun) return false;
  commands_.push_back(SendLeaveMessage{*call.connection, call.id, std::exchange(call.leave_message, {})});
  return true;
}

// Closes a connection on purpose.
void Session::retire(Connection& connection) {
  const std::optional<MessageTemplate>& message = connection.endpoint.tool->call_template.disconnect_message;
  if (message && connection.state.is_ready()) {
    commands_.push_back(SendDisconnectMessage{connection.id, with_captured(message->plan({}), connection.captured)});
  }
  remove(connection);
}

// Every connection ends here, with exactly one `CloseSocket` if it has a socket, so that the host can forget it.
void Session::remove(Connection& connection, int code, std::string_view reason, bool by_peer) {
  const ConnectionId id = connection.id;
  Endpoint& endpoint = connection.endpoint;
  const bool has_socket = connection.state != ConnectionState::authorizing;
  if (Report* closed = connection.state.is_open() ? report(Report::Kind::close, endpoint, id) : nullptr) {
    closed->close_code = code;
    closed->text = reason;
  }
  if (has_socket)
    commands_.push_back(CloseSocket{id, by_peer ? 1000 : code, std::string(by_peer ? std::string_view{} : reason)});
  timers_.clear(timer_of(id));
  timers_.clear(heartbeat_timer(id));
  for (const auto& owed : connection.owed) left_.erase(owed.second);
  endpoint.refuses_more = false;
  const TokenId credential = connection.credential;
  std::erase(endpoint.connections, &connection);
  connections_.erase(static_cast<std::uint32_t>(id));
  touch(endpoint);
  if (!has_socket) cancel_unwanted(credential);
}

}  // namespace utcp::ws
