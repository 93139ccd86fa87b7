// The handshake that `connect` says: the cases of tests/vectors/connect.json, which run against a server too
// (tests/js/connect_steps.test.js), and what a server cannot show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <utcp_websocket/secrets.hpp>
#include <utcp_websocket/sha256.hpp>
#include <utcp_websocket/text.hpp>

#include "fake_host.hpp"
#include "json_value.hpp"

namespace utcp::ws::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr std::string_view kLogin = R"({"url":"wss://h.example/ws","connection_timeout":3,"connect":[
    {"expect":{"type":"auth_required"},"capture":{"n":"/nonce"},"send":{"type":"auth","nonce":"{{connect.n}}"}},
    {"expect":{"type":"auth_ok"},"error":{"type":"auth_invalid"}}]})";

std::string text_of(const Plan& plan) {
  std::string text;
  for (const Piece& piece : plan) text += piece.text;
  return text;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    for (const int shift : {4, 0}) out += "0123456789abcdef"[(static_cast<unsigned char>(byte) >> shift) & 15];
  }
  return out;
}

// FIPS 180-4's examples; and around the length of a block, where padding begins another one.
TEST(Sha256, OfTexts) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(55, 'a'))), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(hex(sha256(std::string(56, 'a'))), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(hex(sha256(std::string(64, 'a'))), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  EXPECT_EQ(hex(sha256(std::string(1000000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void run(const nlohmann::ordered_json& c) {
  nlohmann::ordered_json call_template{{"url", "wss://h.example/"}};
  for (const char* field : {"connect", "connect_message", "message"}) {
    if (c.contains(field)) call_template[field] = c[field];
  }
  const std::string text = call_template.dump();
  if (c.contains("field")) {
    const Result<CallTemplate> parsed = parse_call_template(std::string_view(text));
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_call_template);
    EXPECT_EQ(parsed.error().field, c["field"]) << parsed.error().message;
    return;
  }
  FakeHost host;
  const CallId call = host.call(host.tool(text));
  host.open(1);
  std::size_t sent = 0;
  for (const auto& line : c["script"]) {
    if (line.contains("server")) {
      host.text(1, line["server"]);
      continue;
    }
    ASSERT_LT(sent, host.sockets.at(1).greetings.size());
    EXPECT_EQ(text_of(host.sockets.at(1).greetings[sent++]), line["client"].get<std::string>());
  }
  EXPECT_EQ(host.sockets.at(1).greetings.size(), sent);
  EXPECT_EQ(host.sockets.at(1).sent.size(), c.contains("error") ? 0U : 1U);
  if (!c.contains("error")) return;
  EXPECT_EQ(host.code(call), ErrorCode::auth_failed);
  EXPECT_THAT(host.outcome(call).error->message, EndsWith(c.value("says", "")));
  EXPECT_EQ(host.sockets.size(), 1U) << "it is not tried again";
}

TEST(ConnectSteps, Vectors) {
  std::ifstream file(UTCP_VECTORS_DIR "/connect.json");
  const auto cases = nlohmann::ordered_json::parse(file, nullptr, false);
  ASSERT_GE(cases.size(), 25U);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>());
    run(c);
  }
}

TEST(ConnectSteps, ATimeoutSaysWhichStepWaitedAndWhatCameInstead) {
  for (const bool second : {false, true}) {
    FakeHost host({.retry = {.enabled = false}});
    const CallId call = host.call(host.tool(kLogin));
    host.open(1);
    host.text(1, R"({"type":"hi"})");
    if (second) host.text(1, R"({"type":"auth_required","nonce":1})");
    host.advance(3s);
    EXPECT_EQ(host.code(call), ErrorCode::connection_timeout);
    const std::string& message = host.outcome(call).error->message;
    EXPECT_THAT(message, HasSubstr(second ? "did not send the frame that connect[1] expects"
                                          : "the frame that connect[0] expects"));
    EXPECT_EQ(message.find(R"({"type":"hi"})") == std::string::npos, second) << "it came before that step";
  }
}

TEST(ConnectSteps, ARefusalRejectsAllThatWaitAndOpensNothing) {
  FakeHost host;
  const ToolId tool = host.tool(kLogin);
  const CallId first = host.call(tool);
  const CallId second = host.call(tool);
  host.open(1);
  host.text(1, R"({"type":"auth_required","nonce":1})");
  host.text(1, R"({"type":"auth_invalid"})");
  EXPECT_EQ(host.code(first), ErrorCode::auth_failed);
  EXPECT_EQ(host.code(second), ErrorCode::auth_failed);
  host.advance(1min);
  EXPECT_EQ(host.open_sockets(), 0U);
  EXPECT_EQ(host.sockets.size(), 2U) << "one for each call, and none again";
  EXPECT_EQ(host.session.counts().endpoints, 0U);
}

TEST(ConnectSteps, AValueThatIsTooLongToKeepRefusesTheConnection) {
  const std::string longest(kLongestCaptured, '1');
  FakeHost host;
  const ToolId tool = host.tool(kLogin);
  const CallId refused = host.call(tool);
  host.open(1);
  host.text(1, concat({R"({"type":"auth_required","nonce":)", longest, "1}"}));
  EXPECT_EQ(host.code(refused), ErrorCode::auth_failed);
  EXPECT_THAT(host.outcome(refused).error->message, HasSubstr("connect[0] keeps: a value of over 65,536 bytes"));
  const CallId call = host.call(tool);
  host.open(2);
  host.text(2, concat({R"({"type":"auth_required","nonce":)", longest, "}"}));
  host.text(2, R"({"type":"auth_ok"})");
  host.text(2, "{}");
  EXPECT_TRUE(host.succeeded(call));
}

// Firefox's WebDriver BiDi has one session.
TEST(ConnectSteps, WhoRefusesOneMoreIsNotAskedAgainWhileAnotherWorks) {
  const auto log_in = [](FakeHost& host, std::uint32_t socket, const char* answer) {
    host.open(socket);
    host.text(socket, R"({"type":"auth_required","nonce":1})");
    host.text(socket, answer);
  };
  FakeHost host;
  const ToolId tool = host.tool(kLogin);
  const CallId first = host.call(tool);
  log_in(host, 1, R"({"type":"auth_ok"})");
  const CallId second = host.call(tool);
  log_in(host, 2, R"({"type":"auth_invalid"})");
  host.advance(2s);
  EXPECT_TRUE(host.pending(second));
  EXPECT_EQ(host.sockets.size(), 2U);
  host.text(1, "answer");
  EXPECT_TRUE(host.succeeded(first));
  host.text(1, "answer");
  EXPECT_TRUE(host.succeeded(second)) << "on the first one's connection";

  host.text(1, "more");  // it is idle, and of no use for this call
  const CallId third = host.call(tool);
  EXPECT_TRUE(host.sockets.at(1).closed.has_value()) << "which gets one in its place";
  log_in(host, 3, R"({"type":"auth_ok"})");
  const CallId fourth = host.call(tool);
  log_in(host, 4, R"({"type":"auth_invalid"})");
  host.peer_closes(3, 1006);
  EXPECT_EQ(host.code(third), ErrorCode::connection_closed);
  log_in(host, 5, R"({"type":"auth_invalid"})");
  EXPECT_EQ(host.code(fourth), ErrorCode::auth_failed) << "none is left that works";
  EXPECT_EQ(host.sockets.size(), 5U);
}

TEST(ConnectSteps, EachConnectionBeginsAnew) {
  FakeHost host;
  const ToolId tool = host.tool(kLogin);
  const CallId call = host.call(tool);
  host.open(1);
  host.text(1, R"({"type":"auth_required","nonce":"a"})");
  host.peer_closes(1, 1012);
  host.advance(2s);
  host.open(2);
  EXPECT_TRUE(host.sockets.at(2).greetings.empty());
  host.text(2, R"({"type":"auth_required","nonce":"b"})");
  ASSERT_EQ(host.sockets.at(2).greetings.size(), 1U);
  EXPECT_EQ(text_of(host.sockets.at(2).greetings[0]), R"({"type":"auth","nonce":"b"})");
  host.text(2, R"({"type":"auth_ok"})");
  host.text(2, "answer");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(ConnectSteps, AClosingRefusesWhatWasSaid) {
  FakeHost host;
  const CallId call = host.call(host.tool(kLogin));
  host.open(1);
  host.text(1, R"({"type":"auth_required","nonce":1})");
  host.peer_closes(1, 4009, "no");
  EXPECT_EQ(host.code(call), ErrorCode::auth_failed);
  EXPECT_THAT(host.outcome(call).error->message, EndsWith(R"(after connect (code 4009, reason "no"); check connect)"));
}

TEST(ConnectSteps, ConnectionsAreSharedWhereTheStepsAreTheSame) {
  FakeHost host;
  const std::string other = std::string(kLogin).replace(kLogin.find("auth_ok"), 7, "welcome");
  (void)host.call(host.tool(kLogin, "m.a"));
  (void)host.call(host.tool(other, "m.b"));
  EXPECT_EQ(host.session.counts().endpoints, 2U);
}

TEST(ConnectSteps, SecretsOfWhatIsSent) {
  const Result<CallTemplate> parsed = parse_call_template(R"({"url":"wss://h.example/","connect":[
      {"send":{"user":"agent","password":"dr0wssap"}},
      {"expect":{"op":0},"capture":{"salt":"/salt"},"send":{"a":{"$sha256_base64":["h4shed","{{connect.salt}}"]}}}]})");
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  Secrets secrets;
  secrets.add(*parsed);
  EXPECT_EQ(secrets.mask("agent, dr0wssap, h4shed"), "agent, ***, ***");
}

}  // namespace
}  // namespace utcp::ws::test
