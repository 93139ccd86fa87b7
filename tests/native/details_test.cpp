// Details that planted faults once got past every other test (npm run mutate): edges of limits, and texts to the
// letter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_string.hpp>
#include <utcp_websocket/secrets.hpp>
#include <utcp_websocket/text.hpp>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Secrets knowing(std::initializer_list<std::string_view> texts) {
  Secrets secrets;
  for (const std::string_view text : texts) secrets.add(text);
  return secrets;
}

TEST(Details, Numbers) {
  EXPECT_EQ(to_text(0), "0");
  EXPECT_EQ(to_text(-1), "-1");
  EXPECT_TRUE(json::is_integer("0"));
  EXPECT_FALSE(json::is_integer("01"));
  EXPECT_FALSE(json::is_integer("00"));
  EXPECT_EQ(json::scaled("9e18", 0), json::kMostScaled);
  EXPECT_EQ(json::scaled("9e17", 0), 900'000'000'000'000'000);
  EXPECT_EQ(SessionOptions().max_frame, 67'108'864U);
  EXPECT_EQ(make_error(ErrorCode::invalid_json, "")->close_code, 0);
}

TEST(Details, WhatFollowsASurrogatePairStays) {
  EXPECT_EQ(json::text_of(R"("\ud83d\udd11x")"), "\xF0\x9F\x94\x91x");
  EXPECT_EQ(json::text_of(R"("\ud83d\udd11\ud83d\udd11")"), "\xF0\x9F\x94\x91\xF0\x9F\x94\x91");
}

TEST(Details, SecretsInEachLayer) {
  EXPECT_EQ(knowing({"abc9defg"}).mask("x abc%39defg y"), "x *** y");
  EXPECT_EQ(knowing({"abc?defg"}).mask("x abc%4gdefg y"), "x abc%4gdefg y") << "no escape";
  EXPECT_EQ(knowing({"ab%41cdefg"}).mask("x ab%41cdefg y"), "x *** y") << "as it stands";
  EXPECT_EQ(knowing({"abcdefgh", "z1234567"}).mask("zbcdefgh"), "zbcdefgh");
  EXPECT_EQ(knowing({"abcdefgh"}).mask(std::string("abcdefgh\0x", 10)), std::string("***\0x", 5));
}

TEST(Details, SecretsOfAQuery) {
  Secrets secrets;
  secrets.add_query("wss://h.example/?x=abcdefgh&y=1234567#long-fragment");
  EXPECT_EQ(secrets.mask("abcdefgh! 1234567"), "***! 1234567");
  Secrets last;
  last.add_query("wss://h.example/?x=abcdefgh#long-fragment");
  EXPECT_EQ(last.mask("abcdefgh!"), "***!");
}

TEST(Details, OnlyWhatIsNotSeenIsLeftOut) {
  for (const char* seen : {"\xEF\xBB\xBC", "\xEF\xBC\x81", "\xE3\xBB\xBF"}) EXPECT_EQ(printable(seen, 100), seen);
  EXPECT_EQ(printable("a\xEF\xBB\xBF!", 100), "a !");
}

TEST(Details, UrlsOfOneLetterMore) {
  EXPECT_FALSE(is_secure_websocket_url("ws://[0:1::1]/"));
  EXPECT_FALSE(is_secure_websocket_url("ws://[0:0:0:0:1::1]/"));
  EXPECT_TRUE(is_secure_websocket_url("ws://[::1]/"));
  std::string url = "wss://h.example/?a";
  append_query(url, "k", "v");
  EXPECT_EQ(url, "wss://h.example/?a&k=v");
  url = "wss://h.example/?";
  append_query(url, "k", "v");
  EXPECT_EQ(url, "wss://h.example/?k=v");
}

TEST(Details, TemplatesAtTheirLimits) {
  const auto message_of = [](std::string_view members) {
    const Result<CallTemplate> parsed = parse_call_template(concat({R"({"url":"wss://h.example/",)", members, "}"}));
    return parsed ? std::string() : parsed.error().message;
  };
  EXPECT_THAT(message_of(R"("response_format":"xml")"),
              HasSubstr(R"(must be "json", "text", "raw" or "base64"; got "xml")"));
  EXPECT_EQ(message_of(R"("expected_responses":2147483647)"), "");
  EXPECT_EQ(message_of(R"("expected_responses":0)"), "");
  EXPECT_THAT(message_of(R"("expected_responses":2147483648)"), HasSubstr("expected_responses"));
  const auto filter_of = [&](int values) {
    std::string members = R"("message_filter":{)";
    for (int i = 0; i < values; ++i) append(members, {i > 0 ? "," : "", json::quote(to_text(i)), ":1"});
    return message_of(members + "}");
  };
  EXPECT_EQ(filter_of(1000), "");
  EXPECT_THAT(filter_of(1001), HasSubstr("at most 1000 values"));
  EXPECT_TRUE(parse_call_template(std::string_view("[")).error().message.starts_with("call template: "));
}

TEST(Details, AFrameAsLongAsJsonMayNestIsNotLookedInto) {
  const CallTemplate call_template =
      parse_call_template(std::string_view(R"({"url":"wss://h.example/","response_format":"json"})")).value();
  const CallRules rules(call_template);
  const auto decoding = [&rules](const char* text) {
    return rules.judge(CallMode::single, CallId{1}, FakeFrame(true, text), 2).decoding;
  };
  EXPECT_EQ(decoding("12"), Decoding::json_or_text);
  EXPECT_EQ(decoding("123"), Decoding::json);
}

TEST(Details, AShortNameIsWithoutTheManuals) {
  EXPECT_EQ(short_name("m.tool.part"), "tool.part");
  EXPECT_EQ(short_name("tool"), "tool");
}

TEST(Details, StatusesAtTheEdges) {
  const auto error_of = [](int status) {
    FakeHost host({.retry = {.enabled = false}});
    const CallId call = host.call(host.tool(R"({"url":"wss://h.example/"})"));
    host.error(1, status);
    return *host.outcome(call).error;
  };
  EXPECT_THAT(error_of(399).message, HasSubstr("does not speak WebSocket"));
  EXPECT_THAT(error_of(400).message, Not(HasSubstr("does not speak WebSocket")));
  EXPECT_EQ(error_of(400).code, ErrorCode::handshake_refused);
  EXPECT_EQ(error_of(499).code, ErrorCode::handshake_refused);
  EXPECT_EQ(error_of(500).code, ErrorCode::connection_failed);
}

TEST(Details, TheShortestDelayOfARetry) {
  for (const Duration bound : {Duration(0), Duration(1)}) {
    FakeHost host({.retry = {.base = bound, .cap = bound}});
    const CallId call = host.call(host.tool(R"({"url":"wss://h.example/"})"));
    host.error(1);
    host.advance(1ms);
    EXPECT_EQ(host.sockets.size(), 2U) << bound.count();
    EXPECT_TRUE(host.pending(call));
  }
}

TEST(Details, AHostsOwnHeadersAreSecrets) {
  FakeHost host({.handshake = {.headers = {{"X-Key", "s3cr3t-head"}}}});
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/"})"));
  host.open(1);
  host.peer_closes(1, 4000, "no such key: s3cr3t-head");
  EXPECT_THAT(host.outcome(call).error->message, HasSubstr("no such key: ***"));
}

TEST(Details, APeerThatFallsSilentClosesWith1006) {
  FakeHost host({.can_ping = true});
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/","ping_interval":1,"timeout":60})"));
  host.open(1);
  host.advance(5s);
  EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
  EXPECT_EQ(host.outcome(call).error->close_code, 1006);
}

TEST(Details, ReportsOfOneCall) {
  FakeHost host;
  host.session.set_reporting(true);
  host.call(host.tool(R"({"url":"wss://h.example/","response_format":"json","expected_responses":3})"));
  host.open(1);
  host.text(1, "no JSON, and long enough to be looked into: " + std::string(600, 'x'));
  host.text(1, "2");
  host.peer_closes(1, 4321, "enough");
  const auto count = [&host](Report::Kind kind) {
    return std::count_if(host.reports.begin(), host.reports.end(),
                         [kind](const Report& report) { return report.kind == kind; });
  };
  EXPECT_EQ(count(Report::Kind::open), 1);
  EXPECT_EQ(count(Report::Kind::send), 1);
  EXPECT_EQ(count(Report::Kind::message), 2);
  EXPECT_EQ(count(Report::Kind::warning), 1);
  ASSERT_EQ(count(Report::Kind::close), 1);
  EXPECT_EQ(host.reports.back().close_code, 4321);
}

TEST(Details, ReportsOfHowACallEnds) {
  for (const auto& [kind, frame] : {std::pair{"end", R"({"type":"stream_end"})"},
                                    {"error", R"({"type":"tool_error","error":"e"})"},
                                    {"bad", R"([[[[[[[[1]]]]]]]])"}}) {
    FakeHost host({.max_depth = 4});
    host.session.set_reporting(true);
    host.stream(host.tool(R"({"url":"wss://h.example/"})"));
    host.open(1);
    host.text(1, frame);
    const auto told = std::count_if(host.reports.begin(), host.reports.end(),
                                    [](const Report& report) { return report.kind == Report::Kind::message; });
    EXPECT_EQ(told, 1) << kind;
  }
}

}  // namespace
}  // namespace utcp::ws::test
