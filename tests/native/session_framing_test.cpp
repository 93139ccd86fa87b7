// What stands around the JSON of a message (`frame`), and ids in how a text begins (`correlation` by `$prefix`).
#include <gmock/gmock.h>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kAcks = R"({"url":"wss://h.example/ws","message":"42{{request_id}}[]","frame":{"strip":true},
  "correlation":{"$prefix":"43{{request_id}}["},"result_path":"/0","error_path":"/1",
  "connect_ack":{"$prefix":"40"},"connect_message":"40"})";

struct Framing : FakeHost {
  CallId on_open(std::string_view call_template, CallMode mode = CallMode::single) {
    const CallId id = call(tool(call_template), mode);
    open(1);
    return id;
  }
  /// What the host is told to decode of the last frame.
  std::string delivered(CallId id) { return outcome(id).paths.back(); }
};

TEST(SessionFraming, AnAcknowledgementIsToldByHowItBegins) {
  Framing host;
  host.on_open(kAcks);
  host.text(1, R"(0{"sid":"x"})");
  EXPECT_TRUE(host.sockets.at(1).sent.empty());
  host.text(1, R"(40{"sid":"x"})");
  EXPECT_EQ(host.sockets.at(1).sent.size(), 1U);
}

TEST(SessionFraming, CallsAreFoundByTheIdInHowATextBegins) {
  Framing host;
  std::vector<CallId> calls{host.on_open(kAcks)};
  host.text(1, "40");
  for (int i = 0; i < 11; ++i) calls.push_back(host.call(host.tool(kAcks)));
  EXPECT_EQ(host.sockets.size(), 1U);
  for (const char* nobodys : {"43", "431", "4301[]", "43 1[]", "43x[]", "4399[]", "42[1]", "[1]", "{}", "431]["}) {
    host.text(1, nobodys);
    EXPECT_EQ(host.session.counts().calls, 12U) << nobodys;
  }
  host.text(1, "4312[{\"n\": 12.50}]");
  EXPECT_EQ(host.delivered(calls[11]), "{\"n\": 12.50}");
  EXPECT_EQ(host.outcome(calls[11]).decodings.back(), Decoding::instead);
  EXPECT_TRUE(host.pending(calls[0]));
  host.text(1, "431[1]");
  EXPECT_EQ(host.delivered(calls[0]), "1");
  EXPECT_TRUE(host.succeeded(calls[0]));
}

TEST(SessionFraming, AnErrorIsFoundInWhatFollows) {
  Framing host;
  const CallId call = host.on_open(kAcks);
  host.text(1, "40");
  host.text(1, R"(431[null,{"message":"no such room"}])");
  EXPECT_EQ(host.code(call), ErrorCode::tool_failed);
  EXPECT_THAT(host.outcome(call).error->message, HasSubstr("no such room"));
  EXPECT_EQ(host.outcome(call).detail, R"({"message":"no such room"})");
}

TEST(SessionFraming, ProgressCarriesTheIdElsewhere) {
  Framing host;
  const CallId call = host.on_open(R"({"url":"wss://h.example/ws","message":"42{{request_id}}[]",
    "frame":{"strip":true},"correlation":{"$prefix":"43{{request_id}}"},"progress_filter":{"1":"{{request_id}}"}})");
  host.text(1, R"(42["progress",1])");
  EXPECT_EQ(host.outcome(call).progress.size(), 1U);
  host.text(1, R"(42["progress",2])");
  host.text(1, R"(42[1,"x"])");
  EXPECT_EQ(host.outcome(call).progress.size(), 1U);
  host.text(1, R"(431["x"])");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionFraming, FiltersAndFormatsLookBehindWhatStandsBeforeTheJson) {
  Framing host;
  const CallId call = host.on_open(R"({"url":"wss://h.example/ws","message":"40","frame":{"strip":true},
    "message_filter":{"0":"tick"},"response_format":"json","replies":[{"match":{"ask":1},"send":"43{{frame:/n}}"}]})",
                                   CallMode::stream);
  host.text(1, R"(42["tock",1])");
  host.text(1, R"(2/x,42["tick",{"n":1}])");
  host.text(1, R"(no JSON)");
  host.text(1, R"(9{"ask":1,"n":7})");
  EXPECT_THAT(host.outcome(call).paths, ElementsAre(R"(["tick",{"n":1}])"));
  EXPECT_EQ(host.sockets.at(1).written.back(), "reply: 437");
}

TEST(SessionFraming, WithoutAFormatTheTextIsGivenAsItIs) {
  Framing host;
  const CallId call = host.on_open(R"({"url":"wss://h.example/ws","frame":{"strip":true}})");
  host.text(1, R"(42["tick"])");
  EXPECT_THAT(host.outcome(call).decodings, ElementsAre(Decoding::text));
}

TEST(SessionFraming, WhatIsNoJsonStaysText) {
  Framing host;
  const CallId call = host.on_open(R"({"url":"wss://h.example/ws","frame":{"strip":true},"response_format":"json"})");
  host.text(1, "3 of {");
  EXPECT_THAT(host.outcome(call).decodings, ElementsAre(Decoding::text));
}

TEST(SessionFraming, TheHostIsToldWhatEndsAMessageAndEndpointsDiffer) {
  FakeHost host;
  host.call(host.tool(R"({"url":"wss://h.example/ws","frame":{"terminator":"\u001e"}})"));
  host.call(host.tool(R"({"url":"wss://h.example/ws","frame":{}})"));
  host.call(host.tool(R"({"url":"wss://h.example/ws"})"));
  EXPECT_EQ(host.sockets.at(1).asked.terminator, "\x1e");
  EXPECT_EQ(host.sockets.at(2).asked.terminator, "");
}

TEST(Framing, WhatCannotBeIsRefused) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {R"("frame":[])", "frame"},
      {R"("frame":"x")", "frame"},
      {R"("frame":{"strip":"digits"})", "frame.strip"},
      {R"("frame":{"terminator":5})", "frame.terminator"},
      {R"("frame":{"terminator":"{{uuid}}"})", "frame"},
      {R"("frame":{"prefix":"x"})", "frame"},
      {R"("correlation":{"$prefix":"43{{request_id}}"})", "correlation"},
      {R"("message":"{{uuid}}","correlation":{"$prefix":"43{{request_id}}"})", "correlation"},
      {R"("message":"{{request_id}}","correlation":{"$prefix":"43"})", "correlation"},
      {R"("message":"{{request_id}}","correlation":{"$prefix":""})", "correlation"},
      {R"("message":"{{request_id}}","correlation":{})", "correlation"},
      {R"("message":"{{request_id}}","correlation":{"id":"{{request_id}}"})", "correlation"},
      {R"("message":"{{request_id}}","correlation":{"$prefix":"{{request_id}}{{request_id}}"})", "correlation"},
      {R"("message":"{{request_id}}","correlation":{"$prefix":"{{uuid}}{{request_id}}"})", "correlation"},
      {R"("connect_ack":{"$prefix":""})", "connect_ack"},
      {R"("connect_ack":{"$prefix":"40","a":1})", "connect_ack"},
  };
  for (const auto& [members, field] : cases) {
    const Result<CallTemplate> result =
        parse_call_template(std::string_view(concat({R"({"url":"wss://h.example/ws",)", members, "}"})));
    ASSERT_FALSE(result.ok()) << members;
    EXPECT_EQ(result.error().field, field) << members;
  }
}

}  // namespace
}  // namespace utcp::ws::test
