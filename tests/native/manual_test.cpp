#include "manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json.hpp"

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

Result<Manual> parse(std::string_view text) { return parse_manual(text, ManualLimits()); }

std::string dumped(std::string_view text) {
  const Result<Manual> manual = parse(text);
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
  const Result<Manual> manual = parse(R"({"tools":[)" + tool + "," + tool + "]}");
  ASSERT_TRUE(manual.ok());
  EXPECT_EQ(manual.value().tools.size(), 2U);
}

struct Refused {
  std::string text;
  const char* says;
};

TEST(ManualParse, NamesTheToolAndTheMemberThatIsWrong) {
  const Refused cases[] = {
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
  for (const Refused& refused : cases) {
    const Result<Manual> manual = parse(refused.text);
    ASSERT_FALSE(manual.ok()) << refused.text;
    EXPECT_EQ(manual.error().code, ErrorCode::invalid_manual) << refused.text;
    EXPECT_THAT(manual.error().message, HasSubstr(refused.says)) << refused.text;
  }
  EXPECT_EQ(parse(with_tool("", R"({"call_template_type":"websocket","url":"wss://h/","timeout":0})")).error().field,
            "tools.0.tool_call_template.timeout");
}

TEST(ManualParse, DoesNotShowLongNames) {
  const Result<Manual> manual = parse(R"({"tools":[{"name":")" + std::string(101, 'x') + R"("}]})");
  ASSERT_FALSE(manual.ok());
  EXPECT_THAT(manual.error().message, AllOf(HasSubstr("tool number 1"), Not(HasSubstr("xxx"))));
}

TEST(ManualParse, LimitsToolsAndDepth) {
  const std::string two = R"({"tools":[1,2]})";
  const Result<Manual> many = parse_manual(two, {.max_tools = 1});
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(many.error().code, ErrorCode::invalid_manual);
  EXPECT_THAT(many.error().message, AllOf(HasSubstr("2 tools"), HasSubstr("limit is 1")));
  EXPECT_TRUE(parse_manual(with_tool(""), {.max_tools = 1}).ok());

  EXPECT_TRUE(parse_manual(with_tool(""), {.max_depth = 4}).ok());
  EXPECT_THAT(parse_manual(with_tool(""), {.max_depth = 3}).error().message, HasSubstr("3 levels"));
}

// A manual whose tools call these call templates, from which those are left out that lead back to the agent.
Manual judged(const std::vector<std::string>& call_templates, std::string_view source = "wss://far.example/") {
  Manual manual;
  for (const std::string& text : call_templates) {
    manual.tools.push_back(R"({"name":"t)" + std::to_string(manual.tools.size()) + R"(","tool_call_template":)" + text +
                           "}");
  }
  leave_out_loopback_tools(manual, parse_url(source).value());
  return manual;
}

TEST(LeaveOutLoopbackTools, SaysToolHostAndOption) {
  const Manual manual =
      judged({R"({"url":"wss://far.example/"})", R"({"url":"ws://127.0.0.1:8080/admin?key=hunter2"})"});
  EXPECT_EQ(manual.tools.size(), 1U);
  EXPECT_THAT(manual.tools[0], HasSubstr("\"t0\""));
  EXPECT_THAT(manual.left_out, ElementsAre(AllOf(HasSubstr("\"t1\""), HasSubstr("127.0.0.1"),
                                                 HasSubstr("allowLoopbackTools"), Not(HasSubstr("hunter2")))));
}

TEST(LeaveOutLoopbackTools, CoversEveryProtocolWithAUrl) {
  for (const char* bad :
       {R"({"url":"http://localhost/"})", R"({"url":"https://LOCALHOST/"})", R"({"url":"wss://[::1]/"})",
        R"({"url":"http://0.0.0.0"})", R"({"url":"https://a.localhost./"})", R"({"url":"http://[::ffff:127.0.0.1]/"})",
        R"({"url":"https://größe.example/"})",
        // Forms that other parsers read as loopback, or may.
        R"({"url":"http://127.1/"})", R"({"url":"http://2130706433/"})", R"({"url":" http://localhost/"})",
        R"({"url":"ht\ntp://localhost/"})", R"({"url":"HTTP:\\\\localhost"})", R"({"url":"http:localhost"})",
        R"({"url":"https://user@localhost/"})", R"({"url":"http://%6cocalhost/"})", R"({"url":"http://"})",
        R"({"url":"wss://far.example/","auth":{"auth_type":"oauth2","token_url":"http://localhost/t"}})"}) {
    const Manual manual = judged({bad});
    EXPECT_THAT(manual.tools, IsEmpty()) << bad;
    EXPECT_EQ(manual.left_out.size(), 1U) << bad;
  }
  for (const char* good : {R"({"url":"https://far.example/{id}"})", R"({"url":"http://10.0.0.1/"})",
                           R"({"url":"grpc://localhost"})", R"({"url":"file:///etc"})", R"({"url":"localhost:80"})",
                           R"({"url":5})", R"({"url":""})", R"({})", R"({"auth":"x","url":"https://far.example"})"}) {
    const Manual manual = judged({good});
    EXPECT_EQ(manual.tools.size(), 1U) << good;
    EXPECT_THAT(manual.left_out, IsEmpty()) << good;
  }
}

TEST(LeaveOutLoopbackTools, AUrlWithAVariableIsKeptOnlyFromHere) {
  const std::string text = with_tool("", R"({"call_template_type":"websocket","url":"wss://${HOST}/ws"})");
  Result<Manual> manual = parse(text);
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
    Result<Manual> manual = parse_manual(R"({"tools":[)" + text + "]}", {});
    ASSERT_TRUE(manual.ok()) << text;
    const std::string before = manual.value().text();
    lend_auth(manual.value(), parse_url("wss://a.example/manual").value(), R"({"auth_type":"basic"})");
    const Json after = json::parse(manual.value().text()).value();
    if (lent) {
      const Json& auth = after["tools"][0]["tool_call_template"]["auth"];
      EXPECT_EQ(auth["auth_type"], "basic") << text;
    } else {
      EXPECT_EQ(manual.value().text(), before) << text;
    }
  }
}

}  // namespace
}  // namespace utcp::ws
