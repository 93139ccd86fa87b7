#include "session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_text.hpp>

#include "session_state.hpp"

namespace utcp::ws {
namespace {

std::string_view before_first_dot(std::string_view tool_name) {
  const std::size_t dot = tool_name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : tool_name.substr(0, dot);
}

// The arguments' value for `correlation`; empty: none or unusable.
std::string given_id(const CallRequest& request) {
  const std::string late = text_with(request.late_filter, {});
  if (!request.message_filter && late.empty()) return {};
  const std::vector<std::string_view> values =
      json::elements_of(late.empty() ? std::string_view(*request.message_filter) : late);
  if (values.size() < 4 || (!json::is_string(values[3]) && !json::is_number(values[3]))) return {};
  return json::text_of(values[3]);
}

}  // namespace

std::string_view short_name(std::string_view tool_name) {
  const std::size_t manual = before_first_dot(tool_name).size();
  return tool_name.substr(manual == 0 ? 0 : manual + 1);
}

std::shared_ptr<const Error> share(ErrorPtr error) { return std::make_shared<const Error>(std::move(*error)); }

std::shared_ptr<const Error> share(ErrorCode code, std::string message) {
  return share(make_error(code, std::move(message)));
}

std::string seconds_text(Duration duration) {
  const auto tenths = (duration.count() + 50'000) / 100'000;
  if (tenths == 0) return concat({to_text(duration.count() / 1000), " ms"});
  std::string text = to_text(tenths / 10);
  if (tenths % 10 != 0) text += concat({".", to_text(tenths % 10)});
  return text += " s";
}

Session::Session(SessionOptions options) : options_(std::move(options)), random_state_(options_.seed) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

ToolId Session::prepare(CallerId caller, std::string_view tool_name, CallTemplate& call_template) {
  const std::string_view manual = before_first_dot(tool_name);
  std::string owner = manual.empty() ? call_template.name : std::string(manual);
  std::string key = owner_key(caller, owner) + std::exchange(call_template.rules_key, {});
  std::vector<std::string> secrets = secrets_in_messages(call_template);
  for (const std::string& secret : secrets) key += json::quote(secret);
  std::uint32_t& id = tool_ids_[key];
  if (id == 0) {
    while (++last_tool_ == 0 || tools_.contains(last_tool_)) {
    }
    id = last_tool_;
    auto tool = std::make_shared<Tool>(call_template, caller);
    tool->owner = std::move(owner);
    tool->key = std::move(key);
    tool->secrets = std::move(secrets);
    tools_.emplace(id, std::move(tool));
  }
  ++tools_.at(id)->prepared;
  return ToolId{id};
}

void Session::release(ToolId tool) {
  const auto entry = tools_.find(static_cast<std::uint32_t>(tool));
  if (entry == tools_.end() || --entry->second->prepared > 0) return;
  tool_ids_.erase(entry->second->key);
  tools_.erase(entry);
}

const CallTemplate* Session::find_template(ToolId tool) const {
  const auto entry = tools_.find(static_cast<std::uint32_t>(tool));
  return entry == tools_.end() ? nullptr : &entry->second->call_template;
}

void Session::start_call(TimePoint now, CallId id, const CallRequest& request) {
  const Turn turn(*this, now);
  const auto entry = tools_.find(static_cast<std::uint32_t>(request.tool));
  if (entry == tools_.end()) {
    fail_to_start(id, make_error(ErrorCode::module_failed, "the tool was released before it was called"));
    return;
  }
  const std::shared_ptr<Tool> tool = entry->second;
  const bool by_value = tool->call_template.correlates_by_value && request.mode != CallMode::discovery;
  const std::string value = by_value ? given_id(request) : std::string();
  if (by_value && value.empty()) {
    constexpr const char* kNoValue =
        "the value that matches this call's answers (correlation) must be a number or a non-empty text";
    fail_to_start(id, make_error(ErrorCode::invalid_argument, kNoValue, "correlation"));
    return;
  }
  Result<Endpoint*> found = endpoint_for(*tool, request);
  if (!found) {
    fail_to_start(id, found.take_error());
    return;
  }
  Endpoint& endpoint = *found.value();
  if (!endpoint.tool) endpoint.tool = tool;

  std::unique_ptr<Call>& slot = calls_[static_cast<std::uint32_t>(id)];
  slot = std::make_unique<Call>(id, tool, endpoint);
  Call& call = *slot;
  call.mode = request.mode;
  const bool captures = tool->rules.captures();
  if (by_value && !captures) {
    call.wire_id = value;
  } else if (call.shared()) {
    call.wire_id = tool->rules.correlates_by_uuid() ? request.uuid : to_text(static_cast<std::uint32_t>(id));
  }
  if (request.mode != CallMode::discovery && !request.leave_message.empty())
    call.leave_message = {{.text = request.leave_message}};
  if (request.message_filter) call.filter = tool->rules.fill(*request.message_filter);
  if (request.mode != CallMode::discovery &&
      (captures || !request.late_filter.empty() || !request.late_leave.empty())) {
    call.late = std::make_unique<Late>(Late{request.late_filter, request.late_leave, captures});
    if (by_value && captures) call.late->route = tool->answer_place + value;
  }
  const auto limit = [&request](Duration by_template) {
    if (!request.timeout) return by_template;
    return *request.timeout == Duration(0) ? kNoTimeout : *request.timeout;
  };
  call.connection_timeout = limit(tool->call_template.connection_timeout);
  call.response_timeout = limit(tool->call_template.response_timeout);
  call.connect_by = now + call.connection_timeout;
  if (request.uploads) {
    call.upload = Upload::unsent;
    call.has_begun = false;
  }
  warn_of_template(*tool, endpoint, id);
  (call.shared() ? endpoint.waiting_shared : endpoint.waiting_alone).push_back(id);
  touch(endpoint);
  tend(now);  // a call that got a connection, or is over, does not wait
  if (!calls_.contains(static_cast<std::uint32_t>(id)) || call.connection) return;

  if (endpoint.waiting() > options_.max_waiting) {
    settle(now, call,
           share(ErrorCode::queue_full,
                 concat({to_text(options_.max_waiting), " calls already wait for a connection to ", endpoint.label,
                         ": make fewer at once, or raise maxConnections or waitingCalls"})),
           Ending::left);
    return;
  }
  timers_.set(timer_of(id), call.connect_by);
}

// Once, with the first call while reports are on.
void Session::warn_of_template(Tool& tool, const Endpoint& endpoint, CallId id) {
  for (std::string& text : tool.call_template.warnings) {
    Report* warning = report(Report::Kind::warning, endpoint, {});
    if (warning == nullptr) return;
    warning->call = id;
    warning->text = std::move(text);
  }
  tool.call_template.warnings.clear();
}

void Session::abort_call(TimePoint now, CallId id, bool was_sent) {
  const Turn turn(*this, now);
  const auto entry = calls_.find(static_cast<std::uint32_t>(id));
  if (entry == calls_.end()) return;
  Call& call = *entry->second;
  if (!was_sent && call.tool->call_template.sends_message) {
    call.leave_message.clear();
    if (call.late) call.late->leave.clear();
  }
  take_out(now, call, Ending::left);
}

void Session::fail_to_start(CallId id, ErrorPtr error) {
  commands_.push_back(SettleCall{id, share(std::move(error)), {}, {}});
}

void Session::say_settled(const Call& call, std::shared_ptr<const Error> error, std::string_view path,
                          std::string detail) {
  commands_.push_back(SettleCall{call.id, std::move(error), call.connection, std::string(path), std::move(detail)});
}

// The tool's text is shown without secrets. Searching a large one would take too long.
void Session::say_tool_failed(TimePoint now, Call& call, const Frame& frame, std::string_view path) {
  constexpr std::size_t kLongestDetail = std::size_t{1024} * 1024;
  const bool strips = call.tool->call_template.strips;
  const json::ScanPlan plan({json::parse_pointer(path).value_or(json::Pointer{})});
  const json::ScanResult scan = json::scan(json_in(frame.text(), strips), plan, options_.max_depth);
  const std::string quoted = scan.valid ? std::string("null") : json::quote(frame.text().substr(0, kLongestDetail));
  const std::string_view raw = scan.values[0].empty() ? std::string_view(quoted) : scan.values[0];
  const Secrets secrets = secrets_of(call);
  std::string detail;
  std::string text(raw.substr(0, kLongestSaid * 8));
  if (raw.size() > kLongestDetail) {
    detail = json::quote(said(text, secrets));
  } else {
    detail = secrets.mask_json(raw);
    if (detail.empty() && (!scan.valid || strips)) detail = raw;  // the host cannot find it in the frame
    const std::string_view shown = detail.empty() ? raw : std::string_view(detail);
    const std::string_view message = json::find(json::members_of(shown), "message");
    text = json::is_string(message) ? json::text_of(message)
           : json::is_string(shown) ? json::text_of(shown)
                                    : json::compact(shown);
  }
  const std::string words = said(text, secrets);
  settle(now, call, share(ErrorCode::tool_failed, concat({"the tool failed: ", words})), ending_by_frame(call), path,
         std::move(detail));
}

// Reports the call's end, then removes it.
void Session::settle(TimePoint now, Call& call, std::shared_ptr<const Error> error, Ending ending,
                     std::string_view path, std::string detail) {
  say_settled(call, std::move(error), path, std::move(detail));
  take_out(now, call, ending);
}

// Settles a call whose connection, or place in a queue, goes with it.
void Session::reject(CallId id, const std::shared_ptr<const Error>& error) {
  const auto entry = calls_.find(static_cast<std::uint32_t>(id));
  say_settled(*entry->second, error);
  timers_.clear(timer_of(id));
  calls_.erase(entry);
}

// The same for a call that this side leaves.
void Session::drop(CallId id, const std::shared_ptr<const Error>& error) {
  send_leave_message(*calls_.at(static_cast<std::uint32_t>(id)), Ending::left);
  reject(id, error);
}

void Session::handle_timeout(TimePoint now) {
  while (const std::optional<TimerKey> due = timers_.pop_due(now)) {
    const Turn turn(*this, now);
    if (due->kind == TimerKey::Kind::connection) {
      connection_timeout(now, *connections_.at(due->id));
    } else if (due->kind == TimerKey::Kind::heartbeat) {
      heartbeat(now, *connections_.at(due->id));
    } else if (due->kind == TimerKey::Kind::endpoint) {
      Endpoint& endpoint = *endpoints_.at(due->id);
      endpoint.back_off.is_on = false;
      touch(endpoint);
    } else {
      Call& call = *calls_.at(due->id);
      if (call.connection) {
        // A dead peer would consume one call after the other.
        Connection& connection = *connections_.at(static_cast<std::uint32_t>(*call.connection));
        if (now - connection.heard_at >= call.response_timeout) ++connection.unheard;
      }
      settle(now, call, share(timeout_error(call)), Ending::left);
    }
  }
}

ErrorPtr Session::timeout_error(const Call& call) const {
  const Endpoint& endpoint = call.endpoint;
  if (call.connection) {
    std::string text = concat({call.items > 0 ? "nothing more from " : "no answer from ", endpoint.label, " within ",
                               seconds_text(call.response_timeout), " (response_timeout)"});
    if (call.ignored > 0) {
      text += concat({"; frames that did not answer this call: ", to_text(call.ignored), ", the last because ",
                      call.ignored_why, ": ", said(call.ignored_start, secrets_of(call), kShownOfFrame)});
    }
    return make_error(ErrorCode::response_timeout, std::move(text));
  }
  const std::string limit = concat({" within ", seconds_text(call.connection_timeout), " (connection_timeout)"});
  if (endpoint.back_off.last_error) {
    ErrorPtr error = on_heap(*endpoint.back_off.last_error);
    error->message += concat({"; attempts: ", to_text(endpoint.back_off.failures), limit});
    return error;
  }
  for (const Connection* connection : endpoint.connections) {
    if (!connection->state.is_ready()) {
      return make_error(ErrorCode::connection_timeout, concat({what_is_missing(*connection), limit}));
    }
  }
  std::string text = concat({"no connection to ", endpoint.label, limit});
  if (endpoint.connections.size() >= options_.max_connections) {
    text += concat(
        {": all ", to_text(options_.max_connections), " are in use; make fewer calls at once or raise maxConnections"});
  }
  return make_error(ErrorCode::connection_timeout, std::move(text));
}

void Session::deregister(CallerId caller, std::string_view manual) {
  const Turn turn(*this, {});  // no call waits when it ends
  const auto error = share(ErrorCode::manual_deregistered, concat({"the manual \"", manual, "\" was deregistered"}));
  for (const auto& [id, endpoint] : endpoints_) {
    if (endpoint->tool->caller == caller && endpoint->tool->owner == manual) drop_endpoint(*endpoint, error);
  }
  const std::string owner = owner_key(caller, manual);
  std::erase_if(credentials_, [&owner](const auto& entry) { return entry.second->key.starts_with(owner); });
}

void Session::close() {
  const Turn turn(*this, {});
  const auto error = share(ErrorCode::protocol_closed, "the protocol was closed");
  for (const auto& entry : endpoints_) drop_endpoint(*entry.second, error);
  credentials_.clear();
}

const Command* Session::poll_command() {
  assert(touched_.empty());
  if (std::exchange(polled_, false)) commands_.pop_front();
  if (commands_.empty()) return nullptr;
  polled_ = true;
  return &commands_.front();
}

// Null while reports are off; else the report, to be filled in.
Report* Session::report(Report::Kind kind, const Endpoint& endpoint, std::optional<ConnectionId> connection) {
  if (!reporting_) return nullptr;
  commands_.push_back(Report{.kind = kind, .endpoint = endpoint.label, .connection = connection});
  return std::get_if<Report>(&commands_.back());
}

// SplitMix64 (Steele, Lea, Flood 2014): spreads retries, guards nothing.
std::uint64_t Session::random() {
  std::uint64_t z = (random_state_ += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

Session::Counts Session::counts() const {
  std::size_t waiting = 0, tools = 0;
  for (const auto& entry : endpoints_) waiting += entry.second->waiting();
  for (const auto& entry : tools_) tools += entry.second->prepared;
  return {endpoints_.size(), connections_.size(), calls_.size(), waiting, tools, timers_.size()};
}

}  // namespace utcp::ws
