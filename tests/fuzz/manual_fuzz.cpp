// Fuzzes manuals: what is accepted is whole and stays the same when it is read again; no tool that stays leads to the
// agent's own machine.
#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/manual.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {
namespace {

constexpr std::size_t kMostTools = 20;

void check_tool(std::string_view text) {
  const json::Members tool = json::members(text).value();
  REQUIRE(json::is_string(json::find(tool, "name")) && json::is_string(json::find(tool, "description")));
  REQUIRE(json::find(tool, "inputs").starts_with('{') && json::find(tool, "outputs").starts_with('{'));
  REQUIRE(json::find(tool, "tags").starts_with('['));
  const std::string_view text_of_template = json::find(tool, "tool_call_template");
  REQUIRE(text_of_template.starts_with('{'));
  const json::Members call_template = json::members_of(text_of_template);
  const std::string type = json::text_of(json::find(call_template, "call_template_type"));
  const std::string url = json::text_of(json::find(call_template, "url"));
  if (type == "websocket" && url.find("${") == url.npos) REQUIRE(parse_call_template(text_of_template).ok());
}

// Whether a URL, read without any care, could be one of the agent's own machine.
bool looks_local(std::string_view url) {
  std::string plain;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) > ' ') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  for (const char* scheme : {"ws://", "wss://", "http://", "https://"}) {
    for (const char* host : {"localhost", "127.0.0.1", "[::1]", "0.0.0.0", "[::]"}) {
      const std::string start = std::string(scheme) + host;
      if (!plain.starts_with(start)) continue;
      const std::string rest = plain.substr(start.size());
      if (rest.empty() || rest.find_first_of(":/?#") == 0) return true;
    }
  }
  return false;
}

void check_loopback(ManualText manual) {
  const std::size_t before = manual.tools.size();
  leave_out_loopback_tools(manual, parse_url("wss://h.example/").value());
  REQUIRE(manual.tools.size() + manual.left_out.size() == before);
  for (const std::string& text : manual.tools) {
    const json::Members call_template = json::members_of(json::find(json::members_of(text), "tool_call_template"));
    const json::Members auth = json::members_of(json::find(call_template, "auth"));
    REQUIRE(!looks_local(json::text_of(json::find(call_template, "url"))));
    REQUIRE(!looks_local(json::text_of(json::find(auth, "token_url"))));
  }
}

// What services say of themselves: whatever it is, it gives tools that are whole and lead where the template does.
void check_discovered(std::string_view text) {
  for (const char* places : {"{}", R"({"tools":"","name":"/0","inputs":"/1"})", R"({"tools":"/tools","name":""})"}) {
    const std::string asked = std::string(R"({"url":"wss://h.example/","discovery":)") + places + "}";
    const ManualLimits limits{.max_bytes = std::size_t{64} * 1024, .max_tools = kMostTools};
    const Result<ManualText> manual = parse_manual(text, limits, parse_call_template(asked)->discovery);
    if (!manual) continue;
    REQUIRE(manual->tools.size() + manual->left_out.size() <= kMostTools + 1);
    REQUIRE(manual->text().size() < 2 * limits.max_bytes);
    for (const std::string& tool : manual->tools) {
      check_tool(tool);
      REQUIRE(tool.ends_with(R"("tool_call_template":{"url":"wss://h.example/","call_template_type":"websocket"}})"));
    }
    REQUIRE(parse_manual(manual->text(), {.max_tools = kMostTools}).ok());
  }
}

void check(std::string_view text) {
  check_discovered(text);
  const Result<ManualText> manual = parse_manual(text, {.max_tools = kMostTools});
  if (!manual) {
    REQUIRE(manual.error().code == ErrorCode::invalid_manual && !manual.error().message.empty());
    return;
  }
  REQUIRE(manual.value().tools.size() <= kMostTools && manual.value().left_out.empty());
  for (const std::string& tool : manual.value().tools) check_tool(tool);
  const std::string whole = manual.value().text();
  const Result<ManualText> again = parse_manual(whole, {.max_tools = kMostTools});
  REQUIRE(again.ok() && again.value().text() == whole);
  const Reading reading = read(text);
  if (is_comparable(text, reading)) REQUIRE(reading.valid && read(whole).valid);
  check_loopback(manual.value());
}

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  utcp::ws::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
