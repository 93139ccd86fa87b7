#include "session_host.hpp"

#include <emscripten/emscripten.h>
#include <emscripten/websocket.h>

#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_text.hpp>

#include "replies.hpp"
#include "session_options.hpp"

namespace utcp::ws {
namespace {

TimePoint time_point(double milliseconds) {
  return TimePoint{Duration{static_cast<std::int64_t>(milliseconds * 1000 + 0.5)}};
}
TimePoint now() { return time_point(emscripten_get_now()); }

Reply handshake_reply(const Handshake& handshake) {
  Reply reply;
  reply.text("url", handshake.url);
  reply.json("protocols", strings_json(handshake.protocols));
  reply.json("headers", headers_json(handshake.headers));
  return reply;
}

Credentials parse_credentials(const std::string& text) {
  const json::Members members = json::members_of(text);
  return {.url = json::text_of(json::find(members, "url")),
          .protocols = parse_names(json::find(members, "protocols")),
          .headers = parse_pairs(json::find(members, "headers")),
          .query = parse_pairs(json::find(members, "query"))};
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
    const SessionHost::Entry entry(from.host);
    from.host.session_.handle_open(now(), from.connection, protocol);
    return true;
  }

  static Handled<EmscriptenWebSocketMessageEvent> received(int, const EmscriptenWebSocketMessageEvent*, void* data) {
    const SessionHost::Socket from = socket(data);
    Session& session = from.host.session_;
    const ChannelWords& facts = from.host.channel_.words;
    {
      const SessionHost::Entry entry(from.host);
      if (facts.consumed_call != 0) {
        session.handle_consumed(now(), CallId{facts.consumed_call}, facts.consumed_items, facts.consumed_bytes);
      }
      const JsFrame frame(facts.is_text != 0, facts.frame_size, from.host.scratch_);
      session.handle_message(now(), from.connection, frame);
    }
    from.host.scratch_.shrink();
    return true;
  }

  static Handled<EmscriptenWebSocketErrorEvent> failed(int, const EmscriptenWebSocketErrorEvent*, void* data) {
    const SessionHost::Socket from = socket(data);
    const SessionHost::Entry entry(from.host);
    from.host.session_.handle_error(now(), from.connection);
    return true;
  }

  static Handled<EmscriptenWebSocketCloseEvent> closed(int, const EmscriptenWebSocketCloseEvent* event, void* data) {
    const SessionHost::Socket from = socket(data);
    const SessionHost::Entry entry(from.host);
    from.host.session_.handle_close(now(), from.connection, event->code, event->reason, event->wasClean != 0);
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
  CallTemplate& prepared = parsed.value();
  Reply reply;
  reply.text("name", short_name(tool_name));
  reply.text("endpoint", prepared.url.label());
  reply.json("headerFields", strings_json(prepared.header_fields));
  reply.flag("many", gives_many(prepared));
  reply.flag("filters", !prepared.filter_message.is_constant());
  reply.flag("leaves", prepared.leave_message.has_value());
  if (takes_captured(prepared)) reply.flag("captures", true);
  reply.number("more", static_cast<std::int64_t>(prepared.more_messages.size()));
  reply.flag("base64", prepared.sends_base64);
  if (prepared.sends_binary) reply.text("bytes", prepared.message.lone_argument());
  reply.json("discovery", plan_json(prepared.discovery_message.plan({})));
  const bool has_one_plan = !prepared.message.depends_on_names();
  if (has_one_plan) reply.json("plan", plan_json(prepared.message.plan({})));
  reply.number("tool", static_cast<std::uint32_t>(session_.prepare(CallerId{caller}, tool_name, prepared)));
  if (!has_one_plan || !prepared.more_messages.empty()) {
    while (++last_messages_ == 0 || messages_.contains(last_messages_)) {
    }
    Messages& messages = messages_[last_messages_];
    messages.first = std::move(prepared.message);
    messages.more = std::move(prepared.more_messages);
    reply.number("messages", last_messages_);
  }
  return value_reply(reply.take());
}

void SessionHost::release(std::uint32_t tool, std::uint32_t messages) {
  session_.release(ToolId{tool});
  messages_.erase(messages);
}

std::string SessionHost::plan(std::uint32_t tool, std::uint32_t messages, const std::string& names, int of) const {
  const CallTemplate* call_template = session_.find_template(ToolId{tool});
  if (call_template == nullptr) return value_reply("[]");
  const auto own = messages_.find(messages);
  // Code of the caller may have released it just now. Another tool that shares its rules may keep those alive.
  if ((of == 0 || of > 2) && own == messages_.end()) {
    return error_reply({.code = ErrorCode::module_failed, .message = "the tool was released before it was called"});
  }
  const MessageTemplate& message = of == 0   ? own->second.first
                                   : of == 1 ? call_template->filter_message
                                   : of == 2 ? *call_template->leave_message
                                             : own->second.more[static_cast<std::size_t>(of) - 3];
  return plan_reply(message.plan(parse_names(names), call_template->missing_arguments));
}

void SessionHost::start_call(double now, std::uint32_t call, std::uint32_t tool, int mode) {
  start({.tool = ToolId{tool}, .mode = static_cast<CallMode>(mode)}, now, call);
}

void SessionHost::start(const CallRequest& request, double now, std::uint32_t call) {
  const Entry entry(*this);
  session_.start_call(time_point(now), CallId{call}, request);
}

void SessionHost::start_call_with(double now, std::uint32_t call, std::uint32_t tool, int mode,
                                  const std::string& extras) {
  CallRequest request{.tool = ToolId{tool}, .mode = static_cast<CallMode>(mode)};
  const json::Members given = json::members_of(extras);
  request.uuid = json::text_of(json::find(given, "uuid"));
  if (const std::string_view timeout = json::find(given, "timeout"); !timeout.empty()) {
    request.timeout = Duration{json::scaled(timeout, 6)};
  }
  const std::string_view filter = json::find(given, "filter");
  request.late_filter = parse_plan(filter);  // where it is no text
  if (json::is_string(filter)) request.message_filter = json::text_of(filter);
  const std::string_view leave = json::find(given, "leave");
  request.late_leave = parse_plan(leave);
  if (request.late_leave.empty()) request.leave_message = json::text_of(leave);
  request.uploads = !json::find(given, "uploads").empty();
  for (const std::string_view value : json::elements_of(json::find(given, "headers"))) {
    std::optional<std::string>& header = request.header_values.emplace_back();
    if (json::is_string(value)) header = json::text_of(value);
  }
  start(request, now, call);
}

void SessionHost::abort_call(double now, std::uint32_t call, bool was_sent) {
  const Entry entry(*this);
  session_.abort_call(time_point(now), CallId{call}, was_sent);
}

void SessionHost::handle_consumed(double now, std::uint32_t call, std::uint32_t items, std::uint32_t bytes) {
  const Entry entry(*this);
  session_.handle_consumed(time_point(now), CallId{call}, items, bytes);
}

void SessionHost::handle_upload(double now, std::uint32_t call, int progress) {
  const Entry entry(*this);
  session_.handle_upload(time_point(now), CallId{call}, static_cast<Upload>(progress));
}

void SessionHost::handle_pong(double now, std::uint32_t connection) {
  const Entry entry(*this);
  session_.handle_pong(time_point(now), ConnectionId{connection});
}

void SessionHost::handle_opening_failed(double now, std::uint32_t connection, int kind, int http_status,
                                        const std::string& text) {
  const Entry entry(*this);
  session_.handle_opening_failed(time_point(now), ConnectionId{connection},
                                 {static_cast<OpeningFailure::Kind>(kind), http_status, text});
}

void SessionHost::handle_token_failed(double now, std::uint32_t token, int kind, const std::string& text) {
  const Entry entry(*this);
  session_.handle_token_failed(time_point(now), TokenId{token}, {static_cast<OpeningFailure::Kind>(kind), 0, text});
}

std::string SessionHost::add_credentials(std::uint32_t connection, const std::string& given) {
  const Result<Handshake> handshake = session_.add_credentials(ConnectionId{connection}, parse_credentials(given));
  return handshake ? value_reply(handshake_reply(handshake.value()).take()) : error_reply(handshake.error());
}

std::string SessionHost::mask(std::uint32_t connection, const std::string& call_template, const std::string& given,
                              const std::string& text) const {
  if (connection != 0) return session_.secrets_of(ConnectionId{connection}).mask(text);
  const Result<CallTemplate> parsed = parse_call_template(std::string_view(call_template));
  Secrets secrets = session_.secrets_of(parsed.value());
  add_secrets(secrets, parse_credentials(given));
  return secrets.mask(text);
}

void SessionHost::handle_token(double now, std::uint32_t token, int http_status, const std::string& body) {
  const Entry entry(*this);
  session_.handle_token(time_point(now), TokenId{token}, http_status, body);
}

void SessionHost::handle_timeout(double now) {
  const Entry entry(*this);
  session_.handle_timeout(time_point(now));
}

void SessionHost::handle_wake(double now) {
  const Entry entry(*this);
  session_.handle_wake(time_point(now));
}

void SessionHost::deregister(std::uint32_t caller, const std::string& manual) {
  const Entry entry(*this);
  session_.deregister(CallerId{caller}, manual);
}

void SessionHost::close() {
  const Entry entry(*this);
  session_.close();
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
  return reply.take();
}

SessionHost::Entry::~Entry() {
  while (const Command* command = host_.session_.poll_command()) {
    std::visit([this](const auto& one) { host_.run(one); }, *command);
  }
  const std::optional<TimePoint> deadline = host_.session_.poll_timeout();
  host_.channel_.publish(deadline ? static_cast<double>(deadline->time_since_epoch().count()) / 1000
                                  : std::numeric_limits<double>::infinity());
}

// What Emscripten gives to its WebSocket, here and below, names what JavaScript holds (js/core/wire.js): as URL the
// connection's number, as bytes that of the call whose message it is, as text the same before captured values, or the
// plan of a message of the template's own.
void SessionHost::run(const OpenSocket& command) {
  const std::string name = to_text(number(command.connection));
  EmscriptenWebSocketCreateAttributes attributes{name.c_str(), nullptr, true};
  const int handle = emscripten_websocket_new(&attributes);
  auto socket = std::make_unique<Socket>(Socket{*this, command.connection, handle});
  emscripten_websocket_set_onopen_callback(handle, socket.get(), SocketEvents::opened);
  emscripten_websocket_set_onmessage_callback(handle, socket.get(), SocketEvents::received);
  emscripten_websocket_set_onerror_callback(handle, socket.get(), SocketEvents::failed);
  emscripten_websocket_set_onclose_callback(handle, socket.get(), SocketEvents::closed);
  sockets_.insert_or_assign(command.connection, std::move(socket));

  Reply handshake = handshake_reply(command.handshake);
  handshake.text("manual", command.manual);
  handshake.text("terminator", command.terminator);
  channel_.put(CommandKind::open, {number(command.connection)}, handshake.take());
}

const SessionHost::Socket* SessionHost::find(ConnectionId connection) const {
  const auto entry = sockets_.find(connection);
  return entry == sockets_.end() ? nullptr : entry->second.get();
}

void SessionHost::forget(ConnectionId connection) {
  const auto entry = sockets_.find(connection);
  if (entry == sockets_.end()) return;
  emscripten_websocket_delete(entry->second->handle);
  sockets_.erase(entry);
}

/// The one entry that every call takes, without Embind's conversions.
extern "C" EMSCRIPTEN_KEEPALIVE void utcp_ws_start_call(std::uintptr_t session, double now, std::uint32_t call,
                                                        std::uint32_t tool, int mode) {
  reinterpret_cast<SessionHost*>(session)->start_call(now, call, tool, mode);
}

}  // namespace utcp::ws
