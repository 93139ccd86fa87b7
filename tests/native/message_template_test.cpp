#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/message_template.hpp>

namespace utcp::ws {
namespace {

using testing::ElementsAre;
using Kind = Piece::Kind;

constexpr BuiltIns kBuiltIns{
    .request_id = "42", .uuid = "6f9d0b1e-uuid", .now = "2026-11-22T21:00:00.000Z", .tool_name = "say \"hi\""};

MessageTemplate object_message(std::string_view text) { return MessageTemplate::compile(text).value(); }
MessageTemplate string_message(std::string_view text) { return MessageTemplate::compile(json::quote(text)).value(); }

std::string rendered(const MessageTemplate& message, std::string_view arguments,
                     const BuiltIns& built_ins = kBuiltIns) {
  const Result<std::string> text = render(message, arguments, built_ins);
  return text ? text.value() : "error: " + text.error().message;
}

std::string pointer_of(const MessageTemplate& message) {
  const auto& place = message.id_place();
  return place ? (place->is_uuid ? "uuid " : "id ") + json::to_string(place->pointer) : "none";
}

struct Case {
  const char* message;
  const char* arguments;
  const char* expected;
};

TEST(NoMessage, SendsTheArguments) {
  EXPECT_EQ(rendered(MessageTemplate(), R"( { "a" : 1.50, "b": [ "x y" ] } )"), R"({"a":1.50,"b":["x y"]})");
  EXPECT_EQ(rendered(MessageTemplate(), "{}"), "{}");
  EXPECT_EQ(rendered(MessageTemplate::compile("null").value(), R"({"a":1})"), R"({"a":1})");
  EXPECT_THAT(MessageTemplate().plan({}), ElementsAre(Piece{Kind::all_arguments, Encoding::json_value, ""}));
}

TEST(TextMessage, TakesArgumentsAsText) {
  const Case cases[] = {
      {"SET UTCP_ARG_v_UTCP_ARG;", R"({"v":"25"})", "SET 25;"},
      {"UTCP_ARG_v_UTCP_ARG", R"({"v":"a\"b\\\u00e9\n"})", "a\"b\\é\n"},
      {"UTCP_ARG_v_UTCP_ARG", R"({"v": {"a" : [1.50, "x y", null]}})", R"({"a":[1.50,"x y",null]})"},
      {"UTCP_ARG_v_UTCP_ARG", R"({"v":null})", "null"},
      {"UTCP_ARG_v_UTCP_ARG", R"({"v":1e+5})", "1e+5"},
      {"UTCP_ARG_a_UTCP_ARGUTCP_ARG_b_UTCP_ARG", R"({"a":1,"b":2})", "12"},
      {"", R"({"a":1})", ""},
      {" {\"a\":UTCP_ARG_v_UTCP_ARG}", R"({"v":"x"})", " {\"a\":x}"},
      {"42[\"e\",\"UTCP_ARG_v_UTCP_ARG\"]", R"({"v":"x"})", "42[\"e\",\"x\"]"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(string_message(c.message), c.arguments), c.expected) << c.message;
}

TEST(Placeholders, AreReadOnceFromLeftToRight) {
  const Case cases[] = {
      // What was put in is never looked at again.
      {"UTCP_ARG_a_UTCP_ARG", R"({"a":"UTCP_ARG_b_UTCP_ARG","b":"SECRET"})", "UTCP_ARG_b_UTCP_ARG"},
      {"UTCP_ARG_a_UTCP_ARGb_UTCP_ARG", R"({"a":"UTCP_ARG_","b":"SECRET"})", "UTCP_ARG_b_UTCP_ARG"},
      {"UTCP_ARG_a_UTCP_ARG", R"({"a":"{{uuid}}"})", "{{uuid}}"},
      {"UTCP_ARG_UTCP_ARG_a_UTCP_ARG_UTCP_ARG", R"({"a":"b","b":"SECRET"})", "UTCP_ARG_b_UTCP_ARG"},
      // Without an argument a placeholder stays.
      {"UTCP_ARG_x_UTCP_ARG UTCP_ARG_a_UTCP_ARG", R"({"a":1})", "UTCP_ARG_x_UTCP_ARG 1"},
      {"UTCP_ARG_a", R"({"a":1})", "UTCP_ARG_a"},
      {"UTCP_ARG_a_UTCP_AR", R"({"a":1})", "UTCP_ARG_a_UTCP_AR"},
      {"UTCP_ARG_A_UTCP_ARG", R"({"a":1})", "UTCP_ARG_A_UTCP_ARG"},
      {"UTCP_ARG_x_UTCP_ARG_a_UTCP_ARG", R"({"a":1})", "UTCP_ARG_x_1"},
      {"UTCP_ARG_x UTCP_ARG_a_UTCP_ARG", R"({"a":1})", "UTCP_ARG_x 1"},
      // A name ends at the first end that makes it an argument's.
      {"UTCP_ARG_a_UTCP_ARG_b_UTCP_ARG", R"({"a":1,"a_UTCP_ARG_b":2})", "1_b_UTCP_ARG"},
      {"UTCP_ARG_a_UTCP_ARG_b_UTCP_ARG", R"({"a_UTCP_ARG_b":2})", "2"},
      {"UTCP_ARG_UTCP_UTCP_ARG", R"({"UTCP":3})", "3"},
      {"UTCP_ARG__UTCP_ARG", R"({"":4})", "4"},
      {"UTCP_ARG_größe_UTCP_ARG", R"({"gr\u00f6\u00dfe":5})", "5"},
      {"UTCP_ARG_a b\"c_UTCP_ARG", R"({"a b\"c":6})", "6"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(string_message(c.message), c.arguments), c.expected) << c.message;
}

TEST(ObjectMessage, FillsInStringValuesAtAnyDepthNeverKeys) {
  const Case cases[] = {
      {R"({"a":"UTCP_ARG_x_UTCP_ARG"})", R"({"x":"q\"\n"})", R"({"a":"q\"\n"})"},
      {R"({"a":[1,{"b":"<UTCP_ARG_x_UTCP_ARG>"}]})", R"({"x":"v"})", R"({"a":[1,{"b":"<v>"}]})"},
      {R"({"params":"UTCP_ARG_p_UTCP_ARG"})", R"({"p":{"id": 123}})", R"({"params":"{\"id\":123}"})"},
      {R"({"n":"UTCP_ARG_n_UTCP_ARG"})", R"({"n":1.50})", R"({"n":"1.50"})"},
      {R"({"UTCP_ARG_x_UTCP_ARG":"{{uuid}}","{{args}}":1})", R"({"x":"v"})",
       R"({"UTCP_ARG_x_UTCP_ARG":"6f9d0b1e-uuid","{{args}}":1})"},
      {R"({"a\"b":"c\\d\u00e9","e":[],"f":{},"g":[null,true,-1,2.5]})", "{}",
       R"({"a\"b":"c\\dé","e":[],"f":{},"g":[null,true,-1,2.5]})"},
      {R"(["UTCP_ARG_x_UTCP_ARG","\"UTCP_ARG_größe_UTCP_ARG\""])", R"({"x":1,"größe":2})", R"(["1","\"2\""])"},
      {R"({"a":"UTCP_ARG_q\"_UTCP_ARG"})", R"({"q\"":"v"})", R"({"a":"v"})"},
      {R"({"a":"UTCP_ARG_x_UTCP_ARG"})", R"({"x":"\",\"admin\":true,\"y\":\""})",
       R"({"a":"\",\"admin\":true,\"y\":\""})"},
      {"{}", R"({"x":1})", "{}"},
      {"[]", R"({"x":1})", "[]"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(object_message(c.message), c.arguments), c.expected) << c.message;
}

TEST(JsonShapedMessage, EscapesInsideLiteralsAndPutsValuesOutside) {
  const Case cases[] = {
      {R"({"q": "UTCP_ARG_q_UTCP_ARG"})", R"({"q":"\", \"isAdmin\": true, \"x\": \""})",
       R"({"q": "\", \"isAdmin\": true, \"x\": \""})"},
      {R"({"q": "UTCP_ARG_q_UTCP_ARG"})", R"({"q":{"a": "\""}})", R"({"q": "{\"a\":\"\\\"\"}"})"},
      {R"({"n": UTCP_ARG_n_UTCP_ARG})", R"({"n":1.50})", R"({"n": 1.50})"},
      {R"({"n": UTCP_ARG_n_UTCP_ARG})", R"({"n":"1, \"x\": 2"})", R"({"n": "1, \"x\": 2"})"},
      {"[UTCP_ARG_a_UTCP_ARG, UTCP_ARG_b_UTCP_ARG]", R"({"a":{"x" : 1},"b":null})", R"([{"x":1}, null])"},
      // Blanks, escapes and digits of the template stay as they are; literals are tracked over escaped quotes.
      {R"({ "a\"UTCP_ARG_x_UTCP_ARG\\" : 1.00, "b":UTCP_ARG_x_UTCP_ARG})", R"({"x":"v"})",
       R"({ "a\"v\\" : 1.00, "b":"v"})"},
      {R"(["UTCP_ARG_x_UTCP_ARG)", R"({"x":"\""})", R"(["\")"},
      {R"({"UTCP_ARG_x_UTCP_ARG":1})", R"({"x":"k\""})", R"({"k\"":1})"},
      // In the raw text a name is compared as it stands.
      {R"(["UTCP_ARG_gr\u00f6\u00dfe_UTCP_ARG", "UTCP_ARG_größe_UTCP_ARG"])", R"({"größe":1})",
       R"(["UTCP_ARG_gr\u00f6\u00dfe_UTCP_ARG", "1"])"},
      {"{", "{}", "{"},
      {"[\"", "{}", "[\""},
      {"[\"\\", "{}", "[\"\\"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(string_message(c.message), c.arguments), c.expected) << c.message;
}

TEST(JsonShapedMessage, NoPlaceholderReachesAcrossTheEndOfALiteral) {
  EXPECT_EQ(rendered(string_message(R"({"a":"UTCP_ARG_x","b":"y_UTCP_ARG"})"), R"({"x\",\"b\":\"y":1})"),
            R"({"a":"UTCP_ARG_x","b":"y_UTCP_ARG"})");
}

// A backslash before a placeholder would take the first character of the value with it.
TEST(JsonShapedMessage, NoValueCompletesAnEscapeOfTheTemplate) {
  EXPECT_EQ(rendered(string_message(R"(["\UTCP_ARG_x_UTCP_ARG"])"), R"({"x":"\",1,\""})"),
            R"(["\UTCP_ARG_x_UTCP_ARG"])");
  EXPECT_EQ(rendered(string_message(R"(["\{{tool_name}}"])"), "{}"), R"(["\{{tool_name}}"])");
  EXPECT_EQ(rendered(string_message(R"(["\\UTCP_ARG_x_UTCP_ARG"])"), R"({"x":"\""})"), R"(["\\\""])");
  EXPECT_EQ(rendered(string_message(R"(["\n{{uuid}}"])"), "{}"), R"(["\n6f9d0b1e-uuid"])");
}

TEST(JsonShapedMessage, StaysJsonWhateverTheArgumentsHold) {
  const MessageTemplate message =
      string_message(R"({"a":"x UTCP_ARG_v_UTCP_ARG","b":UTCP_ARG_v_UTCP_ARG,"c":{{args}}})");
  for (const char* value :
       {R"("\"")", R"("\\")", R"("\\\"")", R"("\u0022,\u005c")", R"("}")", R"("\ud800")", "{\"x\":\"\\\"\"}",
        "[1,\"]\"]", "1e5", "null", R"("UTCP_ARG_v_UTCP_ARG")", R"("\u0000\u001f")"}) {
    const std::string arguments = "{\"v\":" + std::string(value) + "}";
    const std::string text = rendered(message, arguments);
    const Result<json::Members> parsed = json::members(text);
    ASSERT_TRUE(parsed.ok()) << value;
    EXPECT_EQ(parsed.value().size(), 3U) << value;
    EXPECT_TRUE(json::same(json::find(parsed.value(), "b"), value)) << text;
    EXPECT_TRUE(json::same(json::find(parsed.value(), "c"), arguments)) << text;
  }
}

TEST(BuiltInPlaceholders, GoIntoTextAsTheyAre) {
  EXPECT_EQ(rendered(string_message("{{request_id}} {{uuid}} {{now}} {{tool_name}} {{args}} {{nope}} {{ uuid }}"),
                     R"({"a" : 1})"),
            "42 6f9d0b1e-uuid 2026-11-22T21:00:00.000Z say \"hi\" {\"a\":1} {{nope}} {{ uuid }}");
}

TEST(BuiltInPlaceholders, AtTheStartOfAStringMakeItNoJson) {
  EXPECT_EQ(rendered(string_message("{{uuid}}: UTCP_ARG_v_UTCP_ARG"), R"({"v":"x"})"), "6f9d0b1e-uuid: x");
  EXPECT_EQ(rendered(string_message("{{nope}}: UTCP_ARG_v_UTCP_ARG"), R"({"v":"x"})"), "{{nope}}: \"x\"");
}

TEST(BuiltInPlaceholders, GoIntoObjectsAsStrings) {
  EXPECT_EQ(rendered(object_message(R"({"id":"{{request_id}}","m":"t/{{tool_name}}","u":["{{uuid}}"]})"), "{}"),
            R"({"id":"42","m":"t/say \"hi\"","u":["6f9d0b1e-uuid"]})");
}

TEST(BuiltInPlaceholders, AllArgumentsAreTypedAsAWholeStringValue) {
  const char* arguments = R"({"a" : 1.50, "s" : "x y"})";
  EXPECT_EQ(rendered(object_message(R"({"params":"{{args}}","l":["{{args}}"]})"), arguments),
            R"({"params":{"a":1.50,"s":"x y"},"l":[{"a":1.50,"s":"x y"}]})");
  EXPECT_EQ(rendered(object_message(R"({"params":"<{{args}}>"})"), arguments),
            R"({"params":"<{\"a\":1.50,\"s\":\"x y\"}>"})");
  EXPECT_EQ(rendered(string_message(R"({"params": "{{args}}", "x":1})"), arguments),
            R"({"params": {"a":1.50,"s":"x y"}, "x":1})");
  EXPECT_EQ(rendered(string_message(R"(["{{args}}"])"), arguments), R"([{"a":1.50,"s":"x y"}])");
  EXPECT_EQ(rendered(string_message(R"([{{args}}, "<{{args}}>"])"), "{}"), R"([{}, "<{}>"])");
  EXPECT_EQ(rendered(string_message(R"({"{{args}}" : 1})"), R"({"a":1})"), R"({"{\"a\":1}" : 1})")
      << "a name stays a string";
}

TEST(BuiltInPlaceholders, UnquotedInJsonShapedStringsBecomeJsonValues) {
  const MessageTemplate message =
      string_message(R"([{{request_id}}, {{uuid}}, {{now}}, {{tool_name}}, "{{request_id}}"])");
  EXPECT_EQ(rendered(message, "{}"), R"([42, "6f9d0b1e-uuid", "2026-11-22T21:00:00.000Z", "say \"hi\"", "42"])");
  BuiltIns other = kBuiltIns;
  const std::pair<const char*, const char*> ids[] = {{"0", "0"},         {"-7", "-7"},        {"007", "\"007\""},
                                                     {"a-1", "\"a-1\""}, {"", "\"\""},        {"1.5", "\"1.5\""},
                                                     {"-", "\"-\""},     {"1\"", "\"1\\\"\""}};
  for (const auto& [id, expected] : ids) {
    other.request_id = id;
    EXPECT_EQ(rendered(string_message("[{{request_id}}]"), "{}", other), "[" + std::string(expected) + "]");
  }
}

TEST(BuiltInPlaceholders, ServeAnyJsonRpcEndpoint) {
  EXPECT_EQ(rendered(object_message(
                         R"({"jsonrpc":"2.0","id":"{{request_id}}","method":"{{tool_name}}","params":"{{args}}"})"),
                     R"({"q":"x","n":10000000000000000000000})", {"1", "", "", "search"}),
            R"({"jsonrpc":"2.0","id":"1","method":"search","params":{"q":"x","n":10000000000000000000000}})");
}

TEST(IdPlace, IsTheWholeValueThatHoldsTheId) {
  const std::pair<const char*, const char*> objects[] = {
      {R"({"id":"{{request_id}}"})", "id /id"},
      {R"({"a":[0,{"b/c":"{{uuid}}"}]})", "uuid /a/1/b~1c"},
      {R"({"u":"{{uuid}}","id":"{{request_id}}","x":"{{request_id}}"})", "id /id"},
      {R"({"u":"{{uuid}}","v":"{{uuid}}"})", "uuid /u"},
      {R"(["{{request_id}}"])", "id /0"},
      {R"({"id":"x{{request_id}}"})", "none"},
      {R"({"{{request_id}}":1})", "none"},
      {R"({"id":"{{tool_name}}"})", "none"},
      {R"({"UTCP_ARG_x_UTCP_ARG":"{{request_id}}"})", "id /UTCP_ARG_x_UTCP_ARG"},  // names stay as they are here
  };
  for (const auto& [message, place] : objects) EXPECT_EQ(pointer_of(object_message(message)), place) << message;

  const std::pair<const char*, const char*> strings[] = {
      {R"({"id": {{request_id}}})", "id /id"},
      {R"({"id": "{{request_id}}"})", "id /id"},
      {R"({"a":{"x":[1,[2],{}]},"b":[{"c":0},{"d":{{uuid}}}]})", "uuid /b/1/d"},
      {R"([1, "a,b]", UTCP_ARG_x_UTCP_ARG, "{{request_id}}"])", "id /3"},
      {R"({"m":{{args}},"o":"{{args}}","id":{{request_id}}})", "id /id"},
      {R"({"\u0069\/d" : "{{request_id}}"})", "id /i~1d"},
      {R"({"{{request_id}}" : 1})", "none"},
      {R"({"u":"{{uuid}}","l":[[],[{{request_id}}]]})", "id /l/1/0"},
      {R"(]}{"id":{{request_id}}})", "none"},  // starts with neither: text
      {"{]]}}[{{request_id}}]", "id /0"},
      {"{{request_id}} x", "none"},
      {R"({UTCP_ARG_x_UTCP_ARG:{"id":{{request_id}}},"a":1})", "none"},  // below a name that is not known yet
      {R"({"a":{UTCP_ARG_x_UTCP_ARG: "{{request_id}}"}})", "none"},
      {R"({"a":1,UTCP_ARG_x_UTCP_ARG:{{request_id}}})", "none"},
      {R"({"UTCP_ARG_x_UTCP_ARG":{{request_id}},"u":{{uuid}}})", "uuid /u"},
      {R"({"{{tool_name}}":{"id":{{request_id}}},"b":{"id":{{request_id}}}})", "id /b/id"},
      {"ID {{request_id}}", "none"},
  };
  for (const auto& [message, place] : strings) EXPECT_EQ(pointer_of(string_message(message)), place) << message;
  EXPECT_EQ(pointer_of(MessageTemplate()), "none");
}

TEST(IdPlace, SaysWhetherTheMessageHoldsAnId) {
  EXPECT_TRUE(string_message("ID {{request_id}}").holds_request_id());
  EXPECT_FALSE(string_message("ID {{request_id}}").holds_uuid());
  EXPECT_TRUE(object_message(R"({"a":["x{{uuid}}"]})").holds_uuid());
  EXPECT_FALSE(object_message(R"({"{{request_id}}":1})").holds_request_id());
  EXPECT_FALSE(MessageTemplate().holds_request_id());
}

TEST(MessagePlan, HasAsFewPiecesAsPossible) {
  const std::vector<std::string> names = {"x"};
  EXPECT_THAT(
      object_message(R"({"a":"plain","b":"UTCP_ARG_y_UTCP_ARG","c":"\"UTCP_ARG_x_UTCP_ARG\"","d":[1]})").plan(names),
      ElementsAre(Piece{Kind::literal, Encoding::text, R"({"a":"plain","b":"UTCP_ARG_y_UTCP_ARG","c":"\")"},
                  Piece{Kind::argument, Encoding::json_string, "x"},
                  Piece{Kind::literal, Encoding::text, R"(\"","d":[1]})"}));
  EXPECT_THAT(string_message("{{uuid}}UTCP_ARG_x_UTCP_ARG").plan(names),
              ElementsAre(Piece{Kind::uuid, Encoding::text, ""}, Piece{Kind::argument, Encoding::text, "x"}));
  EXPECT_THAT(
      string_message(R"({"p":"{{args}}"})").plan(names),
      ElementsAre(Piece{Kind::literal, Encoding::text, R"({"p":)"},
                  Piece{Kind::all_arguments, Encoding::json_value, ""}, Piece{Kind::literal, Encoding::text, "}"}));
  EXPECT_THAT(string_message("").plan(names), testing::IsEmpty());
}

TEST(MessageTemplate, AnIdThatTouchesSomethingElseHasNoPlace) {
  for (const char* text : {R"({"k":1{{request_id}}2})", R"({"k":{{request_id}}2})", R"({"k":1 {{request_id}}})",
                           R"({"k":"x"{{request_id}}})", R"({"k":"{{request_id}}"5})",
                           R"({"k":{{uuid}}{{request_id}}})", R"({"k":-{{request_id}}})", R"([{{request_id}})"}) {
    EXPECT_FALSE(string_message(text).id_place().has_value()) << text;
  }
  for (const char* text : {R"({"k": {{request_id}} })", R"([ {{uuid}} , 1])", R"({"k":"{{request_id}}"})"}) {
    EXPECT_TRUE(string_message(text).id_place().has_value()) << text;
  }
}

TEST(MessagePlan, DependsOnNamesOnlyWherePlaceholdersStand) {
  EXPECT_TRUE(string_message("UTCP_ARG_a_UTCP_ARG").depends_on_names());
  EXPECT_TRUE(object_message(R"({"a":["UTCP_ARG_a_UTCP_ARG"]})").depends_on_names());
  EXPECT_FALSE(object_message(R"({"UTCP_ARG_a_UTCP_ARG":"{{args}}"})").depends_on_names());
  EXPECT_FALSE(string_message("{{args}}").depends_on_names());
  EXPECT_FALSE(MessageTemplate().depends_on_names());
}

TEST(MessagePlan, TakesLongTemplatesInReasonableTime) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "UTCP_ARG_x ";
  const std::vector<std::string> names = {"a", "bc"};
  EXPECT_THAT(string_message(text).plan(names), ElementsAre(Piece{Kind::literal, Encoding::text, text}));
}

TEST(RenderMessage, RefusesArgumentsThatAreNoObject) {
  for (const char* arguments : {"", "[]", "1", "{\"a\":}"}) {
    const Result<std::string> text = render(MessageTemplate(), arguments, kBuiltIns);
    ASSERT_FALSE(text.ok()) << arguments;
    EXPECT_EQ(text.error().code, ErrorCode::invalid_json);
  }
}

}  // namespace
}  // namespace utcp::ws
