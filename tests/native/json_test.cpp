#include "json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "json_decimal.hpp"

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

std::string dumped(std::string_view text) {
  const Result<Json> value = parse(Exact(text).view());
  return value ? dump(value.value()) : value.error().message;
}

TEST(JsonParse, KeepsTheOrderOfMembers) { EXPECT_EQ(dumped(R"({ "z" : 1, "a" : [ ] })"), R"({"z":1,"a":[]})"); }

TEST(JsonParse, OfMembersWithOneNameTheLastCounts) {
  EXPECT_EQ(dumped(R"({"a":1,"b":2,"a":3})"), R"({"b":2,"a":3})");
  EXPECT_EQ(dumped(R"({"a":{"x":1},"\u0061":[true,null]})"), R"({"a":[true,null]})");
  EXPECT_EQ(dumped(R"([{"a":1,"a":2},{"a":1}])"), R"([{"a":2},{"a":1}])");
}

TEST(JsonParse, LimitsTheDepth) {
  EXPECT_TRUE(parse(nested(kDefaultMaxJsonDepth)).ok());
  const Result<Json> deeper = parse(nested(kDefaultMaxJsonDepth + 1));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, ErrorCode::invalid_json);
  EXPECT_THAT(deeper.error().message, HasSubstr("512"));
  EXPECT_TRUE(parse("7", 0).ok());
  EXPECT_TRUE(parse("[]", 1).ok());
  EXPECT_FALSE(parse("[[]]", 1).ok());
  EXPECT_FALSE(parse(R"({"a":{}})", 1).ok());
}

TEST(JsonParse, SurvivesTextThatNestsAMillionLevels) { EXPECT_FALSE(parse(std::string(1'000'000, '[')).ok()); }

TEST(JsonParse, SaysWhereItIsWrongButQuotesNothing) {
  const Result<Json> wrong = parse(R"({"password":"hunter2" hunter3})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid_json);
  EXPECT_THAT(wrong.error().message, HasSubstr("byte 22"));
  EXPECT_THAT(wrong.error().message, Not(HasSubstr("hunter")));
  EXPECT_THAT(parse("[1,").error().message, HasSubstr("ends too early"));
}

TEST(JsonParse, TakesScalarsAsDocuments) {
  EXPECT_EQ(dumped(" true "), "true");
  EXPECT_EQ(dumped("null"), "null");
  EXPECT_EQ(dumped("\"x\""), "\"x\"");
}

TEST(JsonParse, KeepsIntegersOf64BitsExact) {
  EXPECT_EQ(dumped("[18446744073709551615,-9223372036854775808,9007199254740993,0,-0]"),
            "[18446744073709551615,-9223372036854775808,9007199254740993,0,0]");
  EXPECT_TRUE(parse("18446744073709551616").value().is_number_float());
  EXPECT_TRUE(parse("-9223372036854775809").value().is_number_float());
}

TEST(JsonParse, ReadsFractionsAsTheNearestDouble) {
  for (const char* digits : {"0.1",
                             "0.5",
                             "-1.25",
                             "2.5e3",
                             "1e22",
                             "1e23",
                             "0.30000000000000004",
                             "123456.789",
                             "1E-7",
                             "9007199254740993.0",
                             "9007199254740992.99999999999999999999",
                             "9007199254740993.00000000000000000001",
                             "1.7976931348623157e308",
                             "2.2250738585072014e-308",
                             "2.2250738585072011e-308",
                             "5e-324",
                             "4.9406564584124654e-324",
                             "2.4703282292062327e-324",
                             "2.4703282292062328e-324",
                             "1e-400",
                             "-0.0",
                             "0e999999999",
                             "0.000001",
                             "10000000000000000000000000.0",
                             "8.98846567431158e307",
                             "1.0000000000000002",
                             "1.00000000000000011102230246251565404",
                             "1.00000000000000011102230246251565405",
                             "179769313486231580793e288"}) {
    const double expected = std::strtod(digits, nullptr);
    const Json value = parse(digits).value();
    ASSERT_TRUE(value.is_number_float()) << digits;
    EXPECT_EQ(value.get<double>(), expected) << digits;
    EXPECT_EQ(std::signbit(value.get<double>()), std::signbit(expected)) << digits;
  }
  EXPECT_TRUE(std::isinf(parse("1e400").value().get<double>()));
  EXPECT_EQ(dumped("[1e999999999999999999999,-1e309]"), "[null,null]");
}

TEST(JsonParse, ReadsRandomFractionsAsTheNearestDouble) {
  std::mt19937_64 random(20240601);
  for (int round = 0; round < 20'000; ++round) {
    std::string digits = round % 3 == 0 ? "-" : "";
    digits += static_cast<char>('1' + random() % 9);
    for (std::size_t i = random() % 25; i > 0; --i) digits += static_cast<char>('0' + random() % 10);
    digits += '.';
    for (std::size_t i = 1 + random() % 25; i > 0; --i) digits += static_cast<char>('0' + random() % 10);
    if (round % 2 == 0) digits += "e" + std::to_string(static_cast<int>(random() % 680) - 350);
    const double expected = std::strtod(digits.c_str(), nullptr);
    ASSERT_EQ(parse(digits).value().get<double>(), expected) << digits;
  }
}

// Just above a midpoint between two doubles: what decides is the remainder of a division, however small.
TEST(JsonParse, RoundsUpAboveAMidpoint) {
  for (std::size_t zeros = 20; zeros < 80; ++zeros) {
    for (const char last : {'1', '2', '5', '8'}) {
      const std::string digits = "9007199254740993." + std::string(zeros, '0') + last;
      ASSERT_EQ(parse(digits).value().get<double>(), 9007199254740994.0) << digits;
    }
  }
  EXPECT_EQ(parse("9007199254740993." + std::string(900, '0') + "1").value().get<double>(), 9007199254740994.0);
  EXPECT_EQ(parse("9007199254740993." + std::string(900, '0')).value().get<double>(), 9007199254740992.0);
}

TEST(JsonParse, ReadsBackEveryDoubleThatItPrints) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string digits = dump(Json(value));
    ASSERT_EQ(parse(digits).value().get<double>(), value) << digits;
  }
}

TEST(JsonDump, IsCompactAndPrintsLikeTheLibrary) {
  const char* text = R"({"a":[1,-2,3.5,1e100,true,false,null,"é\"\\\b\f\n\r\t\u0001/"],"":{},"l":[],"o":{"x":[{}]}})";
  const Json value = parse(text).value();
  EXPECT_EQ(dump(value), value.dump());
  EXPECT_EQ(dump(Json(1.0)), "1.0");
  EXPECT_EQ(dump(Json(std::nan(""))), "null");
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
  EXPECT_EQ(parse(literal).value(), Json(all));
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
  EXPECT_EQ(parse(text).value().size(), 150'001U);
}

}  // namespace
}  // namespace utcp::ws::json
