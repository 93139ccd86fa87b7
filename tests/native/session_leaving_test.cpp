// What the peer is told of calls that this side leaves, and of connections that it closes; calls that send or expect
// nothing.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using Written = std::vector<std::string>;

constexpr std::string_view kLeaveShared = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
  "leave_message":{"id":"{{request_id}}","type":"complete"},"response_timeout":5})";
constexpr std::string_view kLeaveAlone = R"({"url":"wss://h.example/ws","leave_message":"stop","response_timeout":5})";
constexpr std::string_view kLeaveAlways =
    R"({"url":"wss://h.example/ws","leave_message":"stop","leave_when":"always","response_timeout":5})";
constexpr std::string_view kPolite = R"({"url":"wss://h.example/ws","disconnect_message":["bye","{{new_id}}"]})";

/// A host whose calls bring a leave message, with a connection open.
struct Leaving : FakeHost {
  explicit Leaving(SessionOptions options = {}) : FakeHost(std::move(options)) { leave_message = "bye"; }
  CallId on_open(std::string_view call_template, CallMode mode = CallMode::single) {
    const CallId id = call(tool(call_template), mode);
    open(1);
    return id;
  }
  const Written& written() { return sockets.at(1).written; }
};

TEST(SessionLeaving, AStreamThatIsLeftOnASharedConnectionIsToldAndTheConnectionStays) {
  Leaving host;
  const CallId left = host.on_open(kLeaveShared, CallMode::stream);
  const CallId other = host.stream(host.tool(kLeaveShared));
  host.abort(left);
  EXPECT_EQ(host.written(), (Written{"call 1", "call 2", "leave 1: bye"}));
  EXPECT_EQ(host.open_sockets(), 1U);
  host.text(1, R"({"id":2})");
  EXPECT_EQ(host.outcome(other).items.size(), 1U);
}

TEST(SessionLeaving, OnAConnectionOfItsOwnItIsToldBeforeTheConnectionIsClosed) {
  Leaving host;
  host.abort(host.on_open(kLeaveAlone, CallMode::stream));
  EXPECT_EQ(host.written(), (Written{"call 1", "leave 1: bye"}));
  EXPECT_TRUE(host.sockets.at(1).closed.has_value());
}

TEST(SessionLeaving, ANewIdIsTheHostsWhenTheMessageGoesOut) {
  Leaving host;
  const Result<MessageTemplate> message = MessageTemplate::compile(R"("{\"id\":{{new_id}},\"of\":{{request_id}}}")");
  const Result<Plan> plan =
      fill(*message, "{}", {.request_id = "1", .uuid = "", .now = "", .tool_name = ""}, MissingArguments::error);
  ASSERT_EQ(plan->size(), 3U);
  host.leave_message.clear();
  host.late_leave = *plan;
  host.abort(host.on_open(kLeaveShared, CallMode::stream));
  EXPECT_EQ(host.written(), (Written{"call 1", R"(leave 1: {"id":"new","of":1})"}));
}

TEST(SessionLeaving, ACallThatTimesOutIsTold) {
  Leaving host;
  const CallId call = host.on_open(kLeaveShared);
  host.advance(5s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
  EXPECT_EQ(host.written(), (Written{"call 1", "leave 1: bye"}));
}

TEST(SessionLeaving, AStreamThatALimitOrACountEndsIsTold) {
  SessionOptions options;
  options.max_stream_items = 2;
  Leaving limited(options);
  const CallId slow = limited.on_open(kLeaveShared, CallMode::stream);
  for (int i = 0; i < 3; ++i) limited.text(1, R"({"id":1})");
  EXPECT_EQ(limited.code(slow), ErrorCode::stream_overflow);
  EXPECT_EQ(limited.written(), (Written{"call 1", "leave 1: bye"}));

  Leaving counted;
  const CallId two = counted.on_open(
      R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"leave_message":"x","expected_responses":2})",
      CallMode::stream);
  for (int i = 0; i < 2; ++i) counted.text(1, R"({"id":1})");
  EXPECT_TRUE(counted.succeeded(two));
  EXPECT_EQ(counted.written(), (Written{"call 1", "leave 1: bye"}));
}

TEST(SessionLeaving, AMessageThatIsTooLargeEndsCallsThatAreTold) {
  SessionOptions options;
  options.max_frame = 10;
  Leaving host(options);
  (void)host.on_open(kLeaveShared);
  host.text(1, "more than ten bytes");
  EXPECT_EQ(host.written(), (Written{"call 1", "leave 1: bye"}));
}

TEST(SessionLeaving, WhatThePeerEndsIsNotTold) {
  constexpr std::string_view kEnds =
      R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"leave_message":"x","error_path":"/error"})";
  for (const std::string frame : {R"({"id":1,"type":"stream_end"})", R"({"id":1,"error":"out of paper"})"}) {
    Leaving host;
    const CallId call = host.on_open(kEnds, CallMode::stream);
    host.text(1, frame);
    EXPECT_FALSE(host.pending(call));
    EXPECT_EQ(host.written(), Written{"call 1"}) << frame;
  }
  Leaving answered;
  (void)answered.on_open(kLeaveShared);
  answered.text(1, R"({"id":1})");
  EXPECT_EQ(answered.written(), Written{"call 1"});
  Leaving both;
  (void)both.on_open(R"({"url":"wss://h.example/ws","leave_message":"x","expected_responses":2})");
  both.text(1, "a");
  both.text(1, "b");
  EXPECT_EQ(both.written(), Written{"call 1"});
  Leaving lost;
  (void)lost.on_open(kLeaveShared);
  lost.peer_closes(1, 1001);
  EXPECT_EQ(lost.written(), Written{"call 1"});
}

TEST(SessionLeaving, AlwaysTellsAlsoOfACallThatWasAnswered) {
  Leaving host;
  const CallId call = host.on_open(kLeaveAlways);
  host.text(1, "a");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.written(), (Written{"call 1", "leave 1: bye"}));
  EXPECT_TRUE(host.sockets.at(1).closed.has_value()) << "what answers it could be taken for the next call's answer";
}

TEST(SessionLeaving, AlwaysKeepsAConnectionWhoseCallsHaveIds) {
  Leaving host;
  (void)host.on_open(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"leave_message":"x",
    "leave_when":"always"})");
  host.text(1, R"({"id":1})");
  EXPECT_EQ(host.written(), (Written{"call 1", "leave 1: bye"}));
  EXPECT_EQ(host.open_sockets(), 1U);
}

TEST(SessionLeaving, NobodyIsToldOfACallThatWasNotSent) {
  Leaving waiting;
  const CallId call = waiting.call(waiting.tool(kLeaveShared));
  const CallId other = waiting.call(waiting.tool(kLeaveShared));
  waiting.abort(call);
  waiting.open(1);
  EXPECT_EQ(waiting.written(), Written{"call 2"});
  waiting.abort(other, false);
  EXPECT_EQ(waiting.written(), Written{"call 2"}) << "its message is not sent either";
}

TEST(SessionLeaving, DiscoveryIsNotTold) {
  Leaving host;
  (void)host.on_open(kLeaveAlways, CallMode::discovery);
  host.text(1, R"({"tools":[]})");
  EXPECT_EQ(host.written(), Written{"call 1"});
}

TEST(SessionLeaving, ClosingTellsOfCallsThenOfTheConnection) {
  constexpr std::string_view kBoth = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
    "leave_message":"x","disconnect_message":"bye","name":"m"})";
  for (const bool deregisters : {true, false}) {
    Leaving host;
    const CallId call = host.on_open(kBoth);
    deregisters ? host.deregister("m") : host.close_all();
    EXPECT_FALSE(host.pending(call));
    EXPECT_EQ(host.written(), (Written{"call 1", "leave 1: bye", "disconnect"}));
    EXPECT_TRUE(host.sockets.at(1).closed.has_value());
  }
}

TEST(SessionLeaving, AConnectionThatThisSideClosesIsToldSo) {
  FakeHost host;
  const ToolId tool = host.tool(kPolite);
  const CallId call = host.call(tool);
  host.open(1);
  host.text(1, "a");
  EXPECT_TRUE(host.succeeded(call));
  host.advance(6min);
  EXPECT_EQ(host.sockets.at(1).written, (Written{"call 1", "disconnect"})) << "idle";
  EXPECT_TRUE(host.sockets.at(1).closed.has_value());

  (void)host.call(tool);
  host.open(2);
  host.advance(30s);
  EXPECT_EQ(host.sockets.at(2).written, (Written{"call 2", "disconnect"})) << "not answered in time";
}

TEST(SessionLeaving, AConnectionThatThePeerClosesOrThatIsNotOpenIsToldNothing) {
  FakeHost host;
  const ToolId tool = host.tool(kPolite);
  (void)host.call(tool);
  host.open(1);
  host.peer_closes(1, 1000);
  EXPECT_EQ(host.sockets.at(1).written, Written{"call 1"});
  (void)host.call(tool);
  host.close_all();
  EXPECT_TRUE(host.sockets.at(2).written.empty());

  FakeHost refused;
  (void)refused.call(
      refused.tool(R"({"url":"wss://h.example/ws","connect_message":"hello","disconnect_message":"bye"})"));
  refused.open(1);
  refused.peer_closes(1, 4403);
  EXPECT_EQ(refused.sockets.at(1).written, Written{"call 1"});
}

TEST(SessionLeaving, ToolsThatSayGoodbyeInAnotherWayShareNoConnection) {
  FakeHost host;
  constexpr std::string_view kIds = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"})";
  (void)host.call(host.tool(std::string(kIds) + "}"));
  (void)host.call(host.tool(std::string(kIds) + R"(,"disconnect_message":"bye"})"));
  EXPECT_EQ(host.sockets.size(), 2U);
}

TEST(SessionLeaving, ACallThatExpectsNothingIsOverWhenItIsSent) {
  FakeHost host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","expected_responses":0})");
  std::vector<CallId> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(host.call(tool));
  EXPECT_TRUE(host.pending(calls[0])) << "there is no connection yet";
  host.open(1);
  for (const CallId call : calls) EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.sockets.at(1).written, (Written{"call 1", "call 2", "call 3"}));
  const CallId stream = host.stream(tool);
  EXPECT_TRUE(host.succeeded(stream));
  EXPECT_TRUE(host.outcome(stream).items.empty());
  EXPECT_EQ(host.session.counts().calls, 0U);
}

TEST(SessionLeaving, ACallThatExpectsNothingMayCloseItsConnectionAndLeaveNothing) {
  Leaving host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","expected_responses":0,"keep_alive":false,
    "leave_message":"x","leave_when":"always","disconnect_message":"bye"})");
  (void)host.call(tool);
  (void)host.call(tool);
  host.open(1);
  EXPECT_EQ(host.written(), (Written{"call 1", "leave 1: bye", "disconnect"}));
  host.open(2);
  EXPECT_EQ(host.sockets.at(2).written, (Written{"call 2", "leave 2: bye", "disconnect"}));
  EXPECT_EQ(host.open_sockets(), 0U);
  EXPECT_EQ(host.session.counts(), (Session::Counts{0, 0, 0, 0, 1, 0}));
}

TEST(SessionLeaving, DiscoveryWaitsForItsManualWhateverIsExpected) {
  FakeHost host;
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","expected_responses":0,"message":false})"),
                                CallMode::discovery);
  host.open(1);
  EXPECT_TRUE(host.pending(call));
  EXPECT_EQ(host.sockets.at(1).written, Written{"call 1"});
  host.text(1, R"({"tools":[]})");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionLeaving, ACallWithoutAMessageTakesWhatThePeerSends) {
  Leaving host;
  const CallId feed =
      host.on_open(R"({"url":"wss://h.example/ws","message":false,"leave_message":"x"})", CallMode::stream);
  host.text(1, "a");
  host.text(1, "b");
  EXPECT_EQ(host.outcome(feed).items, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(host.written().empty());
  host.abort(feed, false);
  EXPECT_EQ(host.written(), Written{"leave 1: bye"}) << "there was nothing to send before it";
}

TEST(SessionLeaving, AFeedThatIsSilentTimesOut) {
  FakeHost host;
  const CallId feed = host.call(host.tool(R"({"url":"wss://h.example/ws","message":false,"response_timeout":2})"));
  host.open(1);
  host.advance(2s);
  EXPECT_EQ(host.code(feed), ErrorCode::response_timeout);
}

}  // namespace
}  // namespace utcp::ws::test
