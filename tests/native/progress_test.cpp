// Frames that tell progress of a call: no answers, but more time.
#include <gmock/gmock.h>

#include <utcp_websocket/call.hpp>
#include <utcp_websocket/text.hpp>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Kind = Judgement::Kind;

std::string with(std::string_view members) { return concat({R"({"url":"wss://h.example/ws",)", members, "}"}); }

// What a frame is to call 7.
std::pair<Kind, Decoding> judged(std::string_view members, std::string text, CallMode mode = CallMode::single) {
  const CallRules rules(parse_call_template(std::string_view(with(members))).value());
  const Judgement judgement = rules.judge(mode, CallId{7}, FakeFrame(true, std::move(text)), 512);
  return {judgement.kind, judgement.decoding};
}

constexpr std::string_view kMembers = R"("progress_filter":{"kind":"progress","of":{"step":1}})";

TEST(ProgressFilter, TellsFramesThatAreNoAnswer) {
  EXPECT_THAT(judged(kMembers, R"({"of":{"step":1,"n":2},"kind":"progress"})"), Pair(Kind::progress, Decoding::text));
  EXPECT_THAT(judged(kMembers, R"({"of":{"step":2},"kind":"progress"})").first, Kind::item);
  EXPECT_THAT(judged(kMembers, "no JSON").first, Kind::item);
  EXPECT_THAT(judged(R"("progress_filter":{"$prefix":"%"})", "%30"), Pair(Kind::progress, Decoding::text));
  EXPECT_THAT(judged(R"("progress_filter":{"$prefix":"%"})", "30%").first, Kind::item);
  EXPECT_EQ(judged("\"timeout\":1", R"({"kind":"progress"})").first, Kind::item) << "without one there is none";
  const CallRules rules(parse_call_template(std::string_view(with(kMembers))).value());
  EXPECT_EQ(rules.judge(CallMode::single, CallId{7}, FakeFrame(false, "b"), 512).kind, Kind::item) << "binary";
}

TEST(ProgressFilter, IsParsedWhereAnswersAre) {
  const std::string frame = R"({"kind":"progress"})";
  for (const char* members : {R"("response_format":"json")", R"("result_path":"/result")"}) {
    EXPECT_THAT(judged(concat({members, R"(,"progress_filter":{"kind":"progress"})"}), frame),
                Pair(Kind::progress, Decoding::json))
        << members;
    EXPECT_THAT(judged(concat({members, R"(,"progress_filter":{"$prefix":"%"})"}), "%"),
                Pair(Kind::progress, Decoding::text))
        << members;
  }
  EXPECT_THAT(judged(R"("response_format":"text","progress_filter":{"kind":"progress"})", frame),
              Pair(Kind::progress, Decoding::text));
}

TEST(ProgressFilter, IsJudgedAfterErrorsAndFilterAndBeforeTheEnd) {
  const std::string first = concat({kMembers, R"(,"error_match":{"bad":true},"message_filter":{"room":1})"});
  EXPECT_EQ(judged(first, R"({"kind":"progress","of":{"step":1},"room":1})").first, Kind::progress);
  EXPECT_EQ(judged(first, R"({"kind":"progress","of":{"step":1},"room":1,"bad":true})").first, Kind::tool_error);
  EXPECT_EQ(judged(first, R"({"kind":"progress","of":{"step":1},"room":2})").first, Kind::not_mine);
  EXPECT_EQ(judged(R"("progress_filter":{"$prefix":"%"},"message_filter":{"room":1})", "%1").first, Kind::not_mine);
  constexpr std::string_view kEnd = R"("progress_filter":{"type":"stream_end","more":true},"error_path":"/error")";
  EXPECT_EQ(judged(kEnd, R"({"type":"stream_end","more":true,"error":1})", CallMode::stream).first, Kind::progress);
  EXPECT_EQ(judged(kEnd, R"({"type":"stream_end"})", CallMode::stream).first, Kind::end);
}

constexpr std::string_view kOwn =
    R"("message":{"q":"{{request_id}}"},"correlation":false,"progress_filter":{"p":{"token":"{{request_id}}"}})";

TEST(ProgressFilter, KnowsTheCallsOwnId) {
  EXPECT_EQ(judged(kOwn, R"({"p":{"token":7}})").first, Kind::progress);
  EXPECT_EQ(judged(kOwn, R"({"p":{"token":"7"}})").first, Kind::progress);
  for (const char* other : {"8", "\"8\"", "7.5", "[7]", "null", R"("{{request_id}}")"}) {
    EXPECT_EQ(judged(kOwn, concat({R"({"p":{"token":)", other, "}}"})).first, Kind::item) << other;
  }
  EXPECT_EQ(judged(R"("message_filter":{"a":"{{request_id}}"})", R"({"a":7})").first, Kind::not_mine)
      << "the host fills that in";
}

TEST(ProgressFilter, IsChecked) {
  for (const char* wrong :
       {R"("progress_filter":1)", R"("progress_filter":{})", R"("progress_filter":[])",
        R"("progress_filter":[{"k":1}])", R"("progress_filter":"%")", R"("progress_filter":{"$prefix":""})",
        R"("progress_filter":{"$prefix":"%","k":1})", R"("progress_filter":{"k":"{{request_id}}"})",
        R"("message":"{{request_id}}","progress_filter":{"k":"id {{request_id}}"})",
        R"("message":"{{uuid}} {{request_id}}","progress_filter":{"k":"{{uuid}}"})",
        R"("message":"{{request_id}}","progress_filter":{"k":"UTCP_ARG_k_UTCP_ARG"})"}) {
    const Result<CallTemplate> parsed = parse_call_template(std::string_view(with(wrong)));
    ASSERT_FALSE(parsed.ok()) << wrong;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_call_template);
    EXPECT_EQ(parsed.error().field, "progress_filter") << wrong;
  }
  const Result<CallTemplate> no_id =
      parse_call_template(std::string_view(with(R"("progress_filter":{"k":"{{uuid}}"})")));
  EXPECT_THAT(no_id.error().message, HasSubstr(R"(values "{{request_id}}", held by "message" too; got "{{uuid}}")"));
  EXPECT_TRUE(parse_call_template(std::string_view(with(R"("progress_filter":null)"))).ok());
  EXPECT_EQ(normalize_call_template(with(R"("progress_filter":{"k":1})")).value(),
            R"({"url":"wss://h.example/ws","progress_filter":{"k":1},"call_template_type":"websocket"})");
}

TEST(SessionProgress, GivesACallMoreTime) {
  FakeHost host;
  host.session.set_reporting(true);
  const CallId call = host.call(host.tool(with(R"("response_timeout":2,"progress_filter":{"progress":1})")));
  host.open(1);
  for (int i = 0; i < 5; ++i) {
    host.advance(1900ms);
    ASSERT_TRUE(host.pending(call)) << i;
    host.text(1, R"({"progress":1})");
    EXPECT_EQ(host.reports.back().kind, Report::Kind::message);
    EXPECT_EQ(host.reports.back().call, call);
  }
  host.text(1, "done");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_THAT(host.outcome(call).items, ElementsAre("done"));
  EXPECT_EQ(host.outcome(call).progress.size(), 5U);
  EXPECT_EQ(host.open_sockets(), 1U) << "nothing is owed";
}

TEST(SessionProgress, EndsWhenNoMoreComes) {
  FakeHost host;
  const CallId call = host.call(host.tool(with(R"("response_timeout":2,"progress_filter":{"progress":1})")));
  host.open(1);
  host.advance(1s);
  host.text(1, R"({"progress":1})");
  host.advance(1999ms);
  EXPECT_TRUE(host.pending(call));
  host.advance(1ms);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
}

TEST(SessionProgress, ComesBetweenTheItemsOfAStream) {
  FakeHost host;
  const CallId call =
      host.stream(host.tool(with(R"("response_timeout":2,"expected_responses":2,"progress_filter":{"progress":1})")));
  host.open(1);
  host.text(1, "a");
  host.text(1, R"({"progress":1})");
  host.advance(1900ms);
  host.text(1, R"({"progress":1,"n":2})");
  host.advance(1900ms);
  EXPECT_TRUE(host.pending(call));
  host.text(1, "b");
  EXPECT_TRUE(host.succeeded(call)) << "two items, however much progress";
  EXPECT_THAT(host.outcome(call).items, ElementsAre("a", "b"));
  EXPECT_THAT(host.outcome(call).progress, ElementsAre(R"({"progress":1})", R"({"progress":1,"n":2})"));
}

// The peer is not to blame for the wait, whatever was under way before reading stopped.
TEST(SessionProgress, StartsNoTimeWhileAStreamIsNotReadFrom) {
  FakeHost host({.max_stream_items = 2, .can_pause = true});
  const CallId call = host.stream(host.tool(with(R"("response_timeout":2,"progress_filter":{"progress":1})")));
  host.open(1);
  host.text(1, "a");
  host.text(1, "b");
  ASSERT_TRUE(host.sockets.at(1).paused);
  host.text(1, R"({"progress":1})");
  EXPECT_EQ(host.outcome(call).progress.size(), 1U);
  host.advance(10s);
  EXPECT_TRUE(host.pending(call));
  host.consume(call, 2, 2);
  host.advance(2s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
}

TEST(SessionProgress, IsNoneOfAManual) {
  FakeHost host;
  const CallId call = host.call(host.tool(with(R"("progress_filter":{"tools":[]})"), ""), CallMode::discovery);
  host.open(1);
  host.text(1, R"({"tools":[]})");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_TRUE(host.outcome(call).progress.empty());
}

// As MCP: answers carry the id, progress carries it elsewhere.
constexpr std::string_view kMcp = R"("response_timeout":2,"result_path":"/result","error_path":"/error",
  "message":"{\"id\":{{request_id}},\"params\":{\"_meta\":{\"progressToken\":{{request_id}}}}}",
  "progress_filter":{"method":"notifications/progress","params":{"progressToken":"{{request_id}}"}})";

std::string progress_of(CallId id) {
  return concat({R"({"method":"notifications/progress","params":{"progressToken":)",
                 to_text(static_cast<std::uint32_t>(id)), "}}"});
}

TEST(SessionProgress, IsTheCallsWhoseIdItCarries) {
  FakeHost host;
  const ToolId tool = host.tool(with(kMcp));
  const CallId busy = host.call(tool);
  host.open(1);
  const CallId idle = host.call(tool);
  EXPECT_EQ(host.sockets.size(), 1U);
  host.advance(1500ms);
  host.text(1, progress_of(busy));
  EXPECT_THAT(host.outcome(busy).progress, ElementsAre(progress_of(busy)));
  EXPECT_TRUE(host.outcome(idle).progress.empty());
  host.advance(500ms);
  EXPECT_EQ(host.code(idle), ErrorCode::response_timeout) << "another's progress is no time of its own";
  EXPECT_TRUE(host.pending(busy));
  host.advance(1s);
  host.text(1, R"({"id":1,"result":"r"})");
  EXPECT_TRUE(host.succeeded(busy));
}

TEST(SessionProgress, NothingElseIsACallsByThatPlace) {
  FakeHost host;
  host.session.set_reporting(true);
  // Without a path any frame with the call's id would be its answer.
  const CallId call = host.call(host.tool(with(
      R"("message":{"id":"{{request_id}}"},"error_match":{"bad":1},"progress_filter":{"k":1,"of":"{{request_id}}"})")));
  host.open(1);
  for (const char* other :
       {R"({"of":1})", R"({"of":1,"k":2})", R"({"of":1,"k":1,"bad":1})", R"({"of":2,"k":1})", "%"}) {
    host.text(1, other);
    EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited) << other;
  }
  EXPECT_TRUE(host.pending(call));
  EXPECT_TRUE(host.outcome(call).progress.empty());
  host.text(1, R"({"of":1,"k":1})");
  EXPECT_EQ(host.outcome(call).progress.size(), 1U);
}

TEST(SessionProgress, MayCarryTheIdWhereAnswersDo) {
  FakeHost host;
  const CallId call =
      host.call(host.tool(with(R"("message":{"id":"{{request_id}}"},"progress_filter":{"status":"running"})")));
  host.open(1);
  host.text(1, R"({"id":2,"status":"running"})");
  host.text(1, R"({"status":"running"})");
  EXPECT_TRUE(host.outcome(call).progress.empty());
  host.text(1, R"({"id":"1","status":"running"})");
  EXPECT_EQ(host.outcome(call).progress.size(), 1U);
  host.text(1, R"({"id":1,"status":"done"})");
  EXPECT_TRUE(host.succeeded(call));
}

// Tools of one endpoint share a connection, whatever their templates say of progress.
TEST(SessionProgress, IsFoundForEachOfTheToolsThatShareAConnection) {
  FakeHost host;
  const ToolId plain = host.tool(with(R"("message":{"id":"{{request_id}}"})"), "m.plain");
  const ToolId one =
      host.tool(with(R"("message":{"id":"{{request_id}}"},"progress_filter":{"a":"{{request_id}}"})"), "m.one");
  const ToolId two =
      host.tool(with(R"("message":{"id":"{{request_id}}"},"progress_filter":{"b":"{{request_id}}"})"), "m.two");
  std::vector<CallId> calls;
  for (const ToolId tool : {plain, one, two, plain, one, two}) calls.push_back(host.call(tool));
  host.open(1);
  EXPECT_EQ(host.sockets.size(), 1U);
  for (int id = 1; id <= 6; ++id) {
    host.text(1, concat({R"({"a":)", to_text(id), "}"}));
    host.text(1, concat({R"({"b":")", to_text(id), "\"}"}));
  }
  std::vector<std::size_t> counts;
  for (const CallId call : calls) counts.push_back(host.outcome(call).progress.size());
  EXPECT_THAT(counts, ElementsAre(0, 1, 1, 0, 1, 1));
  for (const CallId call : calls) {
    host.text(1, concat({R"({"id":)", to_text(static_cast<std::uint32_t>(call)), "}"}));
    EXPECT_TRUE(host.succeeded(call));
  }
}

}  // namespace
}  // namespace utcp::ws::test
