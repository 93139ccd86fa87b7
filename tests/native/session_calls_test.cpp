// Calls and streams through the session: who gets which frame, and what follows when none comes.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

TEST(SessionCall, IsAnsweredByTheFirstFrame) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain));
  ASSERT_EQ(host.sockets.size(), 1U);
  EXPECT_EQ(host.sockets.at(1).asked.handshake.url, "wss://h.example/ws");
  EXPECT_TRUE(host.sockets.at(1).sent.empty());
  host.open(1);
  ASSERT_EQ(host.sockets.at(1).sent, std::vector{call});
  host.text(1, "answer");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.outcome(call).items, std::vector<std::string>{"answer"});
  EXPECT_EQ(host.outcome(call).decodings, std::vector{Decoding::text});
}

TEST(SessionCall, ReusesItsConnection) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  host.call(tool);
  host.open(1);
  host.text(1, "first");
  const CallId second = host.call(tool);
  EXPECT_EQ(host.sockets.size(), 1U);
  host.text(1, "second");
  EXPECT_EQ(host.outcome(second).items, std::vector<std::string>{"second"});
}

TEST(SessionCall, LateAnswerDoesNotReachTheNextCall) {
  FakeHost host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","timeout":1})");
  const CallId slow = host.call(tool);
  host.open(1);
  host.advance(1s);
  EXPECT_EQ(host.code(slow), ErrorCode::response_timeout);
  EXPECT_TRUE(host.sockets.at(1).closed.has_value());

  const CallId next = host.call(tool);
  host.text(1, "late answer of the first call");
  EXPECT_TRUE(host.pending(next));
  host.open(2);
  host.text(2, "own answer");
  EXPECT_EQ(host.outcome(next).items, std::vector<std::string>{"own answer"});
}

TEST(SessionCall, RejectsWhenThePeerClosesWithoutAnAnswer) {
  for (const int code : {1000, 1001, 1006, 1011, 4321}) {
    FakeHost host;
    const CallId call = host.call(host.tool(kPlain));
    host.open(1);
    host.peer_closes(1, code, "why");
    EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
    EXPECT_EQ(host.outcome(call).error->close_code, code);
    EXPECT_EQ(host.outcome(call).error->reason, "why");
    EXPECT_TRUE(host.outcome(call).error->was_clean);
    EXPECT_EQ(host.sockets.size(), 1U) << "a message that may have been sent is never sent again";
    EXPECT_EQ(host.session.counts(),
              (Session::Counts{.endpoints = 0, .connections = 0, .calls = 0, .waiting = 0, .tools = 1, .timers = 0}));
  }
}

TEST(SessionCall, AbortBeforeOpeningClosesTheAttempt) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain));
  host.abort(call);
  EXPECT_TRUE(host.pending(call)) << "nothing is said of an aborted call";
  EXPECT_EQ(host.open_sockets(), 0U);
  host.open(1);
  EXPECT_TRUE(host.sockets.at(1).sent.empty());
}

TEST(SessionCall, AbortWhileWaitingForTheAnswerClosesTheConnection) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  const CallId call = host.call(tool);
  host.open(1);
  host.abort(call);
  EXPECT_EQ(host.open_sockets(), 0U);
  host.abort(call);
  EXPECT_EQ(host.session.counts().calls, 0U);
}

TEST(SessionCall, CloseAfterResponse) {
  for (const char* text : {R"({"url":"wss://h.example/ws","keep_alive":false})",
                           R"({"url":"wss://h.example/ws","close_after_response":true})"}) {
    FakeHost host;
    const CallId call = host.call(host.tool(text));
    host.open(1);
    host.text(1, "x");
    EXPECT_TRUE(host.succeeded(call));
    ASSERT_TRUE(host.sockets.at(1).closed.has_value());
    EXPECT_EQ(host.sockets.at(1).closed->code, 1000);
  }
}

TEST(SessionCall, ExpectedResponsesAreCollected) {
  FakeHost host;
  const CallId call =
      host.call(host.tool(R"({"url":"wss://h.example/ws","expected_responses":3,"response_timeout":5})"));
  host.open(1);
  host.text(1, "a");
  host.advance(4s);
  host.text(1, "b");
  host.advance(4s);
  EXPECT_TRUE(host.pending(call));
  host.text(1, "c");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.outcome(call).items.size(), 3U);
}

TEST(SessionCall, UntilThePeerEndsIt) {
  FakeHost host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","expected_responses":-1})");
  const CallId ended = host.call(tool);
  host.open(1);
  host.text(1, "a");
  host.text(1, R"({"type":"stream_end"})");
  EXPECT_TRUE(host.succeeded(ended));
  EXPECT_EQ(host.outcome(ended).items, std::vector<std::string>{"a"});
  const CallId closed = host.call(tool);
  host.text(1, "b");
  host.peer_closes(1, 1000);
  EXPECT_TRUE(host.succeeded(closed));
}

TEST(SessionStream, YieldsUntilStreamEndAndKeepsTheConnection) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  const CallId call = host.stream(tool);
  host.open(1);
  host.text(1, R"({"type":"tool_response","result":1})");
  host.text(1, "[1,2]");
  host.binary(1, "\x01\x02");
  host.text(1, "plain");
  EXPECT_TRUE(host.pending(call));
  host.text(1, R"({"type":"stream_end"})");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.outcome(call).decodings,
            (std::vector{Decoding::json_member, Decoding::text, Decoding::bytes, Decoding::text}));
  EXPECT_EQ(host.outcome(call).paths.front(), "/result");
  EXPECT_EQ(host.open_sockets(), 1U);
  host.call(tool);
  EXPECT_EQ(host.sockets.size(), 1U);
}

// Under AddressSanitizer: the command must not point into the tool, which ends with its last call.

TEST(SessionCall, TheLastOfAReleasedToolStillKnowsWhereItsResultIs) {
  FakeHost host;
  host.call(host.tool(kPlain));  // the endpoint keeps its first tool
  const ToolId tool = host.tool(R"({"call_template_type":"websocket","url":"wss://h.example/ws",
      "result_path":"/a/path/that/is/too/long/to/lie/inside/of/a/string"})");
  const CallId call = host.call(tool);
  host.session.release(tool);
  host.open(1);
  host.open(2);
  host.text(2,
            R"({"a":{"path":{"that":{"is":{"too":{"long":{"to":{"lie":{"inside":{"of":{"a":{"string":1}}}}}}}}}}}})");
  ASSERT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.outcome(call).paths.front(), "/a/path/that/is/too/long/to/lie/inside/of/a/string");
}

TEST(SessionStream, ToolErrorEndsItWithThePathOfTheError) {
  FakeHost host;
  const CallId call = host.stream(host.tool(kPlain));
  host.open(1);
  host.text(1, R"({"type":"tool_error","error":"no such folder"})");
  EXPECT_EQ(host.code(call), ErrorCode::tool_failed);
  EXPECT_EQ(host.outcome(call).path, "/error");
  EXPECT_EQ(host.open_sockets(), 0U) << "the peer's own end may still come";
}

TEST(SessionStream, FramesWithAnotherRequestIdAreNotItsOwn) {
  FakeHost host;
  host.session.set_reporting(true);
  const CallId call = host.stream(
      host.tool(R"({"url":"wss://h.example/ws","message":{"request_id":"{{request_id}}"},"correlation":false})"));
  host.open(1);
  host.text(1, R"({"type":"tool_response","request_id":"77","result":"other"})");
  host.text(1, R"({"type":"stream_end","request_id":77})");
  EXPECT_TRUE(host.pending(call));
  EXPECT_TRUE(host.outcome(call).items.empty());
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited);
  host.text(1, R"({"type":"tool_response","request_id":"1","result":"own"})");
  host.text(1, R"({"type":"stream_end","request_id":1})");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.outcome(call).items.size(), 1U);
}

TEST(SessionStream, ThePeerEndsItByClosingNormallyOnly) {
  for (const int code : {1000, 1001, 1006, 1011}) {
    FakeHost host;
    const CallId call = host.stream(host.tool(kPlain));
    host.open(1);
    host.text(1, "x");
    host.peer_closes(1, code);
    if (code <= 1001) {
      EXPECT_TRUE(host.succeeded(call));
    } else {
      EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
    }
  }
}

TEST(SessionStream, LeavingEarlyClosesTheConnection) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  const CallId stream = host.stream(tool);
  host.open(1);
  host.text(1, "1");
  host.abort(stream);
  EXPECT_EQ(host.open_sockets(), 0U);
  const CallId next = host.call(tool);
  host.text(1, "2");
  host.open(2);
  host.text(2, "own");
  EXPECT_EQ(host.outcome(next).items, std::vector<std::string>{"own"});
}

TEST(SessionStream, TimesOutBetweenItemsNotOverall) {
  FakeHost host;
  const CallId call = host.stream(host.tool(R"({"url":"wss://h.example/ws","timeout":10})"));
  host.open(1);
  for (int i = 0; i < 10; ++i) {
    host.advance(9s);
    host.text(1, "tick");
  }
  EXPECT_TRUE(host.pending(call));
  host.advance(10s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionStream, OverflowsAtTheLimitOfItemsAndBytes) {
  FakeHost host({.max_stream_items = 3, .max_stream_bytes = 100});
  const ToolId tool = host.tool(kPlain);
  const CallId items = host.stream(tool);
  host.open(1);
  for (int i = 0; i < 3; ++i) host.text(1, "x");
  EXPECT_TRUE(host.pending(items));
  host.consume(items, 1, 1);
  host.text(1, "x");
  EXPECT_TRUE(host.pending(items));
  host.text(1, "x");
  EXPECT_EQ(host.code(items), ErrorCode::stream_overflow);
  EXPECT_EQ(host.outcome(items).items.size(), 4U);
  EXPECT_EQ(host.open_sockets(), 0U);

  const CallId bytes = host.stream(tool);
  host.open(2);
  host.text(2, std::string(100, 'x'));
  EXPECT_TRUE(host.pending(bytes));
  host.text(2, "x");
  EXPECT_EQ(host.code(bytes), ErrorCode::stream_overflow);
}

TEST(SessionDiscovery, SkipsFramesThatAreNoManual) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain, ""), CallMode::discovery);
  host.open(1);
  host.text(1, "welcome");
  host.text(1, R"({"type":"hello"})");
  host.text(1, "[1]");
  host.binary(1, "x");
  EXPECT_TRUE(host.pending(call));
  host.text(1, R"({"tools":[]})");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.outcome(call).items, std::vector<std::string>{R"({"tools":[]})"});
}

// The peer does not know that a count or an error has ended the stream here: its own end may still come.

TEST(SessionStream, WhatFollowsTheEndIsNobodysAnswer) {
  for (const CallMode mode : {CallMode::stream, CallMode::single}) {
    for (const bool by_count : {true, false}) {
      if (mode == CallMode::single && !by_count) continue;
      FakeHost host;
      const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","expected_responses":2})");
      const CallId first = host.call(tool, mode);
      host.open(1);
      host.text(1, "a");
      host.text(1, by_count ? "b" : R"({"type":"tool_error","error":"no"})");
      EXPECT_EQ(host.outcome(first).settled, 1);
      const CallId next = host.call(tool);
      host.text(1, R"({"type":"stream_end"})");
      EXPECT_TRUE(host.pending(next));
      EXPECT_TRUE(host.outcome(next).items.empty());
      EXPECT_TRUE(host.sockets.at(1).closed.has_value());
    }
  }
}

TEST(SessionCalls, AConnectionThatWasSentToUnaskedServesOnlyCallsWithIds) {
  FakeHost host;
  host.session.set_reporting(true);
  const ToolId tool = host.tool(kPlain);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.text(1, "news");
  EXPECT_EQ(host.reports[host.reports.size() - 2].kind, Report::Kind::warning);
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited);
  const CallId next = host.call(tool);
  host.text(1, "more news");
  EXPECT_TRUE(host.outcome(next).items.empty());
  host.open(2);
  host.text(2, "own");
  EXPECT_EQ(host.outcome(next).items, std::vector<std::string>{"own"});
  host.call(host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"}})", "m.ids"));
  EXPECT_EQ(host.sockets.size(), 2U);
}

TEST(SessionStream, ARequestIdOfTheCallersOwnMayBeEchoed) {
  for (const char* message :
       {R"(,"message":{"request_id":"{{uuid}}"})", R"(,"message":{"request_id":"UTCP_ARG_a_UTCP_ARG"})", ""}) {
    FakeHost host;
    const ToolId tool = host.tool(R"({"url":"wss://h.example/ws")" + std::string(message) + "}");
    const CallId id{77};
    host.calls[77];
    host.session.start_call(host.now, id, {.tool = tool, .mode = CallMode::stream, .uuid = "u-1"});
    host.drain();
    host.open(1);
    host.text(1, R"({"type":"tool_response","request_id":"u-1","result":1})");
    host.text(1, R"({"type":"stream_end","request_id":"u-1"})");
    EXPECT_TRUE(host.succeeded(id)) << message;
    EXPECT_EQ(host.outcome(id).items.size(), 1U) << message;
  }
}

TEST(SessionDiscovery, NeedsNoIdInTheManual) {
  FakeHost host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"}})", "");
  const CallId call = host.call(tool, CallMode::discovery);
  host.open(1);
  const CallId other = host.call(tool);
  EXPECT_EQ(host.sockets.size(), 2U) << "a manual could be any frame";
  host.text(1, R"({"tools":[]})");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_TRUE(host.pending(other));
}

TEST(SessionDiscovery, TimeoutSaysHowManyFramesWereNoManual) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain, ""), CallMode::discovery);
  host.open(1);
  host.text(1, "welcome");
  host.advance(30s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
  EXPECT_NE(host.outcome(call).error->message.find("did not answer this call: 1"), std::string::npos);
}

}  // namespace
}  // namespace utcp::ws::test
