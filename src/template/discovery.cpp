#include "discovery.hpp"

#include <optional>
#include <utility>

#include "call_template.hpp"
#include "field_reader.hpp"

namespace utcp::ws {
namespace {

// What may be read of an element, in the order of `Discovery::element`, and where MCP has it.
struct Part {
  const char* name;
  const char* place;
};
constexpr Part kParts[] = {
    {"name", "/name"},
    {"description", "/description"},
    {"inputs", "/inputSchema"},
    {"outputs", "/outputSchema"},
};

bool is_known(std::string_view name) {
  for (const Part& part : kParts) {
    if (name == part.name) return true;
  }
  return name == "tools" || name == "template";
}

// Says something of the manual, and nothing of its tools.
bool is_of_manual(std::string_view name) {
  return name == "name" || name == "discovery" || name == "discovery_message";
}

std::string join(const json::Members& manual_template, const json::Members& own) {
  std::string joined;
  if (json::find(own, "url").empty()) {
    for (const auto& [name, value] : manual_template) {
      if (!is_of_manual(name) && json::find(own, name.c_str()).empty()) json::append_member(joined, name, value);
    }
  }
  for (const auto& [name, value] : own) {
    if (!is_of_manual(name)) json::append_member(joined, name, value);
  }
  return joined + "}";
}

}  // namespace

void read_discovery(const json::Members& manual_template, FieldReader& fields, std::shared_ptr<const Discovery>& out) {
  const std::string_view value = fields.find("discovery");
  if (value.empty()) return;
  const json::Members members = json::members_of(value);
  FieldReader own(members, "discovery.");
  for (const auto& member : members) {
    if (is_known(member.first)) continue;
    fields.fail("discovery", "an object of tools, name, description, inputs, outputs and template",
                concat({"one with ", json::summary(json::quote(member.first))}).c_str());
  }
  auto read = std::make_shared<Discovery>();
  std::optional<json::Pointer> place;
  read_pointer(own, "tools", place);
  if (place) {
    read->tools = *place;
    json::Pointer cursor = *std::move(place);
    if (!cursor.tokens.empty()) cursor.tokens.back() = "nextCursor";
    read->answer = json::ScanPlan({read->tools, std::move(cursor)});
  } else {
    own.fail("tools", "a JSON Pointer to the array of tools, like \"/result/tools\"", "nothing");
  }
  std::vector<json::Pointer> places;
  for (const Part& part : kParts) {
    place = json::parse_pointer(part.place);
    read_pointer(own, part.name, place);
    places.push_back(std::move(place).value_or(json::Pointer{}));
  }
  read->element = json::ScanPlan(std::move(places));
  const std::string_view its = own.find("template");
  if (!its.empty() && !its.starts_with('{')) own.refuse("template", "an object", its, FieldReader::Shown::type);
  Result<std::string> joined = normalize_call_template(join(manual_template, json::members_of(its)));
  read->call_template = std::move(*joined);
  if (!joined) own.fail_in("template", joined.take_error());
  fields.fail(own.take_error());
  out = std::move(read);
}

std::string tool_text(const Discovery& discovery, std::string_view element) {
  const json::ScanResult found = json::scan(element, discovery.element, json::kNoDepthLimit);
  std::string tool;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    const std::string_view value = found.values[i];
    if (!value.empty() && value != "null") json::append_member(tool, kParts[i].name, value);
  }
  json::append_member(tool, "tool_call_template", discovery.call_template);
  return tool + "}";
}

}  // namespace utcp::ws
