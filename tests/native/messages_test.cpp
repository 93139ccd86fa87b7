// Templates of calls that send several messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/call.hpp>
#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<CallTemplate> parse(std::string_view members) {
  return parse_call_template(concat({R"({"url":"wss://h.example/ws",)", members, "}"}));
}

std::string error_of(std::string_view members) {
  const Result<CallTemplate> parsed = parse(members);
  return parsed ? "none" : parsed.error().message;
}

std::vector<std::string> rendered(const CallTemplate& call_template, std::string_view arguments) {
  const BuiltIns built_ins{"1", "u", "n", "t"};
  std::vector<std::string> texts{*render(call_template.message, arguments, built_ins)};
  for (const MessageTemplate& message : call_template.more_messages) {
    texts.push_back(*render(message, arguments, built_ins));
  }
  return texts;
}

TEST(Messages, EachIsReadLikeMessage) {
  const Result<CallTemplate> parsed =
      parse(R"("messages":["GET {{args.a}}",{"v":"{{args.a}}"},["{{request_id}}"],"{\"n\":{{args.a}}}"])");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(rendered(*parsed, R"({"a":1.50})"),
              ElementsAre("GET 1.50", R"({"v":1.50})", R"(["1"])", R"({"n":1.50})"));
}

TEST(Messages, OneIsAsGoodAsMessage) {
  const Result<CallTemplate> parsed = parse(R"("messages":["only"])");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(rendered(*parsed, "{}"), ElementsAre("only"));
}

TEST(Messages, AnswersAreToldByTheFirstThatHoldsAnId) {
  const auto rules_of = [](std::string_view members) { return CallRules(*parse(members)); };
  const CallRules second = rules_of(R"("messages":["hello",{"n":"{{request_id}}"},{"m":"{{uuid}}"}])");
  EXPECT_EQ(second.id_places(), rules_of(R"("message":{"n":"{{request_id}}"})").id_places());
  EXPECT_FALSE(second.correlates_by_uuid());
  const CallRules by_uuid = rules_of(R"("messages":["hello",{"m":"{{uuid}}"}])");
  EXPECT_EQ(by_uuid.id_places(), rules_of(R"("message":{"m":"{{uuid}}"})").id_places());
  EXPECT_TRUE(by_uuid.correlates_by_uuid());
  EXPECT_FALSE(rules_of(R"("messages":["hello","you"])").correlates());
  EXPECT_TRUE(parse(R"("messages":["a",{"n":"{{request_id}}"}],"correlation":"/id")"));
  EXPECT_TRUE(parse(R"("messages":["a","7{{request_id}}"],"correlation":{"$prefix":"8{{request_id}}"})"));
  EXPECT_TRUE(parse(R"("messages":["a","7{{request_id}}"],"progress_filter":{"id":"{{request_id}}"})"));
  EXPECT_TRUE(parse(R"("messages":["a",{"n":"{{request_id}}"}],"result_path":"/r","result_default":1)"));
  EXPECT_THAT(error_of(R"("messages":["a","b"],"correlation":"/id")"), HasSubstr("correlation"));
}

TEST(Messages, WhatIsOfNoUseIsRefused) {
  EXPECT_EQ(error_of(R"("messages":["a"],"message":"b")"),
            R"(call template field "messages" must be used without "message"; got both)");
  EXPECT_THAT(error_of(R"("messages":["a"],"message":false)"), HasSubstr(R"(used without "message")"));
  constexpr const char* kTakes = R"(call template field "messages" must be an array of 1 to 20 messages; got )";
  EXPECT_EQ(error_of(R"("messages":[])"), concat({kTakes, "an array"}));
  EXPECT_EQ(error_of(R"("messages":"a")"), concat({kTakes, "a string"}));
  EXPECT_EQ(error_of(R"("messages":{"a":1})"), concat({kTakes, "an object"}));
  std::string many = R"("messages":["0")";
  for (int i = 1; i < 20; ++i) many += R"(,"m")";
  EXPECT_TRUE(parse(many + "]"));
  EXPECT_THAT(error_of(many + R"(,"m"])"), HasSubstr("1 to 20 messages"));
  EXPECT_EQ(error_of(R"("messages":["a",1])"),
            R"(call template field "messages[1]" must be a string, an object or an array; got a number)");
  EXPECT_THAT(error_of(R"("messages":["a",{"...":1}])"), HasSubstr(R"("messages[1]")"));
  EXPECT_THAT(error_of(R"("messages":["{{connect.sid}}"])"), HasSubstr("no \"capture\" has that name"));
  EXPECT_TRUE(parse(R"("messages":null,"message":"a")"));
}

TEST(Messages, BytesMayBecomeBase64) {
  EXPECT_TRUE(parse(R"("message_format":"base64")")->sends_base64);
  EXPECT_FALSE(parse(R"("message_format":"base64")")->sends_binary);
  EXPECT_TRUE(parse(R"("message_format":"binary")")->sends_binary);
  EXPECT_FALSE(parse(R"("message_format":"binary")")->sends_base64);
}

}  // namespace
}  // namespace utcp::ws::test
