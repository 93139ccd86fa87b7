// Where rules begin and end, to the byte: what faults planted by `npm run mutate` once slipped through.
#include <gtest/gtest.h>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_string.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/manual.hpp>
#include <utcp_websocket/secrets.hpp>
#include <utcp_websocket/url.hpp>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

constexpr const char* kPlain = R"({"url":"wss://h.example/ws"})";

TEST(Boundaries, EscapesBecomeTheShortestUtf8) {
  const std::pair<const char*, std::string_view> cases[] = {
      {R"("\u007f")", "\x7F"},
      {R"("\u0080")", "\xC2\x80"},
      {R"("\u07ff")", "\xDF\xBF"},
      {R"("\u0800")", "\xE0\xA0\x80"},
      {R"("\uffff")", "\xEF\xBF\xBF"},
      {R"("\ud800\udc00")", "\xF0\x90\x80\x80"},
      {R"("\udbff\udfff")", "\xF4\x8F\xBF\xBF"},
      {R"("\ud800\udbff")", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {R"("\ud800\ue000")", "\xEF\xBF\xBD\xEE\x80\x80"},
  };
  for (const auto& [literal, bytes] : cases) EXPECT_EQ(json::text_of(literal), bytes) << literal;
}

TEST(Boundaries, FormEncodingKeepsTheFirstAndTheLastOfEachRange) {
  EXPECT_EQ(form_encode("09AZaz*-._"), "09AZaz*-._");
  EXPECT_EQ(form_encode("/:@[`{ +"), "%2F%3A%40%5B%60%7B%20%2B");
}

TEST(Boundaries, ExponentsAreCountedDigitByDigit) {
  EXPECT_EQ(json::decimal("1e12").exponent, 12);
  EXPECT_EQ(json::decimal("1e-12").exponent, -12);
  EXPECT_EQ(json::scaled("0", 3), 0);
  EXPECT_EQ(json::scaled("0.0001", 3), 1) << "what is cut off is not zero";
}

TEST(Boundaries, RedirectsOfTokenEndpointsAreNamed) {
  for (const auto& [status, is_redirect] : {std::pair{299, false}, {300, true}, {399, true}, {400, false}}) {
    FakeHost host({.retry = {.enabled = false}});
    const CallId call = host.call(host.tool(
        R"({"url":"wss://h.example/ws","auth":{"auth_type":"oauth2","token_url":"https://t.example/","client_id":"c","client_secret":"hush"}})"));
    host.token(1, status, "{}");
    if (host.pending(call)) host.token(1, status, "{}");  // the other way of saying who asks
    EXPECT_EQ(host.outcome(call).error->message.find("redirects are refused") != std::string::npos, is_redirect)
        << status;
  }
}

TEST(Boundaries, TimeoutsAreToldToTheTenthOfASecond) {
  for (const auto& [seconds, told] :
       {std::pair{"0.0494", "within 49 ms"}, {"0.05", "within 0.1 s"}, {"0.149", "within 0.1 s"}}) {
    FakeHost host;
    const CallId call =
        host.call(host.tool(concat({R"({"url":"wss://h.example/ws","response_timeout":)", seconds, "}"})));
    host.open(1);
    host.advance(1s);
    EXPECT_NE(host.outcome(call).error->message.find(told), std::string::npos) << host.outcome(call).error->message;
  }
}

TEST(Boundaries, ATimeoutSaysWhetherAnythingCame) {
  FakeHost host;
  const CallId none = host.call(host.tool(kPlain));
  host.open(1);
  host.advance(60s);
  EXPECT_TRUE(host.outcome(none).error->message.starts_with("no answer from "));
  EXPECT_EQ(host.outcome(none).error->message.find("frames that were"), std::string::npos);
  const CallId some = host.call(host.tool(R"({"url":"wss://h.example/ws","expected_responses":2})"));
  host.open(2);
  host.text(2, "one");
  host.advance(60s);
  EXPECT_TRUE(host.outcome(some).error->message.starts_with("nothing more from "));
  const CallId other = host.call(host.tool(R"({"url":"wss://h.example/ws","message_filter":{"a":1}})"));
  host.open(3);
  host.text(3, R"({"a":2})");
  host.advance(60s);
  EXPECT_NE(host.outcome(other).error->message.find("did not answer this call: 1"), std::string::npos);
}

TEST(Boundaries, ErrorsSayWhatToCheck) {
  for (const auto& [status, advice] :
       {std::pair{401, "; check the credential in auth or headers"}, {404, "; check the url's path and query"}}) {
    FakeHost host;
    const CallId call = host.call(host.tool(kPlain));
    host.error(1, status);
    EXPECT_TRUE(host.outcome(call).error->message.ends_with(advice)) << host.outcome(call).error->message;
  }
  FakeHost host;
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","connect_message":"key"})"));
  host.open(1);
  host.peer_closes(1, 4401);
  EXPECT_TRUE(host.outcome(call).error->message.ends_with("; check connect_message"));
}

TEST(Boundaries, AReportOfAClosingHasTheReason) {
  FakeHost host;
  host.session.set_reporting(true);
  host.call(host.tool(kPlain));
  host.open(1);
  host.peer_closes(1, 1011, "out of order");
  const auto closed = std::find_if(host.reports.begin(), host.reports.end(),
                                   [](const Report& report) { return report.kind == Report::Kind::close; });
  ASSERT_NE(closed, host.reports.end());
  EXPECT_EQ(closed->text, "out of order");
  EXPECT_EQ(closed->attempt, 0);
}

TEST(Boundaries, AnUnusedConnectionIsKeptForFiveMinutes) {
  FakeHost host;
  host.call(host.tool(R"({"url":"wss://h.example/ws","ping_interval":3600})"));
  host.open(1);
  host.text(1, "answer");
  host.advance(299s);
  EXPECT_EQ(host.open_sockets(), 1U);
  host.advance(1s);
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(Boundaries, KeepAliveIsTheDefault) {
  EXPECT_FALSE(CallTemplate{}.close_after_response);
  EXPECT_EQ(SessionOptions{}.idle_timeout, std::chrono::minutes(5));
}

TEST(Boundaries, AManualMayBeAsLargeAsItsLimit) {
  const std::string manual = R"({"tools":[]})";
  for (const auto& [limit, is_taken] : {std::pair{manual.size(), true}, {manual.size() - 1, false}}) {
    FakeHost host({.max_manual = limit});
    const CallId call = host.call(host.tool(kPlain), CallMode::discovery);
    host.open(1);
    host.text(1, manual);
    EXPECT_EQ(host.succeeded(call), is_taken) << limit;
  }
}

TEST(Boundaries, AManualIsCompleteWithItsOneFrame) {
  FakeHost host;
  const CallId call =
      host.call(host.tool(R"({"url":"wss://h.example/ws","expected_responses":3})"), CallMode::discovery);
  host.open(1);
  host.text(1, R"({"tools":[]})");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(Boundaries, AnEchoMayHaveAThousandTwentyFourBytes) {
  for (const auto& [size, is_echo] : {std::pair<std::size_t, bool>{1024, true}, {1025, false}}) {
    FakeHost host({.can_ping = false});
    host.session.set_reporting(true);
    host.call(host.tool(R"({"url":"wss://h.example/ws","ping_message":"ping","ping_interval":1})"));
    host.open(1);
    host.text(1, "answer");
    host.advance(1s);
    host.reports.clear();
    host.text(1, std::string(size, 'p'));
    const bool taken = !host.reports.empty() && host.reports.front().text.find("ping_message") != std::string::npos;
    EXPECT_EQ(taken, is_echo) << size;
  }
}

TEST(Boundaries, AHostMayWantPingsMoreOftenThanATemplate) {
  for (const auto& [given, expected] : {std::pair{30s, 20s}, std::pair{5s, 5s}}) {
    FakeHost host({.can_ping = true, .longest_ping_interval = 20s});
    host.call(host.tool(concat({R"({"url":"wss://h.example/ws","ping_interval":)", to_text(given.count()), "}"})));
    host.open(1);
    host.text(1, "answer");
    host.advance(expected - 1us);
    EXPECT_TRUE(host.sockets.at(1).pings.empty());
    host.advance(1us);
    EXPECT_EQ(host.sockets.at(1).pings.size(), 1U);
  }
}

TEST(Boundaries, ABinaryFrameIsNoEcho) {
  FakeHost host({.can_ping = false});
  host.session.set_reporting(true);
  host.call(host.tool(R"({"url":"wss://h.example/ws","ping_message":"ping","ping_interval":1})"));
  host.open(1);
  host.text(1, "answer");
  host.advance(1s);
  host.reports.clear();
  host.binary(1, "ping");
  ASSERT_FALSE(host.reports.empty());
  EXPECT_NE(host.reports.front().kind, Report::Kind::message);
}

TEST(Boundaries, AfterAnOpeningWorkedTheNextFailureIsAFirstOne) {
  FakeHost host;
  host.session.set_reporting(true);
  const ToolId tool = host.tool(kPlain);
  const CallId call = host.call(tool);
  host.error(1);
  host.advance(10s);
  host.open(2);
  host.text(2, "answer");
  EXPECT_TRUE(host.succeeded(call));
  host.peer_closes(2, 1001);
  host.call(tool);
  host.reports.clear();
  host.error(3);
  ASSERT_FALSE(host.reports.empty());
  EXPECT_EQ(host.reports.back().kind, Report::Kind::retry);
  EXPECT_EQ(host.reports.back().attempt, 1);
}

TEST(Boundaries, ATimeoutAfterAnOpeningThatWorkedDoesNotTellOfTheFailuresBefore) {
  FakeHost host({.max_connections = 1});
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","connection_timeout":20,"response_timeout":100})");
  host.call(tool);
  host.error(1);
  host.advance(10s);
  host.open(2);
  const CallId waiting = host.call(tool);
  host.advance(20s);
  EXPECT_EQ(host.code(waiting), ErrorCode::connection_timeout);
  EXPECT_NE(host.outcome(waiting).error->message.find("are in use"), std::string::npos)
      << host.outcome(waiting).error->message;
}

TEST(Boundaries, SecretsInEachSpelling) {
  Secrets secrets;
  secrets.add("p@ss/w\"rd");
  for (const char* text : {"p%40ss%2fw%22rd", "p%40ss%2Fw%22rd", R"(p@ss\/w\"rd)", R"(\u0070@ss/w\u0022rd)",
                           "cEBzcy93InJk", "p%2540ss%252Fw%2522rd"}) {
    EXPECT_EQ(secrets.mask(concat({"<", text, ">"})), "<***>") << text;
  }
  EXPECT_EQ(secrets.mask("p@ss/w'rd"), "p@ss/w'rd");
  Secrets wide;
  wide.add("s\xF0\x9F\x98\x80t");
  EXPECT_EQ(wide.mask(R"(<s\ud83d\ude00t>)"), "<***>");
}

TEST(Boundaries, WhatIsNotSeenIsLeftOut) {
  EXPECT_EQ(printable("a\xE2\x80\x8A"
                      "b",
                      100),
            "a\xE2\x80\x8A"
            "b")
      << "U+200A is a blank";
  for (const char* unseen : {"\xE2\x80\x8B", "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xAE", "\xE2\x81\xA0",
                             "\xE2\x81\xAF", "\xEF\xBB\xBF", "\xC2\x80", "\xC2\x9F", "\xD8\x9C", "\x7F", "\x1F"}) {
    EXPECT_EQ(printable(concat({"a", unseen, "b"}), 100), "a b");
  }
  for (const char* seen : {"\xE2\x80\x90", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE2\x81\xB0", "\xC2\xA0", " "}) {
    EXPECT_EQ(printable(concat({"a", seen, "b"}), 100), concat({"a", seen, "b"}));
  }
}

TEST(Boundaries, ArgumentsInHeadersAreSecretsToo) {
  FakeHost host({.retry = {.enabled = false}, .handshake = {.can_set_headers = true}});
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","header_fields":["X-Key"]})");
  const CallId call = host.call(tool, CallMode::single, {"hunter2secret"});
  host.opening_failed(1, {.text = "refused hunter2secret"});
  EXPECT_EQ(host.outcome(call).error->message.find("hunter2secret"), std::string::npos);
}

TEST(Boundaries, UrlsTakeTheFirstAndTheLastOfEachRange) {
  for (const char* url : {"wss://az09.example/", "wss://[a::f]/", "wss://[A::F]/", "wss://AZ.example/", "wss://z/"}) {
    EXPECT_TRUE(parse_url(url).ok()) << url;
  }
  for (const char* url : {"wss://[::g]/", "wss://[::`]/", "wss://h{.example/", "wss://h`.example/"}) {
    EXPECT_FALSE(parse_url(url).ok()) << url;
  }
}

TEST(Boundaries, LargeExponentsCountAsAThousandMillion) {
  EXPECT_EQ(json::decimal("1e1500000000").exponent, 1'000'000'000);
  EXPECT_EQ(json::decimal("1e-1500000000").exponent, -1'000'000'000);
}

TEST(Boundaries, AToolIsNamedUpToAHundredBytes) {
  for (const auto& [size, is_named] : {std::pair<std::size_t, bool>{100, true}, {101, false}}) {
    const std::string name(size, 'n');
    const Result<ManualText> manual = parse_manual(concat({R"({"tools":[{"name":")", name, R"("}]})"}), {});
    ASSERT_FALSE(manual.ok());
    EXPECT_EQ(manual.error().message.find(name) != std::string::npos, is_named) << manual.error().message;
  }
}

TEST(Boundaries, AFieldIsNamedUpToAHundredBytes) {
  const std::string name(101, 'n');
  const Result<ManualText> manual = parse_manual(concat({"{\"", name, R"(":1,"tools":[]})"}), {});
  ASSERT_FALSE(manual.ok());
  EXPECT_EQ(manual.error().field, std::string(100, 'n'));
}

TEST(Boundaries, AToolThatIsThereHasATemplateAndAnotherHasNone) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  ASSERT_NE(host.session.find_template(tool), nullptr);
  EXPECT_EQ(host.session.find_template(tool)->url.host, "h.example");
  EXPECT_EQ(host.session.find_template(ToolId{12345}), nullptr);
}

TEST(Boundaries, BlanksAreTakenOutOfJsonButNotOfItsTexts) {
  EXPECT_EQ(json::compact("{ \"a\\\" b\" :\t[ 1 ,\n\"\\\\\" ]\r}"), "{\"a\\\" b\":[1,\"\\\\\"]}");
}

}  // namespace
}  // namespace utcp::ws::test
