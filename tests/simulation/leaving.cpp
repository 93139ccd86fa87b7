// What a peer is told of calls that are left and of connections that are closed.
#include "checker.hpp"

namespace utcp::ws::simulation {

// Its leave message is due, where the peer has heard of it and it has one.
bool Checker::must_tell(const ModelCall& call, Ending ending) {
  const bool is_due = ending == Ending::left || call.tool->leaves_always;
  if (call.state != ModelCall::State::sent || !call.has_begun || !call.has_leave() || !is_due) return false;
  if (call.tool->captures(call.mode) && !call.is_known) return false;
  must_tell_[call.id] = call.connection;
  return true;
}

void Checker::on(const SendLeaveMessage& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.call);
  const auto due = must_tell_.find(id);
  require(due != must_tell_.end(), name("a leave message that was not due: call", id));
  require(due->second == static_cast<std::uint32_t>(command.connection),
          name("a leave message on another connection: call", id));
  require(model_.live_connection(due->second) != nullptr && !said_goodbye_.contains(due->second),
          name("a leave message on a dead connection: call", id));
  require(command.plan == Plan{{.text = leave_message_of(id)}}, name("another call's leave message: call", id));
  must_tell_.erase(due);
}

void Checker::on(const SendDisconnectMessage& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.connection);
  const ModelConnection* connection = model_.live_connection(id);
  require(connection != nullptr && connection->state == ModelConnection::State::ready,
          name("a goodbye on a connection that is not open:", id));
  require(model_.site_of(*connection).says_goodbye && !command.plan.empty(), name("a goodbye of another:", id));
  require(said_goodbye_.insert(id).second, name("a goodbye said twice: connection", id));
}

// Who closes an open connection on purpose says so before. A peer that has fallen silent may be told, or not.
void Checker::check_goodbye(const ModelConnection& connection, int code) {
  const bool was_said = said_goodbye_.erase(connection.id) == 1;
  const bool is_on_purpose =
      connection.state == ModelConnection::State::ready && code == 1000 && !ended_by_peer_.contains(connection.id);
  if (in_timeout_ && is_silent(connection)) return;
  require(was_said == (is_on_purpose && model_.site_of(connection).says_goodbye),
          name("the goodbye is missing, or one too many: connection", connection.id));
  for (const auto& [call, on] : must_tell_) {
    require(on != connection.id, name("closed before its leave message: call", call));
  }
}

// What is being opened for nobody is given up.
void Checker::stop_waiting(ModelCall& call) {
  Group& group = model_.group(call.group);
  std::erase(group.waiting, call.id);
  if (!group.waiting.empty()) return;
  group.may_back_off = false;
  for (const std::uint32_t id : group.connections) {
    if (model_.live_connection(id)->state != ModelConnection::State::ready) must_close_[id] = 1000;
  }
}

// A call has left its connection or its queue: what becomes of what it leaves behind.
void Checker::leave(ModelCall& call, Ending ending) {
  if (call.state == ModelCall::State::waiting) return stop_waiting(call);
  ModelConnection& connection = *model_.live_connection(call.connection);
  std::erase(connection.calls, call.id);
  const bool is_told = must_tell(call, ending);
  const bool is_owed = call.tool->captures(call.mode) && !call.is_known;
  if (is_owed && ending == Ending::left && call.has_leave() && call.has_begun) connection.owed.insert(call.id);
  if (!connection.calls.empty()) return;
  const bool is_whole = ending == Ending::answered && call.upload == Upload::done;
  if ((connection.exclusive && (is_told || !is_whole)) || connection.is_deaf() || call.tool->close_after ||
      !connection.owed.empty()) {
    must_close_[connection.id] = 1000;
    return;
  }
  connection.exclusive = false;
  connection.since = now_;
  if (connection.paused) must_set_reading_[connection.id] = true;
}

}  // namespace utcp::ws::simulation
