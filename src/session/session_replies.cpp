// Owns the replies to frames that a peer sends on its own (`replies`), connections that it gives up
// (`connection_error`), and closing the connection of a peer that floods.
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {

// Returns whether `replies` answered the frame: then it answers no call, and does not affect later frames.
bool Session::reply(TimePoint now, Connection& connection, const Frame& frame) {
  const Endpoint& endpoint = connection.endpoint;
  const std::vector<AutoReply>& replies = endpoint.tool->call_template.replies;
  if (replies.empty() || !frame.is_text()) return false;
  const std::string_view text = frame.text();
  const std::string_view json = json_in(text, endpoint.tool->call_template.strips);
  for (const AutoReply& reply : replies) {
    const std::string& prefix = reply.match.prefix;
    if (!text.starts_with(prefix)) continue;
    json::ScanResult scan;
    if (reply.places.size() > 0) scan = json::scan(json, reply.places, options_.max_depth);
    if (prefix.empty() && !(scan.valid && matches(reply.match.members, scan, 0))) continue;
    report_frame(Report::Kind::message, connection, nullptr, frame, "it was answered by replies");
    if (floods(now, connection.replied, frame)) {
      constexpr std::string_view kWhy = " requested too many of the template's replies (limit unsolicitedFrames)";
      const bool is_ready = connection.state.is_ready();
      report_frame(Report::Kind::warning, connection, nullptr, frame, kWhy.substr(1));
      cut_off(now, connection,
              make_error(is_ready ? ErrorCode::connection_closed : ErrorCode::connection_failed,
                         concat({endpoint.label, kWhy})),
              "too many replies");
      return true;
    }
    commands_.push_back(SendReply{connection.id, with_captured(filled(reply, scan), connection.captured)});
    return true;
  }
  return false;
}

// Whether the frame matches `connection_error`: then the connection and its calls end. An error of one call does not.
bool Session::gives_up(Connection& connection, const Frame& frame) {
  const CallTemplate& call_template = connection.endpoint.tool->call_template;
  if (call_template.connection_errors.empty() || !frame.is_text()) return false;
  const json::ScanPlan& places = call_template.connection_error_places;
  const json::ScanResult scan =
      places.size() > 0 ? frame.scan(places, call_template.strips, options_.max_depth) : json::ScanResult{};
  if (!is_any(call_template.connection_errors, frame, scan, 0)) return false;
  const Call* call = find_addressee(connection, frame);
  if (call != nullptr && judge(*call, frame).kind == Judgement::Kind::tool_error) return false;
  report_frame(Report::Kind::warning, connection, call, frame, "the connection is closed, as connection_error says");
  const auto told = share(ErrorCode::connection_closed,
                          concat({connection.endpoint.label, " gave up the connection (connection_error): ",
                                  said(start_of(frame), secrets_of_all(connection))}));
  for (const CallId id : calls_of(connection)) drop(id, told);
  connection.calls.clear();
  retire(connection);
  return true;
}

// Refuses the peer's frame: ends the connection and its calls.
void Session::cut_off(TimePoint now, Connection& connection, ErrorPtr error, std::string_view reason) {
  if (connection.state == ConnectionState::greeting) {
    opening_failed(now, connection, std::move(error), kFrameRefused, reason);
    return;
  }
  const auto told = share(std::move(error));
  for (const CallId call : calls_of(connection)) drop(call, told);
  remove(connection, kFrameRefused, reason);
}

}  // namespace utcp::ws
