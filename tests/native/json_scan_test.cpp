#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>

#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>

#include "json_value.hpp"

namespace utcp::ws::json {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::Optional;

// Scans a copy without a byte to spare, so that AddressSanitizer sees reading past its end.
class Scanned {
 public:
  Scanned(std::string_view text, const ScanPlan& plan, std::size_t max_depth = 512) : bytes_(new char[text.size()]) {
    if (!text.empty()) std::memcpy(bytes_.get(), text.data(), text.size());
    result = scan({bytes_.get(), text.size()}, plan, max_depth);
  }

  ScanResult result;

 private:
  std::unique_ptr<char[]> bytes_;
};

bool valid(std::string_view text) { return Scanned(text, ScanPlan()).result.valid; }

ScanPlan plan_for(const std::vector<std::string>& pointers) {
  std::vector<Pointer> parsed;
  for (const std::string& pointer : pointers) parsed.push_back(parse_pointer(pointer).value());
  return ScanPlan(std::move(parsed));
}

// What one pointer finds; "(none)" where nothing.
std::string found(std::string_view text, const std::string& pointer) {
  const Scanned scanned(text, plan_for({pointer}));
  if (!scanned.result.valid) return "(invalid)";
  const std::string_view value = scanned.result.values[0];
  return std::string(value.empty() ? "(none)" : value);
}

TEST(JsonPointer, ParsesAndPrints) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"", {}},         {"/", {""}},           {"/a/0", {"a", "0"}}, {"/a~1b/m~0n/~01", {"a/b", "m~n", "~1"}},
      {"//", {"", ""}}, {"/größe", {"größe"}},
  };
  for (const auto& [text, tokens] : cases) {
    const std::optional<Pointer> pointer = parse_pointer(text);
    ASSERT_TRUE(pointer) << text;
    EXPECT_EQ(pointer->tokens, tokens) << text;
    EXPECT_EQ(to_string(*pointer), text);
  }
}

TEST(JsonPointer, RefusesWhatIsNone) {
  std::string deep;
  for (int i = 0; i < 513; ++i) deep += "/a";
  for (const std::string& text : {std::string("a"), std::string("#/a"), std::string("/~"), std::string("/~2"), deep}) {
    EXPECT_EQ(parse_pointer(text), std::nullopt) << text;
  }
  EXPECT_TRUE(parse_pointer(std::string_view(deep).substr(2)));
}

TEST(JsonScan, AcceptsWhatJsonParseAccepts) {
  for (const char* text : {"{}",
                           "[]",
                           " \t\r\n1 ",
                           "0",
                           "-0",
                           "-1.5e+10",
                           "1E5",
                           "10.01",
                           "\"\"",
                           "\"\\ud800\"",
                           "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                           "\"\\u00AF\"",
                           "true",
                           "false",
                           "null",
                           "[1,[2,{}],{\"a\":[]}]",
                           "{\"a\":1,\"a\":2}",
                           "{\"\":{}}",
                           "\"12345678\"",
                           "\"1234567\\n\"",
                           "[ ]",
                           "{ }",
                           "\"\x7f\"",
                           "\"é日😀\"",
                           "[1e400]"}) {
    EXPECT_TRUE(valid(text)) << text;
  }
}

TEST(JsonScan, RefusesWhatJsonParseRefuses) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1}",
                           "{1:2}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\" 1}",
                           "{a:1}",
                           "{\"a\":1]",
                           "{,}",
                           "00",
                           "01",
                           "-",
                           "-a",
                           "+1",
                           "1.",
                           ".5",
                           "1.e5",
                           "1e",
                           "1e+",
                           "0x10",
                           "1a",
                           "NaN",
                           "Infinity",
                           "tru",
                           "trueX",
                           "True",
                           "nul",
                           "undefined",
                           "\"",
                           "\"a",
                           "\"\\",
                           "\"\\\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\u123",
                           "\"\n\"",
                           "\"1234567\t\"",
                           "'a'",
                           "1 1",
                           "{}{}",
                           "[] x",
                           "//c\n1",
                           "/**/1",
                           "\xEF\xBB\xBF{}",
                           "\v1",
                           "\xC2\xA0"
                           "1",
                           "\"a\"b"}) {
    EXPECT_FALSE(valid(text)) << text;
  }
  using namespace std::string_view_literals;
  for (const std::string_view text : {"\0"sv, "1\0"sv, "\"\0\""sv, "[1]\0"sv, "[\0]"sv, "\"\\\0\""sv})
    EXPECT_FALSE(valid(text));
}

TEST(JsonScan, FindsValuesAsTheyStand) {
  const std::string text = R"( {"a": {"b" : [10, {"c":1.50}, "x\ny"]}, "d": [ ], "e":{"f":null}} )";
  const std::pair<const char*, const char*> cases[] = {
      {"", R"({"a": {"b" : [10, {"c":1.50}, "x\ny"]}, "d": [ ], "e":{"f":null}})"},
      {"/a", R"({"b" : [10, {"c":1.50}, "x\ny"]})"},
      {"/a/b/0", "10"},
      {"/a/b/1", R"({"c":1.50})"},
      {"/a/b/1/c", "1.50"},
      {"/a/b/2", R"("x\ny")"},
      {"/d", "[ ]"},
      {"/e/f", "null"},
      {"/a/b/3", "(none)"},
      {"/a/b/01", "(none)"},
      {"/a/b/-", "(none)"},
      {"/a/b/0/x", "(none)"},
      {"/A", "(none)"},
      {"/d/0", "(none)"},
      {"/e/f/g", "(none)"},
  };
  for (const auto& [pointer, value] : cases) EXPECT_EQ(found(text, pointer), value) << pointer;
}

TEST(JsonScan, FindsManyPointersInOnePass) {
  const Scanned scanned(R"({"a":{"b":1},"c":[2]})", plan_for({"/a/b", "/a", "/c/0", "/x", "/a/b", ""}));
  EXPECT_THAT(scanned.result.values, ElementsAre("1", R"({"b":1})", "2", "", "1", R"({"a":{"b":1},"c":[2]})"));
}

TEST(JsonScan, ComparesNamesDecoded) {
  EXPECT_EQ(found(R"({"\u0061\/b":1})", "/a~1b"), "1");
  EXPECT_EQ(found(R"({"gr\u00f6\u00dfe":1})", "/größe"), "1");
  EXPECT_EQ(found(R"({"0":5})", "/0"), "5");
  EXPECT_EQ(found(R"({"01":5})", "/01"), "5");
}

TEST(JsonScan, OfMembersWithOneNameTheLastCounts) {
  EXPECT_EQ(found(R"({"id":1,"id":2})", "/id"), "2");
  EXPECT_EQ(found(R"({"a":{"id":1},"a":{}})", "/a/id"), "(none)");
  EXPECT_EQ(found(R"({"a":{"id":1},"a":7})", "/a/id"), "(none)");
  EXPECT_EQ(found(R"({"a":{"b":{"id":1}},"\u0061":[]})", "/a/b/id"), "(none)");
  EXPECT_EQ(found(R"({"a":{},"a":{"id":1}})", "/a/id"), "1");
}

TEST(JsonScan, AnInvalidTextHasNoValues) {
  const Scanned scanned(R"({"id":1,"x":})", plan_for({"/id"}));
  EXPECT_FALSE(scanned.result.valid);
  EXPECT_FALSE(scanned.result.too_deep);
  EXPECT_THAT(scanned.result.values, ElementsAre(""));
}

TEST(JsonScan, LimitsTheDepth) {
  const ScanPlan plan;
  EXPECT_TRUE(Scanned("[[{}]]", plan, 3).result.valid);
  const Scanned deep("[[{}]]", plan, 2);
  EXPECT_FALSE(deep.result.valid);
  EXPECT_TRUE(deep.result.too_deep);
  EXPECT_TRUE(Scanned("1", plan, 0).result.valid);
  EXPECT_TRUE(Scanned("[[],[],[]]", plan, 2).result.valid) << "depth, not count";
  EXPECT_TRUE(Scanned(std::string(1'000'000, '['), plan).result.too_deep);
  const std::string million = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_TRUE(Scanned(million, plan, 1'000'000).result.valid);
}

// Random texts, most of them nearly JSON, must be judged as nlohmann/json judges them, and every value must be the one
// that its parser finds.
class TextGenerator {
 public:
  explicit TextGenerator(std::uint32_t seed) : random_(seed) {}

  std::string next() {
    text_.clear();
    value(0);
    if (pick(2) == 0) damage();
    return text_;
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }
  void blanks() { text_.append(pick(6) == 0 ? pick(3) : 0, " \n\t\r"[pick(4)]); }

  void value(int depth) {
    blanks();
    switch (pick(depth > 4 ? 5 : 8)) {
      case 0:
        string();
        break;
      case 1:
      case 2: {
        constexpr const char* kNumbers[] = {"0", "-1", "12.50", "1e3", "-0.1E-2", "100", "9007199254740993"};
        text_ += kNumbers[pick(7)];
        break;
      }
      case 3:
        text_ += "null";
        break;
      case 4:
        text_ += pick(2) == 0 ? "true" : "false";
        break;
      case 5:
        list('[', ']', [&] { value(depth + 1); });
        break;
      default:
        list('{', '}', [&] {
          blanks();
          if (pick(8) == 0) {
            text_ += "\"\\u0061\"";
          } else {
            text_ += '"';
            text_ += static_cast<char>('a' + pick(3));
            text_ += '"';
          }
          blanks();
          text_ += ':';
          value(depth + 1);
        });
    }
    blanks();
  }

  template <class Item>
  void list(char open, char close, Item item) {
    text_ += open;
    for (std::size_t i = pick(4), n = i; i > 0; --i) {
      if (i != n) text_ += ',';
      item();
    }
    blanks();
    text_ += close;
  }

  void string() {
    text_ += '"';
    for (std::size_t i = pick(20); i > 0; --i) {
      constexpr const char* kParts[] = {"a", "bc", "\\n", "\\u00e9", "é", "😀", "\\\"", "\\\\", " ", "{", "]", ","};
      text_ += kParts[pick(12)];
    }
    text_ += '"';
  }

  void damage() {
    const std::size_t at = pick(text_.size());
    constexpr std::string_view kBytes = "{}[],:\"\\0159.eE+-tfn \n\t\x01";
    switch (pick(4)) {
      case 0:
        text_.erase(at, 1);
        break;
      case 1:
        text_.insert(at, 1, kBytes[pick(kBytes.size())]);
        break;
      case 2:
        text_.resize(at);
        break;
      default:
        if (static_cast<unsigned char>(text_[at]) < 0x80) text_[at] = kBytes[pick(kBytes.size())];
    }
  }

  std::mt19937 random_;
  std::string text_;
};

// nlohmann/json also checks that the text is UTF-8; cutting a character in two must not count.
bool is_utf8(const std::string& text) {
  return Json::accept("\"" + [&] {
    std::string plain;
    for (const char c : text) plain += static_cast<unsigned char>(c) < 0x80 ? 'x' : c;
    return plain;
  }() + "\"");
}

TEST(JsonScan, AgreesWithAnotherParserOnRandomTexts) {
  const std::vector<std::string> pointers = {"", "/a", "/a/b", "/a/0", "/b/a/c", "/1", "/c/2/a"};
  const ScanPlan plan = plan_for(pointers);
  TextGenerator generator(4711);
  int valid_texts = 0;
  int values = 0;
  for (int round = 0; round < 40'000; ++round) {
    const std::string text = generator.next();
    if (!is_utf8(text)) continue;
    const Scanned scanned(text, plan);
    nlohmann::json expected(nlohmann::json::value_t::discarded);
    try {
      expected = nlohmann::json::parse(text);
    } catch (const nlohmann::json::out_of_range&) {
      continue;  // a number too large for it, which JSON.parse takes
    } catch (const nlohmann::json::parse_error&) {
    }
    ASSERT_EQ(scanned.result.valid, !expected.is_discarded()) << text;
    if (!scanned.result.valid) continue;
    ++valid_texts;
    ASSERT_EQ(nlohmann::json::parse(compact(text)), expected) << text;
    for (std::size_t i = 0; i < pointers.size(); ++i) {
      const nlohmann::json::json_pointer pointer(pointers[i]);
      const std::string_view value = scanned.result.values[i];
      // An object member "0" is no array element for nlohmann's contains(), so only its own containers are asked.
      ASSERT_EQ(!value.empty(), expected.contains(pointer)) << text << " " << pointers[i];
      if (value.empty()) continue;
      ++values;
      ASSERT_EQ(nlohmann::json::parse(value), expected.at(pointer)) << text << " " << pointers[i];
    }
  }
  EXPECT_GT(valid_texts, 10'000);
  EXPECT_GT(values, 10'000);
}

// The eight-bytes-at-a-time search must see every special byte at every distance from the start and the end.
TEST(JsonScan, SeesTheEndOfAStringWhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string head = "\"" + std::string(before, 'x');
      const std::string tail = std::string(after, 'y') + "\"";
      EXPECT_TRUE(valid(head + tail));
      EXPECT_TRUE(valid(head + "\\n" + tail));
      EXPECT_TRUE(valid(head + "\xF0\x9F\x98\x80!\x7f" + tail));
      EXPECT_FALSE(valid(head + "\x1f" + tail));
      EXPECT_FALSE(valid(head + std::string(1, '\0') + tail));
      EXPECT_FALSE(valid(head + "\"" + tail));
      EXPECT_FALSE(valid(head + std::string(after, 'y')));
    }
  }
}

}  // namespace
}  // namespace utcp::ws::json
