// Endpoints and connections: who shares, who waits, what is closed when.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

std::optional<std::string> header(const Socket& socket, std::string_view name) {
  for (const Header& header : socket.asked.handshake.headers) {
    if (header.first == name) return header.second;
  }
  return std::nullopt;
}

TEST(SessionPool, FiveCallsOnAColdEndpointGetFiveAnswers) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  std::vector<CallId> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(host.call(tool));
  ASSERT_EQ(host.sockets.size(), 5U);
  for (std::uint32_t id = 1; id <= 5; ++id) host.open(id);
  for (std::uint32_t id = 1; id <= 5; ++id) {
    ASSERT_EQ(host.sockets.at(id).sent.size(), 1U);
    host.text(id, "answer to " + std::to_string(static_cast<std::uint32_t>(host.sockets.at(id).sent.front())));
  }
  for (const CallId call : calls) {
    EXPECT_EQ(host.outcome(call).items.front(), "answer to " + std::to_string(static_cast<std::uint32_t>(call)));
  }
  host.close_all();
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionPool, FurtherCallsWaitInOrder) {
  FakeHost host({.max_connections = 2});
  const ToolId tool = host.tool(kPlain);
  std::vector<CallId> calls;
  for (int i = 0; i < 6; ++i) calls.push_back(host.call(tool));
  EXPECT_EQ(host.sockets.size(), 2U);
  host.open(1);
  host.open(2);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::uint32_t socket = i % 2 == 0 ? 1 : 2;
    EXPECT_EQ(host.sockets.at(socket).sent.back(), calls[i]);
    host.text(socket, "x");
    EXPECT_TRUE(host.succeeded(calls[i]));
  }
}

TEST(SessionPool, OneMoreWaitingCallThanAllowedIsRejected) {
  FakeHost host({.max_connections = 1, .max_waiting = 2});
  const ToolId tool = host.tool(kPlain);
  const CallId first = host.call(tool);
  const CallId second = host.call(tool);
  EXPECT_TRUE(host.pending(first));
  EXPECT_TRUE(host.pending(second));
  const CallId third = host.call(tool);
  EXPECT_EQ(host.code(third), ErrorCode::queue_full);
  host.open(1);
  EXPECT_TRUE(host.pending(host.call(tool))) << "the first has left the queue";
}

TEST(SessionPool, AWaitingCallTimesOutAndSaysWhy) {
  FakeHost host({.max_connections = 1});
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","connection_timeout":2,"response_timeout":60})");
  host.call(tool);
  host.open(1);
  const CallId waiting = host.call(tool);
  host.advance(2s);
  EXPECT_EQ(host.code(waiting), ErrorCode::connection_timeout);
  EXPECT_NE(host.outcome(waiting).error->message.find("maxConnections"), std::string::npos);
}

TEST(SessionPool, CallersManualsHeadersAndCredentialsAreKeptApart) {
  FakeHost host;
  const std::string_view other_header = R"({"url":"wss://h.example/ws","headers":{"X-A":"1"}})";
  const std::string_view other_key = R"({"url":"wss://h.example/ws","auth":{"auth_type":"api_key","api_key":"k"}})";
  const ToolId tools[] = {host.tool(kPlain),
                          host.tool(kPlain, "m.t", CallerId{1}),
                          host.tool(kPlain, "n.t"),
                          host.tool(other_header),
                          host.tool(other_key),
                          host.tool(R"({"url":"wss://h.example/ws","protocol":"p"})"),
                          host.tool(R"({"url":"wss://h.example/ws","connect_message":"hi"})"),
                          host.tool(R"({"url":"wss://h.example/ws?x"})")};
  std::uint32_t id = 0;
  for (const ToolId tool : tools) {
    host.call(tool);
    ++id;
    ASSERT_EQ(host.sockets.size(), id);
    host.open(id, id == 6 ? "p" : "");
    host.text(id, "x");
  }
  for (const ToolId tool : tools) host.call(tool);
  EXPECT_EQ(host.sockets.size(), id) << "every endpoint has its own and uses it again";
}

TEST(SessionPool, TwoToolsOfAManualShareAConnection) {
  FakeHost host;
  host.call(host.tool(kPlain, "m.a"));
  host.open(1);
  host.text(1, "x");
  host.call(host.tool(R"({"url":"wss://h.example/ws","message":"other"})", "m.b"));
  EXPECT_EQ(host.sockets.size(), 1U);
}

TEST(SessionPool, HeadersOfEverySourceArrive) {
  FakeHost host({.handshake = {.headers = {{"X-Option", "o"}, {"x-over", "option"}}}});
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","headers":{"X-Static":"s","X-Over":"template"},
      "header_fields":["X-Field","X-Missing"],"auth":{"auth_type":"basic","username":"u","password":"p"}})");
  host.call(tool, CallMode::single, {"f", std::nullopt});
  const Socket& socket = host.sockets.at(1);
  EXPECT_EQ(header(socket, "X-Option"), "o");
  EXPECT_EQ(header(socket, "x-over"), "template");
  EXPECT_EQ(header(socket, "X-Static"), "s");
  EXPECT_EQ(header(socket, "X-Field"), "f");
  EXPECT_EQ(header(socket, "X-Missing"), std::nullopt);
  EXPECT_EQ(header(socket, "Authorization"), "Basic dTpw");
  host.call(tool, CallMode::single, {"other", std::nullopt});
  EXPECT_EQ(host.sockets.size(), 2U) << "another header value is another endpoint";
}

TEST(SessionPool, AnArgumentCannotBreakAHeader) {
  for (const std::string& value : {std::string("a\r\nX: b"), std::string("a\nb"), std::string("a\0b", 3)}) {
    FakeHost host;
    const CallId call =
        host.call(host.tool(R"({"url":"wss://h.example/ws","header_fields":["X-F"]})"), CallMode::single, {value});
    EXPECT_EQ(host.code(call), ErrorCode::invalid_argument);
    EXPECT_TRUE(host.sockets.empty());
  }
}

TEST(SessionPool, ApiKeyInQueryAndCookie) {
  FakeHost host({.handshake = {.headers = {{"Cookie", "a=b"}}}});
  host.call(host.tool(
      R"({"url":"wss://h.example/ws?v=1","auth":{"auth_type":"api_key","api_key":"a b&c","var_name":"k","location":"query"}})"));
  EXPECT_EQ(host.sockets.at(1).asked.handshake.url, "wss://h.example/ws?v=1&k=a%20b%26c");
  host.call(host.tool(
      R"({"url":"wss://h.example/ws","auth":{"auth_type":"api_key","api_key":"s3","var_name":"sid","location":"cookie"}})"));
  EXPECT_EQ(header(host.sockets.at(2), "Cookie"), "a=b; sid=s3");
}

TEST(SessionPool, HostsWithoutHeadersRejectBeforeOpening) {
  FakeHost host({.handshake = {.can_set_headers = false}});
  const CallId call =
      host.call(host.tool(R"({"url":"wss://h.example/ws","auth":{"auth_type":"api_key","api_key":"secret"}})"));
  EXPECT_EQ(host.code(call), ErrorCode::auth_unsupported);
  EXPECT_EQ(host.outcome(call).error->message.find("secret"), std::string::npos);
  EXPECT_NE(host.outcome(call).error->message.find("connect_message"), std::string::npos);
  EXPECT_TRUE(host.sockets.empty());
  host.call(host.tool(
      R"({"url":"wss://h.example/ws","auth":{"auth_type":"api_key","api_key":"secret","location":"query"}})"));
  EXPECT_EQ(host.sockets.size(), 1U);
}

TEST(SessionPool, IdleConnectionsAreClosedAfterTheIdleTimeout) {
  FakeHost host({.idle_timeout = 60s});
  const ToolId tool = host.tool(kPlain);
  host.call(tool);
  host.open(1);
  host.text(1, "x");
  host.advance(50s);
  host.call(tool);
  host.advance(10s);
  host.text(1, "x");
  host.advance(59s);
  EXPECT_EQ(host.open_sockets(), 1U) << "used again, it rests anew";
  host.advance(1s);
  EXPECT_EQ(host.open_sockets(), 0U);
  EXPECT_EQ(host.session.counts().timers, 0U);
  EXPECT_EQ(host.session.counts().endpoints, 0U);
}

TEST(SessionPool, ALostIdleConnectionIsOpenedAgainAtTheNextCall) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  host.call(tool);
  host.open(1);
  host.text(1, "x");
  host.peer_closes(1, 1006, "", false);
  EXPECT_EQ(host.sockets.size(), 1U);
  const CallId call = host.call(tool);
  host.open(2);
  host.text(2, "y");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionPool, DeregisterClosesWhatTheManualOpenedAlsoWithoutName) {
  FakeHost host;
  host.call(host.tool(R"({"name":"m","url":"wss://h.example/ws"})", ""), CallMode::discovery);
  host.open(1);
  host.text(1, R"({"tools":[]})");
  const CallId running = host.call(host.tool(kPlain, "m.t"));
  const CallId other = host.call(host.tool(kPlain, "n.t"));
  const CallId stranger = host.call(host.tool(kPlain, "m.t", CallerId{5}));
  const CallId elsewhere = host.call(host.tool(R"({"url":"wss://other.example/"})", "m.u"));
  host.open(2);
  host.deregister("m");
  EXPECT_EQ(host.code(running), ErrorCode::manual_deregistered);
  EXPECT_EQ(host.code(elsewhere), ErrorCode::manual_deregistered);
  EXPECT_TRUE(host.sockets.at(1).closed.has_value());
  EXPECT_FALSE(host.sockets.at(2).closed.has_value());
  EXPECT_TRUE(host.pending(other));
  EXPECT_TRUE(host.pending(stranger));
  EXPECT_EQ(host.session.counts().calls, 2U);
}

TEST(SessionPool, CloseRejectsEverythingAndTheSessionWorksAgain) {
  FakeHost host({.max_connections = 1});
  const ToolId tool = host.tool(kPlain);
  const CallId active = host.call(tool);
  host.open(1);
  const CallId waiting = host.stream(tool);
  host.close_all();
  EXPECT_EQ(host.code(active), ErrorCode::protocol_closed);
  EXPECT_EQ(host.code(waiting), ErrorCode::protocol_closed);
  EXPECT_EQ(host.session.counts(),
            (Session::Counts{.endpoints = 0, .connections = 0, .calls = 0, .waiting = 0, .tools = 1, .timers = 0}));
  host.text(1, "late");
  host.peer_closes(1, 1000);
  const CallId next = host.call(tool);
  host.open(2);
  host.text(2, "x");
  EXPECT_TRUE(host.succeeded(next));
}

TEST(SessionPool, TheChosenSubprotocolIsChecked) {
  for (const std::string_view chosen : {"", "secret"}) {
    FakeHost host;
    const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","protocol":"utcp"})"));
    EXPECT_EQ(host.sockets.at(1).asked.handshake.protocols, std::vector<std::string>{"utcp"});
    host.open(1, chosen);
    EXPECT_EQ(host.code(call), ErrorCode::subprotocol_mismatch);
    EXPECT_EQ(host.outcome(call).error->message.find("secret"), std::string::npos) << "it may be a credential";
    EXPECT_EQ(host.open_sockets(), 0U);
    EXPECT_EQ(host.sockets.size(), 1U);
  }
}

TEST(SessionGreeting, CallsWaitForTheAcknowledgement) {
  FakeHost host;
  host.session.set_reporting(true);
  const CallId call = host.call(host.tool(
      R"({"url":"wss://h.example/ws","connect_message":{"type":"auth","token":"t"},"connect_ack":{"type":"auth_ok"}})"));
  host.open(1);
  ASSERT_EQ(host.sockets.at(1).greetings.size(), 1U);
  EXPECT_EQ(host.sockets.at(1).greetings.front().front().text, R"({"type":"auth","token":"t"})");
  EXPECT_TRUE(host.sockets.at(1).sent.empty());
  host.text(1, R"({"type":"auth_required"})");
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited);
  EXPECT_TRUE(host.sockets.at(1).sent.empty());
  host.text(1, R"({"type":"auth_ok","version":1})");
  EXPECT_EQ(host.sockets.at(1).sent, std::vector{call});
}

TEST(SessionGreeting, WithoutAcknowledgementCallsFollowAtOnce) {
  FakeHost host;
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","connect_message":"hello"})"));
  host.open(1);
  EXPECT_EQ(host.sockets.at(1).greetings.size(), 1U);
  EXPECT_EQ(host.sockets.at(1).sent, std::vector{call});
}

TEST(SessionGreeting, MissingAcknowledgementTimesOut) {
  FakeHost host({.retry = {.enabled = false}});
  const CallId call =
      host.call(host.tool(R"({"url":"wss://h.example/ws","connection_timeout":3,"connect_ack":{"ok":true}})"));
  host.open(1);
  host.advance(3s);
  EXPECT_EQ(host.code(call), ErrorCode::connection_timeout);
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionGreeting, ACallWhoseTimeIsUpFirstNamesWhatIsMissingToo) {
  FakeHost host;
  const CallId call = host.call(host.tool(
      R"({"call_template_type":"websocket","url":"wss://h.example/ws","connect_ack":{"type":"ok"},"connection_timeout":1})"));
  host.open(1);
  host.advance(1s);
  EXPECT_EQ(host.code(call), ErrorCode::connection_timeout);
  EXPECT_NE(host.outcome(call).error->message.find("connect_ack expects within 1 s"), std::string::npos);
}

constexpr const char* kAcknowledged =
    R"({"call_template_type":"websocket","url":"wss://h.example/ws","connect_message":"key","connect_ack":{"type":"ok"}})";
constexpr const char* kUnacknowledged =
    R"({"call_template_type":"websocket","url":"wss://h.example/ws","connect_message":"key"})";

// Home Assistant closes without a code (1005), OBS with one of its own (4009).
TEST(SessionGreeting, ARefusedFirstMessageIsNotTriedAgain) {
  for (const char* call_template : {kAcknowledged, kUnacknowledged}) {
    for (const int code : {1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 3000, 4009, 4401, 4403}) {
      if (code == 1000 && call_template == kUnacknowledged) continue;  // the end of a stream without items
      FakeHost host;
      const ToolId tool = host.tool(call_template);
      const CallId call = host.call(tool);
      const CallId waiting = host.call(tool);
      host.open(1);
      host.peer_closes(1, code, "no");
      EXPECT_EQ(host.code(call), ErrorCode::auth_failed) << code;
      EXPECT_EQ(host.outcome(call).error->close_code, code);
      EXPECT_EQ(host.outcome(call).error->reason, "no");
      EXPECT_EQ(host.code(waiting), ErrorCode::auth_failed) << code;
      EXPECT_EQ(host.open_sockets(), 0U);
      EXPECT_EQ(host.sockets.size(), 2U) << "one for each call, and none again";
      EXPECT_EQ(host.session.counts().endpoints, 0U);
    }
  }
}

TEST(SessionGreeting, AClosingThatSaysLaterIsNoRefusal) {
  for (const int code : {1001, 1006, 1011, 1012, 1013}) {
    FakeHost host;
    const CallId call = host.call(host.tool(kAcknowledged));
    host.open(1);
    host.peer_closes(1, code, "restart");
    EXPECT_TRUE(host.pending(call)) << code;
    const CallId sent = host.call(host.tool(kUnacknowledged, "m.b", CallerId{7}));
    host.open(2);
    host.peer_closes(2, code, "restart");
    EXPECT_EQ(host.code(sent), ErrorCode::connection_closed) << code;
  }
}

TEST(SessionGreeting, NothingIsRefusedOnceACallWasAnswered) {
  FakeHost host;
  const ToolId tool = host.tool(kUnacknowledged);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  const CallId call = host.call(tool);
  host.peer_closes(1, 4401);
  EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
}

TEST(SessionGreeting, WithoutAFirstMessageNothingIsRefusedByClosing) {
  FakeHost host;
  const CallId call = host.call(host.tool(R"({"call_template_type":"websocket","url":"wss://h.example/ws"})"));
  host.open(1);
  host.peer_closes(1, 4401);
  EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
}

}  // namespace
}  // namespace utcp::ws::test
