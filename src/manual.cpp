#include "manual.hpp"

#include <optional>
#include <utility>

#include "call_template.hpp"

namespace utcp::ws {
namespace {

Error invalid(std::string message, std::string field = {}) {
  return {ErrorCode::invalid_manual, "invalid manual: " + std::move(message), std::move(field)};
}

Error wrong_member(std::string_view owner, std::string_view member, std::string_view takes, const Json& got) {
  std::string message(owner);
  message.append(" member \"").append(member).append("\" must be ").append(takes).append("; got ");
  return invalid(message + json::summary(got), std::string(member));
}

bool is_string(const Json& value) { return value.is_string(); }
bool is_object(const Json& value) { return value.is_object(); }
bool is_size(const Json& value) { return value.is_number_integer() || value.is_null(); }
bool is_string_array(const Json& value) {
  if (!value.is_array()) return false;
  for (const Json& item : value) {
    if (!item.is_string()) return false;
  }
  return true;
}

// One member that manuals or tools may have.
struct Member {
  std::string_view name;
  bool (*accepts)(const Json&);
  std::string_view takes;
  std::string_view fallback;  ///< JSON text; empty: it has none
  bool required = false;
};

constexpr Member kManualMembers[] = {
    {"utcp_version", is_string, "a string", "\"1.0.1\""},
    {"manual_version", is_string, "a string", "\"1.0.0\""},
};
constexpr Member kToolMembers[] = {
    {"name", is_string, "a string", "", true},
    {"description", is_string, "a string", "\"\""},
    {"inputs", is_object, "an object (JSON Schema)", "{}"},
    {"outputs", is_object, "an object (JSON Schema)", "{}"},
    {"tags", is_string_array, "an array of strings", "[]"},
    {"average_response_size", is_size, "an integer", ""},
    {"tool_call_template", is_object, "an object", "", true},
};

// Moves the members that are known, in their order, and fills in those that are missing.
std::optional<Error> move_members(Json& from, std::string_view owner, std::span<const Member> members, Json& to) {
  for (const Member& member : members) {
    const auto found = from.find(member.name);
    if (found == from.end()) {
      if (member.required) return invalid(std::string(owner) + " has no member \"" + std::string(member.name) + "\"");
      if (!member.fallback.empty()) to[std::string(member.name)] = json::parse(member.fallback).value();
    } else if (!member.accepts(*found)) {
      return wrong_member(owner, member.name, member.takes, *found);
    } else {
      to[std::string(member.name)] = std::move(*found);
    }
  }
  return std::nullopt;
}

std::string tool_label(const Json& tool, std::size_t index) {
  constexpr std::size_t kLongestShown = 100;
  const auto member = tool.find("name");
  const auto* name = member != tool.end() ? member->get_ptr<const std::string*>() : nullptr;
  const bool shown = name != nullptr && name->size() <= kLongestShown;
  return shown ? "tool " + json::dump(*member) : "tool number " + std::to_string(index + 1);
}

std::optional<Error> check_call_template(const Json& call_template, const std::string& owner, std::size_t index) {
  const auto type = call_template.find("call_template_type");
  if (type == call_template.end() || !type->is_string()) {
    return invalid(owner + " must name its protocol in tool_call_template.call_template_type");
  }
  if (*type != "websocket") return std::nullopt;
  const Result<CallTemplate> parsed = parse_call_template(call_template);
  if (parsed) return std::nullopt;
  const Error& error = parsed.error();
  return invalid(owner + ": " + error.message, "tools." + std::to_string(index) + ".tool_call_template." + error.field);
}

std::string sentence(const Json& tool, std::size_t index, std::string_view reason) {
  std::string text = tool_label(tool, index) + " was left out: ";
  text.append(reason);
  return text + "; the option allowLoopbackTools permits it";
}

// Why a URL in a tool must not be used; none where it may. Blanks and control characters, which other parsers drop, do
// not hide its scheme.
std::optional<std::string> loopback_reason(const Json& holder, const char* member) {
  const auto found = holder.find(member);
  const auto* text = found != holder.end() ? found->get_ptr<const std::string*>() : nullptr;
  if (text == nullptr) return std::nullopt;
  if (const Result<Url> url = parse_url(*text)) {
    if (!may_be_loopback(url.value())) return std::nullopt;
    return "its URL leads to the agent's own machine (" + url.value().host + ")";
  } else {
    std::string scheme;
    for (const char c : *text) {
      if (c == ':') break;
      if (static_cast<unsigned char>(c) > 0x20) scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    const bool is_ours = scheme == "http" || scheme == "https" || scheme == "ws" || scheme == "wss";
    if (!is_ours) return std::nullopt;
    return "where its URL leads cannot be told for certain (" + url.error().message + ")";
  }
}

}  // namespace

Result<Manual> parse_manual(std::string_view text, const ManualLimits& limits) {
  Result<Json> parsed = json::parse(text, limits.max_depth);
  if (!parsed) return invalid(parsed.error().message);
  Json& source = parsed.value();
  if (!source.is_object()) return invalid("it must be an object; got " + std::string(json::type_summary(source)));

  for (const auto& [name, value] : *source.get_ptr<const Json::object_t*>()) {
    if (name != "utcp_version" && name != "manual_version" && name != "tools") {
      return invalid("a manual has no member " + json::summary(Json(name)), name);
    }
  }
  Manual manual;
  manual.json = Json::object();
  if (auto error = move_members(source, "its", kManualMembers, manual.json)) return *std::move(error);

  const auto tools = source.find("tools");
  if (tools == source.end()) return invalid("it has no member \"tools\"");
  if (!tools->is_array()) return wrong_member("its", "tools", "an array", *tools);
  if (tools->size() > limits.max_tools) {
    return invalid("it has " + std::to_string(tools->size()) + " tools; the limit is " +
                   std::to_string(limits.max_tools));
  }
  Json checked = Json::array();
  for (std::size_t i = 0; i < tools->size(); ++i) {
    Json& tool = (*tools)[i];
    const std::string label = tool_label(tool, i);
    if (!tool.is_object()) return invalid(label + " must be an object; got " + json::summary(tool));
    Json known = Json::object();
    if (auto error = move_members(tool, label, kToolMembers, known)) return *std::move(error);
    if (auto error = check_call_template(*known.find("tool_call_template"), label, i)) return *std::move(error);
    checked.push_back(std::move(known));
  }
  manual.json["tools"] = std::move(checked);
  return manual;
}

void leave_out_loopback_tools(Manual& manual, const Url& source) {
  if (is_literal_loopback(source)) return;
  const auto tools = manual.json.find("tools");
  if (tools == manual.json.end() || !tools->is_array()) return;
  Json kept = Json::array();
  for (std::size_t i = 0; i < tools->size(); ++i) {
    Json& tool = (*tools)[i];
    std::optional<std::string> reason;
    const auto call_template = tool.find("tool_call_template");
    if (call_template != tool.end()) {
      reason = loopback_reason(*call_template, "url");
      // The credential of OAuth2 would be sent there as well.
      const auto auth = call_template->find("auth");
      if (!reason && auth != call_template->end()) reason = loopback_reason(*auth, "token_url");
    }
    if (reason) {
      manual.left_out.push_back(sentence(tool, i, *reason));
    } else {
      kept.push_back(std::move(tool));
    }
  }
  *tools = std::move(kept);
}

}  // namespace utcp::ws
