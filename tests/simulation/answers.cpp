// Calls that are known by what their first answer told.
#include "checker.hpp"

namespace utcp::ws::simulation {
namespace {

bool is_first(const Payload& payload) {
  return payload.meaning == Meaning::first || payload.meaning == Meaning::bad_first ||
         (payload.meaning == Meaning::tool_error && !payload.by_answer);
}

}  // namespace

// Whether the frame carries the id of a call that has, or will have, another name, and all is said about it.
bool Checker::is_first_answer(ModelConnection& connection, ModelCall& call, const Payload& payload) {
  if (!call.tool->captures(call.mode) || !is_first(payload)) return false;
  if (call.is_known) return true;  // it comes once more
  if (payload.meaning == Meaning::tool_error) return false;
  connection.served = true;
  model_.token_renewed(model_.group(call.group)) = false;
  if (payload.meaning == Meaning::first) {
    call.is_known = true;
    call.deadline = call.due(now_);
  } else {
    must_settle_[call.id] = ErrorCode::invalid_frame;
    leave(call, Ending::by_peer);  // there is nothing that could be left
  }
  return true;
}

// The same of a call that was left before.
bool Checker::is_late_first_answer(ModelConnection& connection, const Payload& payload) {
  if (!is_first(payload) || connection.owed.erase(payload.owner) == 0) return false;
  if (payload.meaning == Meaning::first) must_tell_[payload.owner] = connection.id;
  return true;
}

}  // namespace utcp::ws::simulation
