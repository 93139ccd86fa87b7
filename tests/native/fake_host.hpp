// A host for the session in virtual time: it carries out commands on sockets that only exist as records.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/session.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws::test {

using namespace std::chrono_literals;

class FakeFrame final : public Frame {
 public:
  FakeFrame(bool is_text, std::string payload) : Frame(is_text, payload.size()), payload_(std::move(payload)) {}
  [[nodiscard]] std::string_view text() const override { return payload_; }

 private:
  std::string payload_;
};

struct Socket {
  OpenSocket asked;
  std::vector<CallId> sent{};
  std::vector<Plan> greetings{};
  std::vector<Plan> pings{};
  std::vector<std::string> written{};  // messages in their order: `call 1`, `leave 1: text`, `disconnect`
  bool paused = false;
  std::optional<CloseSocket> closed{};
};

struct Outcome {
  int settled = 0;
  std::optional<Error> error{};
  std::string path{};
  std::string detail{};
  std::vector<std::string> progress{};
  std::vector<std::string> items{};
  std::vector<Decoding> decodings{};
  std::vector<std::string> paths{};
};

class FakeHost {
 public:
  explicit FakeHost(SessionOptions options = {}) : session(std::move(options)) {}

  Session session;
  TimePoint now{1s};
  std::map<std::uint32_t, Socket> sockets{};
  std::map<std::uint32_t, Outcome> calls{};
  std::vector<Report> reports{};
  std::vector<FetchToken> fetches{};
  std::vector<TokenId> cancelled{};
  // Of the calls that are made:
  std::string leave_message{};
  std::optional<std::string> message_filter{};
  Plan late_filter{}, late_leave{};
  std::vector<Captured> captured{};  // what came with each message
  bool uploads = false;

  ToolId tool(std::string_view template_json, std::string_view name = "m.t", CallerId caller = CallerId{0}) {
    Result<CallTemplate> parsed = parse_call_template(template_json);
    EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
    return session.prepare(caller, name, parsed.value());
  }
  CallId call(ToolId tool, CallMode mode = CallMode::single,
              std::vector<std::optional<std::string>> header_values = {}) {
    const CallId id{++last_call_};
    calls[last_call_];
    session.start_call(now, id,
                       {.tool = tool,
                        .mode = mode,
                        .header_values = std::move(header_values),
                        .message_filter = message_filter,
                        .leave_message = leave_message,
                        .late_filter = late_filter,
                        .late_leave = late_leave,
                        .uploads = uploads});
    drain();
    return id;
  }
  void upload(CallId id, Upload progress) {
    session.handle_upload(now, id, progress);
    drain();
  }
  CallId stream(ToolId tool) { return call(tool, CallMode::stream); }
  void consume(CallId id, std::size_t items, std::size_t bytes) {
    session.handle_consumed(now, id, items, bytes);
    drain();
  }
  void abort(CallId id, bool was_sent = true) {
    session.abort_call(now, id, was_sent);
    drain();
  }
  void deregister(std::string_view manual, CallerId caller = CallerId{0}) {
    session.deregister(caller, manual);
    drain();
  }
  void close_all() {
    session.close();
    drain();
  }

  void open(std::uint32_t socket, std::string_view protocol = {}) {
    session.handle_open(now, ConnectionId{socket}, protocol);
    drain();
  }
  void text(std::uint32_t socket, std::string payload) { receive(socket, FakeFrame(true, std::move(payload))); }
  void binary(std::uint32_t socket, std::string payload) { receive(socket, FakeFrame(false, std::move(payload))); }
  void pong(std::uint32_t socket) {
    session.handle_pong(now, ConnectionId{socket});
    drain();
  }
  void wake() {
    session.handle_wake(now);
    drain();
  }
  void token(std::uint32_t id, int status, std::string_view body) {
    session.handle_token(now, TokenId{id}, status, body);
    drain();
  }
  void token_failed(std::uint32_t id, const OpeningFailure& failure) {
    session.handle_token_failed(now, TokenId{id}, failure);
    drain();
  }
  /// An opening fails with a status, or with none and no cause; or an open connection breaks.
  void error(std::uint32_t socket, int status = 0) { opening_failed(socket, {.http_status = status}); }
  void opening_failed(std::uint32_t socket, const OpeningFailure& failure) {
    session.handle_opening_failed(now, ConnectionId{socket}, failure);
    drain();
  }
  void peer_closes(std::uint32_t socket, int code, std::string_view reason = {}, bool clean = true) {
    session.handle_close(now, ConnectionId{socket}, code, reason, clean);
    drain();
  }

  /// Lets time pass, stopping at every deadline on the way.
  void advance(Duration duration) {
    const TimePoint end = now + duration;
    while (const std::optional<TimePoint> due = session.poll_timeout()) {
      if (*due > end) break;
      now = std::max(now, *due);
      session.handle_timeout(now);
      drain();
    }
    now = end;
  }

  const Outcome& outcome(CallId id) { return calls.at(static_cast<std::uint32_t>(id)); }
  /// The code of the error that a call ended with; fails the test if it has not ended with one.
  ErrorCode code(CallId id) {
    const Outcome& result = outcome(id);
    EXPECT_EQ(result.settled, 1);
    EXPECT_TRUE(result.error.has_value());
    return result.error ? result.error->code : ErrorCode::module_failed;
  }
  bool pending(CallId id) { return outcome(id).settled == 0; }
  bool succeeded(CallId id) { return outcome(id).settled == 1 && !outcome(id).error; }
  std::size_t open_sockets() const {
    std::size_t count = 0;
    for (const auto& entry : sockets) count += entry.second.closed ? 0U : 1U;
    return count;
  }

  /// Carries out what the session asks for; the methods above do so by themselves.
  void drain() {
    while (const Command* command = session.poll_command()) {
      std::visit([this](const auto& what) { carry_out(what); }, *command);
    }
  }

 private:
  void receive(std::uint32_t socket, const FakeFrame& frame) {
    current_ = std::string(frame.text());
    session.handle_message(now, ConnectionId{socket}, frame);
    drain();
  }
  Socket& live(ConnectionId id) {
    Socket& socket = sockets.at(static_cast<std::uint32_t>(id));
    EXPECT_FALSE(socket.closed.has_value()) << "a command for a closed connection";
    return socket;
  }
  Outcome& live(CallId id) {
    Outcome& outcome = calls.at(static_cast<std::uint32_t>(id));
    EXPECT_EQ(outcome.settled, 0) << "a command for a settled call";
    return outcome;
  }
  void carry_out(const OpenSocket& what) {
    const auto id = static_cast<std::uint32_t>(what.connection);
    EXPECT_FALSE(sockets.contains(id)) << "a connection id was used twice";
    sockets.try_emplace(id, Socket{.asked = what});
  }
  void carry_out(const SendMessage& what) {
    EXPECT_EQ(live(what.call).settled, 0);
    live(what.connection).sent.push_back(what.call);
    captured.push_back(what.captured);
    live(what.connection).written.push_back("call " + to_text(static_cast<std::uint32_t>(what.call)));
  }
  void carry_out(const SendGreeting& what) { live(what.connection).greetings.push_back(what.plan); }
  void carry_out(const SendLeaveMessage& what) {
    live(what.connection)
        .written.push_back(
            "leave " + to_text(static_cast<std::uint32_t>(what.call)) + ": " +
            render(what.plan, "{}", {}, {.request_id = "", .uuid = "", .now = "", .tool_name = "", .new_id = "new"}));
  }
  void carry_out(const SendDisconnectMessage& what) {
    EXPECT_FALSE(what.plan.empty());
    live(what.connection).written.emplace_back("disconnect");
  }
  void carry_out(const SendReply& what) {
    live(what.connection)
        .written.push_back(
            "reply: " +
            render(what.plan, "{}", {}, {.request_id = "", .uuid = "u", .now = "n", .tool_name = "", .new_id = "9"}));
  }
  void carry_out(const SendPing& what) { live(what.connection).pings.push_back(what.plan); }
  void carry_out(const SetReading& what) { live(what.connection).paused = !what.on; }
  void carry_out(const CloseSocket& what) { live(what.connection).closed = what; }
  void carry_out(const FetchToken& what) { fetches.push_back(what); }
  void carry_out(const CancelToken& what) { cancelled.push_back(what.token); }
  void carry_out(const DeliverFrame& what) {
    Outcome& outcome = live(what.call);
    if (what.is_progress) return outcome.progress.push_back(current_);
    outcome.items.push_back(current_);
    outcome.decodings.push_back(what.decoding);
    outcome.paths.emplace_back(what.path);
  }
  void carry_out(const SettleCall& what) {
    Outcome& outcome = live(what.call);
    ++outcome.settled;
    if (what.error) outcome.error = *what.error;
    outcome.path = what.path;
    outcome.detail = what.detail;
  }
  void carry_out(const Report& what) { reports.push_back(what); }

  std::uint32_t last_call_ = 0;
  std::string current_;
};

inline constexpr std::string_view kPlain = R"({"call_template_type":"websocket","url":"wss://h.example/ws"})";

}  // namespace utcp::ws::test
