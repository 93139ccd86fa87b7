// Calls whose messages the host sends one by one, as its caller gives them.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using Written = std::vector<std::string>;

constexpr std::string_view kAlone = R"({"url":"wss://h.example/ws","response_timeout":5})";
constexpr std::string_view kShared =
    R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},"response_timeout":5})";
constexpr std::string_view kCaptures = R"({"url":"wss://h.example/ws","message":{"id":"{{request_id}}"},
  "capture":{"sub":"/result"},"message_filter":{"sub":"{{answer.sub}}"},"leave_message":"x","response_timeout":5})";
constexpr std::string_view kNothing = R"({"url":"wss://h.example/ws","expected_responses":0})";

struct Uploading : FakeHost {
  Uploading() {
    uploads = true;
    leave_message = "bye";
  }
  CallId on_open(std::string_view call_template, CallMode mode = CallMode::stream) {
    const CallId id = call(tool(call_template), mode);
    open(1);
    return id;
  }
  const Written& written() { return sockets.at(1).written; }
};

TEST(SessionUpload, ThePeerIsNotLateWhileTheCallerIsWaitedFor) {
  for (const Upload waits : {Upload::unsent, Upload::waiting}) {
    Uploading host;
    const CallId call = host.on_open(kAlone);
    if (waits != Upload::unsent) host.upload(call, waits);
    host.advance(1h);
    EXPECT_EQ(host.outcome(call).settled, 0);
    host.text(1, "an item");
    host.advance(1h);
    EXPECT_EQ(host.outcome(call).settled, 0);
  }
}

TEST(SessionUpload, ThePeerIsLateWhereItDoesNotTakeWhatWasSent) {
  Uploading host;
  const CallId call = host.on_open(kAlone);
  host.upload(call, Upload::waiting);
  host.upload(call, Upload::held);
  host.advance(4s);
  EXPECT_EQ(host.outcome(call).settled, 0);
  host.advance(1s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
}

TEST(SessionUpload, ItIsLateFromTheLastMessageOn) {
  Uploading host;
  const CallId call = host.on_open(kAlone);
  host.upload(call, Upload::waiting);
  host.advance(1h);
  host.upload(call, Upload::done);
  host.advance(4s);
  EXPECT_EQ(host.outcome(call).settled, 0);
  host.text(1, "an item");
  host.advance(4s);
  EXPECT_EQ(host.outcome(call).settled, 0);
  host.advance(1s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
}

TEST(SessionUpload, ACallThatIsAnsweredBeforeItsEndTakesItsConnectionWithIt) {
  for (const bool is_done : {false, true}) {
    Uploading host;
    const CallId call = host.on_open(kAlone, CallMode::single);
    host.upload(call, is_done ? Upload::done : Upload::waiting);
    host.text(1, "the answer");
    EXPECT_TRUE(host.succeeded(call));
    EXPECT_EQ(host.open_sockets(), is_done ? 1U : 0U);
    EXPECT_EQ(host.written(), (Written{"call 1"}));  // the peer has ended it
  }
}

TEST(SessionUpload, OfCallsThatShareItTheConnectionStays) {
  Uploading host;
  const CallId call = host.on_open(kShared, CallMode::single);
  host.upload(call, Upload::waiting);
  host.text(1, R"({"id":1})");
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.open_sockets(), 1U);
}

TEST(SessionUpload, NothingIsSaidOfACallOfWhichThePeerHasNotHeard) {
  for (const bool has_begun : {false, true}) {
    Uploading host;
    const CallId call = host.on_open(kShared);
    if (has_begun) host.upload(call, Upload::waiting);
    host.abort(call);
    EXPECT_EQ(host.written(), has_begun ? (Written{"call 1", "leave 1: bye"}) : (Written{"call 1"}));
  }
}

TEST(SessionUpload, ACallThatExpectsNothingEndsWithItsLastMessage) {
  Uploading host;
  const CallId call = host.on_open(kNothing, CallMode::single);
  EXPECT_EQ(host.outcome(call).settled, 0);
  host.upload(call, Upload::waiting);
  host.upload(call, Upload::held);
  EXPECT_EQ(host.outcome(call).settled, 0);
  host.upload(call, Upload::done);
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.open_sockets(), 1U);
}

TEST(SessionUpload, WhatIsSaidTooLateOrTooEarlyIsIgnored) {
  Uploading host;
  const CallId waits = host.call(host.tool(kAlone));
  host.upload(waits, Upload::done);
  host.upload(CallId{77}, Upload::done);
  host.open(1);
  host.advance(1h);
  EXPECT_EQ(host.outcome(waits).settled, 0);  // it was not heard: nothing is sent
  host.abort(waits);
  host.upload(waits, Upload::done);
  EXPECT_EQ(host.session.counts().calls, 0U);
}

TEST(SessionUpload, AConsumerThatIsSlowDoesNotMakeTheCallerLate) {
  SessionOptions options;
  options.max_stream_items = 4;
  options.can_pause = true;
  FakeHost host(options);
  host.uploads = true;
  const CallId call = host.stream(host.tool(kAlone));
  host.open(1);
  host.upload(call, Upload::waiting);
  for (int i = 0; i < 3; ++i) host.text(1, "an item");
  EXPECT_TRUE(host.sockets.at(1).paused);
  host.upload(call, Upload::done);
  host.advance(1h);
  EXPECT_EQ(host.outcome(call).settled, 0);
  host.consume(call, 3, 21);
  host.advance(5s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
}

TEST(SessionUpload, WhatAPeerEndsBeforeAllIsSentHasNotGoneWell) {
  for (const CallMode mode : {CallMode::single, CallMode::stream}) {
    for (const int code : {1000, 1001}) {
      Uploading host;
      const CallId call = host.on_open(kNothing, mode);
      host.upload(call, Upload::waiting);
      host.peer_closes(1, code);
      EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
    }
  }
}

TEST(SessionUpload, TheFirstAnswerDoesNotMakeTheCallerLate) {
  Uploading host;
  host.late_filter = MessageTemplate::compile(R"([{"sub":"{{answer.sub}}"},{},{}])")->plan({});
  const CallId call = host.on_open(kCaptures);
  host.upload(call, Upload::waiting);
  host.text(1, R"({"id":1,"result":"0xa"})");
  host.advance(1h);
  EXPECT_EQ(host.outcome(call).settled, 0);
  host.upload(call, Upload::done);
  host.advance(5s);
  EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
}

TEST(SessionUpload, ACallThatCouldSendNothingIsNotLeft) {
  for (const bool has_begun : {false, true}) {
    Uploading host;
    const CallId call = host.on_open(kShared);
    if (has_begun) host.upload(call, Upload::waiting);
    host.upload(call, Upload::held);
    host.advance(5s);
    EXPECT_EQ(host.code(call), ErrorCode::response_timeout);
    EXPECT_EQ(host.written(), has_begun ? (Written{"call 1", "leave 1: bye"}) : Written{"call 1"});
  }
}

TEST(SessionUpload, ACallThatSentNothingOwesNoLeaveMessage) {
  for (const bool has_begun : {false, true}) {
    Uploading host;
    host.leave_message.clear();
    host.late_filter = MessageTemplate::compile(R"([{"sub":"{{answer.sub}}"},{},{}])")->plan({});
    host.late_leave = MessageTemplate::compile(R"(["stop","{{answer.sub}}"])")->plan({});
    const CallId call = host.on_open(kCaptures);
    if (has_begun) host.upload(call, Upload::waiting);
    host.abort(call);
    EXPECT_EQ(host.open_sockets(), has_begun ? 0U : 1U);
  }
}

}  // namespace
}  // namespace utcp::ws::test
