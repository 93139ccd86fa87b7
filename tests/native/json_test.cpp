#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_text.hpp>

#include "json_value.hpp"

namespace utcp::ws::json {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// A copy without a byte to spare, so that AddressSanitizer sees reading past its end.
class Exact {
 public:
  explicit Exact(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    if (size_ > 0) std::memcpy(bytes_.get(), text.data(), size_);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonRead, LimitsTheDepth) {
  const ScanPlan nothing;
  EXPECT_TRUE(scan(nested(kDefaultMaxJsonDepth), nothing, kDefaultMaxJsonDepth).valid);
  EXPECT_TRUE(scan(nested(kDefaultMaxJsonDepth + 1), nothing, kDefaultMaxJsonDepth).too_deep);
  const Result<Members> deeper = members("{\"a\":" + nested(kDefaultMaxJsonDepth) + "}");
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, ErrorCode::invalid_json);
  EXPECT_THAT(deeper.error().message, HasSubstr("512"));
  EXPECT_TRUE(scan("7", nothing, 0).valid);
  EXPECT_TRUE(members(R"({"a":1})", 1).ok());
  EXPECT_FALSE(members(R"({"a":{}})", 1).ok());
}

TEST(JsonRead, SurvivesTextThatNestsAMillionLevels) { EXPECT_FALSE(members(std::string(1'000'000, '[')).ok()); }

TEST(JsonRead, SaysWhereItIsWrongButQuotesNothing) {
  const Result<Members> wrong = members(R"({"password":"hunter2" hunter3})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid_json);
  EXPECT_THAT(wrong.error().message, HasSubstr("byte 22"));
  EXPECT_THAT(wrong.error().message, Not(HasSubstr("hunter")));
  EXPECT_THAT(members("[1,").error().message, HasSubstr("ends too early"));
}

TEST(JsonText, SummaryShowsShortScalarsOnly) {
  EXPECT_EQ(summary("-1"), "-1");
  EXPECT_EQ(summary("\"abc\""), "\"abc\"");
  EXPECT_EQ(summary("null"), "null");
  EXPECT_EQ(summary(quote(std::string(41, 'x'))), "a string of 41 bytes");
  EXPECT_EQ(summary("[1]"), "an array");
  EXPECT_EQ(summary("{}"), "an object");
  EXPECT_EQ(type_summary("\"secret\""), "a string");
  EXPECT_EQ(type_summary("1.5"), "a number");
  EXPECT_EQ(type_summary("true"), "a boolean");
}

TEST(JsonSame, ComparesNumbersByValueAndStringsByTheirText) {
  for (const auto& [left, right] : {std::pair{"1", "1.0"},
                                    {"1e2", "100"},
                                    {"-0", "0"},
                                    {"-0.00e5", "0"},
                                    {"0.10", "1E-1"},
                                    {"-1230e+2", "-123000"},
                                    {R"("\u0061")", R"("a")"},
                                    {"true", "true"},
                                    {"null", "null"},
                                    {"{ }", "{}"},
                                    {"[1, 2]", "[1,2]"}}) {
    EXPECT_TRUE(same(left, right)) << left;
  }
  for (const auto& [left, right] : {std::pair{"1", "2"},
                                    {"9007199254740993", "9007199254740992"},
                                    {"9007199254740993", "9007199254740992.0"},
                                    {"1e400", "1e401"},
                                    {"1e-400", "0"},
                                    {"-1", "1"},
                                    {"10", "1"},
                                    {"0.1", "0.01"},
                                    {"1", "\"1\""},
                                    {"\"true\"", "true"},
                                    {"null", "false"},
                                    {"{}", "[]"},
                                    {"0", "null"}}) {
    EXPECT_FALSE(same(left, right)) << left;
  }
}

TEST(JsonDecimal, ScaledRoundsAwayFromZero) {
  EXPECT_EQ(scaled("30", 6), 30'000'000);
  EXPECT_EQ(scaled("1.5", 6), 1'500'000);
  EXPECT_EQ(scaled("12.5e-1", 6), 1'250'000);
  EXPECT_EQ(scaled("0.0000010", 6), 1);
  EXPECT_EQ(scaled("0.0000011", 6), 2);
  EXPECT_EQ(scaled("-0.0000011", 6), -2);
  EXPECT_EQ(scaled("1e-999999999999999999999", 6), 1);
  EXPECT_EQ(scaled("-0.00e9", 6), 0);
  EXPECT_EQ(scaled("9007199254740993", 0), 9007199254740993);
  EXPECT_EQ(scaled("999999999999999999", 0), kMostScaled - 1);
  EXPECT_EQ(scaled("18446744073709551615", 0), kMostScaled);
  EXPECT_EQ(scaled("-1E+999999999999999999999", 0), -kMostScaled);
}

TEST(JsonText, EscapesWhatAStringLiteralCannotHold) {
  std::string out = "<";
  using namespace std::string_view_literals;
  append_escaped(out, "\"\\/\b\f\n\r\t\0\x1f\x7f é😀"sv);
  EXPECT_EQ(out, "<\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f é😀");
}

TEST(JsonText, EveryStringSurvivesEscapingAndDecoding) {
  std::string all;
  for (int byte = 0; byte < 0x80; ++byte) all += static_cast<char>(byte);
  all += "ß日😀";
  std::string literal = "\"";
  append_escaped(literal, all);
  literal += '"';
  EXPECT_EQ(text_of(Exact(literal).view()), all);
  EXPECT_EQ(parse_json(literal), Json(all));
}

TEST(JsonText, TextOfDecodesStringLiterals) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u00e9\u65E5")", "é日"},
      {R"("\ud83d\ude00")", "😀"},
      {R"("\ud800")", "\xEF\xBF\xBD"},    // a lone high surrogate
      {R"("\udc00x")", "\xEF\xBF\xBDx"},  // a lone low surrogate
      {R"("\ud83dx\ude00")", "\xEF\xBF\xBDx\xEF\xBF\xBD"},
      {R"("\ud83d\u0041")",
       "\xEF\xBF\xBD"
       "A"},
      {R"("\ud83d\ud83d\ude00")", "\xEF\xBF\xBD😀"},
      {"12.50", "12.50"},
      {"{\"a\":1}", "{\"a\":1}"},
      {"", ""},
      // Not JSON: nothing is promised but that nothing is read beyond it.
      {"\"", "\""},
      {R"("\")", ""},
      {R"("\u12")", "\xEF\xBF\xBD"},
      {R"("\ud83d\u1")", "\xEF\xBF\xBD\xEF\xBF\xBD"},
  };
  for (const auto& [literal, text] : cases) EXPECT_EQ(text_of(Exact(literal).view()), text) << literal;
}

TEST(JsonText, CompactDropsBlanksBetweenTokensOnly) {
  const std::pair<const char*, const char*> cases[] = {
      {" { \"a b\" : [ 1.50 ,\t-0 ] ,\r\n \"c\" : \" \\\" , \\\\\" } ", R"({"a b":[1.50,-0],"c":" \" , \\"})"},
      {"\"\\u00e9 \"", "\"\\u00e9 \""},
      {"1E+2", "1E+2"},
      {"\"\\", "\"\\"},  // not JSON: copied to its end
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(compact(Exact(text).view()), expected);
}

TEST(JsonMembers, GivesNamesDecodedAndValuesRaw) {
  const Exact text(R"( {"a" : 1.50, "\u0062":{"c": [1] }, "d":"x\ny" , "e":[]} )");
  const auto found = members(text.view());
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(found.value(),
              ElementsAre(Pair("a", "1.50"), Pair("b", R"({"c": [1] })"), Pair("d", R"("x\ny")"), Pair("e", "[]")));
  EXPECT_TRUE(members("{}").value().empty());
}

TEST(JsonMembers, OfMembersWithOneNameTheLastCounts) {
  EXPECT_THAT(members(R"({"a":1,"b":2,"\u0061":3,"b":{"b":4}})").value(),
              ElementsAre(Pair("a", "3"), Pair("b", R"({"b":4})")));
}

TEST(JsonMembers, RefusesWhatIsNoObject) {
  for (const char* text : {"", "[]", "[{\"a\":1}]", "1", "\"a\"", "{", "{\"a\"}", "{\"a\":1}x", "{\"a\":1,}"}) {
    const auto found = members(Exact(text).view());
    ASSERT_FALSE(found.ok()) << text;
    EXPECT_EQ(found.error().code, ErrorCode::invalid_json);
  }
  EXPECT_FALSE(members(R"({"a":[[]]})", 2).ok());
  EXPECT_TRUE(members(R"({"a":[[]]})", 3).ok());
}

TEST(JsonMembers, TakesObjectsOfManyMembersInReasonableTime) {
  std::string text = "{\"m\":0";
  for (int i = 0; i < 200'000; ++i) text += ",\"m" + std::to_string(i % 150'000) + "\":" + std::to_string(i);
  text += "}";
  EXPECT_EQ(members(text).value().size(), 150'001U);
}

}  // namespace
}  // namespace utcp::ws::json
