// Streams whose consumer is slow: the peer has to wait, and nobody else.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

constexpr std::string_view kShared =
    R"({"call_template_type":"websocket","url":"wss://h.example/ws","message":{"id":"{{request_id}}"}})";

SessionOptions pausing() { return {.max_stream_items = 8, .max_stream_bytes = 800, .can_pause = true}; }

TEST(SessionPause, ReadingStopsAtHalfAndGoesOnAtAQuarter) {
  FakeHost host(pausing());
  const CallId items = host.stream(host.tool(kPlain));
  host.open(1);
  for (int i = 0; i < 4; ++i) host.text(1, "x");
  EXPECT_FALSE(host.sockets.at(1).paused);
  host.text(1, "x");
  EXPECT_TRUE(host.sockets.at(1).paused);
  host.consume(items, 2, 2);
  EXPECT_TRUE(host.sockets.at(1).paused);
  host.consume(items, 1, 1);
  EXPECT_FALSE(host.sockets.at(1).paused);
}

TEST(SessionPause, ByBytesToo) {
  FakeHost host(pausing());
  const CallId items = host.stream(host.tool(kPlain));
  host.open(1);
  host.text(1, std::string(401, 'x'));
  EXPECT_TRUE(host.sockets.at(1).paused);
  host.consume(items, 1, 401);
  EXPECT_FALSE(host.sockets.at(1).paused);
}

TEST(SessionPause, WhatTheHostHadReadAlreadyStillCountsAgainstTheLimit) {
  FakeHost host(pausing());
  const CallId items = host.stream(host.tool(kPlain));
  host.open(1);
  for (int i = 0; i < 8; ++i) host.text(1, "x");
  EXPECT_TRUE(host.pending(items));
  host.text(1, "x");
  EXPECT_EQ(host.code(items), ErrorCode::stream_overflow);
}

TEST(SessionPause, ThePeerIsNotBlamedForTheWait) {
  FakeHost host(pausing());
  const CallId items = host.stream(host.tool(kPlain));
  host.open(1);
  for (int i = 0; i < 5; ++i) host.text(1, "x");
  host.advance(1h);
  EXPECT_TRUE(host.pending(items));
  host.consume(items, 5, 5);
  host.advance(29s);
  EXPECT_TRUE(host.pending(items));
  host.advance(1s);
  EXPECT_EQ(host.code(items), ErrorCode::response_timeout);
}

TEST(SessionPause, NorForWhatTheHostHadReadAlready) {
  FakeHost host(pausing());
  const CallId items = host.stream(host.tool(kPlain));
  host.open(1);
  for (int i = 0; i < 5; ++i) host.text(1, "x");
  host.consume(items, 2, 2);
  host.text(1, "x");
  EXPECT_TRUE(host.sockets.at(1).paused);
  host.advance(1h);
  EXPECT_TRUE(host.pending(items));
}

TEST(SessionPause, NorIsItPinged) {
  SessionOptions options = pausing();
  options.can_ping = true;
  FakeHost host(options);
  const CallId items = host.stream(host.tool(kPlain));
  host.open(1);
  host.advance(20s);
  host.text(1, "x");
  host.advance(20s);
  const std::size_t pings = host.sockets.at(1).pings.size();
  for (int i = 0; i < 5; ++i) host.text(1, "x");
  host.advance(10min);
  EXPECT_TRUE(host.pending(items));
  EXPECT_EQ(host.sockets.at(1).pings.size(), pings);
}

TEST(SessionPause, AConnectionThatIsFreeAgainIsRead) {
  FakeHost host(pausing());
  const CallId items = host.stream(host.tool(kPlain));
  host.open(1);
  for (int i = 0; i < 5; ++i) host.text(1, "x");
  host.text(1, R"({"type":"stream_end"})");
  EXPECT_TRUE(host.succeeded(items));
  EXPECT_FALSE(host.sockets.at(1).paused);
  host.call(host.tool(kPlain));
  EXPECT_EQ(host.sockets.size(), 1U);
}

TEST(SessionPause, NeverForOthersOrWhereTheHostCannot) {
  FakeHost shared(pausing());
  shared.stream(shared.tool(kShared));
  shared.open(1);
  for (int i = 0; i < 8; ++i) shared.text(1, R"({"id":"1"})");
  EXPECT_FALSE(shared.sockets.at(1).paused);

  FakeHost collecting(pausing());
  collecting.call(
      collecting.tool(R"({"call_template_type":"websocket","url":"wss://h.example/ws","expected_responses":8})"));
  collecting.open(1);
  for (int i = 0; i < 7; ++i) collecting.text(1, "x");
  EXPECT_FALSE(collecting.sockets.at(1).paused) << "nobody would ever take what it waits for";

  SessionOptions options = pausing();
  options.can_pause = false;
  FakeHost unable(options);
  unable.stream(unable.tool(kPlain));
  unable.open(1);
  for (int i = 0; i < 8; ++i) unable.text(1, "x");
  EXPECT_FALSE(unable.sockets.at(1).paused);
}

}  // namespace
}  // namespace utcp::ws::test
