// Runs the shared vectors, tests/vectors/*.json; the JavaScript suite runs the same files.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/manual.hpp>
#include <utcp_websocket/message_template.hpp>
#include <utcp_websocket/url.hpp>

#include "json_value.hpp"

namespace utcp::ws {
namespace {

// The file is read with nlohmann's own parser, so that a defect of ours cannot hide itself.
Json vectors(const std::string& name) {
  std::ifstream file(std::string(UTCP_VECTORS_DIR) + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return Json::parse(text.str(), nullptr, false);
}

TEST(Vectors, Templates) {
  const Json cases = vectors("templates.json");
  ASSERT_GE(cases.size(), 272U);
  for (const Json& c : cases) {
    const MessageTemplate message = MessageTemplate::compile(c["message"].dump()).value();
    const Result<std::string> text = render(message, c["args"].dump(), {"1", "uuid", "now", "tool"});
    ASSERT_TRUE(text.ok()) << c;
    if (c["compare"] == "text") {
      EXPECT_EQ(Json(text.value()), c["expect"]) << c;
    } else {
      const Json value = Json::parse(text.value(), nullptr, false);
      EXPECT_FALSE(value.is_discarded()) << c;
      EXPECT_EQ(value, Json::parse(c["expect"].get<std::string>())) << c;
    }
  }
}

TEST(Vectors, Urls) {
  const Json cases = vectors("urls.json");
  ASSERT_GE(cases.size(), 200U);
  for (const Json& c : cases) {
    const std::string text = c["url"];
    EXPECT_EQ(is_secure_websocket_url(text), c["websocket"]) << c;
    EXPECT_EQ(is_secure_token_url(text), c["token"]) << c;
  }
}

TEST(Vectors, CallTemplates) {
  const Json cases = vectors("call_templates.json");
  ASSERT_GE(cases.size(), 70U);
  for (const Json& c : cases) {
    const std::string input = c["input"].dump();
    const Result<std::string> normalized = normalize_call_template(input);
    EXPECT_EQ(parse_call_template(input).ok(), c["ok"]) << c;
    EXPECT_EQ(normalized.ok(), c["ok"]) << c;
    // As unordered objects: the order of members says nothing.
    if (c.contains("normalized")) {
      EXPECT_EQ(nlohmann::json::parse(normalized.value()), nlohmann::json::parse(c["normalized"].dump())) << c;
    }
  }
}

TEST(Vectors, Manuals) {
  const Json cases = vectors("manuals.json");
  ASSERT_GE(cases.size(), 23U);
  for (const Json& c : cases) {
    const Result<ManualText> manual = parse_manual(c["input"].dump(), ManualLimits());
    EXPECT_EQ(manual.ok(), c["ok"]) << c;
    if (manual) {
      EXPECT_EQ(manual.value().tools.size(), c["tools"]) << c;
    }
  }
}

}  // namespace
}  // namespace utcp::ws
