// Arguments that come in chunks: what goes out, how calls end, and sources that do what they should not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "servers.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;

Json template_for(const std::string& key, const Json& fields = Json::object()) {
  Json call_template = {{"url", server("odd") + "/listen?" + key},
                        {"messages", {"start", "{{args.audio}}", "end"}},
                        {"leave_message", "left"},
                        {"error_path", "/error"}};
  call_template.update(fields);
  return call_template;
}

/// What the server has heard, once it is this much.
Texts heard(const std::string& key, std::size_t count) {
  Client client;
  const Json ask = {{"url", server("odd") + "/heard?" + key}, {"message", "?"}, {"response_format", "json"}};
  Texts texts;
  while (texts.size() < count) texts = client.call_tool("t.t", nullptr, ask).value().get<Texts>();
  return texts;
}

std::function<std::optional<Json>()> giving(std::vector<Json> chunks) {
  return [chunks = std::move(chunks), next = std::size_t{0}]() mutable -> std::optional<Json> {
    return next < chunks.size() ? std::optional<Json>(chunks[next++]) : std::nullopt;
  };
}

CallOptions with(ChunkedArgument chunks) {
  CallOptions options;
  options.chunks = std::move(chunks);
  return options;
}

CallOptions with_chunks(std::vector<Json> chunks) {
  return with(ChunkedArgument::from("audio", giving(std::move(chunks))));
}

/// Gives one chunk, and keeps who asks for a second.
struct Source {
  struct State {
    std::atomic<int> asked{0};
    std::atomic<int> stopped{0};
    std::promise<ChunkReply> second;
  };
  std::shared_ptr<State> state = std::make_shared<State>();

  [[nodiscard]] CallOptions giving(const Json& first) const {
    const auto next = [kept = state, first](ChunkReply reply) {
      if (++kept->asked == 1) return reply(std::optional<Json>(first));
      kept->second.set_value(std::move(reply));
    };
    return with({"audio", next, [kept = state] { ++kept->stopped; }});
  }
};

TEST(ClientUpload, EachChunkIsAMessage) {
  Client client;
  const Json fields = {
      {"messages", {{{"type", "start"}}, {{"chunk", "{{args.audio}}"}, {"at", "{{args.at}}"}}, "end"}}};
  const Result<Json> result =
      client.call_tool("t.t", {{"at", 1}}, template_for("each", fields), with_chunks({"a", 7, nullptr, {{"b", {1}}}}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(*result, "ended");
  EXPECT_THAT(heard("each", 6), ElementsAre(R"({"type":"start"})", R"({"chunk":"a","at":1})", R"({"chunk":7,"at":1})",
                                            R"({"chunk":null,"at":1})", R"({"chunk":{"b":[1]},"at":1})", "end"));
}

TEST(ClientUpload, BytesAreFramesOfTheirOwnOrBase64) {
  Client client;
  const std::vector<Json> chunks = {Json::binary({1, 255}), Json::binary({}), "é"};
  const Json as_frames = {{"message_format", "binary"}};
  ASSERT_TRUE(client.call_tool("t.t", nullptr, template_for("frames", as_frames), with_chunks(chunks)));
  EXPECT_THAT(heard("frames", 5), ElementsAre("start", "binary 01ff", "binary ", "binary c3a9", "end"));
  const Json as_texts = {{"message_format", "base64"}};
  ASSERT_TRUE(client.call_tool("t.t", nullptr, template_for("texts", as_texts), with_chunks(chunks)));
  EXPECT_THAT(heard("texts", 5), ElementsAre("start", "Af8=", "", "é", "end"));
}

TEST(ClientUpload, WhatIsNewWithEachMessageIsNew) {
  Client client;
  const Json message = {{"chunk", "{{args.audio}}"}, {"id", "{{new_id}}"}, {"of", "{{request_id}}"}};
  const Json fields = {{"messages", {message, "end"}}, {"correlation", false}};
  ASSERT_TRUE(client.call_tool("t.t", nullptr, template_for("new", fields), with_chunks({"a", "b"})));
  const Texts texts = heard("new", 3);
  const Json first = Json::parse(texts.at(0));
  const Json second = Json::parse(texts.at(1));
  EXPECT_EQ(first["of"], second["of"]);
  EXPECT_NE(first["id"], second["id"]);
}

TEST(ClientUpload, AStreamIsASource) {
  Client client;
  auto items = std::make_shared<ToolStream>(
      client.stream("t.t", nullptr, {{"url", server("odd") + "/echo"}, {"message", "one"}, {"expected_responses", 1}}));
  const ChunkedArgument chunks{"audio", [items](ChunkReply reply) { items->async_next(std::move(reply)); }};
  const Result<Json> result = client.call_tool("t.t", nullptr, template_for("piped"), with(chunks));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(heard("piped", 3), ElementsAre("start", "one", "end"));
}

struct Ending {
  const char* chunk;  ///< what makes the server end it
  void (*act)(Client& client, std::stop_source& source);
  const char* code;  ///< null: answered
};
void nothing(Client& /*client*/, std::stop_source& /*source*/) {}

TEST(ClientUpload, HoweverACallEndsItsSourceHearsItOnce) {
  const std::vector<Ending> endings = {
      {"answer", nothing, nullptr},
      {"fail", nothing, "tool_failed"},
      {"close", nothing, "connection_closed"},
      {"terminate", nothing, "connection_closed"},
      {"a", [](Client&, std::stop_source& source) { source.request_stop(); }, "aborted"},
      {"a", [](Client& client, std::stop_source&) { client.close(); }, "protocol_closed"},
      {"a", [](Client& client, std::stop_source&) { client.deregister_manual("t"); }, "manual_deregistered"},
  };
  for (const auto& [chunk, act, code] : endings) {
    Client client;
    std::stop_source stop;
    const Source source;
    CallOptions options = source.giving(chunk);
    options.stop = stop.get_token();
    auto future = client.async_call_tool("t.t", Json(), template_for("endings"), options, boost::asio::use_future);
    const ChunkReply second = source.state->second.get_future().get();
    act(client, stop);
    const Result<Json> result = future.get();
    EXPECT_EQ(result ? "answered" : describe(result.error().code).name,
              std::string(code != nullptr ? code : "answered"));
    EXPECT_EQ(source.state->stopped, 1) << chunk;
    second(std::optional<Json>("too late"));
    client.close();
    EXPECT_EQ(client.counts(), Client::Counts{});
    EXPECT_EQ(source.state->asked, 2);
    EXPECT_EQ(source.state->stopped, 1);
  }
  EXPECT_THAT(heard("endings", 1), testing::Not(testing::Contains("too late")));
}

TEST(ClientUpload, OneThatIsLeftTellsThePeerAndSendsNothingMore) {
  Client client;
  const Source source;
  {
    ToolStream stream = client.stream("t.t", nullptr, template_for("left"), source.giving("answer"));
    const Result<std::optional<Json>> item = stream.next();
    ASSERT_TRUE(item && *item);
    EXPECT_EQ(**item, "answer");
    const ChunkReply second = source.state->second.get_future().get();
    stream.stop();
    second(std::optional<Json>("too late"));
    EXPECT_FALSE(stream.next().value());
  }
  EXPECT_THAT(heard("left", 3), ElementsAre("start", "answer", "left"));
  EXPECT_EQ(source.state->stopped, 1);
}

TEST(ClientUpload, OfNoChunksIsLeftTooOnceTheRestIsSent) {
  Client client;
  const Json messages = {{"messages", {"{{args.audio}}", "end"}}};
  {
    ToolStream stream = client.stream("t.t", nullptr, template_for("empty", messages), with_chunks({}));
    EXPECT_EQ(stream.next().value(), Json("ended"));
    stream.stop();
  }
  EXPECT_THAT(heard("empty", 2), ElementsAre("end", "left"));
}

TEST(ClientUpload, OfACallThatNeverStartsTheSourceHearsNothingAndOfOneThatFailsToOpenTheEnd) {
  Client client;
  const Source unused;
  { const ToolStream never = client.stream("t.t", nullptr, template_for("x"), unused.giving("a")); }
  EXPECT_FALSE(client.call_tool("t.t", nullptr, {{"url", 7}}, unused.giving("a")));
  EXPECT_EQ(unused.state->asked + unused.state->stopped, 0);

  const Source refused;
  Json call_template = template_for("x");
  call_template["url"] = server("odd") + "/status/403";
  EXPECT_EQ(client.call_tool("t.t", nullptr, call_template, refused.giving("a")).error().code, ErrorCode::auth_failed);
  EXPECT_EQ(refused.state->asked, 0);
  EXPECT_EQ(refused.state->stopped, 1);
}

TEST(ClientUpload, AnErrorOfTheSourceEndsTheCall) {
  const Error broken{.code = ErrorCode::connection_failed, .message = "no microphone"};
  const std::vector<std::function<void(ChunkReply)>> sources = {
      [&broken](const ChunkReply& reply) { reply(broken); },
      [](const ChunkReply& /*reply*/) { throw std::runtime_error("no microphone"); },
  };
  std::size_t count = 0;
  for (const auto& next : sources) {
    Client client;
    std::atomic<int> stopped{0};
    const CallOptions options = with({"audio", next, [&stopped] { ++stopped; }});
    const Result<Json> result = client.call_tool("t.t", nullptr, template_for("broken"), options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(result.error().message, "arguments.audio failed to yield its next chunk");
    EXPECT_EQ(result.error().field, "audio");
    EXPECT_EQ(result.error().cause, "no microphone");
    EXPECT_EQ(stopped, 0) << "it has ended";
    count += 2;
    EXPECT_EQ(heard("broken", count).back(), "left");
  }
  Client client;
  const auto odd = [](const ChunkReply& /*reply*/) { throw 7; };
  EXPECT_EQ(client.call_tool("t.t", nullptr, template_for("odd"), with({"audio", odd})).error().code,
            ErrorCode::invalid_argument);
}

TEST(ClientUpload, NoChunk) {
  Client client;
  for (const auto& [chunk, what] : std::vector<std::pair<Json, const char*>>{
           {Json::binary({1}), "arguments.audio is bytes"},
           {Json{{"deep", Json::binary({1})}}, "arguments.audio.deep is bytes"}}) {
    const Source source;
    const Result<Json> result = client.call_tool("t.t", nullptr, template_for("none"), source.giving(chunk));
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, testing::StartsWith(what));
    EXPECT_EQ(source.state->asked, 1);
    EXPECT_EQ(source.state->stopped, 1);
  }
}

TEST(ClientUpload, WhatASourceSaysTooOftenIsIgnored) {
  Client client;
  int asked = 0;
  const auto next = [&asked](const ChunkReply& reply) {
    reply(++asked < 3 ? std::optional<Json>("a") : std::nullopt);
    reply(std::optional<Json>("again"));
    reply(Error{.code = ErrorCode::aborted, .message = "again"});
    throw std::runtime_error("after all");
  };
  const auto stop = []() { throw std::runtime_error("nobody waits for it"); };
  EXPECT_TRUE(client.call_tool("t.t", nullptr, template_for("often"), with({"audio", next, stop})));
  EXPECT_THAT(heard("often", 4), ElementsAre("start", "a", "a", "end"));
  const auto only = [](const ChunkReply& reply) { reply(std::optional<Json>("answer")); };
  EXPECT_TRUE(client.call_tool("t.t", nullptr, template_for("often"), with({"audio", only, stop})));
  EXPECT_EQ(client.call_tool("t.t", nullptr, template_for("often"), with_chunks({"a"})).value(), "ended");
}

TEST(ClientUpload, WhereChunksHaveNoPlaceTheCallIsRefused) {
  Client client;
  const auto refusal = [&client](const Json& fields) {
    const Source source;
    const Result<Json> result = client.call_tool("t.t", nullptr, template_for("refused", fields), source.giving("a"));
    EXPECT_EQ(source.state->asked + source.state->stopped, 0);
    return result ? "none" : result.error().message;
  };
  const Json chunk = "{{args.audio}}";
  EXPECT_THAT(refusal({{"messages", {"a", "b"}}}), HasSubstr("just one message of the template has to name it, not 0"));
  EXPECT_THAT(refusal({{"messages", {chunk, chunk}}}), HasSubstr("not 2"));
  const char* const elsewhere = "arguments.audio comes in chunks, which can only stand in one message, by its name";
  EXPECT_EQ(refusal({{"messages", {chunk, "{{args}}"}}}), elsewhere);
  EXPECT_EQ(refusal({{"message_filter", {{"a", chunk}}}}), elsewhere);
  EXPECT_EQ(refusal({{"leave_message", chunk}}), elsewhere);
  EXPECT_EQ(refusal({{"header_fields", {"audio"}}}), elsewhere);

  const auto error = [&client](const Json& arguments, const ChunkedArgument& chunks) {
    return client.call_tool("t.t", arguments, template_for("refused"), with(chunks)).error().message;
  };
  EXPECT_EQ(error({{"audio", 1}}, ChunkedArgument::from("audio", giving({}))),
            "arguments.audio is given twice: as a value, and in chunks");
  EXPECT_EQ(error(nullptr, {"audio", nullptr}), "CallOptions::chunks needs a function `next`");
  EXPECT_EQ(error({1}, ChunkedArgument::from("audio", giving({}))), "arguments must be an object, not an array");
}

TEST(ClientUpload, APeerThatDoesNotReadHoldsTheSourceUpAndIsLateWithThat) {
  ClientOptions plain;
  plain.compression = false;  // what is all the same would hardly be anything
  Client client(plain);
  int asked = 0;
  std::atomic<int> stopped{0};
  ChunkedArgument chunks = ChunkedArgument::from("audio", [&asked]() -> std::optional<Json> {
    if (++asked > 1000) return std::nullopt;
    return asked == 1 ? "pause" : std::string(std::size_t{256} * 1024, 'x');
  });
  chunks.stop = [&stopped] { ++stopped; };
  const Json call_template = template_for("held", {{"response_timeout", 1}});
  const Result<Json> result = client.call_tool("t.t", nullptr, call_template, with(chunks));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::response_timeout);
  EXPECT_LT(asked, 500);
  EXPECT_EQ(stopped, 1);
}

TEST(ClientUpload, ThePeerIsNotLateWhileTheSourceIsWaitedFor) {
  Client client;
  const Source source;
  auto future = client.async_call_tool("t.t", Json(), template_for("slow", {{"response_timeout", 0.3}}),
                                       source.giving("a"), boost::asio::use_future);
  const ChunkReply second = source.state->second.get_future().get();
  EXPECT_EQ(future.wait_for(std::chrono::seconds(1)), std::future_status::timeout);
  // What comes from the last message on is late: the server answers `pause` with nothing.
  second({});
  EXPECT_EQ(future.get().value(), "ended");
  const Result<Json> late = client.call_tool(
      "t.t", nullptr, template_for("slow", {{"messages", {"{{args.audio}}"}}, {"response_timeout", 0.3}}),
      with_chunks({"a"}));
  EXPECT_EQ(late.error().code, ErrorCode::response_timeout);
}

TEST(ClientUpload, ASourceMayUseTheClientAndOutliveIt) {
  std::promise<void> closed;
  std::optional<ChunkReply> kept;
  {
    auto client = std::make_unique<Client>();
    const auto next = [&](ChunkReply reply) {
      EXPECT_EQ(client->call_tool("t.t", nullptr, template_for("x")).error().code, ErrorCode::invalid_argument);
      kept = std::move(reply);
      client->async_close([&closed] { closed.set_value(); });
    };
    const Result<Json> result = client->call_tool("t.t", nullptr, template_for("x"), with({"audio", next}));
    EXPECT_EQ(result.error().code, ErrorCode::protocol_closed);
    closed.get_future().get();
  }
  (*kept)(std::optional<Json>("too late"));
}

TEST(ClientUpload, EachMessageIsAnEvent) {
  std::atomic<std::size_t> sizes{0};
  std::atomic<int> sent{0};
  ClientOptions options;
  options.on_event = [&](const Event& event) {
    if (event.kind != Event::Kind::send) return;
    ++sent;
    sizes += event.size;
  };
  Client client(options);
  ASSERT_TRUE(client.call_tool("t.t", nullptr, template_for("events"), with_chunks({"ab", "c"})));
  EXPECT_EQ(sent, 4);
  EXPECT_EQ(sizes, std::string("startabcend").size());
}

}  // namespace
}  // namespace utcp::ws
