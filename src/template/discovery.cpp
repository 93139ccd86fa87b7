#include "discovery.hpp"

#include <optional>
#include <utility>

#include "call_template.hpp"
#include "field_reader.hpp"

namespace utcp::ws {
namespace {

// In the order of `Discovery::places`, and where MCP has them.
struct Part {
  const char* name;
  const char* place;
};
constexpr Part kParts[] = {
    {"tools", "/result/tools"},   {"name", "/name"}, {"description", "/description"}, {"inputs", "/inputSchema"},
    {"outputs", "/outputSchema"},
};

// What says something of the manual, and nothing of its tools.
bool is_of_manual(std::string_view name) {
  return name == "name" || name == "discovery" || name == "discovery_message";
}

std::string join(const json::Members& manual_template, const json::Members& own) {
  std::string joined;
  const auto add = [&joined](const json::Member& member) {
    if (!is_of_manual(member.first)) json::append_member(joined, member.first, member.second);
  };
  for (const json::Member& member : manual_template) {
    const bool is_replaced = !json::find(own, "url").empty() || !json::find(own, member.first.c_str()).empty();
    if (!is_replaced) add(member);
  }
  for (const json::Member& member : own) add(member);
  return joined + "}";
}

}  // namespace

void read_discovery(const json::Members& manual_template, FieldReader& fields, Discovery& out) {
  const std::string_view value = fields.find("discovery");
  if (value.empty()) return;
  if (!value.starts_with('{')) fields.refuse("discovery", "an object", value, FieldReader::Shown::type);
  const json::Members members = json::members_of(value);
  FieldReader own(members, "discovery.");
  std::size_t known = json::find(members, "template").empty() ? 0 : 1;
  for (const Part& part : kParts) {
    if (!json::find(members, part.name).empty()) ++known;
    std::optional<json::Pointer> place = json::parse_pointer(part.place);
    read_pointer(own, part.name, place);
    if (place) out.places.push_back(*std::move(place));
  }
  if (known < members.size()) {
    fields.fail("discovery", "an object of tools, name, description, inputs, outputs and template", "other members");
  }
  const std::string_view its = own.find("template");
  if (!its.empty() && !its.starts_with('{')) own.refuse("template", "an object", its, FieldReader::Shown::type);
  Result<std::string> joined = normalize_call_template(join(manual_template, json::members_of(its)));
  out.call_template = std::move(*joined);
  if (!joined) own.fail_in("template", joined.take_error());
  fields.fail(own.take_error());
}

json::ScanPlan plan_of_elements(const Discovery& discovery) { return json::ScanPlan(discovery.places); }

std::string tool_text(const Discovery& discovery, const json::ScanPlan& plan, std::string_view element) {
  const json::ScanResult found = json::scan(element, plan, json::kNoDepthLimit);
  std::string tool;
  for (std::size_t i = 1; i < found.values.size(); ++i) {
    const std::string_view value = found.values[i];
    if (!value.empty() && value != "null") json::append_member(tool, kParts[i].name, value);
  }
  json::append_member(tool, "tool_call_template", discovery.call_template);
  return tool + "}";
}

}  // namespace utcp::ws
