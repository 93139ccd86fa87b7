// What a peer sends on its own and the template's `replies` answer.
#include <gmock/gmock.h>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using Written = std::vector<std::string>;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kIds = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"replies":[
  {"match":{"$prefix":"PING"},"send":"PONG"},
  {"match":{"method":"ping"},"send":{"id":"{{frame:/id}}","result":{}}}]})";

std::string alone(std::string_view replies, std::string_view more = "") {
  return concat({R"({"url":"wss://h.example/ws","replies":)", replies, more, "}"});
}
constexpr std::string_view kPing = R"([{"match":{"$prefix":"2"},"send":"3"}])";

struct Replying : FakeHost {
  explicit Replying(SessionOptions options = {}) : FakeHost(std::move(options)) {}
  CallId on_open(std::string_view call_template, CallMode mode = CallMode::single) {
    const CallId id = call(tool(call_template), mode);
    open(1);
    return id;
  }
  const Written& written() { return sockets.at(1).written; }
  /// What answers `frame`, after the call's message.
  std::string answer_to(std::string_view send, std::string frame) {
    on_open(alone(concat({R"([{"match":{"a":1},"send":)", send, "}]"})));
    text(1, std::move(frame));
    return written().size() < 2 ? "nothing" : written().back();
  }
};

TEST(SessionReplies, WhatMatchesIsAnsweredWhoeverWaits) {
  Replying host;
  const CallId call = host.on_open(kIds);
  host.text(1, "PING");
  host.text(1, R"({"method":"ping","id":12345678901234567890})");
  EXPECT_EQ(host.written(), (Written{"call 1", "reply: PONG", R"(reply: {"id":12345678901234567890,"result":{}})"}));
  host.text(1, R"({"id":1})");
  EXPECT_TRUE(host.succeeded(call));
  host.text(1, "PING");
  EXPECT_EQ(host.written().size(), 4U) << "on an idle connection too";
}

TEST(SessionReplies, ItIsNobodysAnswerAlthoughItCarriesACallsId) {
  Replying host;
  const CallId call = host.on_open(kIds);
  host.text(1, R"({"method":"ping","id":1})");
  EXPECT_TRUE(host.pending(call));
  host.text(1, R"({"method":"pong","id":1})");
  EXPECT_TRUE(host.succeeded(call)) << "only what matches is not an answer";
}

TEST(SessionReplies, ACallThatTakesAnyFrameDoesNotTakeIt) {
  Replying host;
  const ToolId tool = host.tool(alone(kPing));
  const CallId call = host.call(tool);
  host.open(1);
  host.text(1, "2");
  EXPECT_TRUE(host.pending(call));
  host.text(1, "1");
  EXPECT_TRUE(host.succeeded(call));
  host.session.set_reporting(true);
  host.text(1, "2");
  EXPECT_EQ(host.reports.back().kind, Report::Kind::message) << "it is not unsolicited";
  const CallId next = host.call(tool);
  EXPECT_EQ(host.sockets.size(), 1U) << "the connection is not tainted";
  host.text(1, "1");
  EXPECT_TRUE(host.succeeded(next));
}

TEST(SessionReplies, BeforeTheAcknowledgementToo) {
  Replying host;
  const CallId call = host.on_open(alone(kPing, R"(,"connect_ack":{"ok":true})"));
  host.text(1, "2");
  EXPECT_EQ(host.written(), (Written{"reply: 3"}));
  host.text(1, R"({"ok":true})");
  EXPECT_EQ(host.written(), (Written{"reply: 3", "call 1"}));
  EXPECT_TRUE(host.pending(call));
}

TEST(SessionReplies, AStreamGoesOnAndIsNotGivenMoreTime) {
  Replying host;
  const CallId call = host.on_open(alone(kPing, R"(,"response_timeout":5)"), CallMode::stream);
  host.advance(4s);
  host.text(1, "2");
  EXPECT_TRUE(host.outcome(call).items.empty());
  host.advance(1s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
}

TEST(SessionReplies, APeerThatAsksIsHeard) {
  Replying host({.can_ping = true});
  host.on_open(alone(kPing, R"(,"ping_interval":10,"response_timeout":1000)"), CallMode::stream);
  for (int i = 0; i < 5; ++i) {
    host.advance(10s);
    host.text(1, "2");
  }
  EXPECT_EQ(host.open_sockets(), 1U);
  host.advance(20s);
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionReplies, TheFirstThatMatchesAnswersAndBinaryFramesAreNone) {
  Replying host;
  const CallId call =
      host.on_open(alone(R"([{"match":{"a":{"b":1}},"send":"first"},{"match":{"a":{}},"send":"second"}])"));
  host.text(1, R"({"a":{"b":1}})");
  host.text(1, R"({"a":{"b":2}})");
  EXPECT_EQ(host.written(), (Written{"call 1", "reply: first", "reply: second"}));
  host.binary(1, R"({"a":{"b":1}})");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.written().size(), 3U);
}

TEST(SessionReplies, ValuesOfTheFrameAreWholeValuesOrTextThatIsEscaped) {
  EXPECT_EQ(Replying().answer_to(R"({"is":"{{frame:/v}}"})", R"({"a":1,"v":{"x": [1.50, "\u00e9"]}})"),
            R"(reply: {"is":{"x":[1.50,"\u00e9"]}})");
  EXPECT_EQ(Replying().answer_to(R"({"is":"v {{frame:/v}}"})", R"({"a":1,"v":"q\" \\ \n"})"),
            R"(reply: {"is":"v q\" \\ \n"})");
  EXPECT_EQ(Replying().answer_to(R"("is {{frame:/v/0}}{{frame:/v/1}}")", R"({"a":1,"v":["x\"",1e2]})"),
            "reply: is x\"1e2");
  EXPECT_EQ(Replying().answer_to(R"("{\"is\":{{frame:/v}},\"t\":\"{{frame:/v}}!\"}")", R"({"a":1,"v":"\"1"})"),
            R"(reply: {"is":"\"1","t":"\"1!"})");
  EXPECT_EQ(Replying().answer_to(R"({"in":"{\"t\":\"{{frame:/v}}!\"}"})", R"({"a":1,"v":"\"1"})"),
            R"(reply: {"in":"{\"t\":\"\\\"1!\"}"})");
  EXPECT_EQ(Replying().answer_to(R"(["{{frame:/~1x}}","{{new_id}}","{{uuid}}"])", R"({"a":1,"/x":true})"),
            R"(reply: [true,"9","u"])");
}

TEST(SessionReplies, WhatIsNotThereIsNullOrNoText) {
  EXPECT_EQ(Replying().answer_to(R"({"is":"{{frame:/v}}","t":"v {{frame:/v}}"})", R"({"a":1})"),
            R"(reply: {"is":null,"t":"v "})");
  Replying host;
  host.on_open(alone(R"([{"match":{"$prefix":"PING"},"send":["{{frame:/v}}"]}])"));
  host.text(1, "PING {");
  EXPECT_EQ(host.written().back(), "reply: [null]");
}

TEST(SessionReplies, WhatNestsTooDeepMatchesNothing) {
  EXPECT_EQ(Replying().answer_to(R"("no")", R"({"a":1,"v":)" + std::string(2000, '[') + std::string(2000, ']') + "}"),
            "nothing");
}

TEST(SessionReplies, APeerThatAsksTooOftenIsCutOffWithTheCallsOnIt) {
  Replying host({.max_unsolicited = 3});
  const CallId call = host.on_open(kIds);
  for (int n = 0; n < 3; ++n) host.text(1, "PING");
  host.advance(1s);  // the next second
  for (int n = 0; n < 3; ++n) host.text(1, "PING");
  EXPECT_TRUE(host.pending(call));
  host.text(1, "PING");
  EXPECT_EQ(host.written().size(), 7U) << "the last one is not answered";
  EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
  EXPECT_THAT(host.outcome(call).error->message, HasSubstr("unsolicitedFrames"));
  EXPECT_EQ(host.sockets.at(1).closed.value().code, 4000);
}

TEST(SessionReplies, BytesCountTooAndWhatNobodyAskedForDoesNot) {
  Replying host({.max_stream_bytes = 100, .max_unsolicited = 3});
  host.on_open(kIds);
  host.text(1, R"({"id":1})");
  for (int n = 0; n < 3; ++n) host.text(1, "{}");
  for (int n = 0; n < 3; ++n) host.text(1, "PING");
  EXPECT_EQ(host.open_sockets(), 1U);
  host.advance(1s);
  host.text(1, "PING" + std::string(97, ' '));
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionReplies, BeforeTheAcknowledgementTooManyEndTheOpening) {
  Replying host({.max_unsolicited = 3, .retry = {.enabled = false}});
  const CallId call = host.on_open(alone(kPing, R"(,"connect_ack":{"ok":true})"));
  for (int n = 0; n < 4; ++n) host.text(1, "2");
  EXPECT_EQ(host.code(call), ErrorCode::connection_failed);
  EXPECT_EQ(host.sockets.at(1).closed.value().code, 4000);
}

TEST(SessionReplies, ToolsWithOtherRepliesHaveOtherConnections) {
  FakeHost host;
  host.call(host.tool(kIds));
  host.call(host.tool(alone(kPing)));
  host.call(host.tool(alone("[]")));
  EXPECT_EQ(host.session.counts().endpoints, 3U);
}

TEST(SessionReplies, SecretsInThemAreMaskedInWhatThePeerSays) {
  Replying host;
  const CallId call = host.on_open(
      alone(R"([{"match":{"op":"login"},"send":{"password":"hunter2hunter2"}}])", R"(,"error_path":"/error")"));
  host.text(1, R"({"error":"bad password hunter2hunter2"})");
  EXPECT_THAT(host.outcome(call).error->message + host.outcome(call).detail, Not(HasSubstr("hunter2hunter2")));
  EXPECT_THAT(host.outcome(call).detail, HasSubstr("***"));
}

TEST(Replies, WhatCannotBeIsRefused) {
  const std::vector<std::string_view> cases = {
      "{}",
      "5",
      "[5]",
      R"([{"match":{"a":1}}])",
      R"([{"send":"x"}])",
      R"([{"match":{"a":1},"send":"x","then":1}])",
      R"([{"match":{},"send":"x"}])",
      R"([{"match":"2","send":"x"}])",
      R"([{"match":{"$prefix":""},"send":"x"}])",
      R"([{"match":{"a":"{{uuid}}"},"send":"x"}])",
      R"([{"match":{"a":1},"send":5}])",
      R"([{"match":{"a":1},"send":null}])",
      R"([{"match":{"a":1},"send":"{{args.x}}"}])",
      R"([{"match":{"a":1},"send":"UTCP_ARG_x_UTCP_ARG"}])",
      R"([{"match":{"a":1},"send":"{{request_id}}"}])",
      R"([{"match":{"a":1},"send":{"...":"{{args}}"}}])",
      R"([{"match":{"a":1},"send":"{{frame:id}}"}])",
      R"([{"match":{"a":1},"send":"{{frame:/~2}}"}])",
      R"([{"match":{"a":1},"send":"{{frame:}}"}])",
      R"([{"match":{"a":1},"send":"{{frame:/id"}])",
  };
  for (const std::string_view replies : cases) {
    const Result<CallTemplate> result = parse_call_template(std::string_view(alone(replies)));
    ASSERT_FALSE(result.ok()) << replies;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_call_template) << replies;
    EXPECT_EQ(result.error().field, "replies") << replies;
  }
  std::string many = "[";
  for (int i = 0; i < 21; ++i) many += R"({"match":{"a":1},"send":"x"},)";
  many.back() = ']';
  EXPECT_FALSE(parse_call_template(std::string_view(alone(many))).ok());
}

TEST(Replies, NoneAreTheDefault) {
  EXPECT_EQ(normalize_call_template(alone("null")).value(),
            R"({"url":"wss://h.example/ws","call_template_type":"websocket"})");
}

TEST(SessionReplies, AConnectionThatThePeerGivesUpIsClosedAndSaysWhy) {
  constexpr std::string_view kGivenUp =
      R"({"url":"wss://h.example/ws","headers":{"X-Key":"s3cr3t"},"error_path":"/error",
    "message":{"id":"{{request_id}}"},"connection_error":[{"gone":{"n":1}},{"$prefix":"ERROR"}],
    "disconnect_message":"BYE"})";
  FakeHost host;
  host.session.set_reporting(true);
  const ToolId tool = host.tool(kGivenUp);
  const CallId own = host.call(tool);
  const CallId other = host.call(tool);
  host.open(1);
  host.binary(1, "ERROR");
  host.text(1, R"({"gone":{"n":2}})");
  host.text(1, R"({"gone":{"n":1},"id":1,"error":"its own"})");
  EXPECT_EQ(host.code(own), ErrorCode::tool_failed);
  EXPECT_TRUE(host.pending(other));
  const CallId stream = host.stream(tool);
  host.text(1, "ERROR s3cr3t");
  for (const CallId call : {other, stream}) {
    EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
    EXPECT_EQ(host.outcome(call).error->message,
              "wss://h.example/ws gave up the connection (connection_error): ERROR ***");
  }
  EXPECT_EQ(host.sockets.at(1).written.back(), "disconnect");
  EXPECT_TRUE(host.sockets.at(1).closed);
  (void)host.call(tool);
  host.open(2);
  host.text(2, R"({"id":4})");
  host.text(2, R"({"gone":{"n":1}})");
  EXPECT_TRUE(host.sockets.at(2).closed) << "also while nobody waits there";
}

}  // namespace
}  // namespace utcp::ws::test
