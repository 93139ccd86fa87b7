// Owns endpoints: their waiting calls, when these get a connection or a new one is opened, and when an endpoint is
// removed. Must not know how a connection is opened, or ends.
#include <algorithm>
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {

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
          concat({"argument \"", name, "\" is sent as a handshake header (header_fields): it must be ", kHeaderValue}),
          name};
    }
    field_headers.emplace_back(name, value);
    append_part(key, value);
  }
  // Errors that no token can fix are found before one is fetched.
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

// The endpoint has changed: waiting calls may continue, or nothing is left of it.
void Session::touch(Endpoint& endpoint) {
  if (!std::exchange(endpoint.is_touched, true)) touched_.push_back(&endpoint);
}

// The end of every event, and the only place where calls get connections and endpoints are removed: before it, all
// references to endpoints are valid.
void Session::tend(TimePoint now) {
  for (Endpoint* const endpoint : touched_) {  // serving one touches no other
    serve(now, *endpoint, endpoint->waiting_alone);
    serve(now, *endpoint, endpoint->waiting_shared);
    endpoint->is_touched = false;
    if (endpoint->waiting() > 0 || !endpoint->connections.empty()) continue;
    timers_.clear(endpoint_timer(endpoint->id));
    endpoint_ids_.erase(endpoint->key);
    endpoints_.erase(endpoint->id);
  }
  touched_.clear();
}

// Gives connections to waiting calls of a kind, in order, and opens what is missing.
void Session::serve(TimePoint now, Endpoint& endpoint, std::vector<CallId>& queue) {
  for (std::size_t next = 0; next < queue.size();) {
    Call& call = *calls_.at(static_cast<std::uint32_t>(queue[next]));
    if (Connection* connection = endpoint.find_connection(call)) {
      queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(next));
      lease(now, *connection, call);
      if (call.upload == Upload::done && call.tool->rules.expects_nothing(call.mode)) {
        say_settled(call, nullptr);
        take_out(now, call, Ending::answered);
      }
    } else if (endpoint.wants_another() && has_room(endpoint)) {
      open(now, endpoint, call);
    } else if (call.has_value()) {
      ++next;  // those behind it may have other values
    } else {
      return;
    }
  }
}

// The most recently used one comes first, so that unneeded ones become idle.
Session::Connection* Session::Endpoint::find_connection(const Call& call) const {
  const bool shared = call.shared();
  Connection* best = nullptr;
  for (Connection* const entry : connections) {
    Connection& connection = *entry;
    if (!connection.state.is_ready() || connection.is_deaf()) continue;
    const bool may_be_sent_more = connection.tainted || connection.owed_echoes > 0 || !connection.knows_echo;
    const bool fits = shared ? connection.state != ConnectionState::exclusive && !connection.may_confuse(call)
                             : connection.state == ConnectionState::free && !may_be_sent_more;
    if (fits && (best == nullptr || connection.idle_since > best->idle_since)) best = &connection;
  }
  return best;
}

bool Session::Connection::may_confuse(const Call& call) const {
  if (call.late && answers.contains(call.late->route)) return true;
  if (!call.tool->rules.correlates_by_value()) return owed.size() >= kMostUnanswered;
  const auto there = calls.find(call.place());
  return (there != calls.end() && there->second.contains(call.wire_id)) ||
         unanswered.contains(call.place() + call.wire_id) || unanswered.size() >= kMostUnanswered;
}

bool Session::Endpoint::has_ready_connection() const {
  return std::any_of(connections.begin(), connections.end(),
                     [](const Connection* entry) { return entry->state.is_ready(); });
}

bool Session::Endpoint::wants_another() const {
  if (back_off.is_on) return false;
  const auto opening =
      static_cast<std::size_t>(std::count_if(connections.begin(), connections.end(), [](const Connection* entry) {
        return !entry->state.is_ready() || entry->doubted_until.has_value();
      }));
  if (opening == 0) return true;
  if (back_off.failures > 0) return false;  // one probe at a time until the peer is back
  return opening < waiting_alone.size() + (waiting_shared.empty() ? 0U : 1U);
}

// Whether one more may be opened. If necessary, closes one that is idle but unsuitable for the waiting calls.
bool Session::has_room(const Endpoint& endpoint) {
  if (!endpoint.refuses_more && endpoint.connections.size() < options_.max_connections) return true;
  for (Connection* const connection : endpoint.connections) {
    if (connection->state != ConnectionState::free) continue;
    retire(*connection);
    return true;
  }
  return false;
}

void Session::give_up_waiting(const Call& call) {
  Endpoint& endpoint = call.endpoint;
  std::erase(call.shared() ? endpoint.waiting_shared : endpoint.waiting_alone, call.id);
  if (endpoint.waiting() > 0) return;
  endpoint.back_off.is_on = false;
  timers_.clear(endpoint_timer(endpoint.id));
  drop_openings(endpoint);
}

// Those that wait until `latest` at most.
void Session::reject_waiting(Endpoint& endpoint, TimePoint latest, const std::shared_ptr<const Error>& error) {
  for (std::vector<CallId>* const queue : {&endpoint.waiting_alone, &endpoint.waiting_shared}) {
    std::erase_if(*queue, [&](CallId id) {
      const bool is_meant = calls_.at(static_cast<std::uint32_t>(id))->connect_by <= latest;
      if (is_meant) reject(id, error);
      return is_meant;
    });
  }
  touch(endpoint);
}

// No call needs the opening connection any more.
void Session::drop_openings(Endpoint& endpoint) {
  for (std::size_t i = endpoint.connections.size(); i > 0; --i) {
    Connection& connection = *endpoint.connections[i - 1];
    if (!connection.state.is_ready()) remove(connection);
  }
}

void Session::drop_endpoint(Endpoint& endpoint, const std::shared_ptr<const Error>& error) {
  reject_waiting(endpoint, TimePoint::max(), error);
  while (!endpoint.connections.empty()) {
    Connection& connection = *endpoint.connections.front();
    for (const CallId id : calls_of(connection)) drop(id, error);
    retire(connection);
  }
}

}  // namespace utcp::ws
