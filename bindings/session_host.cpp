#include "session_host.hpp"

#include <emscripten/emscripten.h>
#include <emscripten/websocket.h>

#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "imports.hpp"
#include "replies.hpp"

namespace utcp::ws {
namespace {

TimePoint time_point(double milliseconds) { return TimePoint{std::llround(milliseconds * 1000)}; }
TimePoint now() { return time_point(emscripten_get_now()); }
std::uint32_t number(CallId id) { return static_cast<std::uint32_t>(id); }
std::uint32_t number(ConnectionId id) { return static_cast<std::uint32_t>(id); }

void tell(const Json& command) {
  const std::string text = json::dump(command);
  utcp_ws_command(text.data(), text.size());
}

Json header_list(const std::vector<Header>& headers) {
  Json list = Json::array();
  for (const Header& header : headers) list.push_back(Json::array({header.first, header.second}));
  return list;
}

SessionOptions parse_options(const std::string& text) {
  SessionOptions options;
  const Result<Json> parsed = json::parse(text);
  if (!parsed) return options;
  const Json& json = parsed.value();
  const auto size = [&json](const char* name, std::size_t& out) { out = json.value(name, out); };
  const auto duration = [](const Json& from, const char* name, Duration& out) {
    out = Duration{std::llround(from.value(name, static_cast<double>(out.count()) / 1e6) * 1e6)};
  };
  size("maxConnections", options.max_connections);
  size("waitingCalls", options.max_waiting);
  size("frameBytes", options.max_frame);
  size("jsonDepth", options.max_depth);
  size("streamItems", options.max_stream_items);
  size("streamBytes", options.max_stream_bytes);
  duration(json, "idleTimeout", options.idle_timeout);
  options.can_set_headers = json.value("canSetHeaders", options.can_set_headers);
  options.seed = json.value("seed", options.seed);
  if (const auto retry = json.find("retry"); retry != json.end()) {
    options.retry.enabled = retry->is_object();
    if (retry->is_object()) {
      duration(*retry, "baseDelay", options.retry.base);
      duration(*retry, "maxDelay", options.retry.cap);
    }
  }
  if (const auto headers = json.find("headers"); headers != json.end()) {
    for (const Json& header : *headers) options.headers.emplace_back(header[0], header[1]);
  }
  return options;
}

// What js/socket.js puts into the stand-in for a received message (js/driver.js keeps the message itself).
struct StandIn {
  double now;
  std::uint32_t is_text;
  std::uint32_t size;
  std::uint32_t consumed_call;  // 0: none; a stream whose consumer has taken items since the last message
  std::uint32_t consumed_items;
  std::uint32_t consumed_bytes;
};

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

  static Handled<EmscriptenWebSocketMessageEvent> received(int, const EmscriptenWebSocketMessageEvent* event,
                                                           void* data) {
    const SessionHost::Socket from = socket(data);
    StandIn message;
    if (event->numBytes != sizeof message) return false;
    std::memcpy(&message, event->data, sizeof message);
    Session& session = from.host.session_;
    if (message.consumed_call != 0) {
      session.handle_consumed(CallId{message.consumed_call}, message.consumed_items, message.consumed_bytes);
    }
    const JsFrame frame(message.is_text != 0, message.size, from.host.scratch_);
    session.handle_message(time_point(message.now), from.connection, frame);
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
  if (!parsed) return error_text(parsed.error());
  const ToolId tool = session_.prepare(CallerId{caller}, tool_name, std::move(parsed).value());
  const CallTemplate& prepared = *session_.find_template(tool);
  const int expected = prepared.expected_responses.value_or(1);
  Json reply{{"tool", static_cast<std::uint32_t>(tool)},
             {"name", session_.short_name(tool)},
             {"endpoint", prepared.url.label()},
             {"headerFields", prepared.header_fields},
             {"many", expected != 1},
             {"discovery", plan_reply(prepared.discovery_message.plan({}))}};
  if (!prepared.message.depends_on_names()) reply["plan"] = plan_reply(prepared.message.plan({}));
  return value_text(std::move(reply));
}

void SessionHost::release(std::uint32_t tool) { session_.release(ToolId{tool}); }

std::string SessionHost::plan(std::uint32_t tool, const std::string& names) const {
  const CallTemplate* call_template = session_.find_template(ToolId{tool});
  const Result<Json> list = json::parse(names);
  if (call_template == nullptr || !list || !list.value().is_array()) return "[]";
  const std::vector<std::string> known(list.value().begin(), list.value().end());
  return json::dump(plan_reply(call_template->message.plan(known)));
}

void SessionHost::start_call(double now, std::uint32_t call, std::uint32_t tool, int mode) {
  session_.start_call(time_point(now), CallId{call}, {.tool = ToolId{tool}, .mode = static_cast<CallMode>(mode)});
  drain();
}

void SessionHost::start_call_with(double now, std::uint32_t call, std::uint32_t tool, int mode,
                                  const std::string& extras) {
  CallRequest request{.tool = ToolId{tool}, .mode = static_cast<CallMode>(mode)};
  if (const Result<Json> parsed = json::parse(extras)) {
    request.uuid = parsed.value().value("uuid", std::string{});
    for (const Json& value : parsed.value().value("headers", Json::array())) {
      request.header_values.push_back(value.is_string() ? std::optional<std::string>(value) : std::nullopt);
    }
  }
  session_.start_call(time_point(now), CallId{call}, request);
  drain();
}

void SessionHost::abort_call(double now, std::uint32_t call) {
  session_.abort_call(time_point(now), CallId{call});
  drain();
}

void SessionHost::handle_consumed(std::uint32_t call, std::uint32_t items, std::uint32_t bytes) {
  session_.handle_consumed(CallId{call}, items, bytes);
}

void SessionHost::handle_timeout(double now) {
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
  return json::dump(Json{{"endpoints", counts.endpoints},
                         {"connections", counts.connections},
                         {"calls", counts.calls},
                         {"waiting", counts.waiting},
                         {"tools", counts.tools},
                         {"timers", counts.timers},
                         {"sockets", sockets_.size()},
                         {"table", utcp_ws_table_size()}});
}

void SessionHost::drain() {
  while (const std::optional<Command> command = session_.poll_command()) {
    std::visit([this](const auto& one) { run(one); }, *command);
  }
  const std::optional<TimePoint> deadline = session_.poll_timeout();
  if (deadline == told_deadline_) return;
  told_deadline_ = deadline;
  utcp_ws_deadline(deadline ? static_cast<double>(deadline->count()) / 1000 : -1);
}

void SessionHost::run(const OpenSocket& command) {
  // emscripten_websocket_new reaches the constructor of js/socket.js, which takes what was told here.
  tell({{"type", "open"}, {"connection", number(command.connection)}, {"headers", header_list(command.headers)}});
  EmscriptenWebSocketCreateAttributes attributes{
      command.url.c_str(), command.protocol.empty() ? nullptr : command.protocol.c_str(), true};
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

// The binary payload is a token: js/socket.js sends the text that the call was made with.
void SessionHost::run(const SendMessage& command) {
  std::uint32_t token = number(command.call);
  if (const Socket* socket = find(command.connection)) emscripten_websocket_send_binary(socket->handle, &token, sizeof token);
}

void SessionHost::run(const SendGreeting& command) {
  const Socket* socket = find(command.connection);
  if (socket == nullptr) return;
  tell({{"type", "greet"}, {"plan", plan_reply(command.plan)}});
  std::uint32_t token = 0;
  emscripten_websocket_send_binary(socket->handle, &token, sizeof token);
}

void SessionHost::run(const CloseSocket& command) {
  if (const Socket* socket = find(command.connection)) {
    emscripten_websocket_close(socket->handle, static_cast<unsigned short>(command.code), command.reason.c_str());
  }
  forget(command.connection);
}

void SessionHost::run(const DeliverFrame& command) {
  const bool heard = command.path == path_;
  if (!heard) path_ = command.path;
  utcp_ws_deliver(number(command.call), static_cast<int>(command.decoding), heard ? nullptr : path_.data(), path_.size());
}

void SessionHost::run(const SettleCall& command) {
  if (!command.error) {
    utcp_ws_settle(number(command.call));
    return;
  }
  Json reply{{"type", "reject"}, {"call", number(command.call)}, {"error", error_reply(*command.error)}};
  if (command.connection) reply["connection"] = number(*command.connection);
  if (command.error->code == ErrorCode::tool_failed) reply["path"] = command.path;
  tell(reply);
}

void SessionHost::run(const Report& command) {
  Json reply{{"type", "report"}, {"kind", static_cast<int>(command.kind)}, {"endpoint", command.endpoint}};
  if (command.connection) reply["connection"] = number(*command.connection);
  if (command.call) reply["call"] = number(*command.call);
  switch (command.kind) {
    case Report::Kind::open:
    case Report::Kind::send:
      break;
    case Report::Kind::close:
      reply["closeCode"] = command.close_code;
      reply["reason"] = command.text;
      break;
    case Report::Kind::retry:
      reply["attempt"] = command.attempt;
      reply["delay"] = static_cast<double>(command.delay.count()) / 1000;
      reply["text"] = command.text;
      break;
    case Report::Kind::message:
    case Report::Kind::unsolicited:
    case Report::Kind::warning:
      reply["size"] = command.size;
      reply["text"] = command.text;
      break;
  }
  tell(reply);
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

}  // namespace utcp::ws
