// What the model makes of an event: what the session must do about it.
#include <algorithm>
#include <set>

#include "checker.hpp"

namespace utcp::ws::simulation {
namespace {

// Failures after which the back-off grows no more.
constexpr int kMany = 20;

}  // namespace

void Checker::step_begins(TimePoint now) {
  now_ = now;
  silent_ = in_timeout_ = in_shutdown_ = was_granted_ = must_cancel_all_ = false;
  starting_ = 0;
  failed_openings_.clear();
  ended_by_peer_.clear();
  error_path_.clear();
}

void Checker::call_starts(TimePoint now, std::uint32_t id, const ToolPlan& tool, CallMode mode,
                          const std::optional<std::string>& header, bool is_released, bool uploads,
                          std::uint32_t topic) {
  step_begins(now);
  starting_ = id;
  ModelCall& call = model_.add_call({.id = id, .tool = &tool, .mode = mode});
  call.group = model_.group_of(tool, header);
  call.deadline = now + tool.connection_timeout;
  call.topic = topic;
  call.has_begun = !uploads;
  if (uploads) call.upload = Upload::unsent;
  const bool sets_headers = header.has_value() || scenario_.sites[tool.site].needs_headers;
  if (is_released) {
    must_settle_[id] = ErrorCode::module_failed;
  } else if (header && header->find('\n') != std::string::npos) {
    must_settle_[id] = ErrorCode::invalid_argument;
  } else if (sets_headers && !options_.handshake.can_set_headers) {
    must_settle_[id] = ErrorCode::auth_unsupported;
  } else {
    model_.group(call.group).waiting.push_back(id);
  }
}

void Checker::call_aborted(TimePoint now, std::uint32_t id) {
  step_begins(now);
  ModelCall* call = model_.live_call(id);
  if (call == nullptr) return step_is_silent();
  leave(*call, Ending::left);
  model_.end_call(*call);
}

void Checker::consumed(TimePoint now, std::uint32_t id, std::size_t items, std::size_t bytes) {
  step_begins(now);
  ModelCall* call = model_.live_call(id);
  if (call == nullptr) return step_is_silent();
  call->queued_items -= items;
  call->queued_bytes -= bytes;
  const ModelConnection& connection = *model_.live_connection(call->connection);
  if (!connection.paused || holds_more_than(*call, 4)) return step_is_silent();
  must_set_reading_[connection.id] = true;
  call->deadline = call->due(now);
}

bool Checker::holds_more_than(const ModelCall& call, std::size_t part) const {
  return call.queued_items > options_.max_stream_items / part || call.queued_bytes > options_.max_stream_bytes / part;
}

void Checker::token_came(TimePoint now, std::uint32_t id, int http_status, const std::string& granted,
                         Duration lifetime) {
  step_begins(now);
  const auto fetch = model_.fetches.find(id);
  if (fetch == model_.fetches.end()) return step_is_silent();
  if (!fetch->second.is_second && (http_status == 400 || http_status == 401)) return;  // it asks once more
  was_granted_ = !granted.empty();
  if (was_granted_) {
    model_.tokens.insert_or_assign(granted,
                                   ModelToken{.id = id, .site = fetch->second.site, .expires_at = now + lifetime});
  } else {
    const bool may_help = http_status == 0 || http_status == 429 || http_status >= 500;
    may_fail_unseen(may_help ? ErrorCode::token_unavailable : ErrorCode::auth_failed);
  }
  model_.fetches.erase(fetch);
}

// Openings that wait for a token have no socket yet: which of them fail cannot be seen.
void Checker::may_fail_unseen(ErrorCode code) {
  for (std::size_t i = 0; i < model_.groups().size(); ++i) {
    Group& group = model_.group(i);
    if (!model_.may_be_authorizing(group)) continue;
    group.failures = kMany;
    group.quiet_until = now_ + options_.retry.cap;
    group.may_back_off = true;
    failed_openings_.insert_or_assign(i, FailedOpening{code, true, now_ + options_.retry.cap});
  }
}

// It is replaced, once until a call is answered.
void Checker::token_is_refused(const ModelConnection& connection) {
  for (std::size_t i = 0; i < model_.groups().size(); ++i) {
    Group& group = model_.group(i);
    if (connection.group ? *connection.group != i : group.site != connection.site) continue;
    bool& renewed = model_.token_renewed(group);
    if (connection.group && !renewed) model_.tokens.at(connection.token).refused = true;
    renewed = true;
  }
}

void Checker::ponged(TimePoint now, std::uint32_t id) {
  step_begins(now);
  ModelConnection* connection = model_.live_connection(id);
  if (connection == nullptr || !connection->is_deaf()) step_is_silent();
  if (connection == nullptr) return;
  connection->is_heard(now);
}

void Checker::opened(TimePoint now, std::uint32_t id, std::string_view protocol) {
  step_begins(now);
  ModelConnection* connection = model_.live_connection(id);
  if (connection == nullptr || connection->state != ModelConnection::State::opening) return step_is_silent();
  const Site& site = model_.site_of(*connection);
  if (!site.protocol.empty() && protocol != site.protocol) {
    opening_fails(*connection, ErrorCode::subprotocol_mismatch, false);
    return;
  }
  if (site.greets && !site.challenges) must_greet_ = id;
  if (site.acks) {
    connection->state = ModelConnection::State::greeting;
  } else {
    becomes_ready(*connection);
  }
}

void Checker::becomes_ready(ModelConnection& connection) {
  connection.state = ModelConnection::State::ready;
  connection.since = now_;
  const Site& site = model_.site_of(connection);
  if (site.keeps_alive && (options_.can_ping || site.has_ping_message)) {
    connection.next_beat = now_ + site.ping_interval;
  }
  if (connection.group) {
    Group& group = model_.group(*connection.group);
    group.failures = 0;
    group.may_back_off = false;
    group.quiet_until = now_;
  }
  for (std::size_t i = 0; i < model_.groups().size(); ++i) {
    Group& group = model_.group(i);
    if (connection.group ? *connection.group == i : group.site == connection.site) group.is_failing = false;
  }
}

void Checker::received(TimePoint now, std::uint32_t id, const Payload& payload) {
  step_begins(now);
  ModelConnection* connection = model_.live_connection(id);
  if (connection == nullptr || connection->state == ModelConnection::State::opening) return step_is_silent();
  connection->is_heard(now);
  connection->last_words = ModelConnection::LastWords::none;
  if (payload.meaning == Meaning::oversize) {
    if (connection->state == ModelConnection::State::greeting) {
      opening_fails(*connection, ErrorCode::frame_too_large, false);
    }
    for (const std::uint32_t call : connection->calls) {
      must_settle_[call] = ErrorCode::frame_too_large;
      must_tell(*model_.live_call(call), Ending::left);
    }
    must_close_[id] = 4000;
    return;
  }
  if (payload.meaning == Meaning::question) return question_for(*connection, payload);
  if (connection->state == ModelConnection::State::greeting) {
    if (payload.meaning == Meaning::welcome) {
      if (model_.site_of(*connection).challenges) must_greet_ = id;
      return becomes_ready(*connection);
    }
    if (payload.meaning == Meaning::denied) return opening_fails(*connection, ErrorCode::auth_failed, false);
    if (!is_one_too_many(connection->unasked, payload)) return;
    opening_fails(*connection, ErrorCode::connection_failed, true);
    must_close_[id] = 4000;
    return;
  }
  ModelCall* call = model_.live_call(payload.owner);
  const bool is_owners = call != nullptr && call->state == ModelCall::State::sent && call->connection == id &&
                         (call->takes_by_answer() || !payload.by_answer);
  if (gives_up(is_owners ? call : nullptr, payload)) return connection_given_up(*connection);
  if (is_late_first_answer(*connection, payload)) return;
  if (is_owners) return frame_for(*connection, *call, payload);
  const bool is_echo = connection->owed_echoes > 0 && payload.is_text && payload.text.size() <= 1024 &&
                       connection->echo.value_or(payload.text) == payload.text;
  if (!is_echo) {
    note_last_words(*connection, payload);
    connection->tainted = connection->tainted || !connection->exclusive;
    if (connection->calls.empty() && is_one_too_many(connection->unasked, payload)) must_close_[id] = 4000;
    return;
  }
  connection->knows_echo = connection->echo.has_value();
  connection->echo = payload.text;
  --connection->owed_echoes;
}

bool Checker::is_one_too_many(ModelConnection::Flow& flow, const Payload& payload) const {
  if (now_ >= flow.since + std::chrono::seconds(1)) flow = {.since = now_};
  ++flow.frames;
  flow.bytes += payload.size;
  return flow.frames > options_.max_unsolicited || flow.bytes > options_.max_stream_bytes;
}

void Checker::frame_for(ModelConnection& connection, ModelCall& call, const Payload& payload) {
  if (is_first_answer(connection, call, payload)) return;
  const bool is_answer = payload.meaning == Meaning::end || payload.meaning == Meaning::tool_error ||
                         payload.meaning == Meaning::too_deep || payload.meaning == Meaning::item ||
                         payload.meaning == Meaning::progress;
  if (is_answer) {
    connection.served = true;
    model_.token_renewed(model_.group(call.group)) = false;
  }
  switch (payload.meaning) {
    case Meaning::noise:
    case Meaning::first:
    case Meaning::bad_first:
    case Meaning::echo:
    case Meaning::welcome:
    case Meaning::question:
    case Meaning::denied:
    case Meaning::oversize:
    case Meaning::give_up:
    case Meaning::last_words:
      return;
    case Meaning::end:
      must_settle_[call.id] = std::nullopt;
      return leave(call, Ending::answered);
    case Meaning::tool_error:
      must_settle_[call.id] = ErrorCode::tool_failed;
      error_path_ = payload.path;
      return leave(
          call, call.mode != CallMode::stream && call.tool->items(call.mode) == 1 ? Ending::answered : Ending::by_peer);
    case Meaning::too_deep:
      must_settle_[call.id] = ErrorCode::invalid_frame;
      return leave(call, Ending::left);
    case Meaning::progress:
      must_deliver_ = &payload;
      if (!connection.paused) call.deadline = call.due(now_);
      return;
    case Meaning::item:
      break;
  }
  const std::uint32_t expected = call.tool->items(call.mode);
  ++call.items;
  ++call.queued_items;
  call.queued_bytes += payload.size;
  if (expected != 1 &&
      (call.queued_items > options_.max_stream_items || call.queued_bytes > options_.max_stream_bytes)) {
    must_settle_[call.id] = ErrorCode::stream_overflow;
    return leave(call, Ending::left);
  }
  must_deliver_ = &payload;
  if (call.items == expected) {
    must_settle_[call.id] = std::nullopt;
    if (call.mode == CallMode::stream) return leave(call, Ending::left);
    return leave(call, expected == 1 ? Ending::answered : Ending::by_peer);
  }
  // While it is not read from, nothing can be expected of the peer.
  if (options_.can_pause && call.mode == CallMode::stream && connection.exclusive && !connection.paused &&
      holds_more_than(call, 2)) {
    must_set_reading_[connection.id] = false;
  }
  const bool is_read = !connection.paused && !must_set_reading_.contains(connection.id);
  call.deadline = is_read ? call.due(now_) : TimePoint::max();
}

void Checker::failed(TimePoint now, std::uint32_t id, const OpeningFailure& failure) {
  using Kind = OpeningFailure::Kind;
  const int http_status = failure.http_status;
  step_begins(now);
  ModelConnection* connection = model_.live_connection(id);
  if (connection == nullptr) return step_is_silent();
  ended_by_peer_.insert(id);
  if (connection->state == ModelConnection::State::ready) {
    for (const std::uint32_t call : connection->calls) must_settle_[call] = ErrorCode::connection_closed;
    must_close_[id] = 1000;
    return;
  }
  const bool is_unauthorized = http_status == 401 || http_status == 403;
  if (is_unauthorized && !connection->token.empty() && connection->state == ModelConnection::State::opening) {
    token_is_refused(*connection);
    return opening_fails(*connection, ErrorCode::auth_failed, false, false);
  }
  if (is_unauthorized || failure.kind == Kind::no_credentials) {
    return opening_fails(*connection, ErrorCode::auth_failed, false);
  }
  const bool is_refused = http_status >= 400 && http_status < 500;
  // Whether it is tried again depends on whether somebody ever listened there, and for how long: it may be.
  const bool may_end = is_refused || http_status == 200 || is_final(failure.kind) ||
                       failure.kind == Kind::nobody_listens || failure.kind == Kind::unknown_host;
  const ErrorCode code = is_refused                             ? ErrorCode::handshake_refused
                         : failure.kind == Kind::not_allowed    ? ErrorCode::websocket_unavailable
                         : failure.kind == Kind::unreadable_url ? ErrorCode::url_refused
                                                                : ErrorCode::connection_failed;
  opening_fails(*connection, code, !may_end);
}

void Checker::closed(TimePoint now, std::uint32_t id, int code) {
  step_begins(now);
  ModelConnection* connection = model_.live_connection(id);
  if (connection == nullptr) return step_is_silent();
  ended_by_peer_.insert(id);
  const bool is_ready = connection->state == ModelConnection::State::ready;
  const bool is_greeted = is_ready || connection->state == ModelConnection::State::greeting;
  static const std::set<int> no_refusals = {1001, 1006, 1011, 1012, 1013};
  const Site& site = model_.site_of(*connection);
  const bool has_last_words = connection->last_words == ModelConnection::LastWords::said;
  // Where the greeting was acknowledged, what is said later is about something else.
  const bool is_refusal = is_greeted && site.greets && !connection->served && !no_refusals.contains(code) &&
                          !(is_ready && code == 1000) && !(has_last_words && site.acks && !site.challenges);
  if (!is_ready) {
    return opening_fails(*connection, is_refusal ? ErrorCode::auth_failed : ErrorCode::connection_failed, !is_refusal);
  }
  if ((code == 1008 || code == 4401) && !connection->token.empty()) token_is_refused(*connection);
  if (is_refusal) {
    for (const std::uint32_t call_id : connection->calls) must_settle_[call_id] = ErrorCode::auth_failed;
    return opening_fails(*connection, ErrorCode::auth_failed, false);
  }
  must_close_[id] = 1000;
  for (const std::uint32_t call_id : connection->calls) {
    const ModelCall& call = *model_.live_call(call_id);
    // One that expects nothing is still there because not all of it is sent.
    const bool is_end = (code == 1000 || code == 1001) && !has_last_words && call.tool->is_open_ended(call.mode) &&
                        !call.tool->expects_nothing(call.mode);
    must_settle_[call_id] = is_end ? std::nullopt : std::optional(ErrorCode::connection_closed);
  }
}

void Checker::timer_fires(TimePoint now) {
  step_begins(now);
  const std::optional<TimePoint> due = session_.poll_timeout();
  if (!due || *due > now) step_is_silent();
  in_timeout_ = true;
  may_fail_unseen(ErrorCode::connection_timeout);
}

void Checker::deregistered(TimePoint now, CallerId caller, std::string_view manual) {
  step_begins(now);
  in_shutdown_ = true;
  for (std::size_t i = 0; i < model_.groups().size(); ++i) {
    const Group& group = model_.group(i);
    if (group.caller == caller && group.manual == manual) drop_group(i, ErrorCode::manual_deregistered);
  }
}

void Checker::protocol_closed(TimePoint now) {
  step_begins(now);
  in_shutdown_ = true;
  for (std::size_t i = 0; i < model_.groups().size(); ++i) drop_group(i, ErrorCode::protocol_closed);
  for (const std::uint32_t id : model_.connections()) must_close_[id] = 1000;
  must_cancel_all_ = true;
}

void Checker::drop_group(std::size_t index, ErrorCode code) {
  for (const std::uint32_t id : model_.calls()) {
    if (model_.live_call(id)->group != index) continue;
    must_settle_[id] = code;
    must_tell(*model_.live_call(id), Ending::left);
  }
  Group& group = model_.group(index);
  for (const std::uint32_t id : group.connections) must_close_[id] = 1000;
  group.may_back_off = false;
}

void Checker::opening_fails(ModelConnection& connection, ErrorCode code, bool worth_retrying, bool is_certain) {
  const bool may_renew = code == ErrorCode::connection_failed && !connection.token.empty();
  must_close_[connection.id] = 1000;
  for (std::size_t i = 0; i < model_.groups().size(); ++i) {
    Group& group = model_.group(i);
    if (connection.group ? *connection.group != i : group.site != connection.site) continue;
    bool others_work = false;
    bool others_try = false;
    for (const std::uint32_t id : group.connections) {
      const bool is_ready = model_.live_connection(id)->state == ModelConnection::State::ready;
      others_work = others_work || (is_ready && id != connection.id);
      others_try = others_try || (!is_ready && id != connection.id);
    }
    if (others_work && code == ErrorCode::auth_failed) group.refused = connection.id;
    if (may_renew) model_.token_renewed(group) = true;
    const int doublings = std::min(group.failures, kMany);
    ++group.failures;
    if (connection.group && is_certain) group.is_failing = true;
    const Duration bound = std::min(options_.retry.cap, options_.retry.base * (std::int64_t{1} << doublings));
    group.quiet_until = std::max(group.quiet_until, now_ + bound);
    group.may_back_off = true;
    const bool retry = options_.retry.enabled && worth_retrying;
    if (others_work || (others_try && worth_retrying)) continue;
    failed_openings_.insert_or_assign(i, FailedOpening{code, !retry, now_ + bound});
  }
}

}  // namespace utcp::ws::simulation
