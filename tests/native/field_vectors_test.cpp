// Runs the vectors of single fields (tests/vectors), each a file; the JavaScript suite and the native client run the
// same files against a server (tests/js/template_fields.test.js).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <utcp_websocket/call.hpp>
#include <utcp_websocket/manual.hpp>
#include <utcp_websocket/text.hpp>

#include "fake_host.hpp"
#include "json_value.hpp"

namespace utcp::ws::test {
namespace {

Json vectors_of(const std::string& field) {
  std::ifstream file(std::string(UTCP_VECTORS_DIR) + "/" + field + ".json");
  std::ostringstream text;
  text << file.rdbuf();
  // The id of the call in its frames and results.
  std::string all = text.str();
  for (std::size_t at = all.find("$id"); at != all.npos; at = all.find("$id", at)) all.replace(at, 3, "7");
  return Json::parse(all, nullptr, false);
}

Json with_url(Json call_template) {
  if (!call_template.contains("url")) call_template["url"] = "wss://h.example/";
  return call_template;
}

MissingArguments missing_of(const Json& c) {
  const std::string word = c.value("missing_arguments", "error");
  return word == "omit" ? MissingArguments::omit : word == "keep" ? MissingArguments::keep : MissingArguments::error;
}

std::size_t members_in(const Json& value) {
  std::size_t count = value.is_object() ? value.size() : 0;
  for (const auto& [name, member] : value.items()) count += member.is_structured() ? members_in(member) : 0;
  return count;
}

// Parses a message in which no member stands twice.
Json parse_once(const std::string& text) {
  std::size_t names = 0;
  const Json value = Json::parse(text, [&names](int, Json::parse_event_t event, const Json&) {
    if (event == Json::parse_event_t::key) ++names;
    return true;
  });
  EXPECT_EQ(members_in(value), names) << text;
  return value;
}

TEST(FieldVectors, Spread) {
  const Json cases = vectors_of("spread");
  ASSERT_GE(cases.size(), 70U);
  for (const Json& c : cases) {
    const Result<MessageTemplate> message = MessageTemplate::compile(c["message"].dump());
    ASSERT_EQ(message.ok(), !c.contains("refused")) << c["message"].dump().substr(0, 200);
    if (!message) {
      EXPECT_EQ(message.error().code, ErrorCode::invalid_call_template) << c;
      continue;
    }
    const Result<std::string> text = render(*message, c["args"].dump(), {"1", "uuid", "now", "tool"}, missing_of(c));
    ASSERT_EQ(text.ok(), !c.contains("error")) << c;
    if (!text) continue;
    if (c.contains("text")) {
      EXPECT_EQ(*text, c["text"]) << c;
    } else {
      EXPECT_EQ(nlohmann::json(parse_once(*text)), nlohmann::json(c["expect"])) << *text;
    }
  }
}

TEST(FieldVectors, PlaceholderPlaces) {
  const Json cases = vectors_of("placeholder_places");
  ASSERT_GE(cases.size(), 60U);
  for (const Json& c : cases) {
    const Result<CallTemplate> parsed = parse_call_template(std::string_view(with_url(c["template"]).dump()));
    ASSERT_EQ(parsed.ok(), !c.contains("field")) << c << (parsed ? "" : parsed.error().message);
    if (parsed) continue;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_call_template) << c;
    EXPECT_EQ(parsed.error().field, c["field"]) << c;
    std::string places;
    for (const Json& place : c.value("places", Json::array())) {
      append(places, {places.empty() ? "; it is allowed in " : ", ", place.get<std::string>()});
    }
    EXPECT_TRUE(parsed.error().message.ends_with(places)) << c << parsed.error().message;
  }
}

// What a call with the id 7 makes of frames: its results, and how it ends.
struct Ending {
  Json results = Json::array();
  const char* error = nullptr;
  bool ended = false;
};

Json decoded(const Judgement& judgement, const std::string& text) {
  const std::string path(judgement.path);
  switch (judgement.decoding) {
    case Decoding::instead:
      return Json::parse(path);
    case Decoding::json_member:
      return Json::parse(text).at(Json::json_pointer(path));
    case Decoding::json:
      return Json::parse(text);
    default:
      return Json(text);
  }
}

Ending run(const Json& c) {
  Ending ending;
  const Result<CallTemplate> parsed = parse_call_template(std::string_view(with_url(c["template"]).dump()));
  EXPECT_TRUE(parsed.ok()) << c << (parsed ? "" : parsed.error().message);
  const CallRules rules(*parsed);
  const CallMode mode = c.value("stream", false) ? CallMode::stream : CallMode::single;
  const std::string arguments = c.value("args", Json::object()).dump();
  const FrameMatches own = rules.fill(render(parsed->filter_message, arguments, {"7", "uuid", "now", "tool"}).value());
  for (const Json& frame : c["frames"]) {
    const std::string text = frame.is_string() ? frame.get<std::string>() : frame.dump();
    if (rules.correlates() && text.find("\"7\"") == text.npos) continue;  // goes to no call
    const Judgement judgement = rules.judge(mode, CallId{7}, FakeFrame(true, text), 512, &own);
    if (judgement.kind == Judgement::Kind::not_mine) continue;
    if (judgement.kind == Judgement::Kind::tool_error) ending.error = "tool_failed";
    if (judgement.kind == Judgement::Kind::item) ending.results.push_back(decoded(judgement, text));
    const std::uint32_t expected = rules.expected(mode);
    ending.ended = judgement.kind != Judgement::Kind::item || judgement.last ||
                   (expected != 0 && ending.results.size() == expected);
    if (ending.ended) break;
  }
  return ending;
}

void run_all(const std::string& field) {
  const Json cases = vectors_of(field);
  ASSERT_GE(cases.size(), 20U);
  for (const Json& c : cases) {
    if (c.contains("field")) {
      const Result<CallTemplate> parsed = parse_call_template(std::string_view(with_url(c["template"]).dump()));
      ASSERT_FALSE(parsed.ok()) << c;
      EXPECT_EQ(parsed.error().field, c["field"]) << c;
      continue;
    }
    const Ending ending = run(c);
    EXPECT_TRUE(ending.ended) << c;
    EXPECT_EQ(ending.error == nullptr ? Json() : Json(ending.error), c.value("error", Json())) << c;
    EXPECT_EQ(ending.results, c.value("results", Json::array())) << c;
  }
}

TEST(FieldVectors, Correlation) {
  const Json cases = vectors_of("correlation");
  ASSERT_GE(cases.size(), 40U);
  for (const Json& c : cases) {
    const std::string text = with_url(c["template"]).dump();
    const Result<CallTemplate> parsed = parse_call_template(std::string_view(text));
    ASSERT_EQ(parsed.ok(), !c.contains("field")) << c << (parsed ? "" : parsed.error().message);
    if (!parsed) {
      EXPECT_EQ(parsed.error().field, c["field"]) << c;
      continue;
    }
    constexpr CallId kId{7};
    FakeHost host;
    host.calls[static_cast<std::uint32_t>(kId)];
    CallRequest request{.tool = host.tool(text), .uuid = "7"};
    const Result<std::string> filter = render(parsed->filter_message, c.value("args", Json::object()).dump(),
                                              {"7", "7", "now", "tool"}, parsed->missing_arguments);
    if (!filter) {
      EXPECT_EQ(describe(filter.error().code).name, c["error"]) << c;
      continue;
    }
    if (!parsed->filter_message.is_constant()) request.message_filter = *filter;
    host.session.start_call(host.now, kId, request);
    host.drain();
    if (c.contains("error")) {
      EXPECT_EQ(describe(host.code(kId)).name, c["error"]) << c;
      EXPECT_TRUE(host.sockets.empty()) << c;
      continue;
    }
    host.open(1);
    for (const Json& frame : c["frames"]) host.text(1, frame.dump());
    EXPECT_EQ(host.outcome(kId).items, std::vector<std::string>{c["frames"][c["answer"].get<std::size_t>()].dump()})
        << c;
  }
}

TEST(FieldVectors, ResultDefault) { run_all("result_default"); }
TEST(FieldVectors, StreamEndItem) { run_all("stream_end_item"); }

TEST(FieldVectors, Discovery) {
  const Json cases = vectors_of("discovery");
  ASSERT_GE(cases.size(), 25U);
  for (const Json& c : cases) {
    const std::string text = c["template"].dump();
    const Result<CallTemplate> parsed = parse_call_template(text);
    if (c.contains("field")) {
      ASSERT_FALSE(parsed.ok()) << text;
      EXPECT_EQ(parsed.error().field, c["field"].get<std::string>()) << text;
      continue;
    }
    ASSERT_TRUE(parsed.ok()) << text << parsed.error().message;
    const Result<ManualText> manual = parse_manual(c["answer"].dump(), ManualLimits(), parsed->discovery);
    ASSERT_EQ(manual.ok(), !c.contains("refused")) << text;
    if (!manual) {
      EXPECT_NE(manual.error().message.find(c["refused"].get<std::string>()), std::string::npos) << text;
      continue;
    }
    EXPECT_EQ(Json::parse(manual->text())["tools"], c["tools"]) << text;
    ASSERT_EQ(manual->left_out.size(), c["left_out"].size()) << text;
    for (std::size_t i = 0; i < manual->left_out.size(); ++i) {
      EXPECT_NE(manual->left_out[i].find(c["left_out"][i].get<std::string>()), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace utcp::ws::test
