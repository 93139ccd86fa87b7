// Calls whose answers are told by a value that their caller gave (`correlation` with an argument), or by an id that may
// be at several places.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

constexpr std::string_view kByValue = R"({"url":"wss://h.example/ws","response_timeout":10,
  "message":["REQ","{{args.sub}}","{{args.filter}}"],"correlation":{"/1":"{{args.sub}}"}})";

CallId call(FakeHost& host, ToolId tool, std::string_view value, CallMode mode = CallMode::single) {
  host.message_filter = concat({"[{},{},{},\"", value, "\"]"});
  return host.call(tool, mode);
}
std::string event(std::string_view value) { return concat({"[\"EVENT\",\"", value, "\",{}]"}); }

TEST(SessionValues, CallsWithDifferentValuesShareAConnection) {
  FakeHost host;
  const ToolId tool = host.tool(kByValue);
  const CallId a = call(host, tool, "a");
  const CallId b = call(host, tool, "b");
  host.open(1);
  EXPECT_EQ(host.sockets.size(), 1U);
  host.text(1, event("c"));
  host.text(1, event("b"));
  EXPECT_TRUE(host.pending(a));
  EXPECT_EQ(host.outcome(b).items, std::vector<std::string>{event("b")});
  host.text(1, event("a"));
  EXPECT_TRUE(host.succeeded(a));
}

TEST(SessionValues, TwoAtOnceWithOneValueHaveAConnectionEach) {
  FakeHost host;
  const ToolId tool = host.tool(kByValue);
  const CallId first = call(host, tool, "a");
  const CallId second = call(host, tool, "a");
  host.open(1);
  EXPECT_EQ(host.sockets.at(1).sent, std::vector<CallId>{first});
  host.open(2);
  EXPECT_EQ(host.sockets.at(2).sent, std::vector<CallId>{second});
  host.text(2, event("a"));
  EXPECT_TRUE(host.pending(first));
  EXPECT_TRUE(host.succeeded(second));
  host.text(1, event("a"));
  EXPECT_TRUE(host.succeeded(first));
  const CallId third = call(host, tool, "a");
  EXPECT_EQ(host.sockets.size(), 2U) << "an answered value is free again";
  EXPECT_TRUE(host.pending(third));
}

TEST(SessionValues, OneThatWaitsForItsValueHoldsUpNobody) {
  FakeHost host({.max_connections = 1});
  const ToolId tool = host.tool(kByValue);
  const CallId first = call(host, tool, "a");
  host.open(1);
  const CallId second = call(host, tool, "a");
  const CallId other = call(host, tool, "b");
  EXPECT_EQ(host.sockets.at(1).sent, (std::vector<CallId>{first, other}));
  host.text(1, event("a"));
  EXPECT_EQ(host.sockets.at(1).sent, (std::vector<CallId>{first, other, second}));
}

TEST(SessionValues, ALateAnswerReachesNobodyWithTheSameValue) {
  FakeHost host;
  const ToolId tool = host.tool(kByValue);
  const CallId slow = call(host, tool, "a");
  host.open(1);
  host.advance(10s);
  EXPECT_EQ(host.code(slow), ErrorCode::response_timeout);
  const CallId next = call(host, tool, "a");
  EXPECT_EQ(host.sockets.size(), 2U);
  host.open(2);
  host.text(1, event("a"));
  EXPECT_TRUE(host.pending(next));
  const CallId other = call(host, tool, "b");
  EXPECT_EQ(host.sockets.at(1).sent, (std::vector<CallId>{slow, other})) << "for other values it is still good";
  host.text(2, event("a"));
  EXPECT_TRUE(host.succeeded(next));
}

TEST(SessionValues, AStreamThatIsLeftKeepsItsValueToItself) {
  FakeHost host;
  const ToolId tool = host.tool(kByValue);
  const CallId left = call(host, tool, "a", CallMode::stream);
  host.open(1);
  host.text(1, event("a"));
  host.abort(left);
  const CallId next = call(host, tool, "a", CallMode::stream);
  host.text(1, event("a"));
  EXPECT_TRUE(host.outcome(next).items.empty());
  host.open(2);
  host.text(2, R"({"type":"stream_end"})");
  EXPECT_TRUE(host.pending(next)) << "it names no value";
}

TEST(SessionValues, AValueThatIsAnothersIdIsNotSentBesideIt) {
  FakeHost host;
  const ToolId by_id =
      host.tool(R"({"url":"wss://h.example/ws","message":["CALL","{{request_id}}"],"correlation":"/1"})", "m.id");
  const CallId id = host.call(by_id);
  host.open(1);
  const CallId value = call(host, host.tool(kByValue), to_text(static_cast<std::uint32_t>(id)));
  EXPECT_EQ(host.sockets.size(), 2U);
  host.text(1, event("1"));
  EXPECT_TRUE(host.succeeded(id));
  EXPECT_EQ(host.sockets.at(1).sent.size(), 2U) << "now it is free";
  EXPECT_TRUE(host.pending(value));
}

TEST(SessionValues, NoConnectionRemembersMoreThanAThousand) {
  FakeHost host;
  const ToolId tool = host.tool(kByValue);
  for (int i = 0; i < 1000; ++i) {
    const CallId left = call(host, tool, to_text(i));
    if (i == 0) host.open(1);
    host.abort(left);
  }
  EXPECT_EQ(host.sockets.size(), 1U);
  call(host, tool, "new");
  EXPECT_EQ(host.sockets.size(), 2U);
}

TEST(SessionValues, WhatIsAskedWithoutAValueFails) {
  FakeHost host;
  const ToolId tool = host.tool(kByValue);
  for (const char* filter : {"[{},{},{},\"\"]", "[{},{},{},null]", "[{},{},{},{}]", "[{},{},{}]", ""}) {
    host.message_filter = filter;
    EXPECT_EQ(host.code(host.call(tool)), ErrorCode::invalid_argument) << filter;
  }
  EXPECT_TRUE(host.sockets.empty());
  EXPECT_EQ(host.session.counts().endpoints, 0U);
}

// WAMP: `[50, request, details]`, and of an error `[8, type of the request, request, details, error]`.
TEST(SessionValues, AnIdMayBeAtSeveralPlaces) {
  FakeHost host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","message":"[48,{{request_id}},{}]",
    "correlation":["/2","/1"],"error_match":{"0":8},"error_path":"/4"})");
  std::vector<CallId> calls;
  for (int i = 0; i < 60; ++i) calls.push_back(host.call(tool));
  host.open(1);
  host.text(1, R"([8,48,7,{},"wamp.error"])");
  EXPECT_EQ(host.code(calls[6]), ErrorCode::tool_failed);
  EXPECT_EQ(host.outcome(calls[6]).path, "/4");
  EXPECT_TRUE(host.pending(calls[47])) << "48 is no id there";
  host.text(1, R"([50,48,{"7":7},[9]])");
  EXPECT_TRUE(host.succeeded(calls[47]));
  host.text(1, R"([50,"9",{}])");
  EXPECT_TRUE(host.succeeded(calls[8]));
}

TEST(SessionValues, PlacesOfAnswersAreNotPlacesOfProgress) {
  FakeHost host;
  const ToolId both =
      host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"correlation":["/a","/b"]})", "m.x");
  const ToolId progress = host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"correlation":"/a",
    "progress_filter":{"b":"{{request_id}}"}})",
                                    "m.y");
  const CallId one = host.call(both);
  const CallId two = host.call(progress);
  host.open(1);
  host.text(1, R"({"b":2})");
  EXPECT_TRUE(host.pending(two));
  EXPECT_EQ(host.outcome(two).progress.size(), 1U);
  host.text(1, R"({"b":1})");
  EXPECT_TRUE(host.succeeded(one));
}

TEST(SessionValues, BinaryAnswersAreGivenAsTheTemplateSays) {
  for (const auto& [format, decoding] : {std::pair{"base64", Decoding::base64}, {"raw", Decoding::bytes}}) {
    FakeHost host;
    const CallId id = host.call(host.tool(concat({R"({"url":"wss://h.example/","response_format":")", format, "\"}"})));
    host.open(1);
    host.binary(1, "\x01\xff");
    EXPECT_EQ(host.outcome(id).decodings, std::vector<Decoding>{decoding});
    const CallId text =
        host.call(host.tool(concat({R"({"url":"wss://h.example/","response_format":")", format, "\"}"})));
    host.text(1, "text");
    EXPECT_EQ(host.outcome(text).decodings, std::vector<Decoding>{Decoding::text});
  }
}

TEST(SessionValues, TheMessageMayBeOneArgument) {
  const auto lone = [](std::string_view message) {
    return std::string(MessageTemplate::compile(message).value().lone_argument());
  };
  EXPECT_EQ(lone(R"("{{args.audio}}")"), "audio");
  EXPECT_EQ(lone(R"("UTCP_ARG_audio_UTCP_ARG")"), "audio");
  for (const char* message :
       {R"(" {{args.a}}")", R"("{{args.a}}{{args.b}}")", R"("{{args}}")", R"("{{uuid}}")", R"("")", R"("a")",
        R"(["{{args.a}}"])", R"({"a":"{{args.a}}"})", "null", R"("[{{args.a}}]")"}) {
    EXPECT_EQ(lone(message), "") << message;
  }
}

}  // namespace
}  // namespace utcp::ws::test
