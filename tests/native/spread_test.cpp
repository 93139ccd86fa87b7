// `"...": "{{args}}"`: what the vectors (spread.json) cannot say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/message_template.hpp>

namespace utcp::ws {
namespace {

using testing::HasSubstr;

std::string rendered(std::string_view message, std::string_view arguments) {
  const Result<MessageTemplate> compiled = MessageTemplate::compile(message);
  if (!compiled) return compiled.error().message;
  const Result<std::string> text = render(*compiled, arguments, {"7", "u", "n", "t"});
  return text ? *text : text.error().message;
}

TEST(Spread, OfAnArgumentThatStandsTwiceTheLastCounts) {
  EXPECT_EQ(rendered(R"({"t":1,"...":"{{args}}"})", R"({"a":1,"t":2,"\u0061":3})"), R"({"t":1,"a":3})");
}

TEST(Spread, WhatItsAuthorWroteTwiceGoesOutTwice) {
  EXPECT_EQ(rendered(R"({"t":1,"\u0074":2,"...":"{{args}}"})", R"({"t":3})"), R"({"t":1,"t":2})");
}

TEST(Spread, KeepsDigitsAndPlaceOfTheArguments) {
  EXPECT_EQ(rendered(R"("{\"id\":{{request_id}},\"...\":{{args}},\"z\":1}")", R"( { "n" : 1.50, "o":[ 1e+5 ] } )"),
            R"({"id":7,"n":1.50,"o":[1e+5],"z":1})");
}

TEST(Spread, LeavesTheIdWhereItIs) {
  const MessageTemplate message = MessageTemplate::compile(R"("{\"...\":{{args}},\"id\":{{request_id}}}")").value();
  ASSERT_TRUE(message.id_place());
  EXPECT_EQ(json::to_string(message.id_place()->pointer), "/id");
  EXPECT_TRUE(message.spreads());
  EXPECT_TRUE(message.depends_on_names());
  EXPECT_FALSE(message.is_constant());
}

TEST(Spread, SaysHowItIsWritten) {
  EXPECT_THAT(rendered(R"({"...":"{{arg}}"})", "{}"), HasSubstr(R"(as "...": "{{args}}")"));
}

TEST(Spread, TakesNoNamesFromAQuoteInAPlaceholder) {
  // Were the placeholder read first, `b` would hide in its name, and stand twice.
  EXPECT_EQ(rendered(R"("{\"x\":\"UTCP_ARG_\",\"b\":\"_UTCP_ARG\",\"...\":{{args}}}")", R"({"b":1})"),
            R"({"x":"UTCP_ARG_","b":"_UTCP_ARG"})");
}

}  // namespace
}  // namespace utcp::ws
