// One client, used by a hundred threads at once: everything on `Client` may be called from any of them.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <future>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "servers.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws {
namespace {

constexpr int kThreads = 100;
constexpr int kCalls = 10;

TEST(Threads, CallStreamAbortAndCountAtOnce) {
  std::atomic<int> events{0};
  ClientOptions options;
  options.on_event = [&events](const Event&) { ++events; };
  Client client(options);
  const Json echo = {{"url", server("odd") + "/echo"},
                     {"message", {{"id", "{{request_id}}"}, {"n", "{{args.n}}"}}},
                     {"response_format", "json"},
                     {"timeout", 600}};
  const Json silent = {{"url", server("odd") + "/silent"}, {"message", {{"id", "{{request_id}}"}}}, {"timeout", 600}};
  std::atomic<int> wrong{0};

  const auto work = [&](int thread) {
    for (int i = 0; i < kCalls; ++i) {
      const int n = thread * kCalls + i;
      const Json arguments = {{"n", n}};
      const auto is_right = [n](const Result<Json>& result) { return result.ok() && result->value("n", -1) == n; };
      if (thread % 4 == 0) {
        if (!is_right(client.call_tool("t.t", arguments, echo))) ++wrong;
      } else if (thread % 4 == 1) {
        auto future = client.async_call_tool("t.t", arguments, echo, boost::asio::use_future);
        if (!is_right(future.get())) ++wrong;
      } else if (thread % 4 == 2) {
        ToolStream stream = client.stream("t.t", arguments, echo);
        Result<std::optional<Json>> item = stream.next();
        if (!item || !*item || (*item)->value("n", -1) != n) ++wrong;
      } else {
        std::stop_source source;
        CallOptions aborted;
        aborted.stop = source.get_token();
        auto future = client.async_call_tool("t.t", arguments, silent, aborted, boost::asio::use_future);
        (void)client.counts();
        source.request_stop();
        const Result<Json> result = future.get();
        if (result || result.error().code != ErrorCode::aborted) ++wrong;
      }
    }
  };
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(work, thread);
  threads.clear();

  EXPECT_EQ(wrong, 0);
  EXPECT_GT(events, kThreads);
  client.close();
  EXPECT_EQ(client.counts(), Client::Counts{});
}

TEST(Threads, ChunksComeFromOtherThreads) {
  Client client;
  const Json call_template = {
      {"url", server("odd") + "/listen?threads"}, {"messages", {"{{args.audio}}", "end"}}, {"timeout", 600}};
  std::atomic<int> wrong{0};
  const auto work = [&](int thread) {
    for (int i = 0; i < kCalls; ++i) {
      std::stop_source source;
      std::jthread other;
      int asked = 0;
      CallOptions options;
      options.stop = source.get_token();
      const bool ends_early = thread % 2 == 1;
      const auto next = [&](ChunkReply reply) {
        const bool is_last = ++asked > 5;
        other = std::jthread([reply = std::move(reply), is_last, ends_early, &source] {
          if (is_last && ends_early) source.request_stop();
          reply(is_last ? std::nullopt : std::optional<Json>("a"));
          reply(std::optional<Json>("again"));
        });
      };
      options.chunks = {"audio", next};
      const Result<Json> result = client.call_tool("t.t", nullptr, call_template, options);
      const bool is_right = result ? *result == "ended" : ends_early && result.error().code == ErrorCode::aborted;
      if (!is_right) ++wrong;
    }
  };
  std::vector<std::jthread> threads;
  threads.reserve(kThreads / 10);
  for (int thread = 0; thread < kThreads / 10; ++thread) threads.emplace_back(work, thread);
  threads.clear();
  EXPECT_EQ(wrong, 0);
  client.close();
  EXPECT_EQ(client.counts(), Client::Counts{});
}

TEST(Threads, CloseWhileOthersCall) {
  Client client;
  const Json silent = {{"url", server("odd") + "/silent"}, {"message", {{"id", "{{request_id}}"}}}};
  std::atomic<int> ended{0};
  std::vector<std::jthread> threads;
  threads.reserve(kThreads / 2);
  for (int thread = 0; thread < kThreads / 2; ++thread) {
    threads.emplace_back([&] {
      const Result<Json> result = client.call_tool("t.t", nullptr, silent);
      if (!result && result.error().code == ErrorCode::protocol_closed) ++ended;
    });
  }
  // Those that come later start anew, and are closed by the next one.
  while (ended < kThreads / 2) client.close();
  threads.clear();
  EXPECT_EQ(ended, kThreads / 2);
}

}  // namespace
}  // namespace utcp::ws
