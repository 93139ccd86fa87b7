// Frames by which a peer gives up a connection, and errors that name no call.
#include <algorithm>

#include "checker.hpp"

namespace utcp::ws::simulation {

// Whether the connection is over. `owner`: the call that waits for the frame; null: none does.
bool Checker::gives_up(const ModelCall* owner, const Payload& payload) {
  if (!payload.gives_up) return false;
  const bool is_error_of_one =
      owner != nullptr && payload.meaning == Meaning::tool_error && (payload.by_answer || !owner->is_known);
  return !is_error_of_one;
}

// All its calls end, and the peer is told of each, as of the end.
void Checker::connection_given_up(ModelConnection& connection) {
  for (const std::uint32_t call : connection.calls) {
    must_settle_[call] = ErrorCode::connection_closed;
    must_tell(*model_.live_call(call), Ending::left);
  }
  must_close_[connection.id] = 1000;
}

// It may be the reason why the peer closes next, if all calls would take it for an error. An error that names a call
// that is over could seem to name none where ids of other calls have other places.
void Checker::note_last_words(ModelConnection& connection, const Payload& payload) {
  const bool is_error = payload.meaning == Meaning::last_words || payload.meaning == Meaning::tool_error;
  if (!is_error || connection.exclusive || connection.calls.empty()) return;
  const auto is_error_to = [this](std::uint32_t id) {
    const ModelCall& call = *model_.live_call(id);
    const Filter filter = call.tool->filter;
    const bool waits_for_first = call.tool->captures(call.mode) && !call.is_known;
    return can_fail({call.id, call.tool, call.mode}) &&
           (filter == Filter::none || filter == Filter::fixed || filter == Filter::by_topic || waits_for_first);
  };
  const auto errors = std::count_if(connection.calls.begin(), connection.calls.end(), is_error_to);
  const bool is_certain = payload.meaning == Meaning::last_words;
  using Words = ModelConnection::LastWords;
  if (is_certain && errors == 0) return;
  const bool all = static_cast<std::size_t>(errors) == connection.calls.size();
  connection.last_words = is_certain && all ? Words::said : Words::unsure;
}

}  // namespace utcp::ws::simulation
