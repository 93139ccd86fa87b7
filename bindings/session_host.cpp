#include "session_host.hpp"

#include <emscripten/emscripten.h>
#include <emscripten/websocket.h>

#include <cstring>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "imports.hpp"
#include "json_text.hpp"
#include "replies.hpp"
#include "session_options.hpp"

namespace utcp::ws {
namespace {

TimePoint time_point(double milliseconds) { return TimePoint{static_cast<std::int64_t>(milliseconds * 1000 + 0.5)}; }
TimePoint now() { return time_point(emscripten_get_now()); }
std::uint32_t number(CallId id) { return static_cast<std::uint32_t>(id); }
std::uint32_t number(ConnectionId id) { return static_cast<std::uint32_t>(id); }

void tell(Reply reply) {
  const std::string text = reply.take();
  utcp_ws_command(text.data(), text.size());
}

Reply command_of(const char* type) {
  Reply reply;
  reply.text("type", type);
  return reply;
}

}  // namespace

// The socket callbacks. Their return type differs between versions of Emscripten.
struct SocketEvents {
  template <class Event>
  using Handled = std::conditional_t<
      std::is_same_v<Event, EmscriptenWebSocketMessageEvent>,
      std::invoke_result_t<em_websocket_message_callback_func, int, const EmscriptenWebSocketMessageEvent*, void*>,
      std::invoke_result_t<em_websocket_open_callback_func, int, const EmscriptenWebSocketOpenEvent*, void*>>;

  // A copy: handling an event may end the socket that it came from.
  static SessionHost::Socket socket(void* data) { return *static_cast<SessionHost::Socket*>(data); }

  static Handled<EmscriptenWebSocketOpenEvent> opened(int, const EmscriptenWebSocketOpenEvent* event, void* data) {
    const SessionHost::Socket from = socket(data);
    int size = 0;
    emscripten_websocket_get_protocol_length(event->socket, &size);
    std::string protocol(static_cast<std::size_t>(size > 0 ? size : 1), '\0');
    emscripten_websocket_get_protocol(event->socket, protocol.data(), static_cast<int>(protocol.size()));
    protocol.resize(std::strlen(protocol.c_str()));
    from.host.session_.handle_open(now(), from.connection, protocol);
    from.host.drain();
    return true;
  }

  static Handled<EmscriptenWebSocketMessageEvent> received(int, const EmscriptenWebSocketMessageEvent*, void* data) {
    const SessionHost::Socket from = socket(data);
    Session& session = from.host.session_;
    FrameFacts facts{};
    utcp_ws_frame(&facts);
    if (facts.consumed_call != 0) {
      session.handle_consumed(now(), CallId{facts.consumed_call}, facts.consumed_items, facts.consumed_bytes);
    }
    const JsFrame frame(facts.is_text != 0, facts.size, from.host.scratch_);
    session.handle_message(now(), from.connection, frame);
    from.host.drain();
    from.host.scratch_.shrink();
    return true;
  }

  static Handled<EmscriptenWebSocketErrorEvent> failed(int, const EmscriptenWebSocketErrorEvent*, void* data) {
    const SessionHost::Socket from = socket(data);
    from.host.session_.handle_error(now(), from.connection, utcp_ws_http_status());
    from.host.drain();
    return true;
  }

  static Handled<EmscriptenWebSocketCloseEvent> closed(int, const EmscriptenWebSocketCloseEvent* event, void* data) {
    const SessionHost::Socket from = socket(data);
    from.host.session_.handle_close(now(), from.connection, event->code, event->reason, event->wasClean != 0);
    from.host.drain();
    return true;
  }
};

SessionHost::SessionHost(const std::string& options) : session_(parse_options(options)) {}

SessionHost::~SessionHost() {
  while (!sockets_.empty()) forget(sockets_.begin()->first);
}

std::string SessionHost::prepare(std::uint32_t caller, const std::string& tool_name, const std::string& call_template) {
  Result<CallTemplate> parsed = parse_call_template(std::string_view(call_template));
  if (!parsed) return error_reply(parsed.error());
  const ToolId tool = session_.prepare(CallerId{caller}, tool_name, std::move(parsed).value());
  const CallTemplate& prepared = *session_.find_template(tool);
  Reply reply;
  reply.number("tool", static_cast<std::uint32_t>(tool));
  reply.text("name", session_.short_name(tool));
  reply.text("endpoint", prepared.url.label());
  reply.json("headerFields", strings_json(prepared.header_fields));
  reply.flag("many", prepared.expected_responses.value_or(1) != 1);
  reply.flag("filters", !prepared.filter_message.is_constant());
  reply.json("discovery", plan_json(prepared.discovery_message.plan({})));
  if (!prepared.message.depends_on_names()) reply.json("plan", plan_json(prepared.message.plan({})));
  return value_reply(reply.take());
}

void SessionHost::release(std::uint32_t tool) { session_.release(ToolId{tool}); }

std::string SessionHost::plan(std::uint32_t tool, const std::string& names, bool of_filter) const {
  const CallTemplate* call_template = session_.find_template(ToolId{tool});
  if (call_template == nullptr) return "[]";
  const MessageTemplate& message = of_filter ? call_template->filter_message : call_template->message;
  return plan_json(message.plan(parse_names(names)));
}

void SessionHost::start_call(double now, std::uint32_t call, std::uint32_t tool, int mode) {
  start({.tool = ToolId{tool}, .mode = static_cast<CallMode>(mode)}, now, call);
}

void SessionHost::start(const CallRequest& request, double now, std::uint32_t call) {
  starting_ = CallId{call};
  session_.start_call(time_point(now), CallId{call}, request);
  drain();
  starting_ = CallId{};
}

void SessionHost::start_call_with(double now, std::uint32_t call, std::uint32_t tool, int mode,
                                  const std::string& extras) {
  CallRequest request{.tool = ToolId{tool}, .mode = static_cast<CallMode>(mode)};
  const json::Members given = json::members_of(extras);
  request.uuid = json::text_of(json::find(given, "uuid"));
  if (const std::string_view filter = json::find(given, "filter"); !filter.empty()) request.message_filter = filter;
  for (const std::string_view value : json::elements_of(json::find(given, "headers"))) {
    std::optional<std::string>& header = request.header_values.emplace_back();
    if (json::is_string(value)) header = json::text_of(value);
  }
  start(request, now, call);
}

void SessionHost::abort_call(double now, std::uint32_t call) {
  session_.abort_call(time_point(now), CallId{call});
  drain();
}

void SessionHost::handle_consumed(double now, std::uint32_t call, std::uint32_t items, std::uint32_t bytes) {
  session_.handle_consumed(time_point(now), CallId{call}, items, bytes);
  drain();
}

void SessionHost::handle_pong(double now, std::uint32_t connection) {
  session_.handle_pong(time_point(now), ConnectionId{connection});
}

void SessionHost::handle_token(double now, std::uint32_t token, int http_status, const std::string& body) {
  session_.handle_token(time_point(now), TokenId{token}, http_status, body);
  drain();
}

void SessionHost::handle_timeout(double now) {
  told_deadline_.reset();
  session_.handle_timeout(time_point(now));
  drain();
}

void SessionHost::deregister(std::uint32_t caller, const std::string& manual) {
  session_.deregister(CallerId{caller}, manual);
  drain();
}

void SessionHost::close() {
  session_.close();
  drain();
}

void SessionHost::set_reporting(bool on) { session_.set_reporting(on); }

std::string SessionHost::counts() const {
  const Session::Counts counts = session_.counts();
  Reply reply;
  const auto add = [&reply](const char* name, std::size_t count) {
    reply.number(name, static_cast<std::int64_t>(count));
  };
  add("endpoints", counts.endpoints);
  add("connections", counts.connections);
  add("calls", counts.calls);
  add("waiting", counts.waiting);
  add("tools", counts.tools);
  add("timers", counts.timers);
  add("sockets", sockets_.size());
  add("table", static_cast<std::size_t>(utcp_ws_table_size()));
  return reply.take();
}

void SessionHost::drain() {
  while (const Command* command = session_.poll_command()) {
    std::visit([this](const auto& one) { run(one); }, *command);
  }
  // A deadline that has moved away is looked at when the timer fires: most calls are over long before.
  const std::optional<TimePoint> deadline = session_.poll_timeout();
  if (!deadline || (told_deadline_ && *deadline >= *told_deadline_)) return;
  told_deadline_ = deadline;
  utcp_ws_deadline(static_cast<double>(deadline->count()) / 1000);
}

void SessionHost::run(const OpenSocket& command) {
  // emscripten_websocket_new reaches the constructor of js/socket.js, which takes what was told here.
  Reply reply = command_of("open");
  reply.number("connection", number(command.connection));
  reply.json("headers", headers_json(command.handshake.headers));
  reply.text("manual", command.manual);
  tell(std::move(reply));
  const auto& [url, protocols, headers] = command.handshake;
  EmscriptenWebSocketCreateAttributes attributes{url.c_str(), protocols.empty() ? nullptr : protocols.c_str(), true};
  const int handle = emscripten_websocket_new(&attributes);
  if (handle <= 0) {
    session_.handle_error(now(), command.connection, 0);
    return;
  }
  auto socket = std::make_unique<Socket>(Socket{*this, command.connection, handle});
  emscripten_websocket_set_onopen_callback(handle, socket.get(), SocketEvents::opened);
  emscripten_websocket_set_onmessage_callback(handle, socket.get(), SocketEvents::received);
  emscripten_websocket_set_onerror_callback(handle, socket.get(), SocketEvents::failed);
  emscripten_websocket_set_onclose_callback(handle, socket.get(), SocketEvents::closed);
  sockets_.insert_or_assign(command.connection, std::move(socket));
}

void SessionHost::say_sending(std::uint32_t call) {
  starting_ = CallId{};  // no longer what JavaScript expects
  utcp_ws_sending(call);
}

// The text stays in JavaScript: Emscripten gets an empty one, and js/socket.js sends the message of the call in its
// place.
void SessionHost::run(const SendMessage& command) {
  const Socket* socket = find(command.connection);
  if (socket == nullptr) return;
  if (command.call != starting_) say_sending(number(command.call));
  emscripten_websocket_send_utf8_text(socket->handle, "");
}

void SessionHost::run(const SendGreeting& command) { send_own(command.connection, command.plan); }

void SessionHost::run(const SendPing& command) {
  if (!command.plan.empty()) {
    send_own(command.connection, command.plan);
    return;
  }
  Reply reply = command_of("ping");
  reply.number("connection", number(command.connection));
  tell(std::move(reply));
}

void SessionHost::run(const SetReading& command) {
  Reply reply = command_of("read");
  reply.number("connection", number(command.connection));
  reply.flag("on", command.on);
  tell(std::move(reply));
}

// A message of the template's own.
void SessionHost::send_own(ConnectionId connection, const Plan& plan) {
  const Socket* socket = find(connection);
  if (socket == nullptr) return;
  Reply reply = command_of("own");
  reply.json("plan", plan_json(plan));
  tell(std::move(reply));
  say_sending(0);
  emscripten_websocket_send_utf8_text(socket->handle, "");
}

void SessionHost::run(const CloseSocket& command) {
  if (const Socket* socket = find(command.connection)) {
    emscripten_websocket_close(socket->handle, static_cast<unsigned short>(command.code), command.reason.c_str());
  }
  forget(command.connection);
}

void SessionHost::run(const FetchToken& command) {
  Reply reply = command_of("fetch");
  reply.number("token", static_cast<std::uint32_t>(command.token));
  reply.text("url", command.request.url);
  reply.text("authorization", command.request.authorization);
  reply.text("body", command.request.body);
  tell(std::move(reply));
}

void SessionHost::run(const CancelToken& command) {
  Reply reply = command_of("cancel");
  reply.number("token", static_cast<std::uint32_t>(command.token));
  tell(std::move(reply));
}

void SessionHost::run(const DeliverFrame& command) {
  const bool heard = command.path == path_;
  if (!heard) path_ = command.path;
  utcp_ws_deliver(number(command.call), static_cast<int>(command.decoding), heard ? nullptr : path_.data(),
                  path_.size());
}

void SessionHost::run(const SettleCall& command) {
  if (!command.error) {
    utcp_ws_settle(number(command.call));
    return;
  }
  Reply reply = command_of("reject");
  reply.number("call", number(command.call));
  reply.json("error", error_json(*command.error));
  if (command.error->code == ErrorCode::tool_failed) reply.text("path", command.path);
  tell(std::move(reply));
}

void SessionHost::run(const Report& command) {
  Reply reply = command_of("report");
  reply.number("kind", static_cast<int>(command.kind));
  reply.text("endpoint", command.endpoint);
  if (command.connection) reply.number("connection", number(*command.connection));
  if (command.call) reply.number("call", number(*command.call));
  switch (command.kind) {
    case Report::Kind::open:
    case Report::Kind::send:
      break;
    case Report::Kind::close:
      reply.number("closeCode", command.close_code);
      reply.text("reason", command.text);
      break;
    case Report::Kind::retry:
      reply.number("attempt", command.attempt);
      reply.number("delay", command.delay.count() / 1000);
      reply.text("text", command.text);
      break;
    case Report::Kind::message:
    case Report::Kind::unsolicited:
    case Report::Kind::warning:
    case Report::Kind::token:
      reply.number("size", static_cast<std::int64_t>(command.size));
      reply.text("text", command.text);
      break;
  }
  tell(std::move(reply));
}

const SessionHost::Socket* SessionHost::find(ConnectionId connection) const {
  const auto entry = sockets_.find(connection);
  return entry == sockets_.end() ? nullptr : entry->second.get();
}

void SessionHost::forget(ConnectionId connection) {
  const auto entry = sockets_.find(connection);
  if (entry == sockets_.end()) return;
  emscripten_websocket_delete(entry->second->handle);
  utcp_ws_forget(entry->second->handle);
  sockets_.erase(entry);
}

/// The one entry that every call takes, without Embind's conversions.
extern "C" EMSCRIPTEN_KEEPALIVE void utcp_ws_start_call(std::uintptr_t session, double now, std::uint32_t call,
                                                        std::uint32_t tool, int mode) {
  reinterpret_cast<SessionHost*>(session)->start_call(now, call, tool, mode);
}

}  // namespace utcp::ws
