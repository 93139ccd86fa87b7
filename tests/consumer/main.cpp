// Drives one call through the installed library with a host of a few lines: a command comes out, an event goes in.
#include <cstdio>
#include <optional>
#include <variant>

#include <utcp_websocket/session.hpp>

using namespace utcp::ws;

namespace {

/// The first command of type `T` that the session has for its host.
template <class T>
std::optional<T> next(Session& session) {
  while (const Command* command = session.poll_command()) {
    if (const T* wanted = std::get_if<T>(command)) return *wanted;
  }
  return std::nullopt;
}

}  // namespace

int main() {
  Result<CallTemplate> call_template =
      parse_call_template(std::string_view(R"({"name":"m","call_template_type":"websocket","url":"ws://localhost/"})"));
  if (!call_template) {
    std::puts(call_template.error().message.c_str());
    return 1;
  }
  Session session;
  const TimePoint now{};
  const ToolId tool = session.prepare(CallerId{0}, "m.tool", call_template.value());
  session.start_call(now, CallId{1}, CallRequest{.tool = tool});

  const std::optional<OpenSocket> open = next<OpenSocket>(session);
  if (!open || open->handshake.url != "ws://localhost/") {
    std::puts("the session does not ask for a connection");
    return 1;
  }
  session.handle_open(now, open->connection, "");
  if (!next<SendMessage>(session)) {
    std::puts("the session does not send the call's message");
    return 1;
  }
  session.close();
  const std::optional<SettleCall> settled = next<SettleCall>(session);
  if (!settled || !settled->error) {
    std::puts("closing does not reject the call");
    return 1;
  }
  std::printf("rejected as it should be: %s\n", settled->error->message.c_str());
  return 0;
}
