// What others say, before it is shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/secrets.hpp>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Secrets knowing(std::string_view secret) {
  Secrets secrets;
  secrets.add(secret);
  return secrets;
}

TEST(Secrets, AreMaskedInEachSpelling) {
  const std::string secret = "hu\"sh+/=& \xC3\xBC\xF0\x9F\x94\x91";
  const Secrets secrets = knowing(secret);
  const std::string quoted = json::quote(secret);
  for (const std::string& text : std::initializer_list<std::string>{
           secret,
           form_encode(secret),
           "hu%22sh%2b%2f%3d%26+%c3%bc%f0%9f%94%91",
           quoted,
           json::quote(quoted),
           form_encode(quoted),
           json::quote(form_encode(secret)),
           R"(hu\"sh+\/=& \u00fc\ud83d\udd11)",
           R"(hu\u0022sh\u002B\u002f=&\u0020\u00FC\uD83D\uDD11)",
           base64(secret),
           base64url(secret),
           base64("user:" + secret),
           base64("me:" + secret),
           base64url("a:" + secret + ":more"),
           base64("id:" + form_encode(secret)),
       }) {
    const std::string masked = secrets.mask("got " + text + ", sorry");
    EXPECT_THAT(masked, HasSubstr("***")) << text;
    EXPECT_THAT(masked, AllOf(HasSubstr("got "), HasSubstr(", sorry"))) << masked;
    EXPECT_LT(masked.size(), 32U) << masked << " of " << text;
  }
}

TEST(Secrets, AlsoWhereOnlyTheirStartIsQuoted) {
  const Secrets secrets = knowing("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9");
  EXPECT_EQ(secrets.mask("bad: eyJhbGciOiJIUzI1..."), "bad: ***...");
  EXPECT_EQ(secrets.mask("bad: eyJhbG"), "bad: ***") << "cut off";
  EXPECT_EQ(secrets.mask("bad: eyJhbG!"), "bad: eyJhbG!") << "too little to tell";
}

TEST(Secrets, LeaveTheRestAlone) {
  EXPECT_EQ(Secrets().mask("100% of \\x \\u12 %4"), "100% of \\x \\u12 %4");
  EXPECT_EQ(knowing("abc").mask("abcabc"), "abcabc") << "too short to be one";
  EXPECT_EQ(knowing("secret").mask("secret, secretsecret and secre"), "***, *** and ***");
  EXPECT_EQ(knowing("secret").mask("no secre here"), "no secre here");
  EXPECT_EQ(knowing("secret").mask(""), "");
  for (const char* odd :
       {"%", "%4", "\\", "\\u", "\\u1", "\\ud83d", "\\ud83d\\", "\\ud83d\\u", "\\ud83d\\u1", "%e2%82"})
    EXPECT_EQ(knowing("secret").mask(odd), odd);
}

TEST(Secrets, CharactersAreMaskedAsAWhole) {
  // Twelve bytes of it end within a character.
  const Secrets secrets = knowing("12345678901\xC3\xBC 1234");
  EXPECT_EQ(secrets.mask("12345678901\xC3\xA4 and"), "*** and");
}

TEST(Secrets, InJsonOnlyStringsChange) {
  const Secrets secrets = knowing("s3cr3t");
  EXPECT_EQ(secrets.mask_json(R"({"a":1.50,"b":["x"]})"), "") << "nothing to mask";
  EXPECT_EQ(secrets.mask_json(R"({"s3cr3t": 1.50, "b":["x","a \"s3\u0063r3t\"",null]})"),
            R"({"***": 1.50, "b":["x","a \"***\"",null]})");
}

TEST(Secrets, OfATemplate) {
  const std::string text =
      R"({"url":"wss://h.example/p?key=qu3ry%2Fv&b3tterkn0wn&error=no+more&reason=pol%C3%ACcy","headers":{"X-Key":"h3ader"},
    "connect_message":{"type":"initialize","access_token":"gr33ting","params":{"Password":"dr0w"}},
    "auth":{"auth_type":"oauth2","token_url":"https://t.example/?key=tok3nq","client_id":"agent","client_secret":"cl13nt"}})";
  const Result<CallTemplate> parsed = parse_call_template(text);
  ASSERT_TRUE(parsed.ok());
  Secrets secrets;
  secrets.add(parsed.value());
  for (const char* secret : {"qu3ry%2Fv", "qu3ry/v", "b3tterkn0wn", "h3ader", "gr33ting", "dr0w", "tok3nq", "cl13nt"})
    EXPECT_EQ(secrets.mask(concat({"(", secret, ")"})), "(***)");
  EXPECT_EQ(secrets.mask("initialize of agent at wss://h.example/p"), "initialize of agent at wss://h.example/p");
  EXPECT_EQ(secrets.mask("no more, no+more, polìcy"), "no more, no+more, polìcy") << "words are no secrets";
}

TEST(Secrets, OfEachMessageOfATemplate) {
  const std::string messages[] = {
      R"("message":{"token":"s3cr3t","n":"{{args.n}}"})",
      R"("message":"{\"token\":\"s3cr3t\"}")",
      R"("messages":["hello",{"token":"s3cr3t"}])",
      R"("message":{"data":"{\"deep\":\"{\\\"token\\\":\\\"s3cr3t\\\"}\"}"})",
      R"("message":"CONNECT\nlogin:hello\r\npasscode: s3cr3t\r\n\n")",
      R"("discovery_message":{"token":"s3cr3t","id":"{{request_id}}"})",
      R"("ping_message":{"token":"s3cr3t"})",
      R"("leave_message":{"token":"s3cr3t","id":"{{request_id}}"})",
      R"("disconnect_message":{"token":"s3cr3t"})",
  };
  for (const std::string& message : messages) {
    const Result<CallTemplate> parsed = parse_call_template(concat({R"({"url":"wss://h.example/",)", message, "}"}));
    ASSERT_TRUE(parsed.ok()) << message;
    Secrets secrets;
    secrets.add(parsed.value());
    EXPECT_EQ(secrets.mask("hello, s3cr3t"), "hello, ***") << message;
  }
}

TEST(Secrets, OfAManualThatNamesThousandsThereIsAnEnd) {
  std::string keys;
  for (int n = 0; n < 20'000; ++n) append(keys, {keys.empty() ? "" : ",", "\"v", to_text(n), "-key\""});
  const Result<CallTemplate> parsed = parse_call_template(
      concat({R"({"url":"wss://h.example/","headers":{"X-Key":"h3ader"},"message":{"keys":[)", keys, "]}}"}));
  ASSERT_TRUE(parsed.ok());
  Secrets secrets;
  secrets.add(parsed.value());  // seconds, where each is compared with each
  EXPECT_EQ(secrets.mask("h3ader, v0-key, v19999-key"), "***, ***, v19999-key");
}

TEST(Secrets, GreetingsThatAreNoJson) {
  const Result<CallTemplate> parsed = parse_call_template(
      R"({"url":"wss://h.example/","connect_message":"40{\"token\":\"s3cr3t\",\"other\":[\"token\",\"half"})");
  ASSERT_TRUE(parsed.ok());
  Secrets secrets;
  secrets.add(parsed.value());
  EXPECT_EQ(secrets.mask("s3cr3t"), "***");
}

TEST(Printable, OneLineAndNothingUnseen) {
  EXPECT_EQ(printable("a\r\nb\tc\x1b[31m\x7f", 99), "a  b c [31m ");
  EXPECT_EQ(printable("a\xC2\x85"
                      "b\xC2\x9B"
                      "c\xE2\x80\xA8"
                      "d\xE2\x80\xAE"
                      "e\xE2\x81\xA6"
                      "f\xEF\xBB\xBF"
                      "g",
                      99),
            "a b c d e f g");
  EXPECT_EQ(printable("\xF3\xA0\x81\x81\xD8\x9C\xE2\x80\x8B.", 99), "   .");
  EXPECT_EQ(printable("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x94\x91 \xC2\xA0", 99),
            "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x94\x91 \xC2\xA0");
}

TEST(Printable, IsCutBetweenCharacters) {
  const std::string key = "\xF0\x9F\x94\x91";
  for (std::size_t longest = 0; longest <= 9; ++longest) {
    const std::string cut = printable("a" + key + key, longest);
    EXPECT_EQ(cut, ("a" + key + key).substr(0, longest == 0 ? 0 : 1 + (longest - 1) / 4 * 4));
  }
}

constexpr std::string_view kSecret =
    R"({"url":"wss://h.example/","auth":{"auth_type":"api_key","api_key":"s3cr3t","var_name":"X-Key"}})";

TEST(WhatPeersSay, ReasonsForClosing) {
  for (const bool with_answer_owed : {true, false}) {
    FakeHost host({.retry = {.enabled = false}});
    host.session.set_reporting(true);
    const CallId call = host.call(host.tool(kSecret));
    if (with_answer_owed) host.open(1);
    host.peer_closes(1, 4000, "no\r\n\x1b[2J s3cr3t \xE2\x80\xAE");
    const Error& error = *host.outcome(call).error;
    EXPECT_EQ(error.reason, "no   [2J ***  ");
    EXPECT_THAT(error.message, HasSubstr("reason \"no   [2J ***  \""));
    for (const Report& report : host.reports) EXPECT_THAT(report.text, Not(HasSubstr("s3cr3t")));
  }
}

TEST(WhatPeersSay, Tools) {
  const std::string answers[][3] = {
      {R"({"type":"tool_error","error":"no\nway: s3cr3t"})", "the tool failed: no way: ***", R"("no\nway: ***")"},
      {R"({"type":"tool_error","error":{"message":"plain"}})", "the tool failed: plain", ""},
      {R"({"type":"tool_error","error":{"message":{"toString":1,"valueOf":1}}})",
       R"(the tool failed: {"message":{"toString":1,"valueOf":1}})", ""},
      {R"({"type":"tool_error","error":{ "code" : 1.50, "key":"s3cr3t" }})",
       R"(the tool failed: {"code":1.50,"key":"***"})", R"({ "code" : 1.50, "key":"***" })"},
      {R"({"type":"tool_error"})", "the tool failed: null", ""},
      {R"({"type":"tool_error","error":)" + json::quote(std::string(2'000'000, 'x')) + "}",
       "the tool failed: \"" + std::string(499, 'x'), "\"\\\"" + std::string(499, 'x') + "\""},
  };
  for (const auto& [answer, message, detail] : answers) {
    FakeHost host;
    const CallId call = host.stream(host.tool(kSecret));
    host.open(1);
    host.text(1, answer);
    EXPECT_EQ(host.code(call), ErrorCode::tool_failed);
    EXPECT_EQ(host.outcome(call).error->message, message);
    EXPECT_EQ(host.outcome(call).detail, detail);
  }
}

TEST(WhatPeersSay, OfSecretsThatTheHostGave) {
  FakeHost host({.retry = {.enabled = false}});
  const CallId call = host.call(host.tool(kPlain));
  const Credentials given{.protocols = {"t1cket", "x"}};
  for (const std::uint32_t id : {1U, 7U}) EXPECT_TRUE(host.session.add_credentials(ConnectionId{id}, given).ok());
  host.open(1);
  EXPECT_EQ(host.session.secrets_of(ConnectionId{1}).mask("t1cket"), "***");
  host.peer_closes(1, 4000, "t1cket is used up");
  EXPECT_EQ(host.outcome(call).error->reason, "*** is used up");
  EXPECT_EQ(host.session.secrets_of(ConnectionId{1}).mask("t1cket"), "t1cket") << "nothing is kept";
}

TEST(WhatPeersSay, TokenEndpoints) {
  FakeHost host({.retry = {.enabled = false}});
  host.session.set_reporting(true);
  const CallId call = host.call(host.tool(
      R"({"url":"wss://h.example/","auth":{"auth_type":"oauth2","token_url":"https://t.example/","client_id":"agent","client_secret":"hush+/=& \u00fc"}})"));
  const std::string basic = base64("agent:" + form_encode("hush+/=& \xC3\xBC"));
  host.token(
      1, 500,
      json::compact(concat(
          {R"({"access_token":"n3w-token","error":"n3w-token hush%2B%2F%3D%26+%C3%BC","error_description":"Basic )",
           basic, "\"}"})));
  const std::string& message = host.outcome(call).error->message;
  EXPECT_THAT(message, HasSubstr("\"*** ***\", \"Basic "));
  for (const char* secret : {"n3w-token", "hush", "aHVzaC"}) EXPECT_THAT(message, Not(HasSubstr(secret)));
  EXPECT_THAT(message, Not(HasSubstr(basic.substr(8))));
  for (const Report& report : host.reports) EXPECT_THAT(report.text, Not(HasSubstr("hush")));
}

TEST(WhatPeersSay, TokensOfTheSession) {
  FakeHost host({.retry = {.enabled = false}});
  const CallId call = host.call(host.tool(
      R"({"url":"wss://h.example/","auth":{"auth_type":"oauth2","token_url":"https://t.example/","client_id":"a","client_secret":"s"}})"));
  host.token(1, 200, R"({"access_token":"t0k3n"})");
  host.open(1);
  host.peer_closes(1, 4000, "t0k3n?");
  EXPECT_EQ(host.outcome(call).error->reason, "***?");
}

}  // namespace
}  // namespace utcp::ws::test
