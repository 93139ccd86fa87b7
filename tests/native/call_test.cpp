// What one frame means to one call.
#include <gmock/gmock.h>

#include <utcp_websocket/call.hpp>
#include <utcp_websocket/text.hpp>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using Kind = Judgement::Kind;

CallRules rules(std::string_view members) {
  const std::string text = R"({"url":"wss://h.example/")" + std::string(members) + "}";
  Result<CallTemplate> parsed = parse_call_template(std::string_view(text));
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
  return CallRules(parsed.value());
}

Judgement judge(const CallRules& rules, CallMode mode, std::string text, std::size_t max_depth = 512) {
  return rules.judge(mode, CallId{7}, FakeFrame(true, std::move(text)), max_depth);
}

/// A frame that must not be looked into.
class SealedFrame final : public Frame {
 public:
  SealedFrame() : Frame(true, 1'000'000) {}
  [[nodiscard]] std::string_view text() const override {
    ADD_FAILURE() << "the core looked into a payload that decides nothing";
    return {};
  }
  [[nodiscard]] bool may_be_wrapped() const override { return false; }
};

TEST(Judge, APlainAnswerIsNeverLookedInto) {
  const SealedFrame frame;
  EXPECT_EQ(rules("").judge(CallMode::single, CallId{1}, frame, 512).decoding, Decoding::text);
  EXPECT_EQ(rules(R"(,"response_format":"raw")").judge(CallMode::single, CallId{1}, frame, 512).kind, Kind::item);
}

TEST(Judge, ACallUnwrapsWhatAToolOfAStreamAnswers) {
  const std::string response = R"({"type":"tool_response","result":[1]})";
  for (const std::string_view format :
       {"", R"(,"response_format":"json")", R"(,"response_format":"text")", R"(,"message_filter":{"result":[1]})"}) {
    const Judgement judgement = judge(rules(format), CallMode::single, response);
    EXPECT_EQ(judgement.kind, Kind::item) << format;
    EXPECT_EQ(judgement.decoding, Decoding::json_member) << format;
    EXPECT_EQ(judgement.path, "/result") << format;
    EXPECT_TRUE(judgement.is_wrapped) << format;
  }
  const Judgement failed = judge(rules(""), CallMode::single, R"({"type":"tool_error","error":"no"})");
  EXPECT_EQ(failed.kind, Kind::tool_error);
  EXPECT_EQ(failed.path, "/error");
}

TEST(Judge, ACallLeavesOtherFramesAsTheyAre) {
  const struct {
    std::string_view format, frame;
    Decoding decoding;
  } cases[] = {
      {R"(,"response_format":"raw")", R"({"type":"tool_response","result":1})", Decoding::text},
      {R"(,"result_path":"/result")", R"({"type":"tool_response","result":1})", Decoding::json_member},
      {"", R"(the word "tool_response")", Decoding::text},
      {"", R"({"type":"tool_responses","result":1})", Decoding::text},
      {"", R"({"of":{"type":"tool_response","result":1}})", Decoding::text},
      {R"(,"response_format":"json")", R"({"of":{"type":"tool_error"}})", Decoding::json},
      {"", R"({"type":"stream_end"})", Decoding::text},
  };
  for (const auto& row : cases) {
    const CallRules row_rules = rules(row.format);
    const Judgement judgement = judge(row_rules, CallMode::single, std::string(row.frame));
    EXPECT_EQ(judgement.kind, Kind::item) << row.frame;
    EXPECT_EQ(judgement.decoding, row.decoding) << row.format << " " << row.frame;
    EXPECT_FALSE(judgement.is_wrapped) << row.frame;
  }
  const std::string deep = R"("tool_)" + std::string(600, '[');
  EXPECT_EQ(judge(rules(""), CallMode::single, deep).decoding, Decoding::text);
  const std::string nested =
      R"({"type":"tool_response","result":)" + std::string(600, '[') + std::string(600, ']') + '}';
  EXPECT_EQ(judge(rules(""), CallMode::single, nested).decoding, Decoding::text);
  EXPECT_EQ(judge(rules(R"(,"response_format":"json")"), CallMode::single, nested).kind, Kind::bad_frame);
}

TEST(Judge, DecodingFollowsTheResponseFormat) {
  const struct {
    std::string_view format, frame;
    CallMode mode;
    Decoding decoding;
    bool not_json;
  } cases[] = {
      {"", "{}", CallMode::single, Decoding::text, false},
      {R"(,"response_format":"text")", "{}", CallMode::single, Decoding::text, false},
      {R"(,"response_format":"json")", "{}", CallMode::single, Decoding::json_or_text, false},
      {R"(,"response_format":"json")", "no", CallMode::stream, Decoding::text, true},
      {R"(,"response_format":"json")", "[1]", CallMode::stream, Decoding::json, false},
      {R"(,"response_format":"text")", "[1]", CallMode::stream, Decoding::text, false},
      {"", "no", CallMode::stream, Decoding::text, false},
  };
  for (const auto& row : cases) {
    const CallRules row_rules = rules(row.format);
    const Judgement judgement = judge(row_rules, row.mode, std::string(row.frame));
    EXPECT_EQ(judgement.kind, Kind::item);
    EXPECT_EQ(judgement.decoding, row.decoding) << row.format << " " << row.frame;
    EXPECT_EQ(judgement.not_json, row.not_json);
  }
}

TEST(Judge, DepthIsLimitedForJson) {
  const CallRules json = rules(R"(,"response_format":"json")");
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(judge(json, CallMode::single, nested(512)).kind, Kind::item);
  EXPECT_EQ(judge(json, CallMode::single, nested(513)).kind, Kind::bad_frame);
  EXPECT_EQ(judge(rules(""), CallMode::single, nested(513)).kind, Kind::item) << "text is text";
}

TEST(Judge, StreamFramesOfTheReference) {
  const CallRules plain = rules("");
  const auto stream = [&](std::string text) { return judge(plain, CallMode::stream, std::move(text)); };
  EXPECT_EQ(stream(R"({"type":"tool_response","result":1})").path, "/result");
  EXPECT_EQ(stream(R"({"type":"tool_response"})").decoding, Decoding::json_member);
  EXPECT_EQ(stream(R"({"type":"tool\u005fresponse","result":1})").path, "/result");
  EXPECT_EQ(stream(R"({"type":"tool_error","error":"e"})").kind, Kind::tool_error);
  EXPECT_EQ(stream(R"({"type":"stream_end"})").kind, Kind::end);
  EXPECT_EQ(stream(R"({"type":"stream_end","extra":[]})").kind, Kind::end);
  EXPECT_EQ(stream(R"({"type":"stream_end"} x)").kind, Kind::item) << "not JSON, so text";
  EXPECT_EQ(stream(R"([{"type":"stream_end"}])").kind, Kind::item);
  EXPECT_EQ(stream(R"({"data":{"type":"stream_end"}})").kind, Kind::item);
  EXPECT_EQ(judge(plain, CallMode::single, R"({"type":"stream_end"})").kind, Kind::item) << "a call takes it as it is";
}

TEST(Judge, RequestIds) {
  const CallRules plain = rules(R"(,"message":{"request_id":"{{request_id}}"})");
  for (const char* own : {"7", "\"7\"", "null", "\"\"", "0", "false", "\"\\u0037\""}) {
    EXPECT_EQ(judge(plain, CallMode::stream, R"({"type":"stream_end","request_id":)" + std::string(own) + "}").kind,
              Kind::end)
        << own;
  }
  for (const char* other : {"8", "\"8\"", "77", "true", "[7]", "\"x\"", "7.5"}) {
    EXPECT_EQ(judge(plain, CallMode::stream, R"({"type":"stream_end","request_id":)" + std::string(other) + "}").kind,
              Kind::not_mine)
        << other;
  }
}

TEST(Judge, MessageFilter) {
  const CallRules filtered = rules(R"(,"message_filter":{"op":"data","meta":{"v":1},"any":{}})");
  EXPECT_EQ(judge(filtered, CallMode::single, R"({"any":{"x":1},"meta":{"v":1.0,"w":2},"op":"data"})").kind,
            Kind::item);
  for (const char* frame :
       {R"({"op":"data"})", R"({"op":"data","meta":{"v":2},"any":{}})", R"({"op":"ping","meta":{"v":1},"any":{}})",
        R"({"op":"data","meta":{"v":1},"any":[]})", "text", "[]"}) {
    EXPECT_EQ(judge(filtered, CallMode::single, frame).kind, Kind::not_mine) << frame;
  }
  EXPECT_EQ(filtered.judge(CallMode::single, CallId{7}, FakeFrame(false, "b"), 512).kind, Kind::not_mine);
}

TEST(Judge, MessageFilterWithACallsOwnValues) {
  const CallRules filtered =
      rules(R"(,"message_filter":{"room":"UTCP_ARG_room_UTCP_ARG","meta":{"re":"{{request_id}}"},"op":"x"})");
  const FrameMatches own = filtered.fill(R"([{"room":"blue","meta":{"re":"7"},"op":"x"},{},{}])");
  const auto kind = [&](std::string text) {
    return filtered.judge(CallMode::single, CallId{7}, FakeFrame(true, std::move(text)), 512, &own).kind;
  };
  EXPECT_EQ(kind(R"({"op":"x","room":"blue","meta":{"re":"7"}})"), Kind::item);
  EXPECT_EQ(kind(R"({"op":"x","room":"red","meta":{"re":"7"}})"), Kind::not_mine);
  EXPECT_EQ(kind(R"({"op":"x","room":"blue","meta":{"re":"8"}})"), Kind::not_mine);
}

TEST(Judge, ResultAndErrorPaths) {
  const CallRules rpc = rules(R"(,"result_path":"/payload/data","error_path":"/error")");
  EXPECT_EQ(judge(rpc, CallMode::single, R"({"payload":{"data":null}})").path, "/payload/data");
  EXPECT_EQ(judge(rpc, CallMode::single, R"({"error":null,"payload":{"data":1}})").kind, Kind::item);
  EXPECT_EQ(judge(rpc, CallMode::single, R"({"error":0,"payload":{"data":1}})").kind, Kind::tool_error);
  EXPECT_EQ(judge(rpc, CallMode::single, R"({"method":"notification"})").kind, Kind::not_mine);
  EXPECT_EQ(judge(rpc, CallMode::single, "text").kind, Kind::not_mine);
}

TEST(Judge, OwnStreamEnd) {
  const CallRules graphql = rules(R"(,"stream_end":{"type":"complete"})");
  EXPECT_EQ(judge(graphql, CallMode::stream, R"({"type":"complete","id":"1"})").kind, Kind::end);
  EXPECT_EQ(judge(graphql, CallMode::stream, R"({"type":"stream_end"})").kind, Kind::item);
  const CallRules phoenix = rules(R"(,"stream_end":{"3":"phx_close"})");
  EXPECT_EQ(judge(phoenix, CallMode::stream, R"(["1",null,"room","phx_close",{}])").kind, Kind::end);
  EXPECT_EQ(judge(phoenix, CallMode::stream, R"(["1",null,"room","shout",{}])").kind, Kind::item);
}

TEST(Rules, ExpectedResponses) {
  EXPECT_EQ(rules("").expected(CallMode::single), 1U);
  EXPECT_EQ(rules("").expected(CallMode::stream), 0U);
  EXPECT_EQ(rules(R"(,"expected_responses":4)").expected(CallMode::single), 4U);
  EXPECT_EQ(rules(R"(,"expected_responses":4)").expected(CallMode::stream), 4U);
  EXPECT_EQ(rules(R"(,"expected_responses":-1)").expected(CallMode::single), 0U);
  EXPECT_EQ(rules(R"(,"expected_responses":4)").expected(CallMode::discovery), 1U);
}

TEST(ErrorMatch, MakesAFrameAnErrorBeforeTheFilter) {
  const auto judged = [](std::string_view members, std::string text, CallMode mode = CallMode::single) {
    const CallTemplate call_template =
        parse_call_template(concat({R"({"url":"wss://h.example/",)", members, "}"})).value();
    const CallRules rules(call_template);
    const Judgement judgement = rules.judge(mode, CallId{7}, FakeFrame(true, std::move(text)), 512);
    return std::pair(judgement.kind, std::string(judgement.path));
  };
  using testing::Pair;
  const auto error = [](const char* path) { return Pair(Kind::tool_error, path); };
  constexpr std::string_view kOne = R"("error_match":{"result":{"isError":true}},"message_filter":{"k":1})";
  EXPECT_THAT(judged(kOne, R"({"result":{"isError":true}})"), error(""));
  EXPECT_THAT(judged(kOne, R"({"result":{"isError":false},"k":1})").first, Kind::item);
  EXPECT_THAT(judged(kOne, R"({"result":{"isError":false}})").first, Kind::not_mine);
  EXPECT_THAT(judged(kOne, "no JSON").first, Kind::not_mine);
  constexpr std::string_view kPlaces = R"("error_match":[{"ok":false},{"x":1}],"error_path":["/why","/error"])";
  EXPECT_THAT(judged(kPlaces, R"({"ok":false,"why":null,"error":"e"})"), error("/error"));
  EXPECT_THAT(judged(kPlaces, R"({"x":1,"why":"w"})"), error("/why"));
  EXPECT_THAT(judged(kPlaces, R"({"x":1})"), error(""));
  EXPECT_THAT(judged(kPlaces, R"({"ok":true,"error":"e"})"), error("/error"));
  EXPECT_THAT(judged(kPlaces, R"({"ok":true})").first, Kind::item);
  constexpr std::string_view kText = R"("error_match":{"$prefix":"ERR"})";
  EXPECT_THAT(judged(kText, "ERR 7"), error(""));
  EXPECT_THAT(judged(kText, " ERR").first, Kind::item);
  EXPECT_THAT(judged(kText, "ERR", CallMode::stream), error(""));
  constexpr std::string_view kIds = R"("message":{"request_id":"{{request_id}}"},"error_match":{"e":1})";
  EXPECT_THAT(judged(kIds, R"({"e":1,"request_id":8})", CallMode::stream).first, Kind::not_mine);
  EXPECT_THAT(judged(kIds, R"({"e":1,"request_id":7})", CallMode::stream), error(""));
}

TEST(ErrorMatch, IsChecked) {
  for (const char* wrong : {R"("error_match":1)", R"("error_match":{})", R"("error_match":[])", R"("error_match":[{}])",
                            R"("error_match":{"$prefix":""})", R"("error_match":{"$prefix":"E","k":1})",
                            R"("error_match":["E"])", R"("error_path":["x"])", R"("error_path":[1])"}) {
    const Result<CallTemplate> parsed = parse_call_template(concat({R"({"url":"wss://h.example/",)", wrong, "}"}));
    ASSERT_FALSE(parsed.ok()) << wrong;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_call_template);
  }
}

TEST(Judge, DiscoveryTakesWhatHasAListOfTools) {
  const CallRules mcp =
      rules(R"(,"discovery":{},"error_path":["/error","/fault"],"error_match":[{"ok":false},{"$prefix":"ERR"}])");
  const struct {
    const char* frame;
    Kind kind;
    const char* path;
  } cases[] = {
      {R"({"id":1,"result":{"tools":[]}})", Kind::item, ""},
      {R"({"id":1,"error":null,"result":{"tools":[]}})", Kind::item, ""},
      {R"({"id":1,"error":{"code":-32601}})", Kind::tool_error, "/error"},
      {R"({"id":1,"fault":"x","result":{"tools":[]}})", Kind::tool_error, "/fault"},
      {R"({"ok":false})", Kind::tool_error, ""},
      {R"({"ok":false,"fault":"x"})", Kind::tool_error, "/fault"},
      {"ERR no such command", Kind::tool_error, ""},
      {R"({"method":"notifications/message"})", Kind::not_mine, ""},
      {R"({"tools":[]})", Kind::not_mine, ""},
      {"{", Kind::not_mine, ""},
  };
  for (const auto& c : cases) {
    const Judgement judgement = judge(mcp, CallMode::discovery, c.frame);
    EXPECT_EQ(judgement.kind, c.kind) << c.frame;
    EXPECT_EQ(judgement.path, c.path) << c.frame;
    if (c.kind == Kind::not_mine) EXPECT_EQ(judgement.why, "it has no value at discovery.tools");
  }
  // A manual has no errors of its own.
  EXPECT_EQ(judge(rules(R"(,"error_path":"/error")"), CallMode::discovery, R"({"error":1})").kind, Kind::not_mine);
}

}  // namespace
}  // namespace utcp::ws::test
