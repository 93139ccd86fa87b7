// Owns connections: how one is opened, which call leases it, what happens when it fails or is lost. Must not know
// which call is next.
#include <algorithm>
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

// Limit of remembered origins; beyond it, old ones count as new again.
constexpr std::size_t kMostReached = 1000;

bool worth_retrying(ErrorCode code) {
  switch (code) {
    case ErrorCode::auth_failed:
    case ErrorCode::handshake_refused:
    case ErrorCode::subprotocol_mismatch:
    case ErrorCode::frame_too_large:
      return false;
    default:
      return true;
  }
}

}  // namespace

void Session::open(TimePoint now, Endpoint& endpoint, const Call& call) {
  while (++last_connection_ == 0 || connections_.contains(last_connection_)) {
  }
  const ConnectionId id{last_connection_};
  std::unique_ptr<Connection>& slot = connections_[last_connection_];
  slot = std::make_unique<Connection>(id, endpoint);
  Connection& connection = *slot;
  endpoint.connections.push_back(&connection);
  // The template's timeout: a call that waits longer, or forever, must not block others behind one hung attempt.
  timers_.set(timer_of(id), now + call.tool->call_template.connection_timeout);
  if (endpoint.tool->call_template.auth.kind == Auth::Kind::oauth2) {
    authorize(now, connection);
  } else {
    open_socket(connection, {});
  }
}

void Session::lease(TimePoint now, Connection& connection, Call& call) {
  call.route = call.wire_id;
  Routes& calls = connection.calls[call.place()];
  while (!calls.try_emplace(call.route, static_cast<std::uint32_t>(call.id)).second) {
    call.route += '\'';  // the host gave one UUID twice
  }
  connection.state.apply(call.shared() ? ConnectionEvent::joined : ConnectionEvent::leased);
  connection.tainted = connection.tainted || call.shared();
  call.connection = connection.id;
  auto& tools = connection.tools;
  if (std::find(tools.begin(), tools.end(), call.tool) == tools.end()) {
    if (tools.size() == kMostTools) tools.erase(tools.begin());
    tools.push_back(call.tool);
  }
  if (call.late) fill_in(connection, call);
  if (call.late && !call.late->route.empty()) {
    const auto id = static_cast<std::uint32_t>(call.id);
    connection.answers[call.late->route] = id;
    call.late->is_first = connection.unanswered.size() < kMostUnanswered &&
                          connection.unanswered.try_emplace(call.late->route, id).second;
  }
  expect_answer(now, connection, call);
  if (!call.tool->call_template.sends_message && call.mode != CallMode::discovery) return;
  commands_.push_back(SendMessage{connection.id, call.id});
  if (call.tool->call_template.takes_captured) std::get<SendMessage>(commands_.back()).captured = connection.captured;
  if (Report* sent = report(Report::Kind::send, connection.endpoint, connection.id)) sent->call = call.id;
}

void Session::handle_open(TimePoint now, ConnectionId id, std::string_view subprotocol) {
  const Turn turn(*this, now);
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end() || entry->second->state != ConnectionState::opening) return;
  Connection& connection = *entry->second;
  Endpoint& endpoint = connection.endpoint;
  const CallTemplate& call_template = endpoint.tool->call_template;
  if (reached_.size() >= kMostReached) reached_.clear();
  reached_.emplace(call_template.url.origin(), 0);
  if (!call_template.protocol.empty() && subprotocol != call_template.protocol) {
    opening_failed(
        now, connection,
        // Without the other's name: a subprotocol offered next to it may be a credential.
        make_error(ErrorCode::subprotocol_mismatch,
                   concat({endpoint.label, " does not speak the subprotocol \"", call_template.protocol,
                           "\" that the call template requires; it chose ", subprotocol.empty() ? "none" : "another"}),
                   "protocol"));
    return;
  }
  report(Report::Kind::open, endpoint, id);
  connection.step = call_template.connect.get();
  connection.state.apply(ConnectionEvent::opened);
  greet(now, connection);
}

void Session::become_ready(TimePoint now, Connection& connection) {
  Endpoint& endpoint = connection.endpoint;
  endpoint.back_off = {};  // the peer is back: no call has to wait for the next attempt
  timers_.clear(endpoint_timer(endpoint.id));
  timers_.clear(timer_of(connection.id));
  start_heartbeat(now, connection);
  rest(now, connection);
  touch(endpoint);
}

void Session::rest(TimePoint now, Connection& connection) {
  set_reading(connection, true);
  connection.idle_since = now;
  // An earlier idle timer is moved when it fires: nothing to do on the hot path.
  if (!timers_.has(timer_of(connection.id))) timers_.set(timer_of(connection.id), now + options_.idle_timeout);
}

// The first half of a sentence about a connection that is not ready in time.
std::string Session::what_is_missing(const Connection& connection) const {
  const Endpoint& endpoint = connection.endpoint;
  switch (connection.state.value()) {
    case ConnectionState::authorizing:
      return token_endpoint(endpoint.tool->call_template.auth.token_url) + " did not answer";
    case ConnectionState::greeting:
      return concat({endpoint.label, " did not send the frame that ", connection.step->name, " expects",
                     connection.instead.empty() ? "" : "; the last frame instead: ",
                     said(connection.instead, secrets_of(connection.id), kShownOfFrame),
                     connection.instead.empty() ? "" : ";"});
    default:
      return endpoint.label + " did not finish the opening handshake";
  }
}

void Session::connection_timeout(TimePoint now, Connection& connection) {
  if (!connection.state.is_ready()) {
    opening_failed(now, connection,
                   make_error(ErrorCode::connection_timeout, what_is_missing(connection) + " in time"));
  } else if (connection.state == ConnectionState::free) {
    const TimePoint due = end_of_rest(connection);
    if (due > now) {
      timers_.set(timer_of(connection.id), due);
      return;
    }
    retire(connection);
  }
}

void Session::handle_close(TimePoint now, ConnectionId id, int code, std::string_view reason, bool was_clean) {
  const Turn turn(*this, now);
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end()) return;
  Connection& connection = *entry->second;
  const bool was_ready = connection.state.is_ready();
  const Secrets secrets = secrets_of_all(connection);
  const std::string why = said(reason, secrets);
  const std::string& words = connection.last_words;
  const ConnectStep* connect = connection.endpoint.tool->call_template.connect.get();
  const std::string when = was_ready                                       ? "before the answer came"
                           : connection.state == ConnectionState::greeting ? concat({"after ", connect->field})
                                                                           : "during the handshake";
  ErrorPtr error =
      make_error(was_ready ? ErrorCode::connection_closed : ErrorCode::connection_failed,
                 concat({connection.endpoint.label, " closed the connection ", when, " (code ", to_text(code),
                         why.empty() ? "" : ", reason \"", why, why.empty() ? ")" : "\")",
                         words.empty() ? "" : "; before that it said: ", words.empty() ? "" : said(words, secrets)}));
  error->close_code = code;
  error->reason = why;
  error->was_clean = was_clean;
  const bool refused = connection.refuses_greeting(code);
  if (refused) {
    error->code = ErrorCode::auth_failed;
    error->message += concat({"; check ", connect->field});
  }
  if (was_ready && (code == 1008 || code == 4401)) (void)renew_token(now, connection);
  if (was_ready && !refused) {
    connection_lost(connection, std::move(error));
    return;
  }
  // All waiting calls get the same error, instead of another login each.
  const std::vector<CallId> calls = calls_of(connection);
  connection.calls.clear();
  const auto told = share(on_heap(*error));
  for (const CallId call : calls) reject(call, told);
  opening_failed(now, connection, std::move(error));
}

// No call was answered before the close, and its code does not mean "later" (RFC 6455 section 7.4.1, and 1012, 1013 of
// IANA's registry) or a broken network. Endpoints use their own codes for refusals, or none.
bool Session::Connection::refuses_greeting(int code) const {
  const ConnectStep* sent = endpoint.tool->call_template.connect.get();
  while (sent != nullptr && !sent->sends) sent = sent->next.get();
  // An error after what this side sent was taken is about something else.
  if (!last_words.empty() && sent != nullptr && sent->next != nullptr) return false;
  if (!state.is_open() || served || sent == nullptr) return false;
  // After the greeting 1000 may be the end of a stream without items.
  if (code == 1000) return state == ConnectionState::greeting;
  return code != 1001 && code != 1006 && (code < 1011 || code > 1013);
}

void Session::connection_lost(Connection& connection, ErrorPtr lost) {
  const auto error = share(std::move(lost));
  const bool peer_is_done = (error->close_code == 1000 || error->close_code == 1001) && connection.last_words.empty();
  const std::vector<CallId> calls = calls_of(connection);
  connection.calls.clear();
  for (const CallId id : calls) {
    const Call& call = *calls_.at(static_cast<std::uint32_t>(id));
    // One that expects nothing is still here because not all of it is sent.
    const bool until_peer_ends = !call.tool->rules.expects_nothing(call.mode) &&
                                 (call.mode == CallMode::stream || call.tool->rules.expected(call.mode) == 0);
    reject(id, peer_is_done && until_peer_ends ? nullptr : error);
  }
  remove(connection, error->close_code, error->reason, true);
}

void Session::opening_failed(TimePoint now, Connection& connection, ErrorPtr error, int code, std::string_view reason,
                             OpeningFailure::Kind kind) {
  Endpoint& endpoint = connection.endpoint;
  // It may have been a refusal that this host does not show: the retry has a new token, once.
  if (error->code == ErrorCode::connection_failed) (void)renew_token(now, connection);
  // A token endpoint knows nothing of connections.
  const bool is_refused = error->code == ErrorCode::auth_failed && connection.state != ConnectionState::authorizing;
  remove(connection, code, reason);
  const bool others_work = endpoint.has_ready_connection();
  BackOff& back_off = endpoint.back_off;
  back_off.last_error = share(on_heap(*error));
  if (back_off.is_on) return;  // one failure of several attempts made at once is enough
  ++back_off.failures;
  if (others_work && is_refused) {
    // It may allow no more connections: waiting calls get a working one when it is free, or a new one in its place.
    endpoint.refuses_more = true;
    return;
  }
  const bool may_pass = worth_retrying(error->code) && may_still_open(now, endpoint, kind);
  const bool retry = options_.retry.enabled && may_pass;
  if (!retry && !others_work) {
    if (may_pass && !endpoint.connections.empty()) return;  // another attempt may still work
    if (back_off.failures > 1) {
      error->message += concat({"; attempts: ", to_text(back_off.failures)});
      back_off.last_error = share(std::move(error));
    }
    reject_waiting(endpoint, TimePoint::max(), back_off.last_error);
    drop_openings(endpoint);
    return;
  }

  // Full jitter: a random delay up to the exponential bound, so that clients do not return together.
  const int doublings = std::min(back_off.failures - 1, 20);
  const Duration bound = std::min(options_.retry.cap, options_.retry.base * (std::int64_t{1} << doublings));
  Duration delay{static_cast<Duration::rep>(random() % static_cast<std::uint64_t>(bound.count() + 1))};
  if (may_pass && kind == OpeningFailure::Kind::nobody_listens && back_off.refused_since) {
    delay = std::min(delay, *back_off.refused_since + options_.retry.first_opening - now);  // the last attempt
  }
  const bool is_last =
      endpoint.connections.empty();  // else another attempt may still succeed in time for waiting calls
  if (is_last) error->message += concat({"; attempts: ", to_text(back_off.failures)});
  const auto told = share(std::move(error));
  if (is_last) reject_waiting(endpoint, now + delay, told);
  if (endpoint.waiting() > 0) {
    back_off.is_on = true;
    timers_.set(endpoint_timer(endpoint.id), now + delay);
    if (Report* retry_report = report(Report::Kind::retry, endpoint, {})) {
      retry_report->text = told->message;
      retry_report->attempt = back_off.failures;
      retry_report->delay = delay;
    }
  }
}

}  // namespace utcp::ws
