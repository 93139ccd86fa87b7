// Owns how calls and connections end by this side's will: what the peer is told before, and what becomes of the
// connection.
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {

// Gives its place to nobody, unlike `leave`.
void Session::take_out(TimePoint now, Call& call, Ending ending) {
  const CallId id = call.id;
  const std::optional<ConnectionId> lease = call.connection;
  timers_.clear(timer_of(id));
  if (!lease) {
    give_up_waiting(call);
    calls_.erase(static_cast<std::uint32_t>(id));
    return;
  }
  Connection& connection = *connections_.at(static_cast<std::uint32_t>(*lease));
  // What answers a leave message could be taken for the next call's answer.
  const bool spoilt = send_leave_message(call, ending) || ending != Ending::answered;
  const bool closes = (connection.exclusive && spoilt) || call.tool->call_template.close_after_response;
  connection.calls.erase(call.route);
  calls_.erase(static_cast<std::uint32_t>(id));
  if (!connection.calls.empty()) return;
  if (closes || connection.is_deaf()) {
    retire(connection);
  } else {
    rest(now, connection);
  }
}

// Returns whether there was one to send. A call that has a connection was sent.
bool Session::send_leave_message(Call& call, Ending ending) {
  const bool is_due = ending == Ending::left || call.tool->call_template.leave_when == LeaveWhen::always;
  if (!call.connection || !is_due || call.leave_message.empty()) return false;
  commands_.push_back(SendLeaveMessage{*call.connection, call.id, std::exchange(call.leave_message, {})});
  return true;
}

// Closes a connection on purpose.
void Session::retire(Connection& connection) {
  const std::optional<MessageTemplate>& message =
      endpoints_.at(connection.endpoint)->tool->call_template.disconnect_message;
  if (message && connection.state == ConnectionState::ready) {
    commands_.push_back(SendDisconnectMessage{connection.id, message->plan({})});
  }
  remove(connection);
}

}  // namespace utcp::ws
