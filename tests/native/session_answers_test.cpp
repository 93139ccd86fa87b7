// Calls that are known by what their first answer told (`capture`), and what of calls has to wait for it. The cases of
// tests/vectors/captured.json run against a server (tests/js/captured.test.js); here is what a server cannot show.
#include <gmock/gmock.h>

#include <utcp_websocket/captured.hpp>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Written = std::vector<std::string>;

constexpr std::string_view kSubscribe = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
  "capture":{"sub":"/result"},"message_filter":{"sub":"{{answer.sub}}"},"error_path":"/error","name":"m",
  "progress_filter":{"busy":true},"leave_message":"x","response_timeout":5})";
constexpr std::string_view kCall = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"name":"m"})";

Plan leave_plan() { return MessageTemplate::compile(R"(["stop","{{answer.sub}}"])")->plan({}); }

/// A host whose streams are left as their template says.
struct Subscriber : FakeHost {
  explicit Subscriber(SessionOptions options = {}) : FakeHost(std::move(options)) {
    late_filter = MessageTemplate::compile(R"([{"sub":"{{answer.sub}}"},{},{}])")->plan({});
    late_leave = leave_plan();
  }
  CallId on_open(std::string_view call_template = kSubscribe, CallMode mode = CallMode::stream) {
    const CallId id = call(tool(call_template), mode);
    open(1);
    return id;
  }
  const Written& written() { return sockets.at(1).written; }
};

TEST(Captured, StandInMessagesAsTheirPlacesWantThem) {
  const Plan plan =
      MessageTemplate::compile(R"({"a":"{{connect.s}}","b":"<{{connect.s}}>","c":"{{answer.n}}","d":"{{now}}"})")
          ->plan({});
  EXPECT_TRUE(takes_captured(plan));
  EXPECT_TRUE(takes_captured(plan, kOfAnswer));
  EXPECT_FALSE(takes_captured(MessageTemplate::compile(R"("{{connect.s}}")")->plan({}), kOfAnswer));
  EXPECT_FALSE(takes_captured(MessageTemplate::compile(R"("{{connect.}} {{answers.a}} {{connect.s")")->plan({})));
  const Plan filled = with_captured(plan, {{"connect.s", R"("\"")"}, {"answer.n", "1.50"}});
  ASSERT_EQ(filled.size(), 3U) << "what the host fills in stays";
  EXPECT_EQ(filled[0].text, R"({"a":"\"","b":"<\">","c":1.50,"d":")");
  EXPECT_EQ(with_captured(plan, {})[0].text, R"({"a":null,"b":"<>","c":null,"d":")");
}

TEST(Captured, AreNoArguments) {
  const Result<MessageTemplate> message = MessageTemplate::compile(R"({"a":"{{connect.s}}","b":"{{args.b}}"})");
  EXPECT_EQ(message->argument_names(), std::vector<std::string>{"b"});
  EXPECT_EQ(MessageTemplate::compile(R"("{{connect.s}}")")->lone_argument(), "");
  const Result<Plan> left = fill(*message, "{}", {}, MissingArguments::omit);
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(text_with(*left, {{"connect.s", "1"}}), R"({"a":1})");
  EXPECT_EQ(fill(*message, "{}", {}, MissingArguments::error).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(*render(*message, R"({"b":2})", {}), R"({"a":"{{connect.s}}","b":2})") << "it has no value yet";
}

TEST(SessionAnswers, TheFirstAnswerIsNoItemAndStartsTheTimeAnew) {
  Subscriber host;
  const CallId stream = host.on_open();
  host.advance(4s);
  host.text(1, R"({"id":1,"busy":true})");
  EXPECT_EQ(host.outcome(stream).progress.size(), 1U);
  host.advance(4s);
  host.text(1, R"({"id":1,"result":"0xa"})");
  EXPECT_TRUE(host.outcome(stream).items.empty());
  host.advance(4s);
  host.text(1, R"({"sub":"0xa","n":1})");
  EXPECT_EQ(host.outcome(stream).items, Written{R"({"sub":"0xa","n":1})"});
  host.text(1, R"({"id":1,"n":2})");
  EXPECT_EQ(host.outcome(stream).items.size(), 1U) << "it is not known by its id any more";
  host.advance(5s);
  EXPECT_EQ(host.code(stream), ErrorCode::response_timeout);
  EXPECT_EQ(host.written(), (Written{"call 1", R"(leave 1: ["stop","0xa"])"}));
}

TEST(SessionAnswers, AFirstAnswerThatTellsNothingOfUseOrTooMuchEndsTheCallAtOnce) {
  const std::string longest = std::string(kLongestCaptured - 2, 'x');  // and its quotes
  const std::string refused[] = {"\"\"", "{}", "null", concat({"\"", longest, "x\""})};
  for (const std::string& value : refused) {
    Subscriber host;
    const CallId stream = host.on_open();
    host.text(1, concat({R"({"id":1,"result":)", value, "}"}));
    EXPECT_EQ(host.code(stream), ErrorCode::invalid_frame);
    EXPECT_THAT(host.outcome(stream).error->message, HasSubstr(" at \"/result\""));
    EXPECT_THAT(host.outcome(stream).error->message, HasSubstr(value.size() > 4 ? "65,536" : "no value"));
  }
  Subscriber host;
  const CallId stream = host.on_open();
  host.text(1, concat({R"({"id":1,"result":")", longest, "\"}"}));
  host.text(1, concat({R"({"sub":")", longest, "\"}"}));
  EXPECT_EQ(host.outcome(stream).items.size(), 1U);
}

TEST(SessionAnswers, ItemsAreCountedNotTheFirstAnswer) {
  Subscriber host;
  host.late_leave.clear();
  const CallId call = host.on_open(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
    "capture":{"sub":"/result"},"message_filter":{"sub":"{{answer.sub}}"},"expected_responses":2})",
                                   CallMode::single);
  for (const char* frame : {R"({"id":1,"result":7})", R"({"sub":7})", R"({"sub":7,"n":2})"}) {
    EXPECT_TRUE(host.pending(call));
    host.text(1, frame);
  }
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.outcome(call).items.size(), 2U);
}

TEST(SessionAnswers, TheIdMayStandInHowTheFirstAnswerBegins) {
  Subscriber host;
  const CallId stream = host.on_open(R"({"url":"wss://h.example/ws","message":"42{{request_id}}[]",
    "frame":{"strip":true},"correlation":{"$prefix":"43{{request_id}}"},
    "capture":{"sub":"/0"},"message_filter":{"sub":"{{answer.sub}}"},"leave_message":"x"})");
  host.text(1, R"(431["0xa"])");
  host.text(1, R"(42{"sub":"0xa"})");
  EXPECT_EQ(host.outcome(stream).items.size(), 1U);
  const CallId left = host.call(host.tool(R"({"url":"wss://h.example/ws","message":"42{{request_id}}[]",
    "frame":{"strip":true},"correlation":{"$prefix":"43{{request_id}}"},
    "capture":{"sub":"/0"},"message_filter":{"sub":"{{answer.sub}}"},"leave_message":"x"})"),
                                CallMode::stream);
  host.abort(left);
  host.text(1, R"(432["0xb"])");
  EXPECT_EQ(host.written().back(), R"(leave 2: ["stop","0xb"])");
}

TEST(SessionAnswers, LeftBeforeTheFirstAnswerAmongOthersItIsToldLater) {
  Subscriber host;
  host.session.set_reporting(true);
  const CallId left = host.on_open();
  const CallId other = host.call(host.tool(kCall));
  host.advance(5s);
  EXPECT_EQ(host.code(left), ErrorCode::response_timeout);
  EXPECT_EQ(host.written(), (Written{"call 1", "call 2"}));
  host.text(1, R"({"id":1,"busy":true})");
  host.text(1, R"({"sub":"0xa"})");
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited);
  host.text(1, R"({"id":1,"result":"0xa"})");
  EXPECT_EQ(host.reports.back().kind, Report::Kind::message);
  EXPECT_EQ(host.written().back(), R"(leave 1: ["stop","0xa"])");
  host.text(1, R"({"id":1,"result":"0xa"})");
  EXPECT_EQ(host.written().size(), 3U) << "once";
  host.text(1, R"({"id":2})");
  EXPECT_TRUE(host.succeeded(other));
  EXPECT_EQ(host.open_sockets(), 1U) << "nothing is owed there any more";
}

TEST(SessionAnswers, NothingIsLeftWhereTheFirstAnswerThatComesLateIsAnErrorOrHoldsNothing) {
  for (const char* answer : {R"({"id":1,"error":"no"})", R"({"id":1})", R"({"id":1,"result":{}})"}) {
    Subscriber host;
    const CallId left = host.on_open();
    (void)host.call(host.tool(kCall));
    host.abort(left);
    host.text(1, answer);
    host.text(1, R"({"id":1,"result":"0xa"})");
    EXPECT_EQ(host.written(), (Written{"call 1", "call 2"})) << answer;
    host.text(1, R"({"id":2})");
    EXPECT_EQ(host.open_sockets(), 1U);
  }
}

TEST(SessionAnswers, WhereTheOthersAreDoneBeforeItTheConnectionIsClosed) {
  Subscriber host;
  const CallId left = host.on_open();
  const CallId other = host.call(host.tool(kCall));
  host.abort(left);
  EXPECT_EQ(host.open_sockets(), 1U);
  host.text(1, R"({"id":2})");
  EXPECT_TRUE(host.succeeded(other));
  EXPECT_EQ(host.open_sockets(), 0U);
  EXPECT_EQ(host.session.counts().connections, 0U);
}

TEST(SessionAnswers, WhatWasNotSentOrHasNoLeaveMessageIsNotWaitedFor) {
  Subscriber unsent;
  unsent.abort(unsent.on_open(), false);
  EXPECT_EQ(unsent.open_sockets(), 1U);
  Subscriber silent;
  silent.late_leave.clear();
  silent.abort(silent.on_open());
  EXPECT_EQ(silent.open_sockets(), 1U);
}

TEST(SessionAnswers, ClosingLeavesWhatIsKnown) {
  Subscriber host;
  const CallId known = host.on_open();
  const CallId unknown = host.stream(host.tool(kSubscribe));
  host.text(1, R"({"id":1,"result":"0xa"})");
  host.close_all();
  EXPECT_FALSE(host.pending(known) || host.pending(unknown));
  EXPECT_EQ(host.written(), (Written{"call 1", "call 2", R"(leave 1: ["stop","0xa"])"}));
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionAnswers, ALateItemReachesNobodyAndTheValueIsFree) {
  Subscriber host;
  const CallId first = host.on_open();
  host.text(1, R"({"id":1,"result":"0xa"})");
  host.abort(first);
  const CallId second = host.stream(host.tool(kSubscribe));
  host.text(1, R"({"sub":"0xa","n":1})");
  host.text(1, R"({"id":2,"result":"0xa"})");
  host.text(1, R"({"sub":"0xa","n":2})");
  EXPECT_EQ(host.outcome(second).items, Written{R"({"sub":"0xa","n":2})"});
  EXPECT_EQ(host.sockets.size(), 1U);
}

TEST(SessionAnswers, AnErrorUnderTheCapturedValueIsTheCallS) {
  Subscriber host;
  const CallId stream = host.on_open();
  host.text(1, R"({"id":1,"result":"0xa"})");
  host.text(1, R"({"sub":"0xa","error":"gone"})");
  EXPECT_EQ(host.code(stream), ErrorCode::tool_failed);
  EXPECT_EQ(host.written(), Written{"call 1"}) << "the peer has ended it";
}

TEST(SessionAnswers, WhatAPeerAnswersInsteadIsSaid) {
  Subscriber host;
  const CallId deep = host.on_open();
  host.text(1, R"({"id":1,"x":)" + std::string(kDefaultMaxJsonDepth + 1, '[') +
                   std::string(kDefaultMaxJsonDepth + 1, ']') + "}");
  EXPECT_TRUE(host.pending(deep)) << "no id is found in it";
  host.text(1, R"({"id":1,"type":"tool_error","error":"broken","result":"0xa"})");
  EXPECT_EQ(host.code(deep), ErrorCode::tool_failed);
  const CallId empty = host.stream(host.tool(kSubscribe));
  host.text(1, R"({"id":2})");
  EXPECT_EQ(host.code(empty), ErrorCode::invalid_frame);
  EXPECT_THAT(host.outcome(empty).error->message, HasSubstr(R"(for "capture" at "/result")"));
}

TEST(SessionAnswers, MessagesBringWhatTheHandshakeHasKept) {
  FakeHost host;
  constexpr std::string_view kConnect =
      R"({"url":"wss://h.example/ws","connect":[{"expect":{"ok":1},"capture":{"sid":"/sid"}}],"message":)";
  (void)host.call(host.tool(concat({kConnect, R"({"id":"{{request_id}}","s":"{{connect.sid}}"}})"})));
  (void)host.call(host.tool(concat({kConnect, R"({"id":"{{request_id}}"}})"}), "m.u"));
  host.open(1);
  host.text(1, R"({"ok":1,"sid":[ 1 ]})");
  EXPECT_EQ(host.captured, (std::vector<Captured>{{{"connect.sid", "[1]"}}, {}}));
}

TEST(SessionAnswers, TheIdMayStandInALaterOneOfTheMessages) {
  Subscriber host;
  const CallId stream = host.on_open(R"({"url":"wss://h.example/ws","messages":["hello",{"id":"{{request_id}}"}],
    "capture":{"sub":"/result"},"message_filter":{"sub":"{{answer.sub}}"},"leave_message":"x"})");
  host.text(1, R"({"id":1,"result":"0xa"})");
  host.text(1, R"({"sub":"0xa"})");
  EXPECT_EQ(host.outcome(stream).items.size(), 1U);
}

// The caller names what later frames carry; the first answer carries the id.
constexpr std::string_view kNamed = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
  "correlation":{"/method":"{{args.event}}"},"capture":{"sub":"/sub"},"error_path":"/error","response_timeout":5})";

struct Named : FakeHost {
  ToolId names = tool(kNamed);
  Named() { late_leave = MessageTemplate::compile(R"({"end":"{{answer.sub}}"})")->plan({}); }
  CallId watch(std::string_view event) {
    message_filter = concat({R"([{},{},[],")", event, R"("])"});
    return stream(names);
  }
};

TEST(SessionAnswers, OfANameThatIsUnderWayThereAnotherConnectionIsTakenAndOthersDoNotWait) {
  Named host;
  const CallId first = host.watch("load");
  host.open(1);
  const CallId again = host.watch("load");
  const CallId other = host.watch("log");
  EXPECT_EQ(host.sockets.at(1).sent, (std::vector<CallId>{first, other}));
  ASSERT_EQ(host.sockets.size(), 2U);
  host.text(1, R"({"id":1,"sub":"s1"})");
  host.abort(first);
  EXPECT_EQ(host.sockets.at(1).sent.back(), again) << "it was given back before the other one was open";
  host.text(1, R"({"method":"load","n":"of the first"})");
  EXPECT_TRUE(host.outcome(again).items.empty());
  host.text(1, R"({"id":2,"sub":"s2"})");
  host.text(1, R"({"method":"load"})");
  EXPECT_EQ(host.outcome(again).items.size(), 1U);
  EXPECT_EQ(host.outcome(other).items.size(), 0U);
}

TEST(SessionAnswers, OneOfAnotherStreamIsLeftWithoutTouchingTheNextOfItsName) {
  Named host;
  (void)host.watch("log");
  host.open(1);
  const CallId left = host.watch("load");
  host.abort(left);  // before its first answer, which names what is to be ended
  const CallId next = host.watch("load");
  host.text(1, R"({"id":2,"sub":"s2"})");
  EXPECT_EQ(host.sockets.at(1).written.back(), R"(leave 2: {"end":"s2"})");
  host.text(1, R"({"method":"load"})");
  EXPECT_TRUE(host.outcome(next).items.empty());
  host.text(1, R"({"id":3,"sub":"s3"})");
  host.text(1, R"({"method":"load"})");
  EXPECT_EQ(host.outcome(next).items.size(), 1U);
  EXPECT_EQ(host.sockets.size(), 1U);
}

TEST(SessionAnswers, ARefusalIsKnownByTheIdAndFreesTheName) {
  Named host;
  (void)host.watch("log");
  host.open(1);
  host.text(1, R"({"id":1,"sub":"s1"})");
  const CallId refused = host.watch("none");
  host.text(1, R"({"id":2,"error":"no such event"})");
  EXPECT_EQ(host.code(refused), ErrorCode::tool_failed);
  const CallId again = host.watch("none");
  EXPECT_EQ(host.sockets.at(1).sent.back(), again);
  host.advance(5s);
  EXPECT_EQ(host.code(again), ErrorCode::response_timeout);
}

TEST(SessionAnswers, WhatComesBeforeTheFirstOneIsAnItemWhereNobodyHadTheName) {
  Named host;
  const CallId stream = host.watch("load");
  host.open(1);
  host.text(1, R"({"method":"load","n":1})");
  host.text(1, R"({"method":"load","id":77,"sub":"another's"})");
  EXPECT_EQ(host.outcome(stream).items.size(), 1U);
  host.text(1, R"({"method":"load","id":1,"sub":"s1"})");
  host.text(1, R"({"method":"load","id":77})");
  EXPECT_EQ(host.outcome(stream).items.size(), 2U);
}

TEST(SessionAnswers, ANameThatIsNoTextOrNumberIsRefused) {
  Named host;
  EXPECT_EQ(host.code(host.watch("")), ErrorCode::invalid_argument);
  EXPECT_TRUE(host.sockets.empty());
}

TEST(SessionAnswers, SecretsOfTheFirstOneAreNotShown) {
  constexpr std::string_view kToken = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
    "capture":{"token":"/token"},"message_filter":{"token":"{{answer.token}}"},"error_path":"/error",
    "error_match":{"bad":true},"response_timeout":5})";
  for (const bool fails : {false, true}) {
    Subscriber host;
    host.late_leave.clear();
    host.late_filter = MessageTemplate::compile(R"([{"token":"{{answer.token}}"},{},{}])")->plan({});
    const CallId call = host.on_open(kToken);
    host.text(1, R"({"id":1,"token":"s3cr3t-t0k3n"})");
    if (fails) {
      host.text(1, R"({"token":"s3cr3t-t0k3n","error":"no s3cr3t-t0k3n here"})");
    } else {
      host.text(1, R"({"id":1,"said":"s3cr3t-t0k3n"})");
      host.advance(5s);
    }
    ASSERT_TRUE(host.outcome(call).error);
    EXPECT_THAT(host.outcome(call).error->message, HasSubstr("***"));
    EXPECT_THAT(host.outcome(call).error->message + host.outcome(call).detail, Not(HasSubstr("s3cr3t")));
  }
}

TEST(SessionAnswers, WhatAFirstAnswerToldIsMaskedInReasonsForClosing) {
  Subscriber host({.retry = {.enabled = false}});
  host.late_filter = MessageTemplate::compile(R"([{"sub":"{{answer.token}}"},{},{}])")->plan({});
  host.late_leave.clear();
  const CallId call = host.on_open(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"name":"m",
    "capture":{"token":"/result"},"message_filter":{"sub":"{{answer.token}}"}})");
  host.text(1, R"({"id":"1","result":"s3cr3t"})");
  host.peer_closes(1, 4000, "s3cr3t is used up");
  EXPECT_EQ(host.outcome(call).error->reason, "*** is used up");
}

TEST(SessionAnswers, SecretsOfTheFirstOneAreNotShownToOthersThatAConnectionEnds) {
  constexpr std::string_view kToken = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
    "capture":{"token":"/token"},"message_filter":{"token":"{{answer.token}}"},
    "error_match":{"bad":true},"connection_error":{"gone":true}})";
  for (const bool closes : {false, true}) {
    Subscriber host;
    host.late_leave.clear();
    host.late_filter = MessageTemplate::compile(R"([{"token":"{{answer.token}}"},{},{}])")->plan({});
    const ToolId tool = host.tool(kToken);
    (void)host.stream(tool);
    const CallId other = host.stream(tool);
    host.open(1);
    host.text(1, R"({"id":1,"token":"s3cr3t-t0k3n"})");
    host.text(
        1, closes ? R"({"bad":true,"why":"s3cr3t-t0k3n is over"})" : R"({"gone":true,"why":"s3cr3t-t0k3n is over"})");
    if (closes) host.peer_closes(1, 1011);
    ASSERT_TRUE(host.outcome(other).error);
    EXPECT_THAT(host.outcome(other).error->message, HasSubstr("\"*** is over\""));
  }
}

}  // namespace
}  // namespace utcp::ws::test
