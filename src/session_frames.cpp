// Owns the way of a received frame: to the greeting, to the call it answers, or to the reports.
#include <algorithm>
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

// An application code (RFC 6455 section 7.4.2) that tells the peer why it was cut off.
constexpr int kFrameRefused = 4000;
constexpr std::string_view kTooLarge = "message too large";

}  // namespace

void Session::handle_message(TimePoint now, ConnectionId id, const Frame& frame) {
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end() || entry->second->state < ConnectionState::greeting) return;
  Connection& connection = *entry->second;
  Endpoint& endpoint = *endpoints_.at(connection.endpoint);
  connection.heard_at = now;

  if (frame.size() > options_.max_frame) {
    ErrorPtr too_large = make_error(ErrorCode::frame_too_large,
                                    concat({endpoint.label, " sent a message of ", to_text(frame.size()),
                                            " bytes, over the limit frameBytes of ", to_text(options_.max_frame)}));
    if (connection.state == ConnectionState::greeting) {
      opening_failed(now, connection, std::move(too_large), kFrameRefused, kTooLarge);
      return;
    }
    const auto error = share(std::move(too_large));
    for (const CallId call : connection.calls) reject(call, error);
    remove(connection, kFrameRefused, kTooLarge);
    pump(now, endpoint);
    collect(endpoint);
    return;
  }
  if (connection.state == ConnectionState::greeting) {
    const FrameMatch& ack = endpoint.tool->call_template.connect_ack;
    std::vector<json::Pointer> pointers;
    for (const auto& leaf : ack.leaves) pointers.push_back(leaf.first);
    if (frame.is_text()) {
      const json::ScanPlan plan(std::move(pointers));
      const json::ScanResult scan = json::scan(frame.text(), plan, options_.max_depth);
      if (scan.valid && matches(ack, scan, 0)) {
        connection.state = next_state(connection.state, ConnectionEvent::acknowledged).value_or(connection.state);
        become_ready(now, connection);
        return;
      }
    }
    report_frame(Report::Kind::unsolicited, connection, nullptr, frame, "connect_ack is awaited and this is not it");
    return;
  }
  Call* call = find_addressee(connection, frame);
  if (call == nullptr && std::exchange(connection.awaits_echo, false)) {
    report_frame(Report::Kind::message, connection, nullptr, frame, "it answers the ping_message");
    pump(now, endpoint);
    return;
  }
  if (call == nullptr) {
    report_frame(Report::Kind::unsolicited, connection, nullptr, frame,
                 connection.calls.empty() ? "no call is waiting" : "it carries the id of no call that is waiting");
    return;
  }
  take(now, connection, *call, frame);
}

Session::Call* Session::find_addressee(const Connection& connection, const Frame& frame) {
  if (connection.calls.empty()) return nullptr;
  if (connection.exclusive) return calls_.at(static_cast<std::uint32_t>(connection.calls.front())).get();
  if (!frame.is_text()) return nullptr;
  // Usually all calls look for their id at one place, so that one scan finds it.
  const Tool* tool = nullptr;
  const json::Pointer* place = nullptr;
  std::string wire_id;
  for (const CallId id : connection.calls) {
    Call& call = *calls_.at(static_cast<std::uint32_t>(id));
    if (call.tool.get() != tool && (place == nullptr || *call.tool->rules.correlation() != *place)) {
      place = &*call.tool->rules.correlation();
      const json::ScanResult scan = json::scan(frame.text(), call.tool->rules.correlation_plan(), options_.max_depth);
      wire_id = json::text_of(scan.values[0]);
    }
    tool = call.tool.get();
    if (!wire_id.empty() && call.wire_id == wire_id) return &call;
  }
  return nullptr;
}

void Session::take(TimePoint now, Connection& connection, Call& call, const Frame& frame) {
  const Judgement judgement =
      call.tool->rules.judge(call.mode, call.id, frame, options_.max_depth, call.filter ? &*call.filter : nullptr);
  const std::string& label = endpoints_.at(connection.endpoint)->label;
  switch (judgement.kind) {
    case Judgement::Kind::not_mine:
      ++call.ignored;
      report_frame(Report::Kind::unsolicited, connection, &call, frame, judgement.why);
      return;
    case Judgement::Kind::end:
      report_frame(Report::Kind::message, connection, &call, frame, {});
      settle(now, call, nullptr, true);
      return;
    case Judgement::Kind::tool_error:
      report_frame(Report::Kind::message, connection, &call, frame, {});
      settle(now, call, share(ErrorCode::tool_failed, "the tool failed"), true, judgement.path);
      return;
    case Judgement::Kind::bad_frame:
      report_frame(Report::Kind::message, connection, &call, frame, judgement.why);
      settle(now, call,
             share(ErrorCode::invalid_frame, concat({label, " sent an answer that cannot be taken: ", judgement.why})),
             false);
      return;
    case Judgement::Kind::item:
      break;
  }
  report_frame(Report::Kind::message, connection, &call, frame, {});
  if (judgement.not_json)
    report_frame(Report::Kind::warning, connection, &call, frame, "response_format is json and this is not JSON");

  const std::uint32_t expected = call.tool->rules.expected(call.mode);
  ++call.items;
  ++call.queued_items;
  call.queued_bytes += frame.size();
  if (expected != 1 &&
      (call.queued_items > options_.max_stream_items || call.queued_bytes > options_.max_stream_bytes)) {
    settle(now, call,
           share(ErrorCode::stream_overflow,
                 concat({label, " sends faster than the results are taken: more than ",
                         to_text(options_.max_stream_items), " items or ", to_text(options_.max_stream_bytes),
                         " bytes wait (limits streamItems, streamBytes)"})),
           false);
    return;
  }
  commands_.push_back(DeliverFrame{call.id, judgement.decoding, std::string(judgement.path)});
  if (judgement.last || (expected != 0 && call.items >= expected)) {
    settle(now, call, nullptr, true);
    return;
  }
  // Half of what may pile up is left for what the host has read already. Others' answers are never held up.
  if (options_.can_pause && call.mode == CallMode::stream && connection.exclusive && holds_more_than(call, 2)) {
    set_reading(connection, false);
  }
  if (connection.paused) {
    timers_.clear(timer_of(call.id));  // the peer is not to blame for the wait
  } else {
    timers_.set(timer_of(call.id), now + call.tool->call_template.response_timeout);
  }
}

bool Session::holds_more_than(const Call& call, std::size_t part) const {
  return call.queued_items > options_.max_stream_items / part || call.queued_bytes > options_.max_stream_bytes / part;
}

void Session::set_reading(Connection& connection, bool on) {
  if (connection.paused != on) return;
  connection.paused = !on;
  commands_.push_back(SetReading{connection.id, on});
}

void Session::handle_consumed(TimePoint now, CallId id, std::size_t items, std::size_t bytes) {
  const auto entry = calls_.find(static_cast<std::uint32_t>(id));
  if (entry == calls_.end()) return;
  Call& call = *entry->second;
  call.queued_items -= std::min(call.queued_items, items);
  call.queued_bytes -= std::min(call.queued_bytes, bytes);
  if (!call.connection || holds_more_than(call, 4)) return;
  Connection& connection = *connections_.at(static_cast<std::uint32_t>(*call.connection));
  if (!connection.paused) return;
  set_reading(connection, true);
  timers_.set(timer_of(id), now + call.tool->call_template.response_timeout);
}

void Session::report_frame(Report::Kind kind, const Connection& connection, const Call* call, const Frame& frame,
                           std::string_view why) {
  if (Report* framed = report(kind, *endpoints_.at(connection.endpoint), connection.id)) {
    if (call != nullptr) framed->call = call->id;
    framed->size = frame.size();
    framed->text = why;
  }
}

}  // namespace utcp::ws
