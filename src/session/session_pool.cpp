// Owns endpoints and their connections: when one is opened, who gets it, what follows when it fails or is lost.
#include <algorithm>
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

// Origins to remember; where there are more, those of the past are tried as if they were new.
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

Result<Session::Endpoint*> Session::endpoint_for(Tool& tool, const CallRequest& request) {
  const CallTemplate& call_template = tool.call_template;
  if (call_template.header_fields.empty()) {
    const auto hint = endpoints_.find(tool.endpoint_hint);
    if (hint != endpoints_.end()) return hint->second.get();
  }
  std::string key = owner_key(tool.caller, tool.owner);
  append_part(key, call_template.endpoint_key);
  std::vector<Header> field_headers;
  for (std::size_t i = 0; i < call_template.header_fields.size(); ++i) {
    const std::string& name = call_template.header_fields[i];
    const bool given = i < request.header_values.size() && request.header_values[i].has_value();
    append_part(key, given ? "1" : "0");
    if (!given) continue;
    const std::string& value = *request.header_values[i];
    if (!is_field_value(value)) {
      return Error{
          ErrorCode::invalid_argument,
          concat({"argument \"", name, "\" goes into a handshake header (header_fields): it must be ", kHeaderValue}),
          name};
    }
    field_headers.emplace_back(name, value);
    append_part(key, value);
  }
  // What no token can change is found out before one is fetched.
  Result<Handshake> handshake = build_handshake(call_template, field_headers, "token", options_.handshake);
  if (!handshake) return std::move(handshake).error();

  const auto known = endpoint_ids_.find(key);
  if (known != endpoint_ids_.end()) {
    tool.endpoint_hint = known->second;
    return endpoints_.at(known->second).get();
  }
  while (++last_endpoint_ == 0 || endpoints_.contains(last_endpoint_)) {
  }
  tool.endpoint_hint = last_endpoint_;
  endpoint_ids_[key] = last_endpoint_;
  std::unique_ptr<Endpoint>& endpoint = endpoints_[last_endpoint_];
  endpoint = std::make_unique<Endpoint>();
  endpoint->id = last_endpoint_;
  endpoint->key = std::move(key);
  endpoint->field_headers = std::move(field_headers);
  endpoint->label = call_template.url.label();
  return endpoint.get();
}

// Gives connections to waiting calls, each kind in order, and opens what is missing. Forgets an endpoint that has
// nothing left.
void Session::pump(TimePoint now, Endpoint& endpoint) {
  serve(now, endpoint, endpoint.waiting_alone);
  serve(now, endpoint, endpoint.waiting_shared);
  collect(endpoint);
}

void Session::serve(TimePoint now, Endpoint& endpoint, std::vector<CallId>& queue) {
  for (std::size_t next = 0; next < queue.size();) {
    Call& call = *calls_.at(static_cast<std::uint32_t>(queue[next]));
    if (Connection* connection = find_connection(endpoint, call)) {
      queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(next));
      lease(now, *connection, call);
      if (call.tool->rules.expects_nothing(call.mode)) {
        say_settled(call, nullptr);
        take_out(now, call, Ending::answered);
      }
    } else if (wants_another(endpoint) && has_room(endpoint)) {
      open(now, endpoint, call);
    } else if (call.shared() && call.tool->rules.correlates_by_value()) {
      ++next;  // those behind it may have other values
    } else {
      return;
    }
  }
}

// The one used last comes first, so that what is not needed grows idle.
Session::Connection* Session::find_connection(const Endpoint& endpoint, const Call& call) {
  const bool shared = call.shared();
  Connection* best = nullptr;
  for (const ConnectionId id : endpoint.connections) {
    Connection& connection = *connections_.at(static_cast<std::uint32_t>(id));
    if (connection.state != ConnectionState::ready || connection.is_deaf()) continue;
    const bool may_be_sent_more = connection.tainted || connection.owed_echoes > 0 || !connection.knows_echo;
    const bool fits = shared ? !connection.exclusive && !may_confuse(connection, call)
                             : connection.calls.empty() && !may_be_sent_more;
    if (fits && (best == nullptr || connection.idle_since > best->idle_since)) best = &connection;
  }
  return best;
}

// Whether a frame there could as well be another call's, of the same value.
bool Session::may_confuse(const Connection& connection, const Call& call) {
  constexpr std::size_t kMostUnanswered = 1000;
  if (!call.tool->rules.correlates_by_value()) return false;
  const auto calls = connection.calls.find(call.place());
  return (calls != connection.calls.end() && calls->second.contains(call.wire_id)) ||
         connection.unanswered.contains(call.place() + call.wire_id) || connection.unanswered.size() >= kMostUnanswered;
}

bool Session::wants_another(const Endpoint& endpoint) const {
  if (endpoint.backing_off) return false;
  std::size_t opening = 0;
  for (const ConnectionId id : endpoint.connections) {
    const Connection& connection = *connections_.at(static_cast<std::uint32_t>(id));
    if (connection.state != ConnectionState::ready || connection.doubted_until) ++opening;
  }
  if (opening == 0) return true;
  if (endpoint.failures > 0) return false;  // one probe at a time until the peer is back
  return opening < endpoint.waiting_alone.size() + (endpoint.waiting_shared.empty() ? 0U : 1U);
}

// Whether one more may be opened. If need be one is closed that is idle, but not fit for the calls that wait.
bool Session::has_room(const Endpoint& endpoint) {
  if (endpoint.connections.size() < options_.max_connections) return true;
  for (const ConnectionId id : endpoint.connections) {
    Connection& connection = *connections_.at(static_cast<std::uint32_t>(id));
    if (connection.state != ConnectionState::ready || !connection.calls.empty()) continue;
    retire(connection);
    return true;
  }
  return false;
}

void Session::open(TimePoint now, Endpoint& endpoint, const Call& call) {
  while (++last_connection_ == 0 || connections_.contains(last_connection_)) {
  }
  const ConnectionId id{last_connection_};
  std::unique_ptr<Connection>& connection = connections_[last_connection_];
  connection = std::make_unique<Connection>();
  connection->id = id;
  connection->endpoint = endpoint.id;
  endpoint.connections.push_back(id);
  // As the template says: a call that waits longer, or for ever, must not keep others behind one hung attempt.
  timers_.set(timer_of(id), now + call.tool->call_template.connection_timeout);
  if (endpoint.tool->call_template.auth.kind == Auth::Kind::oauth2) {
    connection->state = ConnectionState::authorizing;
    authorize(now, *connection);
  } else {
    open_socket(*connection, {});
  }
}

void Session::lease(TimePoint now, Connection& connection, Call& call) {
  call.route = call.wire_id;
  auto& calls = connection.calls[call.place()];
  while (!calls.try_emplace(call.route, static_cast<std::uint32_t>(call.id)).second) {
    call.route += '\'';  // the host gave one UUID twice
  }
  connection.exclusive = !call.shared();
  connection.tainted = connection.tainted || call.shared();
  call.connection = connection.id;
  timers_.set(timer_of(call.id), now + call.response_timeout);
  if (!call.tool->call_template.sends_message && call.mode != CallMode::discovery) return;
  commands_.push_back(SendMessage{connection.id, call.id});
  if (Report* sent = report(Report::Kind::send, *endpoints_.at(connection.endpoint), connection.id))
    sent->call = call.id;
}

void Session::handle_open(TimePoint now, ConnectionId id, std::string_view subprotocol) {
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end() || entry->second->state != ConnectionState::opening) return;
  Connection& connection = *entry->second;
  Endpoint& endpoint = *endpoints_.at(connection.endpoint);
  const CallTemplate& call_template = endpoint.tool->call_template;
  if (reached_.size() >= kMostReached) reached_.clear();
  reached_.emplace(call_template.url.origin(), 0);
  if (!call_template.protocol.empty() && subprotocol != call_template.protocol) {
    opening_failed(
        now, connection,
        // Which one is not said: what was offered beside it may be a credential.
        make_error(ErrorCode::subprotocol_mismatch,
                   concat({endpoint.label, " does not speak the subprotocol \"", call_template.protocol,
                           "\" that the call template asks for; it chose ", subprotocol.empty() ? "none" : "another"}),
                   "protocol"));
    return;
  }
  report(Report::Kind::open, endpoint, id);
  if (call_template.connect) {
    connection.step = call_template.connect.get();
    connection.state = next_state(connection.state, ConnectionEvent::opened_shy).value_or(connection.state);
    greet(now, connection);
    return;
  }
  connection.state = next_state(connection.state, ConnectionEvent::opened).value_or(connection.state);
  become_ready(now, connection);
}

void Session::become_ready(TimePoint now, Connection& connection) {
  Endpoint& endpoint = *endpoints_.at(connection.endpoint);
  endpoint.failures = 0;
  endpoint.unknown_hosts = 0;
  endpoint.refused_since.reset();
  endpoint.last_error.reset();
  endpoint.backing_off = false;  // the peer is back: nobody has to wait for a next attempt
  timers_.clear(endpoint_timer(endpoint.id));
  timers_.clear(timer_of(connection.id));
  start_heartbeat(now, connection);
  rest(now, connection);
  pump(now, endpoint);
}

void Session::rest(TimePoint now, Connection& connection) {
  connection.exclusive = false;
  set_reading(connection, true);
  connection.idle_since = now;
  // A timer that is still set from an earlier rest is moved on when it fires: nothing to do on the hot path.
  if (!timers_.has(timer_of(connection.id))) timers_.set(timer_of(connection.id), now + options_.idle_timeout);
}

// The first half of a sentence about a connection that is not ready in time.
std::string Session::what_is_missing(const Connection& connection) const {
  const Endpoint& endpoint = *endpoints_.at(connection.endpoint);
  switch (connection.state) {
    case ConnectionState::authorizing:
      return token_endpoint(endpoint.tool->call_template.auth.token_url) + " did not answer";
    case ConnectionState::greeting:
      return concat({endpoint.label, " did not send what ", connection.step->name, " waits for",
                     connection.instead.empty() ? "" : "; the last that came instead: ",
                     said(connection.instead, secrets_of(connection.id), kShownOfFrame),
                     connection.instead.empty() ? "" : ";"});
    default:
      return endpoint.label + " did not finish the opening handshake";
  }
}

void Session::connection_timeout(TimePoint now, Connection& connection) {
  if (connection.state != ConnectionState::ready) {
    opening_failed(now, connection,
                   make_error(ErrorCode::connection_timeout, what_is_missing(connection) + " in time"));
  } else if (connection.calls.empty()) {
    const TimePoint due = end_of_rest(connection);
    if (due > now) {
      timers_.set(timer_of(connection.id), due);
      return;
    }
    Endpoint& endpoint = *endpoints_.at(connection.endpoint);
    retire(connection);
    pump(now, endpoint);
  }
}

void Session::handle_close(TimePoint now, ConnectionId id, int code, std::string_view reason, bool was_clean) {
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end()) return;
  Connection& connection = *entry->second;
  const bool was_ready = connection.state == ConnectionState::ready;
  const std::string why = said(reason, secrets_of(id));
  const ConnectStep* connect = endpoints_.at(connection.endpoint)->tool->call_template.connect.get();
  const std::string when = was_ready                                       ? "before the answer came"
                           : connection.state == ConnectionState::greeting ? concat({"after ", connect->field})
                                                                           : "while it was opened";
  ErrorPtr error =
      make_error(was_ready ? ErrorCode::connection_closed : ErrorCode::connection_failed,
                 concat({endpoints_.at(connection.endpoint)->label, " closed the connection ", when, " (code ",
                         to_text(code), why.empty() ? "" : ", reason \"", why, why.empty() ? ")" : "\")"}));
  error->close_code = code;
  error->reason = why;
  error->was_clean = was_clean;
  const bool refused = refuses_greeting(connection, code);
  if (refused) {
    error->code = ErrorCode::auth_failed;
    error->message += concat({"; check ", connect->field});
  }
  if (was_ready && (code == 1008 || code == 4401)) (void)renew_token(now, connection);
  if (was_ready && !refused) {
    connection_lost(now, connection, std::move(error));
    return;
  }
  // Those that wait get the same, instead of another login each.
  const std::vector<CallId> calls = calls_of(connection);
  connection.calls.clear();
  const auto told = share(on_heap(*error));
  for (const CallId call : calls) reject(call, told);
  opening_failed(now, connection, std::move(error));
}

// Whether a closing says no to what this side has said first: nothing was answered before it, and it does not say
// "later" (RFC 6455 section 7.4.1, and 1012, 1013 of IANA's registry) or that the network broke. Endpoints have codes
// of their own for it, or none.
bool Session::refuses_greeting(const Connection& connection, int code) const {
  const ConnectStep* step = endpoints_.at(connection.endpoint)->tool->call_template.connect.get();
  while (step != nullptr && !step->sends) step = step->next.get();
  const bool greeted = connection.state == ConnectionState::greeting || connection.state == ConnectionState::ready;
  if (!greeted || connection.served || step == nullptr) return false;
  // After the greeting 1000 may be the end of a stream without items.
  if (code == 1000) return connection.state == ConnectionState::greeting;
  return code != 1001 && code != 1006 && (code < 1011 || code > 1013);
}

void Session::connection_lost(TimePoint now, Connection& connection, ErrorPtr lost) {
  Endpoint& endpoint = *endpoints_.at(connection.endpoint);
  const auto error = share(std::move(lost));
  const bool peer_is_done = error->close_code == 1000 || error->close_code == 1001;
  const std::vector<CallId> calls = calls_of(connection);
  connection.calls.clear();
  for (const CallId id : calls) {
    const Call& call = *calls_.at(static_cast<std::uint32_t>(id));
    const bool until_peer_ends = call.mode == CallMode::stream || call.tool->rules.expected(call.mode) == 0;
    reject(id, peer_is_done && until_peer_ends ? nullptr : error);
  }
  remove(connection, error->close_code, error->reason, true);
  pump(now, endpoint);
}

void Session::opening_failed(TimePoint now, Connection& connection, ErrorPtr error, int code, std::string_view reason,
                             OpeningFailure::Kind kind) {
  Endpoint& endpoint = *endpoints_.at(connection.endpoint);
  // It may have been a refusal that this host does not show: the retry has a new token, once.
  if (error->code == ErrorCode::connection_failed) (void)renew_token(now, connection);
  remove(connection, code, reason);
  const bool others_work =
      std::any_of(endpoint.connections.begin(), endpoint.connections.end(), [this](ConnectionId id) {
        return connections_.at(static_cast<std::uint32_t>(id))->state == ConnectionState::ready;
      });
  endpoint.last_error = share(on_heap(*error));
  if (endpoint.backing_off) return;  // one failure of several attempts made at once is enough
  ++endpoint.failures;
  const bool may_pass = worth_retrying(error->code) && may_still_open(now, endpoint, kind);
  const bool retry = options_.retry.enabled && may_pass;
  if (!retry && !others_work) {
    if (may_pass && !endpoint.connections.empty()) return;  // another attempt may still work
    if (endpoint.failures > 1) {
      error->message += concat({"; attempts: ", to_text(endpoint.failures)});
      endpoint.last_error = share(std::move(error));
    }
    reject_waiting(endpoint, TimePoint::max(), endpoint.last_error);
    drop_openings(endpoint);
    collect(endpoint);
    return;
  }

  // Full jitter: anything between nothing and the exponential bound, so that clients do not come back together.
  const int doublings = std::min(endpoint.failures - 1, 20);
  const Duration bound = std::min(options_.retry.cap, options_.retry.base * (std::int64_t{1} << doublings));
  Duration delay{static_cast<Duration::rep>(random() % static_cast<std::uint64_t>(bound.count() + 1))};
  if (may_pass && kind == OpeningFailure::Kind::nobody_listens && endpoint.refused_since) {
    delay = std::min(delay, *endpoint.refused_since + options_.retry.first_opening - now);  // the last attempt
  }
  const bool is_last = endpoint.connections.empty();  // else another attempt may still be in time for those who wait
  if (is_last) error->message += concat({"; attempts: ", to_text(endpoint.failures)});
  const auto told = share(std::move(error));
  if (is_last) reject_waiting(endpoint, now + delay, told);
  if (endpoint.waiting() > 0) {
    endpoint.backing_off = true;
    timers_.set(endpoint_timer(endpoint.id), now + delay);
    if (Report* retry_report = report(Report::Kind::retry, endpoint, {})) {
      retry_report->text = told->message;
      retry_report->attempt = endpoint.failures;
      retry_report->delay = delay;
    }
  }
  collect(endpoint);
}

// Nobody wants what is being opened any more.
void Session::drop_openings(Endpoint& endpoint) {
  for (std::size_t i = endpoint.connections.size(); i > 0; --i) {
    Connection& connection = *connections_.at(static_cast<std::uint32_t>(endpoint.connections[i - 1]));
    if (connection.state != ConnectionState::ready) remove(connection);
  }
}

// Forgets an endpoint that has nothing left.
void Session::collect(Endpoint& endpoint) {
  if (endpoint.waiting() > 0 || !endpoint.connections.empty()) return;
  timers_.clear(endpoint_timer(endpoint.id));
  endpoint_ids_.erase(endpoint.key);
  endpoints_.erase(endpoint.id);
}

}  // namespace utcp::ws
