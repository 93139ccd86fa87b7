// What becomes of placeholders whose argument is missing, of typed ones, and of those in JSON text within JSON strings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <functional>

#include <utcp_websocket/message_template.hpp>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Missing = MissingArguments;

std::string rendered(std::string_view message, std::string_view arguments, Missing missing = Missing::keep) {
  const Result<MessageTemplate> compiled = MessageTemplate::compile(message);
  if (!compiled) return "no message: " + compiled.error().message;
  const Result<std::string> text = render(compiled.value(), arguments, {"7", "u", "n", "t"}, missing);
  return text ? text.value() : "error: " + text.error().message;
}

struct Case {
  const char* message;
  const char* arguments;
  const char* expected;
};

TEST(MissingArgument, IsAnErrorThatNamesIt) {
  const Result<MessageTemplate> compiled = MessageTemplate::compile(R"("GET UTCP_ARG_a_UTCP_ARG UTCP_ARG_b_UTCP_ARG")");
  const Result<std::string> text = render(compiled.value(), R"({"b":1,"c":2})", {}, Missing::error);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(text.error().field, "a");
  EXPECT_THAT(text.error().message, HasSubstr(R"(needs the argument "a", which is missing; given: "b", "c")"));
  EXPECT_THAT(rendered(R"(["{{args.x}}"])", "{}", Missing::error), HasSubstr(R"("x", which is missing; given: none)"));
  EXPECT_EQ(rendered(R"("UTCP_ARG_a_UTCP_ARG")", R"({"a":"UTCP_ARG_b_UTCP_ARG"})", Missing::error),
            "UTCP_ARG_b_UTCP_ARG")
      << "a value is no template";
  // None of these is a placeholder.
  for (const char* message : {R"("UTCP_ARG_a")", R"("UTCP_ARG__UTCP_ARG")", R"("{{args.}}")", R"("{{args.a}")"}) {
    EXPECT_THAT(rendered(message, "{}", Missing::error), testing::Not(HasSubstr("error"))) << message;
  }
}

TEST(MissingArgument, IsLeftOut) {
  const Case cases[] = {
      {R"({"a":"UTCP_ARG_x_UTCP_ARG","b":1})", "{}", R"({"b":1})"},
      {R"({"b":1,"a":"UTCP_ARG_x_UTCP_ARG"})", "{}", R"({"b":1})"},
      {R"({"a":"UTCP_ARG_x_UTCP_ARG"})", "{}", "{}"},
      {R"({"a":"UTCP_ARG_x_UTCP_ARG","b":"{{args.y}}"})", "{}", "{}"},
      {R"({"a":"UTCP_ARG_x_UTCP_ARG","b":"{{args.y}}","c":0})", R"({"y":[1]})", R"({"b":[1],"c":0})"},
      {R"(["UTCP_ARG_x_UTCP_ARG",1,"{{args.y}}",2])", "{}", "[1,2]"},
      {R"({"o":{"a":["UTCP_ARG_x_UTCP_ARG"]}})", "{}", R"({"o":{"a":[]}})"},
      {R"({"a":"x=UTCP_ARG_x_UTCP_ARG;"})", "{}", R"({"a":"x=;"})"},
      {R"("GET UTCP_ARG_x_UTCP_ARG!")", "{}", "GET !"},
      {R"("{ \"a\" : UTCP_ARG_x_UTCP_ARG , \"b\" : 1 }")", "{}", R"({ "b" : 1 })"},
      {R"("{\"b\":1,\"a\":\"UTCP_ARG_x_UTCP_ARG\"}")", "{}", R"({"b":1})"},
      {R"("{\"UTCP_ARG_x_UTCP_ARG\":1}")", "{}", R"({"":1})"},
      {R"({"a":"{\"k\":\"UTCP_ARG_x_UTCP_ARG\"}"})", "{}", R"({"a":"{\"k\":\"\"}"})"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(c.message, c.arguments, Missing::omit), c.expected) << c.message;
}

TEST(MissingArgument, IsKept) {
  const Case cases[] = {
      {R"({"a":"UTCP_ARG_x_UTCP_ARG"})", "{}", R"({"a":"UTCP_ARG_x_UTCP_ARG"})"},
      {R"({"a":"{{args.x}}","b":"<{{args.x}}>"})", "{}", R"({"a":null,"b":"<{{args.x}}>"})"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(c.message, c.arguments), c.expected) << c.message;
}

// `{{traceparent}}` and `{{tracestate}}`: what there is none of is left out, whatever becomes of missing arguments.
TEST(TraceContext, IsLeftOutWhereThereIsNone) {
  constexpr std::string_view kMeta =
      R"({"a":"{{args.x}}","_meta":{"traceparent":"{{traceparent}}","tracestate":"{{tracestate}}"},"t":"<{{tracestate}}>"})";
  const Result<MessageTemplate> meta = MessageTemplate::compile(kMeta);
  EXPECT_TRUE(meta.value().depends_on_names());
  EXPECT_TRUE(meta.value().argument_names() == std::vector<std::string>{"x"});
  const auto with = [&](std::string_view arguments, std::string_view parent, std::string_view state, Missing missing) {
    const BuiltIns built_ins{.traceparent = parent, .tracestate = state};
    const Result<std::string> text = render(meta.value(), arguments, built_ins, missing);
    return text ? text.value() : "error: " + text.error().message;
  };
  for (const Missing missing : {Missing::error, Missing::omit, Missing::keep}) {
    EXPECT_EQ(with(R"({"x":1})", "00-a", "v=\"1", missing),
              R"({"a":1,"_meta":{"traceparent":"00-a","tracestate":"v=\"1"},"t":"<v=\"1>"})");
    EXPECT_EQ(with(R"({"x":1})", "00-a", "", missing), R"({"a":1,"_meta":{"traceparent":"00-a"},"t":"<>"})");
    EXPECT_EQ(with(R"({"x":1})", "", "", missing), R"({"a":1,"_meta":{},"t":"<>"})");
  }
  EXPECT_EQ(with("{}", "", "", Missing::keep), R"({"a":null,"_meta":{},"t":"<>"})");
  EXPECT_EQ(with("{}", "", "", Missing::omit), R"({"_meta":{},"t":"<>"})");
  EXPECT_EQ(with("{}", "00-a", "", Missing::omit), R"({"_meta":{"traceparent":"00-a"},"t":"<>"})");
  EXPECT_THAT(with("{}", "", "", Missing::error),
              HasSubstr(R"(needs the argument "x", which is missing; given: none)"));
}

TEST(TraceContext, StandsInTextsAndJsonShapedMessagesToo) {
  const Case cases[] = {
      {R"("GET /x {{traceparent}}!")", "{}", "GET /x !"},
      {R"("{\"k\":\"UTCP_ARG_x_UTCP_ARG\", \"t\": {{traceparent}} , \"u\":1}")", "{}",
       R"({"k":"UTCP_ARG_x_UTCP_ARG" , "u":1})"},
      {R"("{\"t\":\"{{traceparent}}\"}")", "{}", "{}"},
      {R"(["{{traceparent}}",1,"{{tracestate}}"])", "{}", "[1]"},
      {R"({"{{traceparent}}":1})", "{}", R"({"{{traceparent}}":1})"},
      {R"({"a":"{\"t\":\"{{traceparent}}\"}"})", "{}", R"({"a":"{\"t\":\"\"}"})"},
      // An argument of that name is another thing.
      {R"({"a":"{{args.traceparent}}","b":"{{traceparent}}"})", R"({"traceparent":5})", R"({"a":5})"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(c.message, c.arguments), c.expected) << c.message;
  const Result<MessageTemplate> shaped =
      MessageTemplate::compile(R"("{\"t\":{{traceparent}},\"u\":\"{{tracestate}}\"}")");
  EXPECT_EQ(render(shaped.value(), "{}", {.traceparent = "00-a", .tracestate = "b=c"}).value(),
            R"({"t":"00-a","u":"b=c"})");
}

TEST(TypedArgument, IsTheValueWhereItIsTheWholeString) {
  const Case cases[] = {
      {R"({"a":"{{args.x}}"})", R"({"x":5})", R"({"a":5})"},
      {R"({"a":"{{args.x}}"})", R"({"x":{"k":[1.50]}})", R"({"a":{"k":[1.50]}})"},
      {R"({"a":"{{args.x}}"})", R"({"x":"say \"hi\""})", R"({"a":"say \"hi\""})"},
      {R"({"a":"<{{args.x}}>"})", R"({"x":5})", R"({"a":"<5>"})"},
      {R"("{\"a\":{{args.x}},\"b\":\"{{args.x}}\",\"c\":\"<{{args.x}}>\"}")", R"({"x":"q\""})",
       R"({"a":"q\"","b":"q\"","c":"<q\">"})"},
      {R"("{{args.x}}")", R"({"x":"as text"})", "as text"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(c.message, c.arguments), c.expected) << c.message;
}

TEST(TypedArgument, DoesNotHideTheIdBehindIt) {
  const Result<MessageTemplate> compiled = MessageTemplate::compile(R"("{\"p\":{{args.x}},\"id\":{{request_id}}}")");
  ASSERT_TRUE(compiled.value().id_place().has_value());
  EXPECT_EQ(json::to_string(compiled.value().id_place()->pointer), "/id");
}

TEST(NestedJson, IsEscapedAtEveryLevel) {
  constexpr const char* kEvil = R"({"x":"a\",\"admin\":true,\"b\":\"\\"})";
  const Case cases[] = {
      {R"({"d":"{\"t\":\"UTCP_ARG_x_UTCP_ARG\"}"})", kEvil,
       R"({"d":"{\"t\":\"a\\\",\\\"admin\\\":true,\\\"b\\\":\\\"\\\\\"}"})"},
      {R"({"d":"[UTCP_ARG_x_UTCP_ARG,{{request_id}},\"{{args}}\"]"})", R"({"x":"\""})",
       R"({"d":"[\"\\\"\",7,{\"x\":\"\\\"\"}]"})"},
      {R"("{\"d\":\"{\\\"t\\\":\\\"UTCP_ARG_x_UTCP_ARG\\\"}\"}")", R"({"x":"\""})", R"({"d":"{\"t\":\"\\\"\"}"})"},
      // A text that only begins like JSON is a text.
      {R"({"d":"[UTCP_ARG_x_UTCP_ARG] said \"hi\""})", R"({"x":"a\""})", R"({"d":"[a\"] said \"hi\""})"},
      {R"({"d":"{UTCP_ARG_x_UTCP_ARG}"})", R"({"x":"a"})", R"({"d":"{a}"})"},
  };
  for (const Case& c : cases) EXPECT_EQ(rendered(c.message, c.arguments), c.expected) << c.message;
}

TEST(ArgumentNames, AreEachToldOnce) {
  const auto names = [](std::string_view message) {
    return MessageTemplate::compile(message).value().argument_names();
  };
  EXPECT_THAT(names(R"({"a":"UTCP_ARG_x_UTCP_ARG{{args.y}}UTCP_ARG_x_UTCP_ARG","b":"{{args}}{{now}}"})"),
              ElementsAre("x", "y"));
  EXPECT_THAT(names(R"("plain")"), ElementsAre());
}

TEST(TemplateWarnings, TellUnknownFieldsAndMilliseconds) {
  const auto warnings = [](const char* members) {
    return parse_call_template(concat({R"({"url":"wss://h.example/")", members, "}"})).value().warnings;
  };
  EXPECT_THAT(warnings(R"(,"timeout":3600,"ping_interval":30,"missing_arguments":"omit","name":"n")"), ElementsAre());
  EXPECT_THAT(warnings(R"(,"mesage":1)"), ElementsAre(HasSubstr(R"(did you mean "message"?)")));
  EXPECT_THAT(warnings(R"(,"tiemout":1)"), ElementsAre(HasSubstr(R"(did you mean "timeout"?)")));
  EXPECT_THAT(warnings(R"(,"wholly_else":1)"), ElementsAre(testing::EndsWith("is unknown and ignored")));
  EXPECT_THAT(warnings(R"(,"response_timeout":30000)"), ElementsAre(HasSubstr("milliseconds? got 30000")));
}

TEST(TemplateWarnings, AreReportedOnceToWhoListens) {
  FakeHost host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/","colour":1})");
  host.call(tool);
  EXPECT_TRUE(host.reports.empty());
  host.session.set_reporting(true);
  host.call(tool);
  host.call(tool);
  const auto told = std::count_if(host.reports.begin(), host.reports.end(), [](const Report& report) {
    return report.kind == Report::Kind::warning && report.text.find("colour") != std::string::npos;
  });
  EXPECT_EQ(told, 1);
}

TEST(CallTimeout, WinsOverTheTemplates) {
  FakeHost host;
  const ToolId tool = host.tool(R"({"url":"wss://h.example/","timeout":10})");
  const auto call = [&host, tool](Duration timeout) {
    const CallId id{static_cast<std::uint32_t>(100 + host.calls.size())};
    host.calls[static_cast<std::uint32_t>(id)] = {};
    host.session.start_call(host.now, id, {.tool = tool, .timeout = timeout});
    host.drain();
    return id;
  };
  const CallId connecting = call(2s);
  host.advance(3s);
  EXPECT_EQ(host.code(connecting), ErrorCode::connection_timeout);
  const CallId waiting = call(20s);
  host.open(2);
  host.advance(19s);
  EXPECT_TRUE(host.pending(waiting));
  host.advance(2s);
  EXPECT_EQ(host.code(waiting), ErrorCode::response_timeout);
  EXPECT_THAT(host.outcome(waiting).error->message, HasSubstr("within 20 s"));
  const CallId patient = call(0s);
  host.open(3);
  host.advance(24h);
  EXPECT_TRUE(host.pending(patient));
}

TEST(Timeout, ShowsTheFrameThatWasNoAnswer) {
  FakeHost host;
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/","result_path":"/r","timeout":10})"));
  host.open(1);
  host.text(1, R"({"other":1})");
  host.text(1, "x");
  host.advance(11s);
  EXPECT_THAT(host.outcome(call).error->message,
              HasSubstr("did not answer this call: 2, the last because it is not JSON: x"));
  const CallId greeted =
      host.call(host.tool(R"({"url":"wss://g.example/","connect_message":"a","connect_ack":{"k":1},"timeout":10})"));
  host.open(2);
  host.text(2, R"({"type":"refused"})");
  host.advance(11s);
  EXPECT_THAT(host.outcome(greeted).error->message, HasSubstr(R"(the last frame instead: {"type":"refused"})"));
}

// Templates come from peers: eight times the text must not take sixty-four times as long.
TEST(LongTemplates, TakeTimeInProportion) {
  const auto milliseconds = [](const std::string& message, Missing missing) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
      const std::clock_t start = std::clock();  // time of the processor: others may be using it
      const Result<MessageTemplate> compiled = MessageTemplate::compile(message);
      (void)compiled.value().plan({}, missing);
      (void)compiled.value().argument_names();
      best = std::min(best, 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
  };
  const auto repeated = [](std::string_view unit, std::size_t size) {
    std::string text;
    while (text.size() < size) text += unit;
    return text;
  };
  constexpr std::size_t kSize = 2 * 1024;
  for (const char* unit :
       {"UTCP_ARG_ ", "{{args. ", "{ UTCP_ARG_ ", "[\\\"UTCP_ARG_", "UTCP_ARG_a_UTCP_ARG,", "{\"a\":", " "}) {
    for (const Missing missing : {Missing::keep, Missing::omit}) {
      const std::function<std::string(std::size_t)> ways[] = {
          [&](std::size_t size) { return json::quote(repeated(unit, size)); },
          [&](std::size_t size) {
            return concat({"{\"a\":", json::quote(concat({"[", repeated(unit, size)})), "}"});
          },
          [&](std::size_t size) {
            return json::quote(concat({"{\"a\":UTCP_ARG_x_UTCP_ARG", repeated(unit, size), "}"}));
          }};
      for (const auto& message : ways) {
        const double once = milliseconds(message(kSize), missing);
        EXPECT_LT(milliseconds(message(8 * kSize), missing), 24 * (once + 0.1)) << unit;
      }
    }
  }
}

TEST(LongTemplates, HoldSoManyPlaceholdersAtMost) {
  const auto with = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += i % 2 == 0 ? "{{args}}" : "UTCP_ARG_a_UTCP_ARG";
    return concat({R"({"url":"wss://h.example/","message":{"a":)", json::quote(text), "}}"});
  };
  EXPECT_TRUE(parse_call_template(with(1000)).ok());
  const Result<CallTemplate> refused = parse_call_template(with(1001));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_call_template);
  EXPECT_EQ(refused.error().field, "message");
}

TEST(LongTemplates, NestJsonTextsSoDeepAtMost) {
  std::string text = R"({"a":"UTCP_ARG_x_UTCP_ARG"})";
  for (int depth = 1; depth <= 10; ++depth) {
    const Result<MessageTemplate> compiled = MessageTemplate::compile(json::quote(text));
    EXPECT_EQ(compiled.ok(), depth <= 9) << depth;
    text = concat({R"({"a":)", json::quote(text), "}"});
  }
}

TEST(CallTimeout, OfOneCallDoesNotKeepOthersBehindAHungAttempt) {
  FakeHost host;
  const ToolId tool =
      host.tool(R"({"url":"wss://h.example/","connection_timeout":5,"message":{"id":"{{request_id}}"}})");
  host.calls[100] = {};
  host.session.start_call(host.now, CallId{100}, {.tool = tool, .timeout = Duration(0)});
  host.drain();
  host.advance(4s);
  const CallId second = host.call(tool);
  host.advance(3s);  // the first attempt is given up at 5 s, and the next made
  ASSERT_EQ(host.sockets.size(), 2U);
  host.open(2);
  host.text(2, R"({"id":"1"})");
  EXPECT_TRUE(host.succeeded(second));
  EXPECT_TRUE(host.pending(CallId{100}));
}

}  // namespace
}  // namespace utcp::ws::test
