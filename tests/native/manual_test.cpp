#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/manual.hpp>

#include "json_value.hpp"

namespace utcp::ws {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kTemplate = R"({"call_template_type":"websocket","url":"wss://h.example/ws"})";

// A manual with one tool that has these members beside its name and call template.
std::string with_tool(std::string_view members, std::string_view call_template = kTemplate) {
  return R"({"tools":[{"name":"t",)" + std::string(members) + (members.empty() ? "" : ",") +
         R"("tool_call_template":)" + std::string(call_template) + "}]}";
}

Result<ManualText> parse(std::string_view text) { return parse_manual(text, ManualLimits()); }

std::string dumped(std::string_view text) {
  const Result<ManualText> manual = parse(text);
  return manual ? manual.value().text() : manual.error().message;
}

TEST(ManualParse, FillsInDefaults) {
  EXPECT_EQ(dumped(R"({"tools":[]})"), R"({"utcp_version":"1.0.1","manual_version":"1.0.0","tools":[]})");
  EXPECT_EQ(
      dumped(with_tool("")),
      R"({"utcp_version":"1.0.1","manual_version":"1.0.0","tools":[{"name":"t","description":"","inputs":{},"outputs":{},)"
      R"("tags":[],"tool_call_template":{"call_template_type":"websocket","url":"wss://h.example/ws"}}]})");
}

TEST(ManualParse, KeepsSchemasAndCallTemplatesAsTheyCame) {
  const std::string tool =
      R"({"name":"t","description":"d","inputs":{"type":["object","null"],"x-extra":1.5,"properties":{"z":{},"a":{}}},)"
      R"("outputs":{"type":"object"},"tags":["x","y"],"average_response_size":10,)"
      R"("tool_call_template":{"call_template_type":"websocket","url":"wss://h.example/ws","timeout":30,"x":null}})";
  EXPECT_EQ(dumped(R"({"tools":[)" + tool + R"(],"manual_version":"2.0.0","utcp_version":"1.1.0"})"),
            R"({"utcp_version":"1.1.0","manual_version":"2.0.0","tools":[)" + tool + "]}");
}

TEST(ManualParse, DropsUnknownMembersOfTools) {
  EXPECT_EQ(dumped(with_tool(R"("extra":1,"_x":{})")), dumped(with_tool("")));
  EXPECT_EQ(dumped(with_tool(R"("average_response_size":null)")).find("extra"), std::string::npos);
}

TEST(ManualParse, DoesNotJudgeCallTemplatesOfOtherProtocols) {
  const char* http = R"({"call_template_type":"http","url":"gopher://x","timeout":-1})";
  EXPECT_THAT(dumped(with_tool("", http)), HasSubstr(http));
}

TEST(ManualParse, KeepsToolsOfOneNameBoth) {
  const std::string tool = R"({"name":"t","tool_call_template":)" + std::string(kTemplate) + "}";
  const Result<ManualText> manual = parse(R"({"tools":[)" + tool + "," + tool + "]}");
  ASSERT_TRUE(manual.ok());
  EXPECT_EQ(manual.value().tools.size(), 2U);
}

struct RefusedManual {
  std::string text;
  const char* says;
};

TEST(ManualParse, NamesTheToolAndTheMemberThatIsWrong) {
  const RefusedManual cases[] = {
      {"{", "not valid JSON"},
      {"[]", "must be an object"},
      {"{}", "tools"},
      {R"({"tools":null})", "tools"},
      {R"({"tools":{}})", "tools"},
      {R"({"tools":"x"})", "tools"},
      {R"({"tools":[5]})", "tool number 1"},
      {R"({"tools":[],"info":{}})", "\"info\""},
      {R"({"tools":[],"utcp_version":5})", "\"utcp_version\""},
      {R"({"tools":[],"manual_version":null})", "\"manual_version\""},
      {R"({"tools":[{"tool_call_template":{}}]})", "tool number 1 has no member \"name\""},
      {R"({"tools":[{"name":5}]})", "\"name\""},
      {R"({"tools":[{"name":"t"}]})", "tool \"t\" has no member \"tool_call_template\""},
      {with_tool(R"("description":null)"), "tool \"t\" member \"description\""},
      {with_tool(R"("inputs":"x")"), "tool \"t\" member \"inputs\""},
      {with_tool(R"("outputs":[])"), "tool \"t\" member \"outputs\""},
      {with_tool(R"("tags":"x")"), "tool \"t\" member \"tags\""},
      {with_tool(R"("tags":[1])"), "tool \"t\" member \"tags\""},
      {with_tool(R"("average_response_size":"big")"), "tool \"t\" member \"average_response_size\""},
      {with_tool("", "[]"), "tool \"t\" member \"tool_call_template\""},
      {with_tool("", "{}"), "call_template_type"},
      {with_tool("", R"({"call_template_type":5})"), "call_template_type"},
      {with_tool("", R"({"call_template_type":"websocket"})"), "tool \"t\": call template field \"url\""},
      {with_tool("", R"({"call_template_type":"websocket","url":"ws://evil.example/"})"), "wss://"},
      {with_tool("", R"({"call_template_type":"websocket","url":"wss://h/","timeout":0})"), "\"timeout\""},
  };
  for (const RefusedManual& refused : cases) {
    const Result<ManualText> manual = parse(refused.text);
    ASSERT_FALSE(manual.ok()) << refused.text;
    EXPECT_EQ(manual.error().code, ErrorCode::invalid_manual) << refused.text;
    EXPECT_THAT(manual.error().message, HasSubstr(refused.says)) << refused.text;
  }
  EXPECT_EQ(parse(with_tool("", R"({"call_template_type":"websocket","url":"wss://h/","timeout":0})")).error().field,
            "tools.0.tool_call_template.timeout");
}

TEST(ManualParse, DoesNotShowLongNames) {
  const Result<ManualText> manual = parse(R"({"tools":[{"name":")" + std::string(101, 'x') + R"("}]})");
  ASSERT_FALSE(manual.ok());
  EXPECT_THAT(manual.error().message, AllOf(HasSubstr("tool number 1"), Not(HasSubstr("xxx"))));
}

TEST(ManualParse, LimitsToolsAndDepth) {
  const std::string two = R"({"tools":[1,2]})";
  const Result<ManualText> many = parse_manual(two, {.max_tools = 1});
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(many.error().code, ErrorCode::invalid_manual);
  EXPECT_THAT(many.error().message, AllOf(HasSubstr("2 tools"), HasSubstr("limit is 1")));
  EXPECT_TRUE(parse_manual(with_tool(""), {.max_tools = 1}).ok());

  EXPECT_TRUE(parse_manual(with_tool(""), {.max_depth = 4}).ok());
  EXPECT_THAT(parse_manual(with_tool(""), {.max_depth = 3}).error().message, HasSubstr("3 levels"));
}

// A manual whose tools call these call templates, from which those are left out that lead back to the agent.
ManualText judged(const std::vector<std::string>& call_templates, std::string_view source = "wss://far.example/") {
  ManualText manual;
  for (const std::string& text : call_templates) {
    manual.tools.push_back(R"({"name":"t)" + std::to_string(manual.tools.size()) + R"(","tool_call_template":)" + text +
                           "}");
  }
  leave_out_loopback_tools(manual, parse_url(source).value());
  return manual;
}

TEST(LeaveOutLoopbackTools, SaysToolHostAndOption) {
  const ManualText manual =
      judged({R"({"url":"wss://far.example/"})", R"({"url":"ws://127.0.0.1:8080/admin?key=hunter2"})"});
  EXPECT_EQ(manual.tools.size(), 1U);
  EXPECT_THAT(manual.tools[0], HasSubstr("\"t0\""));
  EXPECT_THAT(manual.left_out, ElementsAre(AllOf(HasSubstr("\"t1\""), HasSubstr("127.0.0.1"),
                                                 HasSubstr("allowLoopbackTools"), Not(HasSubstr("hunter2")))));
}

TEST(LeaveOutLoopbackTools, CoversEveryProtocolWithAUrl) {
  for (
      const char* bad :
      {R"({"url":"http://localhost/"})", R"({"url":"https://LOCALHOST/"})", R"({"url":"wss://[::1]/"})",
       R"({"url":"http://0.0.0.0"})", R"({"url":"https://a.localhost./"})", R"({"url":"http://[::ffff:127.0.0.1]/"})",
       R"({"url":"https://größe.example/"})",
       // Forms that other parsers read as loopback, or may.
       R"({"url":"http://127.1/"})", R"({"url":"http://2130706433/"})", R"({"url":" http://localhost/"})",
       R"({"url":"ht\ntp://localhost/"})", R"({"url":"HTTP:\\\\localhost"})", R"({"url":"http:localhost"})",
       R"({"url":"https://user@localhost/"})", R"({"url":"http://%6cocalhost/"})", R"({"url":"http://"})",
       R"({"url":"//127.0.0.1/"})", R"({"url":"//localhost"})", R"({"url":"localhost:80"})", R"({"url":""})",
       R"({"url":"/here"})", R"({"url":"grpc://localhost"})", R"({"url":"grpc://user@127.0.0.1:5"})",
       R"({"url":"file:///etc"})", R"({"url":"http://[::127.0.0.1]/"})", R"({"url":"http://[64:ff9b::7f00:1]/"})",
       // Of protocols that know no URL.
       R"({"call_template_type":"tcp","host":"127.0.0.1","port":6379})",
       R"({"call_template_type":"udp","host":"localhost.","port":53})",
       R"({"call_template_type":"tcp","host":"::1","port":53})",
       R"({"call_template_type":"tcp","host":"${HOST}","port":53})",
       R"({"call_template_type":"grpc","target":"[::1]:50051"})",
       R"({"call_template_type":"webrtc","signaling_server":"http://localhost:8080"})",
       R"({"call_template_type":"mcp","config":{"mcpServers":{"s":{"command":"sh","args":["-c","id"]}}}})",
       R"({"call_template_type":"mcp","config":{"mcpServers":{"s":{"url":"https://localhost/mcp"}}}})",
       R"({"call_template_type":"cli","commands":[{"command":"id"}]})",
       R"({"call_template_type":"cli","command_name":"id"})",
       R"({"call_template_type":"text","file_path":"/etc/passwd"})",
       R"({"call_template_type":"http","url":"https://far.example/","proxies":["http://127.0.0.1:3128"]})",
       R"({"call_template_type":"http","url":"https://far.example/","auth":{"auth_type":"oauth2","token_url":"${T}"}})",
       // A variable may hold anything.
       R"({"call_template_type":"http","url":"${URL}"})", R"({"call_template_type":"websocket","url":"${URL}"})",
       R"({"call_template_type":"websocket","url":"wss://far.example/","auth":{"auth_type":"oauth2","token_url":"${T}"}})",
       R"({"url":"wss://far.example/","auth":{"auth_type":"oauth2","token_url":"http://localhost/t"}})"}) {
    const ManualText manual = judged({bad});
    EXPECT_THAT(manual.tools, IsEmpty()) << bad;
    EXPECT_EQ(manual.left_out.size(), 1U) << bad;
  }
  for (
      const char* good :
      {R"({"url":"https://far.example/{id}"})", R"({"url":"http://10.0.0.1/"})", R"({"url":"grpc://far.example"})",
       R"({"url":"//far.example/x"})", R"({"url":"far.example:80"})", R"({"url":5})", R"({})",
       R"({"auth":"x","url":"https://far.example"})",
       R"({"call_template_type":"tcp","host":"far.example","port":6379})",
       R"({"call_template_type":"http","url":"https://far.example/${PATH}","headers":{"A":"Bearer ${T}"}})",
       R"({"call_template_type":"mcp","config":{"mcpServers":{"s":{"url":"https://far.example/mcp"}}}})",
       R"({"call_template_type":"websocket","url":"wss://far.example/","message":{"command":"see http://localhost"}})"}) {
    const ManualText manual = judged({good});
    EXPECT_EQ(manual.tools.size(), 1U) << good;
    EXPECT_THAT(manual.left_out, IsEmpty()) << good;
  }
}

TEST(ManualParse, LimitsItsSize) {
  const std::string text = with_tool("");
  EXPECT_TRUE(parse_manual(text, {.max_bytes = text.size()}).ok());
  const Result<ManualText> large = parse_manual(text, {.max_bytes = text.size() - 1});
  EXPECT_EQ(large.error().code, ErrorCode::invalid_manual);
  EXPECT_THAT(large.error().message, HasSubstr("bytes; the limit is"));
}

std::string repeated(std::string_view what, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + std::string(what);
  return text;
}

// Reading them takes time and memory in proportion to what is kept, not to what there is: with a table of all members
// or elements, or a search through those that came before, this would take minutes.
TEST(ManualParse, BombsAreNoMoreThanLongTexts) {
  constexpr std::size_t kMany = 1'000'000;
  const std::string unlike = [] {
    std::string members;
    for (std::size_t i = 0; i < kMany / 10; ++i) members += ",\"m" + std::to_string(i) + "\":0";
    return members;
  }();
  const std::string websocket = R"("call_template_type":"websocket","url":"wss://h/")";
  const std::pair<std::string, std::string_view> cases[] = {
      {R"({"tools":[)" + repeated("0", kMany) + "]}", "it has 1000000 tools; the limit is 10000"},
      {R"({"tools":[)" + repeated("{}", kMany) + "]}", "it has 1000000 tools; the limit is 10000"},
      {R"({"tools":[])" + unlike + "}", "a manual has no member \"m0\""},
      {R"({"tools":[{"name":"t")" + unlike + "}]}", "has no member \"tool_call_template\""},
      {with_tool(R"("tags":[)" + repeated("\"\"", kMany) + "]"), ""},
      {with_tool(R"("tags":[)" + repeated("\"\"", kMany) + ",[]]"), "must be an array of strings"},
      {with_tool("", "{" + websocket + unlike + "}"), "bytes; the limit is 262144"},
      {with_tool("", "{" + websocket + R"(,"message_filter":{"a":[)" + repeated("0", 10'000) + "]}}"),
       "an object of at most 1000 values"},
      {with_tool("", R"({"call_template_type":"other")" + unlike + "}"), ""},
  };
  for (const auto& [text, says] : cases) {
    const Result<ManualText> manual = parse(text);
    EXPECT_EQ(manual.ok(), says.empty()) << says;
    if (!manual.ok()) {
      EXPECT_THAT(manual.error().message, HasSubstr(std::string(says)));
      EXPECT_LT(manual.error().message.size(), 1100U);
      EXPECT_LE(manual.error().field.size(), 150U);
    }
  }
}

TEST(ManualParse, MessagesAreTextOnOneLine) {
  const Result<ManualText> manual = parse("{\"tools\":[],\"a\\u0085\\u202e\\u001b\":1}");
  EXPECT_THAT(manual.error().field, Not(HasSubstr("\x1b")));
  EXPECT_THAT(manual.error().message, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\xC2\x85"))));
}

TEST(LeaveOutLoopbackTools, AUrlWithAVariableIsKeptOnlyFromHere) {
  const std::string text = with_tool("", R"({"call_template_type":"websocket","url":"wss://${HOST}/ws"})");
  Result<ManualText> manual = parse(text);
  ASSERT_TRUE(manual.ok());
  leave_out_loopback_tools(manual.value(), parse_url("ws://127.0.0.1/").value());
  EXPECT_THAT(manual.value().left_out, IsEmpty());
  leave_out_loopback_tools(manual.value(), parse_url("wss://remote.example/").value());
  EXPECT_THAT(manual.value().left_out, ElementsAre(HasSubstr("allowLoopbackTools")));
}

TEST(LeaveOutLoopbackTools, KeepsAllWhereTheManualIsLocalItself) {
  for (const char* source : {"ws://localhost:9/", "ws://127.0.0.2/", "ws://[::1]/"}) {
    EXPECT_EQ(judged({R"({"url":"http://localhost/"})"}, source).tools.size(), 1U) << source;
  }
  EXPECT_THAT(judged({R"({"url":"http://localhost/"})"}, "wss://x.localhost/").tools, IsEmpty());
}

TEST(Manual, LendsItsCredentialToToolsOfTheSameOriginOnly) {
  const auto tool = [](std::string_view fields) {
    return R"({"name":"t","tool_call_template":{"call_template_type":)" + std::string(fields) + "}}";
  };
  const std::string own = R"(,"auth":{"auth_type":"api_key","api_key":"own"})";
  const std::pair<std::string, bool> cases[] = {
      {tool(R"("websocket","url":"wss://a.example/x")"), true},
      {tool(R"("websocket","url":"wss://A.example:443/","auth":null)"), true},
      {tool(R"("websocket","url":"wss://a.example/x")" + own), false},
      {tool(R"("websocket","url":"wss://a.example:8443/")"), false},
      {tool(R"("websocket","url":"wss://b.a.example/")"), false},
      {tool(R"("websocket","url":"wss://a.example.evil.example/")"), false},
      {tool(R"("websocket","url":"wss://${HOST}/")"), false},
      {tool(R"("http","url":"wss://a.example/x")"), false},
  };
  for (const auto& [text, lent] : cases) {
    Result<ManualText> manual = parse_manual(R"({"tools":[)" + text + "]}", {});
    ASSERT_TRUE(manual.ok()) << text;
    const std::string before = manual.value().text();
    lend_auth(manual.value(), parse_url("wss://a.example/manual").value(), R"({"auth_type":"basic"})");
    const Json after = parse_json(manual.value().text());
    if (lent) {
      const Json& auth = after["tools"][0]["tool_call_template"]["auth"];
      EXPECT_EQ(auth["auth_type"], "basic") << text;
    } else {
      EXPECT_EQ(manual.value().text(), before) << text;
    }
  }
}

// What a service that lists its tools as MCP does says of itself.
Result<ManualText> discovered(std::string_view elements, const ManualLimits& limits, std::string_view more = "") {
  const Result<CallTemplate> asked =
      parse_call_template(R"({"url":"wss://h.example/","discovery":{})" + std::string(more) + "}");
  return parse_manual(R"( {"id":1,"result":{"tools":[)" + std::string(elements) + "]}}", limits, asked->discovery);
}

TEST(Discovery, KeepsTheDigitsOfSchemas) {
  const Result<ManualText> manual = discovered(R"({"name":"t","inputSchema":{"const": 1.50}})", ManualLimits());
  EXPECT_THAT(manual->tools, ElementsAre(HasSubstr(R"("inputs":{"const": 1.50})")));
}

TEST(Discovery, LimitsTools) {
  constexpr const char* kTwo = R"({"name":"a"},{"name":"b"})";
  EXPECT_TRUE(discovered(kTwo, {.max_tools = 2}).ok());
  EXPECT_EQ(discovered(kTwo, {.max_tools = 1}).error().message, "invalid manual: it has 2 tools; the limit is 1");
}

TEST(Discovery, LimitsWhatTheCallTemplateMakesOfAShortList) {
  const std::string more = R"(,"message":")" + std::string(1000, 'x') + '"';
  constexpr const char* kThree = R"({"name":"a"},{"name":"b"},{"name":"c"})";
  EXPECT_TRUE(discovered(kThree, {.max_bytes = 3600}, more).ok());
  const Result<ManualText> large = discovered(kThree, {.max_bytes = 3000}, more);
  EXPECT_EQ(large.error().code, ErrorCode::invalid_manual);
  EXPECT_THAT(large.error().message, HasSubstr("over 3000 bytes"));
}

TEST(Discovery, TakesJsonOnlyAndSoDeepAtMost) {
  EXPECT_EQ(discovered("{", ManualLimits()).error().code, ErrorCode::invalid_manual);
  EXPECT_TRUE(discovered("[[[]]]", {.max_depth = 6}).ok());
  EXPECT_EQ(discovered("[[[]]]", {.max_depth = 5}).error().code, ErrorCode::invalid_manual);
}

}  // namespace
}  // namespace utcp::ws
