// What lies below a call: TLS with certificates for both sides, a proxy, compression, refusals, closings, timeouts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "servers.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string at(const std::string& path) { return server("odd") + path; }

ClientOptions impatient() {
  ClientOptions options;
  options.retry.reset();
  return options;
}

TEST(Transport, ShowsItsCertificateWhereOneIsAskedFor) {
  ClientOptions options = impatient();
  options.tls.ca_file = server("caFile");
  const Json call_template = {{"name", "demo"}, {"url", server("mutual")}};
  {
    Client without(options);
    const Result<Manual> manual = without.register_manual(call_template);
    ASSERT_FALSE(manual);
    EXPECT_EQ(manual.error().code, ErrorCode::connection_failed);
  }
  options.tls.certificate_file = server("caFile");
  options.tls.key_file = server("keyFile");
  Client client(options);
  const Result<Manual> manual = client.register_manual(call_template);
  ASSERT_TRUE(manual) << manual.error().message << " | " << manual.error().cause;
  EXPECT_FALSE(manual->tools.empty());
}

TEST(Transport, GoesThroughAProxy) {
  ClientOptions options = impatient();
  options.tls.ca_file = server("caFile");
  options.proxy = server("proxy");
  const Json call_template = {{"name", "demo"}, {"url", server("secure")}};
  {
    Client client(options);
    const Result<Manual> manual = client.register_manual(call_template);
    ASSERT_TRUE(manual) << manual.error().message << " | " << manual.error().cause;
  }
  options.proxy->replace(options.proxy->find("s3cr3t-proxy"), 12, "s3cr3t-wrong");
  Client refused(options);
  const Result<Manual> manual = refused.register_manual(call_template);
  ASSERT_FALSE(manual);
  EXPECT_THAT(manual.error().message + manual.error().cause, Not(HasSubstr("s3cr3t")));
}

TEST(Transport, CountsAFrameAfterItIsInflated) {
  ClientOptions options;
  options.limits.frame_bytes = 100'000;
  Client client(options);
  const Result<Json> large = client.call_tool("t.t", nullptr, {{"url", at("/large")}});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::frame_too_large);
  const Result<Json> small = client.call_tool("t.t", {{"n", 1}}, {{"url", at("/echo")}, {"response_format", "json"}});
  ASSERT_TRUE(small) << small.error().message;
  EXPECT_EQ(*small, Json({{"n", 1}}));
}

TEST(Transport, TakesAFrameOfJustTheLimit) {
  ClientOptions options;
  options.limits.frame_bytes = 1000;
  Client client(options);
  const auto echo = [&client](std::size_t size) {
    return client.call_tool("t.t", nullptr, {{"url", at("/echo")}, {"message", std::string(size, 'x')}});
  };
  EXPECT_TRUE(echo(1000));
  const Result<Json> larger = echo(1001);
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().code, ErrorCode::frame_too_large);
}

TEST(Transport, TellsTheStatusOfARefusedHandshake) {
  Client client;
  for (const auto& [status, code] : {std::pair{401, ErrorCode::auth_failed},
                                     {403, ErrorCode::auth_failed},
                                     {404, ErrorCode::handshake_refused},
                                     {302, ErrorCode::connection_failed}}) {
    const Result<Json> result = client.call_tool("t.t", nullptr, {{"url", at("/status/" + std::to_string(status))}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << status << ": " << result.error().message;
    EXPECT_EQ(result.error().http_status, status);
  }
}

TEST(Transport, SendsHeadersOfOptionsTemplatesAndArguments) {
  ClientOptions options;
  options.headers.emplace_back("X-Option", "Größe");
  Client client(options);
  const Json call_template = {{"url", at("/headers")},
                              {"headers", {{"X-Template", "t"}}},
                              {"header_fields", {"X-Argument"}},
                              {"response_format", "json"}};
  const Result<Json> headers = client.call_tool("t.t", {{"X-Argument", "a"}}, call_template);
  ASSERT_TRUE(headers) << headers.error().message;
  EXPECT_EQ(headers->value("x-option", ""), "Größe");
  EXPECT_EQ(headers->value("x-template", ""), "t");
  EXPECT_EQ(headers->value("x-argument", ""), "a");
}

TEST(Transport, TellsHowThePeerClosed) {
  Client client;
  const Result<Json> result = client.call_tool("t.t", nullptr, {{"url", at("/close")}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::connection_closed);
  EXPECT_EQ(result.error().close_code, 4321);
  EXPECT_EQ(result.error().reason, "enough");
}

TEST(Call, TimesOutOnItsOwn) {
  Client client;
  CallOptions options;
  options.timeout = 50ms;
  // The connection is there already: a busy machine may take longer than that to open one.
  ASSERT_TRUE(client.call_tool("t.t", nullptr, {{"url", at("/echo")}}));
  const Json unanswered = {{"url", at("/echo")}, {"message_filter", {{"type", "never"}}}, {"timeout", 60}};
  const Result<Json> result = client.call_tool("t.t", nullptr, unanswered, options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::response_timeout);
}

TEST(Call, EndsWhenAStopIsRequested) {
  Client client;
  std::stop_source source;
  CallOptions options;
  options.stop = source.get_token();
  const std::jthread stopper([&source] { source.request_stop(); });
  const Result<Json> result = client.call_tool("t.t", nullptr, {{"url", at("/silent")}}, options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::aborted);
}

TEST(Call, NeedsTheArgumentsOfItsMessage) {
  Client client;
  const Json call_template = {{"url", at("/echo")}, {"message", "GET UTCP_ARG_sensor_UTCP_ARG"}};
  const Result<Json> result = client.call_tool("t.t", {{"senser", "load"}}, call_template);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(result.error().message, HasSubstr(R"(needs the argument "sensor", which is missing; given: "senser")"));
  EXPECT_EQ(client.counts().calls, 0U);
  EXPECT_EQ(client.counts().connections, 0U);
}

TEST(Call, ShowsNoSecretInWhatAToolSays) {
  Client client;
  const Json call_template = {{"url", at("/echo")},
                              {"message", {{"error", {{"message", "no such key: s3cr3t-key"}}}}},
                              {"error_path", "/error"},
                              {"auth", {{"auth_type", "api_key"}, {"api_key", "s3cr3t-key"}}}};
  const Result<Json> result = client.call_tool("t.t", nullptr, call_template);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the tool failed: no such key: ***");
  EXPECT_EQ(result.error().detail, R"({"message":"no such key: ***"})");
}

TEST(Transport, MasksWhatCredentialsGive) {
  ClientOptions options;
  options.credentials = [](const CredentialRequest&, const CredentialReply& reply) {
    Credentials given;
    given.headers.emplace_back("X-Key", "s3cr3t-header");
    given.query.emplace_back("ticket", "s3cr3t-ticket");
    given.url = at("/headers");
    reply(std::move(given));
  };
  Client client(options);
  const Result<Json> result =
      client.call_tool("t.t", nullptr, {{"url", at("/echo")}, {"error_match", {{"x-key", "s3cr3t-header"}}}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::tool_failed);
  EXPECT_THAT(result.error().message + result.error().detail, Not(HasSubstr("s3cr3t")));
}

TEST(Call, IsToldOfProgress) {
  Client client;
  std::vector<Json> heard;
  CallOptions options;
  std::stop_source enough;
  options.stop = enough.get_token();
  options.on_progress = [&heard, &enough](const Json& value) {
    heard.push_back(value);
    enough.request_stop();
  };
  options.traceparent = "00-trace";
  const Json call_template = {
      {"url", at("/echo")},
      {"message", {{"of", "{{request_id}}"}, {"tp", "{{traceparent}}"}, {"ts", "{{tracestate}}"}}},
      {"response_format", "json"},
      {"correlation", false},
      {"progress_filter", {{"of", "{{request_id}}"}}}};
  const Result<Json> result = client.call_tool("t.t", nullptr, call_template, options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::aborted) << "the echo was no answer";
  EXPECT_THAT(heard, testing::ElementsAre(Json{{"of", "1"}, {"tp", "00-trace"}}));
}

TEST(Transport, HoldsCredentialsToTheRulesOfTemplates) {
  Credentials given;
  ClientOptions options;
  options.credentials = [&given](const CredentialRequest&, const CredentialReply& reply) { reply(given); };
  Client client(options);
  given.headers = {{"X-Key", "s3cr3t "}};
  Result<Json> result = client.call_tool("t.t", nullptr, {{"url", at("/echo")}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::auth_failed);
  EXPECT_THAT(result.error().cause, HasSubstr("credentials.headers must be header names"));
  EXPECT_THAT(result.error().cause, Not(HasSubstr("s3cr3t")));
  given = {.url = "ws://tools.example/"};
  result = client.call_tool("t.t", nullptr, {{"url", at("/echo")}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::url_refused);
}

TEST(Call, TakesErrorsAsTheTemplateSays) {
  Client client;
  const Json call_template = {
      {"url", at("/echo")}, {"message", "ERR no such sensor"}, {"error_match", {{"$prefix", "ERR"}}}};
  const Result<Json> result = client.call_tool("t.t", nullptr, call_template);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::tool_failed);
  EXPECT_EQ(result.error().message, "the tool failed: ERR no such sensor");
  EXPECT_EQ(result.error().detail, R"("ERR no such sensor")");
}

}  // namespace
}  // namespace utcp::ws
