// Peers that fall silent, and pings that must not be taken for answers.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

constexpr std::string_view kPinged =
    R"({"call_template_type":"websocket","url":"wss://h.example/ws","ping_interval":10,"timeout":100})";
constexpr std::string_view kEchoed =
    R"({"call_template_type":"websocket","url":"wss://h.example/ws","ping_interval":10,"timeout":100,"ping_message":{"type":"ping"}})";

TEST(SessionHeartbeat, PingsWhileTheConnectionIsKept) {
  FakeHost host({.can_ping = true});
  host.call(host.tool(kPinged));
  host.open(1);
  for (std::size_t round = 1; round <= 5; ++round) {
    host.advance(10s);
    ASSERT_EQ(host.sockets.at(1).pings.size(), round);
    EXPECT_TRUE(host.sockets.at(1).pings.back().empty()) << "a WebSocket ping";
    host.pong(1);
  }
  EXPECT_EQ(host.open_sockets(), 1U);
}

TEST(SessionHeartbeat, ASilentPeerIsFoundWithinTwoIntervals) {
  FakeHost host({.can_ping = true});
  const CallId call = host.call(host.tool(kPinged));
  host.open(1);
  host.advance(19s);
  EXPECT_TRUE(host.pending(call));
  host.advance(1s);
  EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
  EXPECT_NE(host.outcome(call).error->message.find("ping_interval"), std::string::npos);
  EXPECT_EQ(host.open_sockets(), 0U);
  EXPECT_EQ(host.session.counts().timers, 0U);
}

TEST(SessionHeartbeat, AnyFrameCountsAsAlive) {
  FakeHost host({.can_ping = true});
  const CallId call = host.stream(host.tool(kPinged));
  host.open(1);
  for (int i = 0; i < 10; ++i) {
    host.advance(10s);
    host.text(1, "tick");
  }
  EXPECT_TRUE(host.pending(call));
}

TEST(SessionHeartbeat, AHostThatWasAwayAsksAgainBeforeItJudges) {
  FakeHost host({.can_ping = true});
  const CallId call = host.call(host.tool(kPinged));
  host.open(1);
  host.advance(10s);
  host.now += 15s;  // suspended: its timer comes late, and what the peer sent may still wait to be read
  host.session.handle_timeout(host.now);
  host.drain();
  EXPECT_TRUE(host.pending(call));
  EXPECT_EQ(host.sockets.at(1).pings.size(), 2U);
  host.advance(10s);
  EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
}

TEST(SessionHeartbeat, NoneWithoutKeepAliveOrAbility) {
  FakeHost without({.can_ping = true});
  without.stream(without.tool(
      R"({"call_template_type":"websocket","url":"wss://h.example/ws","keep_alive":false,"ping_interval":1,"timeout":100})"));
  without.open(1);
  without.advance(50s);
  EXPECT_TRUE(without.sockets.at(1).pings.empty());
  FakeHost unable;
  unable.stream(unable.tool(kPinged));
  unable.open(1);
  unable.advance(50s);
  EXPECT_TRUE(unable.sockets.at(1).pings.empty());
  EXPECT_EQ(unable.open_sockets(), 1U);
}

TEST(SessionHeartbeat, ThePingMessageGoesOutOnIdleConnections) {
  FakeHost host;
  const ToolId tool = host.tool(kEchoed);
  host.call(tool);
  host.open(1);
  host.advance(10s);
  EXPECT_TRUE(host.sockets.at(1).pings.empty()) << "its echo could be taken for the answer";
  host.text(1, "answer");
  host.advance(10s);
  ASSERT_EQ(host.sockets.at(1).pings.size(), 1U);
  EXPECT_EQ(host.sockets.at(1).pings.front().front().text, R"({"type":"ping"})");

  const CallId call = host.call(tool);
  EXPECT_EQ(host.sockets.size(), 2U) << "the echo is still to come";
  host.text(1, R"({"type":"pong"})");
  EXPECT_EQ(host.sockets.at(1).sent.size(), 1U) << "is it the echo?";
  host.advance(10s);
  host.text(1, R"({"type":"pong"})");
  EXPECT_EQ(host.sockets.at(1).sent.size(), 2U) << "it is";
  EXPECT_TRUE(host.outcome(call).items.empty());
  host.text(1, "own");
  EXPECT_EQ(host.outcome(call).items, std::vector<std::string>{"own"});
}

TEST(SessionHeartbeat, AnEchoThatComesAfterAnotherFrameIsNobodysAnswer) {
  FakeHost host;
  const ToolId tool = host.tool(kEchoed);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.advance(10s);
  host.text(1, "news");
  const CallId call = host.call(tool);
  host.text(1, R"({"type":"pong"})");
  EXPECT_TRUE(host.outcome(call).items.empty());
  host.open(2);
  host.text(2, "own");
  EXPECT_EQ(host.outcome(call).items, std::vector<std::string>{"own"});
}

TEST(SessionHeartbeat, APeerThatLeavesThePingMessageUnansweredIsLeft) {
  FakeHost host;
  const ToolId tool = host.tool(kEchoed);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.advance(10s);
  host.advance(10s);
  EXPECT_EQ(host.open_sockets(), 0U) << "silent";
}

TEST(SessionHeartbeat, AnEchoThatComesAfterTheNextPingIsNobodysAnswer) {
  FakeHost host;
  const ToolId tool = host.tool(kEchoed);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.advance(10s);
  host.now += 15s;  // suspended: the first echo is there, but not yet read
  host.session.handle_timeout(host.now);
  host.drain();
  ASSERT_EQ(host.sockets.at(1).pings.size(), 2U);
  host.text(1, R"({"type":"pong"})");
  const CallId call = host.call(tool);
  host.text(1, R"({"type":"pong"})");
  EXPECT_TRUE(host.outcome(call).items.empty());
  EXPECT_EQ(host.sockets.size(), 2U);
}

TEST(SessionHeartbeat, SharedConnectionsArePingedAtAnyTime) {
  FakeHost host;
  host.session.set_reporting(true);
  const CallId call = host.call(host.tool(
      R"({"call_template_type":"websocket","url":"wss://h.example/ws","ping_interval":10,"timeout":100,"ping_message":"ping","message":{"id":"{{request_id}}"}})"));
  host.open(1);
  host.advance(10s);
  EXPECT_EQ(host.sockets.at(1).pings.size(), 1U);
  host.text(1, "pong");
  EXPECT_EQ(host.reports.back().kind, Report::Kind::message) << "an echo is not unsolicited";
  host.text(1, "more");
  EXPECT_EQ(host.reports.back().kind, Report::Kind::unsolicited);
  host.text(1, R"({"id":"1"})");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionWake, AnIdleConnectionThatAnswersIsUsedOn) {
  FakeHost host({.can_ping = true});
  const ToolId tool = host.tool(kPinged);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.wake();
  EXPECT_EQ(host.sockets.at(1).pings.size(), 1U);
  const CallId call = host.call(tool);
  EXPECT_EQ(host.sockets.at(1).sent.size(), 1U) << "not before the peer has answered";
  EXPECT_EQ(host.sockets.size(), 1U) << "the call waits for the answer";
  host.advance(500ms);
  host.pong(1);
  EXPECT_EQ(host.sockets.at(1).sent.size(), 2U);
  host.advance(9s);
  EXPECT_TRUE(host.pending(call));
  EXPECT_EQ(host.sockets.size(), 1U);
}

TEST(SessionWake, AnotherTakesThePlaceOfOneThatDoesNotAnswer) {
  FakeHost host({.can_ping = true});
  const ToolId tool = host.tool(kPinged);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.wake();
  const CallId call = host.call(tool);
  host.advance(999ms);
  EXPECT_FALSE(host.sockets.at(1).closed);
  host.advance(1ms);
  EXPECT_TRUE(host.sockets.at(1).closed);
  ASSERT_EQ(host.sockets.size(), 2U);
  host.open(2);
  EXPECT_EQ(host.sockets.at(1).sent.size(), 1U);
  EXPECT_EQ(host.sockets.at(2).sent.size(), 1U);
  host.text(2, "answer");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionWake, WithoutAPingTheNextCallOpensAnother) {
  FakeHost host;
  const ToolId tool = host.tool(kPinged);
  host.call(tool);
  host.open(1);
  host.text(1, "answer");
  host.wake();
  EXPECT_TRUE(host.sockets.at(1).closed);
  EXPECT_EQ(host.sockets.size(), 1U) << "none is opened before there is a call";
  EXPECT_EQ(host.session.counts().endpoints, 0U);
  EXPECT_EQ(host.session.counts().timers, 0U);
  host.call(tool);
  EXPECT_EQ(host.sockets.size(), 2U);
}

TEST(SessionWake, ThePingMessageIsAskedWithWhereThereIsNoOtherPing) {
  FakeHost host;
  const ToolId tool = host.tool(
      R"({"call_template_type":"websocket","url":"wss://h.example/ws","ping_message":"ping","message":{"id":"{{request_id}}"}})");
  host.call(tool);
  host.open(1);
  host.text(1, R"({"id":"1"})");
  host.wake();
  EXPECT_EQ(host.sockets.at(1).pings.size(), 1U);
  host.text(1, "pong");
  host.advance(2s);
  host.call(tool);
  EXPECT_EQ(host.sockets.at(1).sent.size(), 2U);
}

TEST(SessionWake, WhatCallsWaitOnIsLeftToTheirTime) {
  FakeHost host({.can_ping = true});
  const CallId call = host.call(host.tool(kPinged));
  host.wake();
  host.open(1);
  host.wake();
  EXPECT_TRUE(host.sockets.at(1).pings.empty());
  host.advance(2s);
  EXPECT_TRUE(host.pending(call));
}

TEST(SessionWake, TheHeartbeatBeginsAnew) {
  FakeHost host({.can_ping = true});
  host.call(host.tool(kPinged));
  host.open(1);
  host.text(1, "answer");
  host.advance(9900ms);
  host.wake();
  host.advance(500ms);
  EXPECT_FALSE(host.sockets.at(1).closed) << "its beat comes later";
  host.pong(1);
  host.advance(9s);
  EXPECT_EQ(host.sockets.at(1).pings.size(), 1U);
  host.advance(1s);
  EXPECT_EQ(host.sockets.at(1).pings.size(), 2U);
}

}  // namespace
}  // namespace utcp::ws::test
