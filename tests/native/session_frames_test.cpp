// Frames that are too large, too many, or nobody's.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fake_host.hpp"

using testing::EndsWith;
using testing::HasSubstr;

namespace utcp::ws::test {
namespace {

TEST(SessionFrames, OverTheSizeLimitCloseTheConnection) {
  FakeHost host({.max_frame = 10});
  const ToolId tool = host.tool(kPlain);
  const CallId good = host.call(tool);
  host.open(1);
  host.text(1, std::string(10, 'x'));
  EXPECT_TRUE(host.succeeded(good));
  const CallId bad = host.call(tool);
  host.text(1, std::string(11, 'x'));
  EXPECT_EQ(host.code(bad), ErrorCode::frame_too_large);
  EXPECT_NE(host.outcome(bad).error->message.find(" sent a message of 11 bytes over the limit frameBytes of 10"),
            std::string::npos);
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionFrames, OverTheSizeLimitOfTheHostSayNoSize) {
  class Refused final : public Frame {
   public:
    Refused() : Frame(false, 0xffffffff) {}
    [[nodiscard]] std::string_view text() const override { return {}; }
  };
  FakeHost host({.max_frame = 10});
  const CallId call = host.call(host.tool(kPlain));
  host.open(1);
  host.session.handle_message(host.now, ConnectionId{1}, Refused());
  host.drain();
  EXPECT_EQ(host.code(call), ErrorCode::frame_too_large);
  EXPECT_NE(host.outcome(call).error->message.find(" sent a message over the limit frameBytes of 10"),
            std::string::npos);
}

TEST(SessionFrames, OverTheSizeLimitWhereConnectAckIsAwaitedEndTheWait) {
  FakeHost host({.max_frame = 10});
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","connect_ack":{"type":"ok"}})"));
  host.open(1);
  host.text(1, std::string(11, 'x'));
  EXPECT_EQ(host.code(call), ErrorCode::frame_too_large) << "the next one would be as large";
  EXPECT_EQ(host.sockets.size(), 1U) << "no opening after the other, without a pause";
  EXPECT_EQ(host.sockets.at(1).closed->code, 4000);
}

TEST(SessionFrames, UnsolicitedOnesAreReportedAndDropped) {
  FakeHost host;
  host.session.set_reporting(true);
  const ToolId tool = host.tool(kPlain);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.text(1, "one too many");
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited);
  EXPECT_EQ(host.reports.back().endpoint, "wss://h.example/ws");
  const CallId next = host.call(tool);
  EXPECT_TRUE(host.pending(next));
}

TEST(SessionFloods, AConnectionThatServesNobodyIsClosedWhenThePeerSendsTooMuch) {
  FakeHost host({.max_unsolicited = 3});
  host.session.set_reporting(true);
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws"})");
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  for (int n = 0; n < 3; ++n) host.text(1, "event");
  EXPECT_EQ(host.open_sockets(), 1U);
  host.advance(1s);  // the next second
  for (int n = 0; n < 3; ++n) host.text(1, "event");
  EXPECT_EQ(host.open_sockets(), 1U);
  host.text(1, "event");
  EXPECT_EQ(host.open_sockets(), 0U);
  EXPECT_EQ(host.sockets.at(1).closed.value().code, 4000);
  ASSERT_GE(host.reports.size(), 2U);
  EXPECT_EQ(host.reports.back().kind, Report::Kind::close);
  const auto warning = std::find_if(host.reports.begin(), host.reports.end(), [](const Report& report) {
    return report.kind == Report::Kind::warning && report.text.find("unsolicitedFrames") != std::string::npos;
  });
  EXPECT_NE(warning, host.reports.end());
  EXPECT_EQ(host.session.counts().endpoints, 0U);
  // The next call opens another.
  const CallId call = host.call(tool);
  host.open(2);
  host.text(2, "answer");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionFloods, BytesCountToo) {
  FakeHost host({.max_stream_bytes = 10});
  host.call(host.tool(R"({"url":"wss://h.example/ws"})"));
  host.open(1);
  host.text(1, "answer");
  host.text(1, "12345678");
  EXPECT_EQ(host.open_sockets(), 1U);
  host.text(1, "123");
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionFloods, CallsInFlightAreNotCutOff) {
  FakeHost host({.max_unsolicited = 3});
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"}})"));
  host.open(1);
  for (int n = 0; n < 9; ++n) host.text(1, R"({"event":1})");
  host.text(1, concat({R"({"id":")", to_text(static_cast<std::uint32_t>(call)), R"("})"}));
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionFloods, BeforeTheAcknowledgementTheOpeningFails) {
  FakeHost host({.max_unsolicited = 3, .retry = {.enabled = false}});
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","connect_ack":{"ok":true}})"));
  host.open(1);
  for (int n = 0; n < 4; ++n) host.text(1, "event");
  EXPECT_EQ(host.code(call), ErrorCode::connection_failed);
  EXPECT_EQ(host.sockets.at(1).closed.value().code, 4000);
}

// Brokers of STOMP say so what they refuse, and close.
constexpr std::string_view kStomp = R"({"url":"wss://h.example/ws","frame":{"strip":true},
  "connect":[{"send":"LOGIN s3cr3t"},{"expect":{"$prefix":"IN"}}],"headers":{"X-Key":"s3cr3t"},
  "message":"SEND {{request_id}}","correlation":{"$prefix":"RECEIPT {{request_id}}\n"},
  "error_match":{"$prefix":"ERROR"}})";

struct Broker : FakeHost {
  ToolId sends = tool(kStomp);
  CallId first = call(sends), second = call(sends), events = stream(sends);
  Broker() {
    open(1);
    text(1, "IN");
  }
  [[nodiscard]] std::string message(CallId id) { return outcome(id).error ? outcome(id).error->message : ""; }
};

TEST(SessionFrames, AnErrorThatNamesNoCallIsToldToThoseThatTheCloseBehindItEnds) {
  Broker host;
  host.text(1, "ERROR no queue, s3cr3t" + std::string(2000, '.'));
  EXPECT_TRUE(host.pending(host.first));
  host.peer_closes(1, 1005);
  for (const CallId id : {host.first, host.second, host.events}) {
    EXPECT_EQ(host.code(id), ErrorCode::connection_closed) << "the login was taken, and this is about something else";
    EXPECT_THAT(host.message(id), HasSubstr("(code 1005); before that it said: ERROR no queue, ***..."));
    EXPECT_LT(host.message(id).size(), 700U);
  }
}

TEST(SessionFrames, AStreamThatAnErrorEndsIsNotDone) {
  for (const bool fails : {false, true}) {
    Broker host;
    if (fails) host.text(1, "ERROR gone");
    host.peer_closes(1, 1000);
    EXPECT_EQ(host.succeeded(host.events), !fails);
    EXPECT_EQ(host.code(host.first), ErrorCode::connection_closed);
    EXPECT_EQ(host.message(host.first).ends_with("before that it said: ERROR gone"), fails);
  }
}

TEST(SessionFrames, AnErrorThatNamesACallOrIsNotTheLastIsNotWhyThePeerCloses) {
  constexpr std::string_view kJson =
      R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"error_path":"/error"})";
  const auto closed = [&](const std::vector<std::string>& frames) {
    FakeHost host;
    const CallId call = host.call(host.tool(kJson));
    host.open(1);
    for (const std::string& frame : frames) host.text(1, frame);
    host.peer_closes(1, 1011);
    return host.outcome(call).error->message;
  };
  const std::string no_words = closed({});
  EXPECT_THAT(no_words, EndsWith("(code 1011)"));
  EXPECT_EQ(closed({R"({"id":99,"error":"another's"})"}), no_words);
  EXPECT_EQ(closed({R"({"error":"old"})", R"({"note":1})"}), no_words);
  EXPECT_EQ(closed({R"({"note":"no error"})"}), no_words);
  EXPECT_EQ(closed({R"({"id":null,"error":"bad"})"}), no_words + R"(; before that it said: {"id":null,"error":"bad"})");
}

TEST(SessionFrames, AnErrorBeforeACallIsNotWhyItEnds) {
  FakeHost host;
  const ToolId tool =
      host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"error_path":"/error"})");
  const CallId first = host.call(tool);
  host.open(1);
  host.text(1, R"({"error":"of the first"})");
  host.abort(first);
  const CallId next = host.stream(tool);
  host.peer_closes(1, 1000);
  EXPECT_TRUE(host.succeeded(next));
}

TEST(SessionFrames, SecretsOfMessagesAreMaskedAfterTheirCallsHaveEnded) {
  FakeHost host;
  const CallId first = host.call(host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"}})"));
  const CallId other = host.call(
      host.tool(R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}","api_token":"sk-very-secret"}})"));
  host.open(1);
  host.text(1, concat({R"({"id":")", to_text(static_cast<std::uint32_t>(other)), R"("})"}));
  ASSERT_TRUE(host.succeeded(other));
  host.peer_closes(1, 4000, "token sk-very-secret revoked");
  EXPECT_EQ(host.outcome(first).error->reason, "token *** revoked");
}

}  // namespace
}  // namespace utcp::ws::test
