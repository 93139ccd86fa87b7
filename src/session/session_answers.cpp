// Owns calls that are known by what their first answer has told (`capture`), and what of a call is known only then, or
// once it has a connection. Must not know what the frames say.
#include <utility>

#include <utcp_websocket/json_decimal.hpp>

#include "session_state.hpp"

namespace utcp::ws {

// Fills in what has been captured so far. The leave message may have to wait for the first answer.
void Session::fill_in(const Connection& connection, Call& call) {
  Late& late = *call.late;
  Captured known = connection.captured;
  known.insert(known.end(), late.answer.begin(), late.answer.end());
  if (!late.filter.empty()) call.filter = call.tool->rules.fill(text_with(late.filter, known));
  if (late.leave.empty() || (late.waits && takes_captured(late.leave, kOfAnswer))) return;
  call.leave_message = text_with(std::exchange(late.leave, {}), known);
}

// Looks a frame up in a table of routes by what stands where answers carry it: what a first answer told, or the id.
Session::Call* Session::find_route(const Routes& routes, const Table<Call>& calls, bool by_answer, const Frame& frame) {
  if (!frame.is_text()) return nullptr;
  for (auto entry = routes.begin(); entry != routes.end();) {
    const Tool& tool = *calls.at(entry->second)->tool;
    const CallRules& rules = tool.rules;
    const std::string& place = by_answer ? tool.answer_place : tool.place;
    const std::size_t first = by_answer ? 0 : rules.id_slot();
    const json::ScanResult& scan =
        frame.scan(by_answer ? rules.answer_plan() : rules.plan(), tool.call_template.strips, options_.max_depth);
    std::vector<std::string> ids;
    if (!by_answer && rules.has_prefix()) ids.push_back(rules.id_in(frame.text()));
    // Behind them stand the places of progress.
    for (std::size_t i = 0; i < (by_answer ? 1 : rules.id_count()); ++i) {
      const std::string_view raw = scan.values[first + i];
      if (json::is_string(raw) || json::is_number(raw)) ids.push_back(json::text_of(raw));
    }
    for (const std::string& id : ids) {
      const auto found = routes.find(place + id);
      if (id.empty() || found == routes.end()) continue;
      Call& call = *calls.at(found->second);
      const bool is_early = by_answer && call.late->waits;
      if (is_early && (!call.late->is_first || rules.has_id(frame, options_.max_depth))) continue;
      if (judge(call, frame).kind != Judgement::Kind::not_mine) return &call;
    }
    entry = routes.lower_bound(place + '\xFF');  // the first with another place: no id has that byte
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
    const auto id = static_cast<std::uint32_t>(call.id);
    if (connection.answers.try_emplace(late.route, id).first->second != id) {
      late.route.clear();
      // Nor is it left: what the peer would end is the other call's.
      error = make_error(ErrorCode::invalid_frame, "what \"capture\" keeps is another call's on this connection");
    }
  }
  if (error != nullptr) {
    late.leave.clear();
    error->message = concat({connection.endpoint.label, " sent an answer that cannot be taken: ", error->message});
    settle(now, call, share(std::move(error)), Ending::left);
    return;
  }
  fill_in(connection, call);
  expect_answer(now, connection, call);
}

// The call has left its connection. Where its leave message needs the first answer, that is waited for.
void Session::owe_leave_message(Connection& connection, Call& call, Ending ending) {
  if (!call.late->route.empty()) connection.answers.erase(call.late->route);
  if (ending != Ending::left || call.late->leave.empty() || !call.has_begun) return;
  const auto id = static_cast<std::uint32_t>(call.id);
  connection.owed[call.place() + call.route] = id;
  left_[id] = std::move(calls_.at(id));
}

// What its connection knows, and what its first answer told.
Secrets Session::secrets_of(const Call& call) const {
  Secrets secrets = secrets_of(*call.connection);
  if (call.late) secrets.add_captured(call.late->answer);
  return secrets;
}

// What its connection knows, and what the first answers of all calls there told.
Secrets Session::secrets_of_all(const Connection& connection) const {
  Secrets secrets = secrets_of(connection.id);
  for (const auto& entry : connection.answers) secrets.add_captured(calls_.at(entry.second)->late->answer);
  return secrets;
}

// Returns whether the frame is for a call that was left before its first answer came.
bool Session::leave_late(Connection& connection, const Frame& frame) {
  Call* call = find_route(connection.owed, left_, false, frame);
  if (call == nullptr || judge(*call, frame).kind == Judgement::Kind::progress) return call != nullptr;
  report_frame(Report::Kind::message, connection, nullptr, frame, "it is the first answer of a call that was left");
  Result<Captured> captured = call->tool->rules.capture(frame, options_.max_depth);
  if (captured) {
    call->late->waits = false;
    call->late->answer = std::move(*captured);
    fill_in(connection, *call);
    (void)send_leave_message(*call, Ending::left);
  }
  connection.owed.erase(call->place() + call->route);
  left_.erase(static_cast<std::uint32_t>(call->id));
  return true;
}

}  // namespace utcp::ws
