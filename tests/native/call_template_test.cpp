#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/call_template.hpp>

namespace utcp::ws {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

// The text of a call template with these members beside its URL.
std::string with(std::string_view members) {
  return R"({"url":"wss://h.example/ws")" + (members.empty() ? "" : "," + std::string(members)) + "}";
}

Result<CallTemplate> parse_text(std::string_view text) { return parse_call_template(text); }

CallTemplate parsed(std::string_view members) {
  const Result<CallTemplate> result = parse_text(with(members));
  EXPECT_TRUE(result.ok()) << members << ": " << (result ? "" : result.error().message);
  return result ? result.value() : CallTemplate();
}

std::string normalized(const std::string& text) {
  const Result<std::string> value = normalize_call_template(text);
  return value ? value.value() : value.error().message;
}

std::vector<std::pair<std::string, std::string>> leaves(const FrameMatch& match) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [pointer, value] : match.leaves) found.emplace_back(json::to_string(pointer), value);
  return found;
}

std::string rendered(const MessageTemplate& message, std::string_view arguments = "{}") {
  return render(message, arguments, {"1", "u", "n", "t"}).value();
}

TEST(CallTemplateParse, HasDefaultsForAllButTheUrl) {
  const CallTemplate t = parsed("");
  EXPECT_EQ(t.name, "");
  EXPECT_EQ(t.url.href, "wss://h.example/ws");
  EXPECT_EQ(rendered(t.message, R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(t.protocol, "");
  EXPECT_TRUE(t.keep_alive);
  EXPECT_FALSE(t.close_after_response);
  EXPECT_EQ(t.response_format, ResponseFormat::none);
  EXPECT_THAT(t.headers, IsEmpty());
  EXPECT_THAT(t.header_fields, IsEmpty());
  EXPECT_EQ(t.auth.kind, Auth::Kind::none);
  EXPECT_EQ(t.connection_timeout, 30s);
  EXPECT_EQ(t.response_timeout, 30s);
  EXPECT_EQ(t.ping_interval, 30s);
  EXPECT_EQ(t.expected_responses, std::nullopt);
  EXPECT_TRUE(t.message_filter.empty());
  EXPECT_TRUE(t.correlation.empty());
  EXPECT_FALSE(t.correlation_off);
  EXPECT_EQ(t.result_path, std::nullopt);
  EXPECT_EQ(t.error_path, std::nullopt);
  EXPECT_THAT(leaves(t.stream_end), ElementsAre(Pair("/type", "\"stream_end\"")));
  EXPECT_EQ(t.connect, nullptr);
  EXPECT_FALSE(t.ping_message.has_value());
  EXPECT_EQ(rendered(t.discovery_message), R"({"type":"utcp"})");
}

TEST(CallTemplateParse, ReadsEveryField) {
  const CallTemplate t =
      parsed(R"("name":"m","call_template_type":"websocket","message":{"id":"{{request_id}}"},"protocol":"p.v1",
    "keep_alive":false,"response_format":"json","timeout":5,"headers":{"X-A":"1","Authorization":"Bearer x"},
    "header_fields":["X-User"],"auth":{"auth_type":"basic","username":"u","password":"p"},
    "allowed_communication_protocols":["websocket"],"connection_timeout":1.5,"response_timeout":0.25,"expected_responses":3,
    "close_after_response":false,"ping_interval":10,"message_filter":{"a":{"b":1}},"correlation":"/re/id","result_path":"/result",
    "error_path":"","stream_end":{"done":true},"connect_message":"hello","connect_ack":{"type":"ok"},"ping_message":{"ping":1},
    "discovery_message":"manual")");
  EXPECT_EQ(t.name, "m");
  EXPECT_EQ(rendered(t.message), R"({"id":"1"})");
  EXPECT_EQ(t.protocol, "p.v1");
  EXPECT_FALSE(t.keep_alive);
  EXPECT_FALSE(t.close_after_response);
  EXPECT_EQ(t.response_format, ResponseFormat::json);
  EXPECT_THAT(t.headers, ElementsAre(Pair("X-A", "1"), Pair("Authorization", "Bearer x")));
  EXPECT_THAT(t.header_fields, ElementsAre("X-User"));
  EXPECT_EQ(t.auth.kind, Auth::Kind::basic);
  EXPECT_EQ(t.connection_timeout, 1500ms);
  EXPECT_EQ(t.response_timeout, 250ms);
  EXPECT_EQ(t.expected_responses, 3);
  EXPECT_EQ(t.ping_interval, 10s);
  EXPECT_THAT(leaves(t.message_filter), ElementsAre(Pair("/a/b", "1")));
  EXPECT_EQ(json::to_string(t.correlation.at(0)), "/re/id");
  EXPECT_EQ(json::to_string(t.result_path.value()), "/result");
  EXPECT_EQ(t.error_path, json::Pointer());
  EXPECT_THAT(leaves(t.stream_end), ElementsAre(Pair("/done", "true")));
  ASSERT_TRUE(t.connect && t.connect->next);
  EXPECT_THAT(t.connect->send, ElementsAre(Piece{.text = "hello"}));
  EXPECT_THAT(leaves(t.connect->next->expect.members), ElementsAre(Pair("/type", "\"ok\"")));
  EXPECT_EQ(rendered(t.ping_message.value()), R"({"ping":1})");
  EXPECT_EQ(rendered(t.discovery_message), "manual");
}

TEST(CallTemplateParse, TimeoutsFallBackToTimeout) {
  const CallTemplate t = parsed(R"("timeout":7,"response_timeout":2)");
  EXPECT_EQ(t.connection_timeout, 7s);
  EXPECT_EQ(t.response_timeout, 2s);
  EXPECT_EQ(t.ping_interval, 30s);
  EXPECT_EQ(parsed(R"("timeout":0.0000001)").response_timeout, 1us) << "never rounded down to none";
  EXPECT_EQ(parsed(R"("timeout":2147483)").response_timeout, 2147483s);
}

TEST(CallTemplateParse, ClosesAfterTheResponseWithoutKeepAlive) {
  EXPECT_TRUE(parsed(R"("keep_alive":false)").close_after_response);
  EXPECT_TRUE(parsed(R"("close_after_response":true)").close_after_response);
}

TEST(CallTemplateParse, ReadsFormatsAndCounts) {
  EXPECT_EQ(parsed(R"("response_format":"text")").response_format, ResponseFormat::text);
  EXPECT_EQ(parsed(R"("response_format":"raw")").response_format, ResponseFormat::raw);
  EXPECT_EQ(parsed(R"("expected_responses":-1)").expected_responses, kUntilPeerEnds);
  EXPECT_EQ(parsed(R"("expected_responses":1)").expected_responses, 1);
}

TEST(CallTemplateParse, NullCountsAsAbsent) {
  for (const char* field : {"message",
                            "protocol",
                            "response_format",
                            "headers",
                            "header_fields",
                            "auth",
                            "allowed_communication_protocols",
                            "connection_timeout",
                            "response_timeout",
                            "expected_responses",
                            "close_after_response",
                            "ping_interval",
                            "message_filter",
                            "correlation",
                            "result_path",
                            "error_path",
                            "stream_end",
                            "connect_message",
                            "connect_ack",
                            "ping_message",
                            "discovery_message"}) {
    const std::string member = "\"" + std::string(field) + "\":null";
    EXPECT_EQ(parsed(member).endpoint_key, parsed("").endpoint_key) << field;
    EXPECT_EQ(normalized(with(member)), normalized(with(""))) << field;
  }
}

TEST(CallTemplateParse, CorrelationMayBeOff) {
  const CallTemplate t = parsed(R"("correlation":false,"message":{"id":"{{uuid}}"})");
  EXPECT_TRUE(t.correlation_off);
  EXPECT_TRUE(t.correlation.empty());
}

TEST(CallTemplateParse, CorrelationNeedsAnIdInTheMessage) {
  EXPECT_TRUE(parse_text(with(R"("correlation":"/id","message":"x {{uuid}}")")).ok());
  for (const char* members : {R"("correlation":"/id")", R"("correlation":"/id","message":{"id":"x"})"}) {
    const Result<CallTemplate> result = parse_text(with(members));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().field, "correlation");
    EXPECT_THAT(result.error().message, HasSubstr("{{request_id}}"));
  }
}

TEST(CallTemplateParse, FlattensMatchesIntoLeaves) {
  EXPECT_THAT(leaves(parsed(R"("message_filter":{"a":{"b/c":[1,{"d":null}]},"e":{},"f":[],"g":"UTCP_ARG_x_UTCP_ARG"})")
                         .message_filter),
              ElementsAre(Pair("/a/b~1c/0", "1"), Pair("/a/b~1c/1/d", "null"), Pair("/e", "{}"), Pair("/f", "[]"),
                          Pair("/g", "\"UTCP_ARG_x_UTCP_ARG\"")));
  EXPECT_TRUE(parsed(R"("stream_end":{})").stream_end.empty());
}

struct RefusedTemplate {
  const char* members;
  const char* field;
};

TEST(CallTemplateParse, NamesTheFieldThatIsWrong) {
  const RefusedTemplate cases[] = {
      {R"("name":5)", "name"},
      {R"("name":null)", "name"},
      {R"("call_template_type":"http")", "call_template_type"},
      {R"("call_template_type":null)", "call_template_type"},
      {R"("message":5)", "message"},
      {R"("message":true)", "message"},
      {R"("protocol":5)", "protocol"},
      {R"("protocol":"hunter2, b")", "protocol"},
      {R"("protocol":"")", "protocol"},
      {R"("keep_alive":"true")", "keep_alive"},
      {R"("keep_alive":null)", "keep_alive"},
      {R"("response_format":"xml")", "response_format"},
      {R"("timeout":0)", "timeout"},
      {R"("timeout":-1)", "timeout"},
      {R"("timeout":0.0)", "timeout"},
      {R"("timeout":-0.5)", "timeout"},
      {R"("timeout":2147484)", "timeout"},
      {R"("timeout":18446744073709551615)", "timeout"},
      {R"("timeout":1e999)", "timeout"},
      {R"("timeout":"30")", "timeout"},
      {R"("timeout":true)", "timeout"},
      {R"("timeout":null)", "timeout"},
      {R"("connection_timeout":0)", "connection_timeout"},
      {R"("response_timeout":[])", "response_timeout"},
      {R"("ping_interval":0)", "ping_interval"},
      {R"("message":true)", "message"},
      {R"("leave_message":7)", "leave_message"},
      {R"("leave_message":false)", "leave_message"},
      {R"("leave_when":"never")", "leave_when"},
      {R"("disconnect_message":true)", "disconnect_message"},
      {R"("expected_responses":-2)", "expected_responses"},
      {R"("expected_responses":1.5)", "expected_responses"},
      {R"("expected_responses":2147483648)", "expected_responses"},
      {R"("expected_responses":"1")", "expected_responses"},
      {R"("close_after_response":1)", "close_after_response"},
      {R"("headers":"hunter2")", "headers"},
      {R"("headers":["hunter2"])", "headers"},
      {R"("headers":{"X-A":5})", "headers.X-A"},
      {R"("headers":{"X-A":null})", "headers.X-A"},
      {R"("headers":{"X-A":"hunter2\r\nInjected: 1"})", "headers.X-A"},
      {R"("headers":{"X-A":"hunter2\u0000"})", "headers.X-A"},
      {R"("headers":{"X-A":" hunter2"})", "headers.X-A"},
      {R"("headers":{"X-A\r\nInjected":"hunter2"})", "headers"},
      {R"("headers":{"":"hunter2"})", "headers"},
      {R"("headers":{"Connection":"hunter2"})", "headers.Connection"},
      {R"("headers":{"sec-websocket-protocol":"hunter2"})", "headers.sec-websocket-protocol"},
      {R"("header_fields":"x")", "header_fields"},
      {R"("header_fields":[5])", "header_fields"},
      {R"("header_fields":["a b"])", "header_fields"},
      {R"("header_fields":["Upgrade"])", "header_fields"},
      {R"("auth":[])", "auth"},
      {R"("auth":{"auth_type":"api_key","api_key":"hunter2","location":"body"})", "auth.location"},
      {R"("allowed_communication_protocols":"websocket")", "allowed_communication_protocols"},
      {R"("allowed_communication_protocols":[1])", "allowed_communication_protocols"},
      {R"("message_filter":[])", "message_filter"},
      {R"("message_filter":"x")", "message_filter"},
      {R"("stream_end":false)", "stream_end"},
      {R"("connect_ack":"ok")", "connect_ack"},
      {R"("connect_message":["hunter2"])", "connect_message"},
      {R"("ping_message":1)", "ping_message"},
      {R"("discovery_message":[])", "discovery_message"},
      {R"("correlation":true)", "correlation"},
      {R"("correlation":"id","message":"{{uuid}}")", "correlation"},
      {R"("result_path":"result")", "result_path"},
      {R"("result_path":false)", "result_path"},
      {R"("error_path":"/~2")", "error_path"},
  };
  for (const RefusedTemplate& refused : cases) {
    const Result<CallTemplate> result = parse_text(with(refused.members));
    ASSERT_FALSE(result.ok()) << refused.members;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_call_template) << refused.members;
    EXPECT_EQ(result.error().field, refused.field) << refused.members;
    EXPECT_THAT(result.error().message,
                HasSubstr("call template field \"" + std::string(refused.field) + "\" must be "));
    EXPECT_THAT(result.error().message, HasSubstr("; got ")) << refused.members;
    EXPECT_THAT(result.error().message, Not(HasSubstr("hunter2"))) << refused.members;
    EXPECT_FALSE(normalize_call_template(with(refused.members)).ok());
  }
}

TEST(CallTemplateParse, ErrorsHaveOneForm) {
  EXPECT_EQ(parse_text(with(R"("timeout":-1)")).error().message,
            "call template field \"timeout\" must be a number of seconds above 0, at most 2147483; got -1");
  EXPECT_EQ(parse_text(R"({"name":"m"})").error().message, "call template field \"url\" must be a string; got nothing");
  EXPECT_EQ(parse_text(with(R"("header_fields":["a b"])")).error().message,
            "call template field \"header_fields\" must be an array of header names (RFC 9110 tokens) that the "
            "WebSocket handshake "
            "does not set itself; got an array with \"a b\"");
}

TEST(CallTemplateParse, RefusesUrlsThatAreNotSecure) {
  const Result<CallTemplate> result = parse_text(R"({"url":"ws://example.com/?token=hunter2"})");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::url_refused);
  EXPECT_EQ(result.error().field, "url");
  EXPECT_THAT(result.error().message, HasSubstr("wss://"));
  EXPECT_THAT(result.error().message, Not(HasSubstr("hunter2")));
}

TEST(CallTemplateParse, RefusesWhatIsNoObject) {
  for (const char* text : {"[]", "null", "\"x\"", "{", ""}) {
    const Result<CallTemplate> result = parse_text(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_call_template) << text;
  }
}

TEST(EndpointKey, TellsEndpointsApart) {
  const char* distinct[] = {
      "",
      R"("protocol":"p")",
      R"("headers":{"A":"b"})",
      R"("headers":{"A":"b","C":"d"})",
      R"("headers":{"A":"bC","d":""})",
      R"("headers":{"a":"b"})",
      R"("auth":{"auth_type":"api_key","api_key":"k"})",
      R"("auth":{"auth_type":"api_key","api_key":"l"})",
      R"("auth":{"auth_type":"api_key","api_key":"k","location":"query"})",
      R"("connect_message":"x")",
      R"("connect_message":{"x":1})",
      R"("connect_ack":{"x":1})",
  };
  std::vector<std::string> keys;
  for (const char* members : distinct) {
    const std::string key = parsed(members).endpoint_key;
    EXPECT_THAT(keys, Not(testing::Contains(key))) << members;
    keys.push_back(key);
  }
  EXPECT_NE(parse_text(R"({"url":"wss://h.example/other"})").value().endpoint_key, keys[0]);
}

TEST(EndpointKey, IsTheSameWhereOnlyTheCallDiffers) {
  const std::string key = parsed("").endpoint_key;
  for (const char* members : {R"("name":"m")", R"("message":"x")", R"("timeout":5)", R"("keep_alive":false)",
                              R"("header_fields":["X"])", R"("unknown":1)", R"("connect_ack":{})"}) {
    EXPECT_EQ(parsed(members).endpoint_key, key) << members;
  }
  EXPECT_EQ(parsed(R"("auth":{"auth_type":"api_key","api_key":"k"})").endpoint_key,
            parsed(R"("auth":{"auth_type":"api_key","api_key":"k","var_name":"X-Api-Key","location":"header"})")
                .endpoint_key);
}

TEST(CallTemplateNormalize, DropsDefaultsAndKeepsUnknownFields) {
  const std::pair<std::string, const char*> cases[] = {
      {R"("keep_alive":true,"timeout":30.0,"headers":{},"header_fields":[],"ping_interval":30)", ""},
      {R"("stream_end":{"type":"stream_end"},"discovery_message":{"type":"utcp"},"message_filter":{},"connect_ack":{})",
       ""},
      {R"("connection_timeout":30,"response_timeout":30,"close_after_response":false)", ""},
      {R"("timeout":5,"connection_timeout":5,"response_timeout":30)", R"("timeout":5,"response_timeout":30,)"},
      {R"("keep_alive":false,"close_after_response":true)", R"("keep_alive":false,)"},
      {R"("keep_alive":false,"close_after_response":false)", R"("keep_alive":false,"close_after_response":false,)"},
      {R"("x":null,"y":{"z":[1]})", R"("x":null,"y":{"z":[1]},)"},
      {R"("stream_end":{},"correlation":false,"expected_responses":-1)",
       R"("stream_end":{},"correlation":false,"expected_responses":-1,)"},
      {R"("message":"","allowed_communication_protocols":[])", R"("message":"","allowed_communication_protocols":[],)"},
      {R"("auth":{"auth_type":"api_key","api_key":"k"})",
       R"("auth":{"auth_type":"api_key","api_key":"k","var_name":"X-Api-Key","location":"header"},)"},
  };
  for (const auto& [from, to] : cases) {
    EXPECT_EQ(normalized(with(from)),
              R"({"url":"wss://h.example/ws",)" + std::string(to) + R"("call_template_type":"websocket"})");
  }
}

TEST(CallTemplateNormalize, BlanksAroundATemplateChangeNothing) {
  EXPECT_EQ(normalized(" \t\r\n" + with(R"("keep_alive":false)") + "\n"), normalized(with(R"("keep_alive":false)")));
}

TEST(CallTemplateNormalize, ParsesToTheSameTemplate) {
  const std::string text =
      with(R"("name":"m","timeout":5,"connection_timeout":5,"auth":{"auth_type":"oauth2","token_url":
    "https://a/t","client_id":"c","client_secret":"s"},"stream_end":{"type":"stream_end"})");
  const std::string once = normalized(text);
  EXPECT_EQ(normalized(once), once);
  EXPECT_EQ(parse_text(once).value().endpoint_key, parse_text(text).value().endpoint_key);
}

}  // namespace
}  // namespace utcp::ws
