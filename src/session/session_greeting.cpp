// Owns the handshake messages on a new connection, as in the template's `connect`.
#include <algorithm>
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

bool holds_too_much(const ConnectStep& step, const json::ScanResult& scan) {
  return std::any_of(scan.values.end() - static_cast<std::ptrdiff_t>(step.captures.size()), scan.values.end(),
                     [](std::string_view raw) { return raw.size() > kLongestCaptured; });
}

// Fails if the frame lacks a value.
bool capture(const ConnectStep& step, const json::ScanResult& scan, Captured& out) {
  const std::size_t first = scan.values.size() - step.captures.size();
  const bool is_complete = std::none_of(scan.values.begin() + static_cast<std::ptrdiff_t>(first), scan.values.end(),
                                        [](std::string_view raw) { return raw.empty(); });
  for (std::size_t i = 0; is_complete && i < step.captures.size(); ++i) {
    out.emplace_back(step.captures[i], json::compact(scan.values[first + i]));
  }
  return is_complete;
}

}  // namespace

// Runs steps up to the next that waits. After the last, the connection is ready. `heard`: the first step's frame
// arrived.
void Session::greet(TimePoint now, Connection& connection, bool heard) {
  while (const ConnectStep* step = connection.step) {
    if (!step->expect.empty() && !heard) return;
    heard = false;
    Plan send = filled(step->send, connection.captured);
    if (lacks_digest(send)) {
      opening_failed(now, connection,
                     make_error(ErrorCode::auth_failed,
                                concat({connection.endpoint.label, " sent a value that is not a text, but ", step->name,
                                        " needs a digest of it"})));
      return;
    }
    if (step->sends) commands_.push_back(SendGreeting{connection.id, std::move(send)});
    connection.step = step->next.get();
    connection.instead.clear();
  }
  connection.state.apply(ConnectionEvent::greeted);
  become_ready(now, connection);
}

void Session::receive_greeting(TimePoint now, Connection& connection, const Frame& frame) {
  const ConnectStep& step = *connection.step;
  const Endpoint& endpoint = connection.endpoint;
  if (frame.is_text()) {
    const json::ScanResult scan =
        json::scan(json_in(frame.text(), endpoint.tool->call_template.strips), step.places, options_.max_depth);
    if (is_any(step.errors, frame, scan, step.expect.members.leaves.size())) {
      opening_failed(now, connection,
                     make_error(ErrorCode::auth_failed,
                                concat({endpoint.label, " refused the connection at ", step.name, ": ",
                                        said(start_of(frame), secrets_of(connection.id), kShownOfFrame)})));
      return;
    }
    const bool is_it = is_marked(step.expect, frame, scan, 0);
    if (is_it && holds_too_much(step, scan)) {
      opening_failed(now, connection,
                     make_error(ErrorCode::auth_failed, concat({endpoint.label, " sent more than \"capture\" of ",
                                                                step.name, " keeps: a value of over 65,536 bytes"})));
      return;
    }
    if (is_it && capture(step, scan, connection.captured)) {
      greet(now, connection, true);
      return;
    }
  }
  connection.instead = start_of(frame);
  report_frame(Report::Kind::unsolicited, connection, nullptr, frame,
               concat({"it is not the frame that ", step.name, " expects"}));
  if (floods(now, connection.unsolicited, frame)) {
    opening_failed(now, connection,
                   make_error(ErrorCode::connection_failed, concat({endpoint.label, kFloods, " before ", step.name})),
                   kFrameRefused, kTooMuch);
  }
}

}  // namespace utcp::ws
