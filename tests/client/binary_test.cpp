// Binary messages of the client: what goes out, what is refused, and base64 of binary answers.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "servers.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws {
namespace {

using Bytes = std::vector<std::uint8_t>;

Json template_for(const char* path, const Json& fields) {
  Json call_template = {{"url", server("odd") + path}};
  call_template.update(fields);
  return call_template;
}

const Json kBinary = {{"message", "{{args.audio}}"}, {"message_format", "binary"}};

std::string sent(Client& client, const Json& arguments, const Json& fields) {
  const Result<Json> result = client.call_tool("t.t", arguments, template_for("/hex", fields));
  return result ? result->get<std::string>() : result.error().message;
}

TEST(ClientBinary, SendsTheBytesOfAnArgument) {
  Client client;
  EXPECT_EQ(sent(client, {{"audio", Json::binary({0, 255, 10, 128})}}, kBinary), "binary 00ff0a80");
  EXPECT_EQ(sent(client, {{"audio", Json::binary({})}, {"more", 1}}, kBinary), "binary ");
  const Result<Json> large =
      client.call_tool("t.t", {{"audio", Json::binary(Bytes(300'000, 7))}}, template_for("/hex", kBinary));
  ASSERT_TRUE(large) << large.error().message;
  EXPECT_EQ(large->get<std::string>().size(), 600'007U);
}

TEST(ClientBinary, SendsTextsAsUtf8AndKeepsOrder) {
  Client client;
  EXPECT_EQ(sent(client, {{"audio", "é"}}, kBinary), "binary c3a9");
  EXPECT_EQ(sent(client, {{"a", 1}}, {{"message_format", "binary"}}), "binary 7b2261223a317d");
  EXPECT_EQ(sent(client, {{"a", 1}}, {{"message_format", "text"}}), "text 7b2261223a317d");
  EXPECT_EQ(sent(client, Json::object(), {{"message", "a"}}), "text 61") << "after a binary one on that connection";
}

TEST(ClientBinary, BytesGoInAsBase64WhereTheTemplateSaysSo) {
  Client client;
  const Json fields = {{"message", "a {{args.audio}} {{args.text}}"}, {"message_format", "base64"}};
  EXPECT_EQ(sent(client, {{"audio", Json::binary({0, 255})}, {"text", "b"}}, fields), "text 61204150383d2062");
  const Json nested = {{"audio", {Json::binary({1})}}, {"text", ""}};
  EXPECT_TRUE(sent(client, nested, fields).starts_with("arguments.audio[0] is bytes"));
}

TEST(ClientBinary, OfSeveralMessagesThoseThatAreOneArgumentAreBinary) {
  Client client;
  const Json fields = {{"messages", {"a", "{{args.one}}", "{{args.two}}", "{{args.text}}"}},
                       {"message_format", "binary"},
                       {"expected_responses", 4}};
  const Json arguments = {{"one", Json::binary({1})}, {"two", Json::binary({2})}, {"text", "c"}};
  const Result<Json> result = client.call_tool("t.t", arguments, template_for("/hex", fields));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(*result, Json({"text 61", "binary 01", "binary 02", "binary 63"}));
}

TEST(ClientBinary, RefusesBytesElsewhere) {
  Client client;
  const Json arguments = {{"audio", Json::binary({1})}};
  for (const Json& fields : {Json::object(), Json{{"message", "{{args.audio}}"}},
                             Json{{"message", {{"a", "{{args.audio}}"}}}, {"message_format", "binary"}}}) {
    const Result<Json> result = client.call_tool("t.t", arguments, template_for("/hex", fields));
    ASSERT_FALSE(result) << fields;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(result.error().message.starts_with("arguments.audio is bytes, which JSON cannot hold: pass a text, "))
        << result.error().message;
  }
  Json leaving = kBinary;
  leaving["leave_message"] = "{{args.audio}}";
  const Result<Json> left = client.call_tool("t.t", arguments, template_for("/hex", leaving));
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().code, ErrorCode::invalid_argument);
}

TEST(ClientBinary, GivesBinaryAnswersAsBase64) {
  Client client;
  const auto answer = [&client](const Json& bytes, const char* format) {
    Json fields = kBinary;
    fields["response_format"] = format;
    return client.call_tool("t.t", {{"audio", bytes}}, template_for("/backwards", fields)).value();
  };
  EXPECT_EQ(answer(Json::binary({0xff, 0xfe, 0}), "base64"), Json("AP7/"));
  EXPECT_EQ(answer(Json::binary({}), "base64"), Json(""));
  EXPECT_EQ(answer(Json::binary({1, 2}), "raw"), Json::binary({2, 1}));
}

}  // namespace
}  // namespace utcp::ws
