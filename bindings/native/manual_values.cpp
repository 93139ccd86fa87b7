#include "manual_values.hpp"

#include <algorithm>
#include <utility>

#include <utcp_websocket/manual.hpp>

#include "json_value.hpp"

namespace utcp::ws {
namespace native {
namespace {

std::string text_in(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

Json json_in(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() ? Json() : *member;
}

Tool tool_of(const Json& json) {
  Tool tool;
  tool.name = text_in(json, "name");
  tool.description = text_in(json, "description");
  tool.inputs = json_in(json, "inputs");
  tool.outputs = json_in(json, "outputs");
  tool.call_template = json_in(json, "tool_call_template");
  for (const Json& tag : json_in(json, "tags")) {
    if (tag.is_string()) tool.tags.push_back(tag.get<std::string>());
  }
  const auto size = json.find("average_response_size");
  if (size != json.end() && size->is_number_unsigned()) tool.average_response_size = size->get<std::size_t>();
  return tool;
}

}  // namespace

Result<Manual> read_manual(std::string_view text, const Url& source, std::string_view auth, const Discovery& discovery,
                           const ClientOptions& options) {
  Result<Manual> result;
  const bool is_manual = discovery.places.empty();  // else the templates in it are the caller's own
  const ManualLimits limits{.max_tools = options.limits.manual_tools, .max_depth = options.limits.json_depth};
  Result<ManualText> checked = parse_manual(text, limits, discovery);
  if (!checked) {
    result.fail(checked.take_error());
    return result;
  }
  if (is_manual && !options.allow_loopback_tools) leave_out_loopback_tools(*checked, source);
  if (is_manual && !auth.empty()) lend_auth(*checked, source, auth);
  Result<Json> json = json::parse(checked->text(), json::kNoDepthLimit);
  result.fail(json.take_error());
  result->json = std::move(*json);
  result->left_out = std::move(checked->left_out);
  result->utcp_version = text_in(result->json, "utcp_version");
  result->manual_version = text_in(result->json, "manual_version");
  for (const Json& tool : json_in(result->json, "tools")) result->tools.push_back(tool_of(tool));
  return result;
}

}  // namespace native

const Tool* Manual::find(std::string_view name) const {
  const auto tool = std::find_if(tools.begin(), tools.end(), [&](const Tool& one) { return one.name == name; });
  return tool == tools.end() ? nullptr : &*tool;
}

}  // namespace utcp::ws
