// The client against the bundled provider: discovery, calls, streams, over ws: and wss:.
#include "utcp_websocket/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <string>
#include <vector>

#include "servers.hpp"

namespace utcp::ws {
namespace {

Json template_for(const std::string& url) {
  return {{"name", "demo"}, {"call_template_type", "websocket"}, {"url", url}};
}

ClientOptions trusting() {
  ClientOptions options;
  options.tls.ca_file = server("caFile");
  return options;
}

std::string message_of(const Error& error) { return error.message + " | " + error.cause; }

TEST(Client, DiscoversTheBundledProvider) {
  Client client;
  const Result<Manual> manual = client.register_manual(template_for(server("provider")));
  ASSERT_TRUE(manual) << message_of(manual.error());
  EXPECT_NE(manual->find("search_docs"), nullptr);
  EXPECT_EQ(manual->find("nothing"), nullptr);
}

TEST(Client, CallsATool) {
  Client client;
  const Result<Manual> manual = client.register_manual(template_for(server("provider")));
  ASSERT_TRUE(manual) << message_of(manual.error());
  const Result<Json> hits = client.call_tool("demo.search_docs", {{"query", "ping"}, {"limit", 3}},
                                             manual->find("search_docs")->call_template);
  ASSERT_TRUE(hits) << message_of(hits.error());
  EXPECT_FALSE(hits->empty());
}

TEST(Client, DiscoversAndCallsOverTls) {
  Client client(trusting());
  const Result<Manual> manual = client.register_manual(template_for(server("secure")));
  ASSERT_TRUE(manual) << message_of(manual.error());
  Json call_template = manual->find("search_docs")->call_template;
  const std::string secure = server("secure");
  const std::string path = call_template["url"].get<std::string>();
  call_template["url"] = secure.substr(0, secure.rfind('/')) + path.substr(path.rfind('/'));
  const Result<Json> hits = client.call_tool("demo.search_docs", {{"query", "ping"}, {"limit", 3}}, call_template);
  ASSERT_TRUE(hits) << message_of(hits.error());
  EXPECT_FALSE(hits->empty());
}

TEST(Client, RefusesACertificateThatNobodyVouchesFor) {
  ClientOptions options;
  options.retry.reset();
  Client client(options);
  const Result<Manual> manual = client.register_manual(template_for(server("secure")));
  ASSERT_FALSE(manual);
  EXPECT_EQ(manual.error().code, ErrorCode::connection_failed);
  EXPECT_THAT(manual.error().cause, testing::HasSubstr("certificate verify failed"));
}

TEST(Client, StreamsUntilTheEnd) {
  Client client;
  const Result<Manual> manual = client.register_manual(template_for(server("provider")));
  ASSERT_TRUE(manual) << message_of(manual.error());
  std::vector<Json> items;
  for (Result<Json>& item : client.stream("demo.count_up", {{"items", 500}}, manual->find("count_up")->call_template)) {
    ASSERT_TRUE(item) << message_of(item.error());
    items.push_back(std::move(*item));
  }
  EXPECT_GE(items.size(), 500U);
}

TEST(Client, LeavesAStreamInTheMiddle) {
  Client client;
  const Result<Manual> manual = client.register_manual(template_for(server("provider")));
  ASSERT_TRUE(manual) << message_of(manual.error());
  int taken = 0;
  for (Result<Json>& item : client.stream("demo.count_up", Json::object(), manual->find("count_up")->call_template)) {
    ASSERT_TRUE(item) << message_of(item.error());
    if (++taken == 3) break;
  }
  client.close();
  EXPECT_EQ(client.counts(), Client::Counts{});
}

TEST(Client, CallsWithAFuture) {
  Client client;
  const Json call_template = template_for(server("provider"));
  std::future<Result<Manual>> manual = client.async_register_manual(call_template, boost::asio::use_future);
  ASSERT_TRUE(manual.get());
}

TEST(Client, CountsOnAnExecutorOfTheCallers) {
  boost::asio::io_context context;
  Client client(context.get_executor());
  bool counted = false;
  client.async_counts([&counted](Client::Counts counts) { counted = counts == Client::Counts{}; });
  context.run();
  EXPECT_TRUE(counted);
}

TEST(Client, CountsFromItsOwnCallbacks) {
  Client client;
  std::promise<std::size_t> calls;
  client.async_counts([&](Client::Counts) { calls.set_value(client.counts().calls); });
  EXPECT_EQ(calls.get_future().get(), 0U);
}

TEST(Client, GivesTextWhereItIsNoJson) {
  Client client;
  const Json call_template = {{"url", server("odd") + "/echo"}, {"message", "[1, 2"}, {"response_format", "json"}};
  const Result<Json> result = client.call_tool("t.t", nullptr, call_template);
  ASSERT_TRUE(result) << message_of(result.error());
  EXPECT_EQ(*result, Json("[1, 2"));
}

TEST(Client, TellsEventsByTheirNames) {
  std::vector<std::string> names;
  ClientOptions options;
  options.on_event = [&names](const Event& event) { names.emplace_back(event_name(event.kind)); };
  Client client(options);
  ASSERT_TRUE(client.call_tool("t.t", nullptr, {{"url", server("odd") + "/echo"}}));
  client.close();
  EXPECT_THAT(names, testing::ElementsAre("open", "send", "message", "close"));
}

TEST(Client, ShowsFramesAsTheyWentOverTheWire) {
  std::vector<std::string> frames;
  ClientOptions options;
  options.on_frame = [&frames](const WireFrame& frame) {
    frames.push_back((frame.is_sent ? "> " : "< ") + std::string(frame.is_text ? "text " : "bytes ") + frame.content);
    EXPECT_EQ(frame.connection, 1U);
  };
  Client client(options);
  const Json call_template = {{"url", server("odd") + "/echo"}, {"message", "UTCP_ARG_say_UTCP_ARG"}};
  ASSERT_TRUE(client.call_tool("t.t", {{"say", "hello"}}, call_template));
  client.close();
  EXPECT_THAT(frames, testing::ElementsAre("> text hello", "< text hello"));
}

TEST(Client, HoldsNoRepliesWithoutEndForAPeerThatDoesNotRead) {
  int replies = 0;
  ClientOptions options;
  options.limits.frame_bytes = std::size_t{64} * 1024;
  options.compression = false;
  options.on_frame = [&replies](const WireFrame& frame) { replies += frame.is_sent ? 1 : 0; };
  Client client(options);
  const Json reply = {{"match", {{"ask", 1}}}, {"send", std::string(100'000, 'r')}};
  const Json call_template = {{"url", server("odd") + "/asks"}, {"message", "go"}, {"replies", Json::array({reply})}};
  ASSERT_TRUE(client.call_tool("t.t", nullptr, call_template));
  client.close();
  EXPECT_GT(replies, 1);
  EXPECT_LT(replies, 200) << "of 300, each of 100 kB: more than kernels hold";
}

}  // namespace
}  // namespace utcp::ws
