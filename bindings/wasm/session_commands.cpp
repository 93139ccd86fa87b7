// Owns carrying out commands of the session that open no connection: with Emscripten's WebSocket, or a word
// in the channel.
#include <emscripten/websocket.h>

#include "replies.hpp"
#include "session_host.hpp"

namespace utcp::ws {

// As bytes: with every call a text would have to be decoded.
void SessionHost::run(const SendMessage& command) {
  std::uint32_t call = number(command.call);
  if (!command.captured.empty()) {
    send(command.connection, concat({to_text(call), " ", headers_json(command.captured)}));
    return;
  }
  const Socket* socket = find(command.connection);
  if (socket == nullptr) return;
  emscripten_websocket_send_binary(socket->handle, &call, sizeof call);
  channel_.put(CommandKind::wire);
}

void SessionHost::run(const SendGreeting& command) { send(command.connection, plan_json(command.plan)); }

void SessionHost::run(const SendLeaveMessage& command) { send(command.connection, plan_json(command.plan)); }

void SessionHost::run(const SendDisconnectMessage& command) { send(command.connection, plan_json(command.plan)); }

// The space tells it from the other messages of the template's own.
void SessionHost::run(const SendReply& command) { send(command.connection, concat({" ", plan_json(command.plan)})); }

void SessionHost::run(const SendPing& command) {
  if (command.plan.empty()) {
    channel_.put(CommandKind::ping, {number(command.connection)});
  } else {
    send(command.connection, plan_json(command.plan));
  }
}

void SessionHost::send(ConnectionId connection, const std::string& what) {
  const Socket* socket = find(connection);
  if (socket == nullptr) return;
  emscripten_websocket_send_utf8_text(socket->handle, what.c_str());
  channel_.put(CommandKind::wire);
}

void SessionHost::run(const SetReading& command) {
  channel_.put(CommandKind::read, {number(command.connection), command.on ? 1U : 0U});
}

void SessionHost::run(const CloseSocket& command) {
  if (const Socket* socket = find(command.connection)) {
    emscripten_websocket_close(socket->handle, static_cast<unsigned short>(command.code), command.reason.c_str());
    channel_.put(CommandKind::wire);
  }
  forget(command.connection);
}

void SessionHost::run(const FetchToken& command) {
  Reply request;
  request.text("url", command.request.url);
  request.text("authorization", command.request.authorization);
  request.text("body", command.request.body);
  channel_.put(CommandKind::fetch, {number(command.token)}, request.take());
}

void SessionHost::run(const CancelToken& command) { channel_.put(CommandKind::cancel, {number(command.token)}); }

void SessionHost::run(const DeliverFrame& command) {
  channel_.put(command.is_progress ? CommandKind::progress : CommandKind::deliver,
               {number(command.call), static_cast<std::uint32_t>(command.decoding)}, command.path);
}

void SessionHost::run(const SettleCall& command) {
  if (!command.error) {
    channel_.put(CommandKind::settle, {number(command.call)});
    return;
  }
  Reply rejection;
  rejection.json("error", error_json(*command.error));
  if (!command.detail.empty()) {
    rejection.json("detail", command.detail);
  } else if (command.error->code == ErrorCode::tool_failed) {
    rejection.text("path", command.path);
  }
  channel_.put(CommandKind::reject, {number(command.call)}, rejection.take());
}

void SessionHost::run(const Report& command) {
  Reply reply;
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
  channel_.put(CommandKind::report, {}, reply.take());
}

}  // namespace utcp::ws
