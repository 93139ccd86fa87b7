// Servers that misbehave below WebSocket (tests/client/servers/below.js): each ends in an error that tells, and leaves
// nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "servers.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws {
namespace {

/// One call; afterwards the client has to be empty, and usable.
Result<Json> call(const std::string& path) {
  ClientOptions options;
  options.retry.reset();
  Client client(options);
  Result<Json> result = client.call_tool("t.t", {{"n", 1}}, {{"url", server("below") + path}});
  client.close();
  EXPECT_EQ(client.counts(), Client::Counts{}) << path;
  EXPECT_TRUE(client.call_tool("t.t", {{"n", 1}}, {{"url", server("odd") + "/echo"}})) << path;
  return result;
}

TEST(HostileServer, CutsItsHandshakeAtEveryByte) {
  ClientOptions options;
  options.retry.reset();
  Client client(options);
  constexpr int kHandshake = 129;
  for (int bytes = 0; bytes <= kHandshake; ++bytes) {
    const Result<Json> result =
        client.call_tool("t.t", nullptr, {{"url", server("below") + "/cut/" + std::to_string(bytes)}});
    ASSERT_FALSE(result);
    const bool whole = bytes == kHandshake;
    EXPECT_EQ(result.error().code, whole ? ErrorCode::connection_closed : ErrorCode::connection_failed)
        << bytes << ": " << result.error().message;
  }
  client.close();
  EXPECT_EQ(client.counts(), Client::Counts{});
}

// What the network cuts short may come whole the next time; what answers by other rules will do so again.
TEST(HostileServer, IsAskedAgainAfterATlsHandshakeThatWasCut) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  int accepted = 0;
  std::stop_source enough;
  std::function<void()> accept = [&] {
    acceptor.async_accept([&](const boost::system::error_code& error, boost::asio::ip::tcp::socket socket) {
      if (error) return;
      if (++accepted == 3) enough.request_stop();
      socket.close();
      accept();
    });
  };
  accept();
  std::jthread server([&] { io.run(); });
  ClientOptions options;
  options.retry = Backoff{std::chrono::milliseconds(1), std::chrono::milliseconds(1)};
  Client client(options);
  const std::string url = "wss://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/";
  CallOptions call;
  call.stop = enough.get_token();
  const Result<Json> result = client.call_tool("t.t", nullptr, {{"url", url}}, call);
  boost::asio::post(io, [&] { acceptor.close(); });
  server.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::aborted) << result.error().message;
}

TEST(HostileServer, AnswersWithWhatIsNoHandshake) {
  for (const char* path : {"/status/abc", "/status/101", "/headers/"}) {
    const Result<Json> result = call(path);
    ASSERT_FALSE(result) << path;
    EXPECT_EQ(result.error().code, ErrorCode::connection_failed) << path << result.error().message;
  }
}

class ForbiddenFrame : public testing::TestWithParam<const char*> {};

TEST_P(ForbiddenFrame, ClosesTheConnection) {
  const Result<Json> result = call(std::string("/frames/") + GetParam());
  ASSERT_FALSE(result) << result->dump();
  EXPECT_EQ(result.error().code, ErrorCode::connection_closed) << result.error().message;
  EXPECT_FALSE(result.error().was_clean);
  EXPECT_EQ(result.error().close_code, 1006);
}

INSTANTIATE_TEST_SUITE_P(HostileServer, ForbiddenFrame,
                         testing::Values("masked", "reserved-bit", "reserved-opcode", "reserved-control",
                                         "ping-in-pieces", "long-ping", "continuation-of-nothing", "text-within-text",
                                         "bad-utf8", "cut-utf8", "utf8-of-a-surrogate", "long-length-of-little",
                                         "close-of-one-byte", "close-1005", "close-999", "close-5000",
                                         "close-with-bad-utf8"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(HostileServer, AnnouncesMoreThanIsTaken) {
  for (const char* path : {"/frames/a-petabyte", "/frames/negative-length"}) {
    const Result<Json> result = call(path);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::frame_too_large) << path << ": " << result.error().message;
  }
}

TEST(HostileServer, MaySplitCharactersAndSendEmptyPieces) {
  for (const char* path : {"/frames/split-utf8", "/frames/empty-pieces"}) {
    const Result<Json> result = call(path);
    ASSERT_TRUE(result) << path << ": " << result.error().message;
    EXPECT_EQ(*result, Json("€"));
  }
}

}  // namespace
}  // namespace utcp::ws
