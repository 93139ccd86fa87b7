// Owns calls that are known by what their first answer has told (`capture`), and what of a call is known only then, or
// once it has a connection. Must not know what the frames say.
#include <utility>

#include <utcp_websocket/json_decimal.hpp>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

// The first entry behind those of a place: no id has that byte.
template <class Routes>
auto behind(Routes& routes, const std::string& place) {
  return routes.lower_bound(place + '\xFF');
}

}  // namespace

// Fills in what has been captured so far. The leave message may have to wait for the first answer.
void Session::fill_in(const Connection& connection, Call& call) {
  Late& late = *call.late;
  Captured known = connection.captured;
  known.insert(known.end(), late.answer.begin(), late.answer.end());
  if (!late.filter.empty()) call.filter = call.tool->rules.fill(text_with(late.filter, known));
  if (late.leave.empty() || (late.waits && takes_captured(late.leave, kOfAnswer))) return;
  call.leave_message = text_with(std::exchange(late.leave, {}), known);
}

// The call whose first answer told what this frame carries, where its `message_filter` lets it through.
Session::Call* Session::find_by_answer(const Connection& connection, const Frame& frame) {
  auto entry = connection.answers.begin();
  while (entry != connection.answers.end()) {
    const Tool& tool = *calls_.at(entry->second)->tool;
    const std::string_view text = json_in(frame.text(), tool.call_template.strips);
    const std::string_view raw = json::scan(text, tool.rules.answer_plan(), options_.max_depth).values[0];
    const bool may_be = json::is_string(raw) || json::is_number(raw);
    const auto found =
        may_be ? connection.answers.find(tool.answer_place + json::text_of(raw)) : connection.answers.end();
    if (found != connection.answers.end()) {
      Call& call = *calls_.at(found->second);
      if (judge(call, frame).kind != Judgement::Kind::not_mine) return &call;
    }
    entry = behind(connection.answers, tool.answer_place);
  }
  return nullptr;
}

// The frame is the call's first answer. From now on the call is known by what it has told.
void Session::take_first_answer(TimePoint now, Connection& connection, Call& call, const Frame& frame) {
  report_frame(Report::Kind::message, connection, &call, frame,
               "it is the first answer: no item, but what capture keeps");
  Late& late = *call.late;
  late.waits = false;
  Result<Captured> captured = call.tool->rules.capture(frame, options_.max_depth);
  ErrorPtr error = captured.take_error();
  if (error == nullptr) {
    late.answer = std::move(*captured);
    for (const auto& [name, raw] : late.answer) {
      if (name == call.tool->rules.answer_name()) late.route = call.tool->answer_place + json::text_of(raw);
    }
    if (!connection.answers.emplace(late.route, static_cast<std::uint32_t>(call.id)).second) {
      late.route.clear();
      // Nor is it left: what the peer would end is the other call's.
      error = make_error(ErrorCode::invalid_frame, "what \"capture\" keeps is another call's on this connection");
    }
  }
  if (error != nullptr) {
    late.leave.clear();
    error->message =
        concat({endpoints_.at(connection.endpoint)->label, " sent an answer that cannot be taken: ", error->message});
    settle(now, call, share(std::move(error)), Ending::left);
    return;
  }
  fill_in(connection, call);
  timers_.set(timer_of(call.id), now + call.response_timeout);
}

// The call has left its connection. Where its leave message needs the first answer, that is waited for.
void Session::owe_leave_message(Connection& connection, Call& call, Ending ending) {
  if (!call.late->route.empty()) connection.answers.erase(call.late->route);
  if (ending != Ending::left || call.late->leave.empty()) return;
  connection.owed.emplace(call.route, Owed{call.id, call.tool, call.mode, std::move(call.late->leave)});
}

// Returns whether the frame is the first answer of a call that was left before it came.
bool Session::leave_late(Connection& connection, const Frame& frame) {
  auto entry = connection.owed.begin();
  while (entry != connection.owed.end() && frame.is_text()) {
    const Tool& tool = *entry->second.tool;
    const std::string_view text = json_in(frame.text(), tool.call_template.strips);
    std::vector<std::string> ids;
    if (tool.rules.has_prefix()) ids.push_back(tool.rules.id_in(frame.text()));
    for (const std::string_view raw : json::scan(text, tool.rules.correlation_plan(), options_.max_depth).values) {
      ids.push_back(json::is_string(raw) || json::is_number(raw) ? json::text_of(raw) : std::string());
    }
    for (const std::string& id : ids) {
      const auto found = id.empty() ? connection.owed.end() : connection.owed.find(tool.place + id);
      if (found == connection.owed.end()) continue;
      const Owed& owed = found->second;
      if (tool.rules.judge_first(owed.mode, owed.call, frame, options_.max_depth).kind == Judgement::Kind::progress)
        return true;
      report_frame(Report::Kind::message, connection, nullptr, frame, "it is the first answer of a call that was left");
      Captured known = connection.captured;
      const Result<Captured> captured = tool.rules.capture(frame, options_.max_depth);
      known.insert(known.end(), captured->begin(), captured->end());
      if (captured) commands_.push_back(SendLeaveMessage{connection.id, owed.call, text_with(owed.leave, known)});
      connection.owed.erase(found);
      return true;
    }
    entry = behind(connection.owed, tool.place);
  }
  return false;
}

}  // namespace utcp::ws
