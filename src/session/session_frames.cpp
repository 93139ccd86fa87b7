// Owns the dispatch of a received frame: to the handshake, to the call that it answers, or to the reports.
#include <algorithm>
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

constexpr std::size_t kLongestEcho = 1024;
constexpr std::string_view kTooLarge = "message too large";
// Stands for the size of a message that the host refused without knowing it.
constexpr std::size_t kSizeUnknown = 0xffffffff;

}  // namespace

void Session::handle_message(TimePoint now, ConnectionId id, const Frame& frame) {
  const Turn turn(*this, now);
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end() || !entry->second->state.is_open()) return;
  hears(now, *entry->second);
  receive(now, *entry->second, frame);
}

void Session::receive(TimePoint now, Connection& connection, const Frame& frame) {
  Endpoint& endpoint = connection.endpoint;
  connection.last_words.clear();
  if (frame.size() > options_.max_frame) {
    const std::string size = frame.size() < kSizeUnknown ? concat({" of ", to_text(frame.size()), " bytes"}) : "";
    ErrorPtr too_large =
        make_error(ErrorCode::frame_too_large, concat({endpoint.label, " sent a message", size,
                                                       " over the limit frameBytes of ", to_text(options_.max_frame)}));
    cut_off(now, connection, std::move(too_large), kTooLarge);
    return;
  }
  if (reply(now, connection, frame)) return;
  if (connection.state == ConnectionState::greeting) {
    receive_greeting(now, connection, frame);
    return;
  }
  if (gives_up(connection, frame)) return;
  Call* call = find_addressee(connection, frame);
  if (call == nullptr && !connection.owed.empty() && leave_late(connection, frame)) return;
  if (call == nullptr && is_echo(connection, frame)) {
    report_frame(Report::Kind::message, connection, nullptr, frame, "it answers the ping_message");
    touch(endpoint);
    return;
  }
  if (call == nullptr) {
    note_last_words(connection, frame);
    // The peer may send another unsolicited frame right after a call that accepts any frame.
    if (!connection.tainted) {
      connection.tainted = true;
      const bool streams = connection.served_wrapped && is_of_stream(frame, options_.max_depth);
      report_frame(Report::Kind::warning, connection, nullptr, frame,
                   streams
                       ? "more frames followed the answer: this tool streams, call it with callToolStreaming"
                       : "an unsolicited frame: from now on, only calls with ids use this connection; add ids to the "
                         "template (message, correlation), or connect_ack if the frame is a greeting");
    }
    report_frame(Report::Kind::unsolicited, connection, nullptr, frame,
                 connection.calls.empty() ? "no call is waiting" : "it carries no id of a waiting call");
    if (connection.calls.empty() && floods(now, connection.unsolicited, frame)) {
      report_frame(Report::Kind::warning, connection, nullptr, frame,
                   "the peer sends too many unsolicited frames: the connection is closed (limit unsolicitedFrames)");
      remove(connection, kFrameRefused, kTooMuch);
    }
    return;
  }
  take(now, connection, *call, frame);
}

// An error that names no call may be the reason why the peer closes next.
void Session::note_last_words(Connection& connection, const Frame& frame) const {
  if (!frame.is_text()) return;
  for (const auto& [place, calls] : connection.calls) {
    const Call& call = *calls_.at(calls.begin()->second);
    if (call.tool->rules.has_id(frame, options_.max_depth)) continue;
    if (judge(call, frame).kind == Judgement::Kind::tool_error) connection.last_words = start_of(frame);
  }
}

// The peer is alive. If it seemed dead, waiting calls may now use the connection.
void Session::hears(TimePoint now, Connection& connection) {
  if (connection.is_deaf()) touch(connection.endpoint);
  connection.heard_at = now;
  connection.unheard = 0;
  connection.doubted_until.reset();
}

// Whether unsolicited frames exceed the limit: each costs listeners to events more than the peer.
bool Session::floods(TimePoint now, Flow& flow, const Frame& frame) const {
  if (now - flow.since >= std::chrono::seconds(1)) flow = {.since = now};
  flow.bytes += frame.size();
  return ++flow.frames > options_.max_unsolicited || flow.bytes > options_.max_stream_bytes;
}

// A peer may also send something of its own after a ping. So a frame is known for the echo when it comes the second
// time, for another ping.
bool Session::is_echo(Connection& connection, const Frame& frame) {
  if (connection.owed_echoes == 0 || !frame.is_text() || frame.size() > kLongestEcho) return false;
  const std::string_view text = frame.text();
  if (connection.echo && text != *connection.echo) return false;
  connection.knows_echo = connection.echo.has_value();
  connection.echo = text;
  --connection.owed_echoes;
  return true;
}

Session::Call* Session::find_addressee(const Connection& connection, const Frame& frame) {
  if (connection.calls.empty()) return nullptr;
  if (connection.state == ConnectionState::exclusive)
    return calls_.at(connection.calls.begin()->second.begin()->second).get();
  if (!frame.is_text()) return nullptr;
  // First, since an id may be the same number as what was captured: these are held against the filter besides.
  if (!connection.answers.empty()) {
    if (Call* call = find_route(connection.answers, calls_, true, frame)) return call;
  }
  for (const auto& [place, calls] : connection.calls) {
    const Tool& tool = *calls_.at(calls.begin()->second)->tool;
    const CallRules& rules = tool.rules;
    const bool has_prefix = rules.has_prefix();
    if (has_prefix) {
      const auto found = calls.find(rules.id_in(frame.text()));
      if (found != calls.end()) return calls_.at(found->second).get();
    }
    for (std::size_t slot = rules.id_slot(); slot < rules.plan().size(); ++slot) {
      // Asked for each time: judging it for another tool looks for something else.
      const std::string_view raw = frame.scan(rules.plan(), tool.call_template.strips, options_.max_depth).values[slot];
      if (raw.empty() || raw.front() == '{' || raw.front() == '[') continue;
      const std::string id = json::text_of(raw);
      const auto found = calls.find(id);
      if (id.empty() || found == calls.end()) continue;
      Call* call = calls_.at(found->second).get();
      const bool is_id = slot < rules.id_slot() + rules.id_count();
      // Of what carries the id only where progress does, nothing else is the call's.
      if (is_id || judge(*call, frame).kind == Judgement::Kind::progress) return call;
    }
  }
  return nullptr;
}

Judgement Session::judge(const Call& call, const Frame& frame) const {
  // What has the caller's value and no id is an item that came before the first answer.
  if (call.late && call.late->waits && (!call.late->is_first || call.tool->rules.has_id(frame, options_.max_depth))) {
    return call.tool->rules.judge_first(call.mode, call.id, frame, options_.max_depth,
                                        call.filter ? &*call.filter : nullptr);
  }
  return call.tool->rules.judge(call.mode, call.id, frame, options_.max_depth, call.filter ? &*call.filter : nullptr);
}

// In the order in which they were made.
std::vector<CallId> Session::calls_of(const Connection& connection) {
  std::vector<CallId> calls;
  for (const auto& [place, ids] : connection.calls) {
    for (const auto& [route, id] : ids) {
      calls.insert(std::upper_bound(calls.begin(), calls.end(), CallId{id}), CallId{id});
    }
  }
  return calls;
}

void Session::take(TimePoint now, Connection& connection, Call& call, const Frame& frame) {
  if (call.mode == CallMode::discovery && frame.size() > options_.max_manual) {
    settle(now, call,
           share(ErrorCode::frame_too_large,
                 concat({connection.endpoint.label, " sent a manual of ", to_text(frame.size()),
                         " bytes, over the limit manualBytes of ", to_text(options_.max_manual)})),
           Ending::left);
    return;
  }
  const Judgement judgement = judge(call, frame);
  const std::string& label = connection.endpoint.label;
  if (judgement.kind != Judgement::Kind::not_mine) {
    connection.served = true;
    connection.served_wrapped = judgement.is_wrapped;
    const auto credential = credentials_.find(static_cast<std::uint32_t>(connection.credential));
    if (credential != credentials_.end()) credential->second->is_renewed = false;
  }
  switch (judgement.kind) {
    case Judgement::Kind::not_mine:
      ++call.ignored;
      call.ignored_why = judgement.why;
      call.ignored_start = start_of(frame);
      report_frame(Report::Kind::unsolicited, connection, &call, frame, judgement.why);
      return;
    case Judgement::Kind::end:
      report_frame(Report::Kind::message, connection, &call, frame, {});
      settle(now, call, nullptr, Ending::answered);
      return;
    case Judgement::Kind::first:
      take_first_answer(now, connection, call, frame);
      return;
    case Judgement::Kind::tool_error:
      report_frame(Report::Kind::message, connection, &call, frame, {});
      say_tool_failed(now, call, frame, judgement.path);
      return;
    case Judgement::Kind::bad_frame:
      report_frame(Report::Kind::message, connection, &call, frame, judgement.why);
      settle(now, call,
             share(ErrorCode::invalid_frame, concat({label, " sent an answer that cannot be used: ", judgement.why})),
             Ending::left);
      return;
    case Judgement::Kind::progress:
      report_frame(Report::Kind::message, connection, &call, frame, {});
      deliver(call, judgement, frame, true);
      expect_answer(now, connection, call);
      return;
    case Judgement::Kind::item:
      break;
  }
  report_frame(Report::Kind::message, connection, &call, frame, {});
  if (judgement.not_json)
    report_frame(Report::Kind::warning, connection, &call, frame, "response_format is json, but this is not JSON");

  const std::uint32_t expected = call.tool->rules.expected(call.mode);
  ++call.items;
  ++call.queued_items;
  call.queued_bytes += frame.size();
  if (expected != 1 &&
      (call.queued_items > options_.max_stream_items || call.queued_bytes > options_.max_stream_bytes)) {
    settle(now, call,
           share(ErrorCode::stream_overflow,
                 concat({label, " sends faster than the results are consumed: more than ",
                         to_text(options_.max_stream_items), " items or ", to_text(options_.max_stream_bytes),
                         " bytes are queued (limits streamItems, streamBytes)"})),
           Ending::left);
    return;
  }
  deliver(call, judgement, frame, false);
  if (judgement.last || (expected != 0 && call.items >= expected)) {
    const Ending counted = call.mode == CallMode::stream ? Ending::left : ending_by_frame(call);
    settle(now, call, nullptr, judgement.last ? Ending::answered : counted);
    return;
  }
  // Half of what may pile up is left for what the host has read already. Others' answers are never held up.
  if (options_.can_pause && call.mode == CallMode::stream && connection.state == ConnectionState::exclusive &&
      holds_more_than(call, 2)) {
    set_reading(connection, false);
  }
  expect_answer(now, connection, call);
}

// From now on the peer is late after `response_timeout`, unless this side is to blame for the wait.
void Session::expect_answer(TimePoint now, const Connection& connection, const Call& call) {
  if (connection.paused || call.upload < Upload::held) {
    timers_.clear(timer_of(call.id));
  } else {
    timers_.set(timer_of(call.id), now + call.response_timeout);
  }
}

// The host decodes the frame; where something stands before its JSON, it gets what it is to decode.
void Session::deliver(const Call& call, const Judgement& judgement, const Frame& frame, bool is_progress) {
  const bool is_member = judgement.decoding == Decoding::json_member;
  DeliverFrame& delivery = std::get<DeliverFrame>(commands_.emplace_back(DeliverFrame{
      call.id, judgement.decoding, is_progress ? std::string() : std::string(judgement.path), is_progress}));
  if (!call.tool->call_template.strips || (!is_member && judgement.decoding != Decoding::json)) return;
  std::string_view text = json_in(frame.text(), true);
  if (is_member)
    text = json::scan(text, json::ScanPlan({*json::parse_pointer(judgement.path)}), options_.max_depth).values[0];
  delivery.decoding = Decoding::instead;
  delivery.path = text;
}

// Whether nothing follows the answer. A peer may still end a stream that a count or an error has ended here.
bool Session::is_one_answer(const Call& call) {
  return call.mode != CallMode::stream && call.tool->rules.expected(call.mode) == 1;
}

Session::Ending Session::ending_by_frame(const Call& call) {
  return is_one_answer(call) ? Ending::answered : Ending::by_peer;
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
  expect_answer(now, connection, call);
}

void Session::handle_upload(TimePoint now, CallId id, Upload progress) {
  const Turn turn(*this, now);
  const auto entry = calls_.find(static_cast<std::uint32_t>(id));
  if (entry == calls_.end() || !entry->second->connection) return;
  Call& call = *entry->second;
  call.upload = progress;
  call.has_begun = call.has_begun || progress == Upload::waiting || progress == Upload::done;
  if (progress == Upload::done && call.tool->rules.expects_nothing(call.mode)) {
    settle(now, call, nullptr, Ending::answered);
  } else {
    expect_answer(now, *connections_.at(static_cast<std::uint32_t>(*call.connection)), call);
  }
}

void Session::report_frame(Report::Kind kind, const Connection& connection, const Call* call, const Frame& frame,
                           std::string_view why) {
  if (Report* framed = report(kind, connection.endpoint, connection.id)) {
    if (call != nullptr) framed->call = call->id;
    framed->size = frame.size();
    framed->text = why;
  }
}

}  // namespace utcp::ws
