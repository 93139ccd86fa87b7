// Calls that share a connection because their answers carry ids.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

constexpr std::string_view kJsonRpc = R"({"url":"wss://h.example/ws","response_format":"json",
  "message":{"jsonrpc":"2.0","id":"{{request_id}}","method":"{{tool_name}}","params":"{{args}}"},
  "result_path":"/result","error_path":"/error"})";

std::string answer(CallId id, std::string_view result) {
  return R"({"jsonrpc":"2.0","id":")" + std::to_string(static_cast<std::uint32_t>(id)) + R"(","result":)" +
         std::string(result) + "}";
}

TEST(SessionCorrelation, AnyNumberShareOneConnectionInAnyOrder) {
  FakeHost host;
  const ToolId tool = host.tool(kJsonRpc);
  std::vector<CallId> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(host.call(tool));
  EXPECT_EQ(host.sockets.size(), 1U);
  host.open(1);
  EXPECT_EQ(host.sockets.at(1).sent, calls);
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) host.text(1, answer(*call, "1"));
  for (const CallId call : calls) {
    EXPECT_TRUE(host.succeeded(call));
    EXPECT_EQ(host.outcome(call).items.front(), answer(call, "1"));
    EXPECT_EQ(host.outcome(call).paths.front(), "/result");
  }
}

TEST(SessionCorrelation, LateAndUnknownAnswersAreDroppedByTheirId) {
  FakeHost host;
  host.session.set_reporting(true);
  const ToolId tool = host.tool(kJsonRpc);
  const CallId slow = host.call(tool);
  host.open(1);
  host.advance(20s);
  const CallId other = host.call(tool);
  host.advance(10s);
  EXPECT_EQ(host.code(slow), ErrorCode::response_timeout);
  EXPECT_EQ(host.open_sockets(), 1U) << "others go on";
  host.text(1, answer(slow, "1"));
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited);
  host.text(1, answer(CallId{99}, "1"));
  host.text(1, R"({"method":"note"})");
  host.text(1, "text");
  host.binary(1, "b");
  EXPECT_TRUE(host.pending(other));
  host.text(1, answer(other, "2"));
  EXPECT_TRUE(host.succeeded(other));
  host.text(1, answer(other, "2"));
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited) << "a duplicate";
}

TEST(SessionCorrelation, AConnectionThatOwesAnswersIsNotGivenToACallWithoutId) {
  FakeHost host;
  const ToolId tool = host.tool(kJsonRpc, "m.a");
  const CallId slow = host.call(tool);
  host.open(1);
  host.abort(slow);
  EXPECT_EQ(host.open_sockets(), 1U);
  host.call(host.tool(kPlain, "m.b"));
  EXPECT_EQ(host.sockets.size(), 2U);
  host.call(tool);
  EXPECT_EQ(host.sockets.at(1).sent.size(), 2U);
}

// Also where every answer came: what a peer sends twice, or sends after the answer, is nobody else's.
TEST(SessionCorrelation, AConnectionThatCallsHaveSharedIsNotGivenToACallWithoutId) {
  FakeHost host;
  const CallId shared = host.call(host.tool(kJsonRpc));
  host.open(1);
  host.text(1, answer(shared, "1"));
  ASSERT_TRUE(host.succeeded(shared));
  const CallId alone = host.call(host.tool(kPlain));
  host.open(2);
  host.text(1, answer(shared, "1"));
  EXPECT_TRUE(host.pending(alone));
  host.text(2, "own");
  EXPECT_EQ(host.outcome(alone).items, std::vector<std::string>{"own"});
  const CallId again = host.call(host.tool(kPlain));
  EXPECT_EQ(host.sockets.at(2).sent.back(), again) << "its own is kept";
}

TEST(SessionCorrelation, AnIdleConnectionMakesRoomForOneOfTheOtherKind) {
  FakeHost host({.max_connections = 1});
  const CallId shared = host.call(host.tool(kJsonRpc));
  host.open(1);
  const CallId alone = host.call(host.tool(kPlain));
  EXPECT_EQ(host.open_sockets(), 1U) << "it is in use";
  host.text(1, answer(shared, "1"));
  ASSERT_EQ(host.sockets.size(), 2U);
  EXPECT_TRUE(host.sockets.at(1).closed.has_value());
  host.open(2);
  host.text(2, "own");
  EXPECT_TRUE(host.succeeded(alone));
}

TEST(SessionCorrelation, NeverJoinsACallThatHasItsConnectionAlone) {
  FakeHost host;
  const CallId alone = host.call(host.tool(kPlain, "m.b"));
  host.open(1);
  host.call(host.tool(kJsonRpc, "m.a"));
  EXPECT_EQ(host.sockets.size(), 2U);
  host.text(1, "x");
  EXPECT_TRUE(host.succeeded(alone));
}

TEST(SessionCorrelation, NumericIdsMatchToo) {
  FakeHost host;
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","message":"{\"id\": {{request_id}}}"})"));
  host.open(1);
  host.text(1, R"({"id":2})");
  EXPECT_TRUE(host.pending(call));
  host.text(1, R"({"id":1})");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionCorrelation, PointsElsewhereOrIsOff) {
  FakeHost host;
  const CallId call = host.call(
      host.tool(R"({"url":"wss://h.example/ws","message":{"a":"{{request_id}}"},"correlation":"/meta/re"})", "m.a"));
  host.open(1);
  host.text(1, R"({"a":"1"})");
  EXPECT_TRUE(host.pending(call));
  host.text(1, R"({"meta":{"re":"1"}})");
  EXPECT_TRUE(host.succeeded(call));

  const ToolId off =
      host.tool(R"({"url":"wss://h.example/off","message":{"a":"{{request_id}}"},"correlation":false})", "m.b");
  host.call(off);
  host.call(off);
  EXPECT_EQ(host.sockets.size(), 3U) << "each has its own";
}

TEST(SessionCorrelation, TheUuidIsTheIdWhereTheMessageHasNoOther) {
  for (const std::string_view message : {R"({"meta":{"trace":"{{uuid}}"}})", R"({"meta":{"trace":"t-{{uuid}}"}})"}) {
    FakeHost host;
    const ToolId tool =
        host.tool(R"({"url":"wss://h.example/ws","correlation":"/re","message":)" + std::string(message) + "}");
    host.calls[1];
    host.session.start_call(host.now, CallId{1}, {.tool = tool, .uuid = "u-1"});
    host.drain();
    host.open(1);
    host.text(1, R"({"re":"1"})");
    EXPECT_TRUE(host.pending(CallId{1}));
    host.text(1, R"({"re":"u-1"})");
    EXPECT_TRUE(host.succeeded(CallId{1}));
  }
}

TEST(SessionCorrelation, ErrorPathRejectsOneCallOnly) {
  FakeHost host;
  const ToolId tool = host.tool(kJsonRpc);
  const CallId bad = host.call(tool);
  const CallId good = host.call(tool);
  host.open(1);
  host.text(1, R"({"id":"1","error":{"code":-32601,"message":"no method"}})");
  EXPECT_EQ(host.code(bad), ErrorCode::tool_failed);
  EXPECT_EQ(host.outcome(bad).path, "/error");
  host.text(1, answer(good, "null"));
  EXPECT_TRUE(host.succeeded(good));
}

TEST(SessionCorrelation, AClosedConnectionRejectsAllThatShareIt) {
  FakeHost host;
  const ToolId tool = host.tool(kJsonRpc);
  const CallId first = host.call(tool);
  const CallId second = host.call(tool);
  host.open(1);
  host.peer_closes(1, 1012, "restart");
  EXPECT_EQ(host.code(first), ErrorCode::connection_closed);
  EXPECT_EQ(host.code(second), ErrorCode::connection_closed);
}

constexpr const char* kSlow =
    R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"response_timeout":2,"keep_alive":false,
        "close_after_response":false})";

// Where no ping finds it out, a peer that is gone without a word would take one call after the other.
TEST(SessionDeaf, AConnectionOnWhichTwoCallsInARowHeardNothingServesNoNewCall) {
  FakeHost host;
  const ToolId tool = host.tool(kSlow);
  const CallId first = host.call(tool);
  host.open(1);
  const CallId second = host.call(tool);
  host.advance(1s);
  const CallId third = host.call(tool);
  host.advance(1s);
  EXPECT_EQ(host.code(first), ErrorCode::response_timeout);
  EXPECT_EQ(host.code(second), ErrorCode::response_timeout);
  EXPECT_EQ(host.open_sockets(), 1U) << "the third call's answer may still come";
  const CallId fourth = host.call(tool);
  ASSERT_EQ(host.sockets.size(), 2U);
  host.open(2);
  host.text(2, concat({R"({"id":")", to_text(static_cast<std::uint32_t>(fourth)), R"("})"}));
  EXPECT_TRUE(host.succeeded(fourth));
  host.advance(1s);
  EXPECT_EQ(host.code(third), ErrorCode::response_timeout);
  EXPECT_EQ(host.open_sockets(), 1U);
}

TEST(SessionDeaf, OneSlowToolProvesNothing) {
  FakeHost host;
  const ToolId tool = host.tool(kSlow);
  for (int round = 0; round < 3; ++round) {
    const CallId slow = host.call(tool);
    if (round == 0) host.open(1);
    host.advance(2s);
    EXPECT_EQ(host.code(slow), ErrorCode::response_timeout);
    const CallId quick = host.call(tool);
    host.text(1, concat({R"({"id":")", to_text(static_cast<std::uint32_t>(quick)), R"("})"}));
    EXPECT_TRUE(host.succeeded(quick));
  }
  EXPECT_EQ(host.sockets.size(), 1U);
}

TEST(SessionDeaf, APeerThatSpeaksAgainIsCalledAgain) {
  FakeHost host({.max_connections = 1});
  const ToolId tool = host.tool(kSlow);
  host.call(tool);
  host.open(1);
  host.call(tool);
  host.advance(1s);
  const CallId third = host.call(tool);
  host.advance(1s);
  const CallId fourth = host.call(tool);
  EXPECT_EQ(host.sockets.at(1).sent.size(), 3U) << "the fourth one waits";
  host.text(1, R"({"id":"nobody"})");
  EXPECT_EQ(host.sockets.at(1).sent.back(), fourth);
  EXPECT_TRUE(host.pending(third));
}

}  // namespace
}  // namespace utcp::ws::test
