#include "manual.hpp"

#include <initializer_list>
#include <span>
#include <utility>

#include "call_template.hpp"
#include "text.hpp"

namespace utcp::ws {
namespace {

ErrorPtr invalid(std::initializer_list<TextRef> message, TextRef field = "") {
  std::string text = "invalid manual: ";
  append(text, message);
  return make_error(ErrorCode::invalid_manual, std::move(text), field);
}

ErrorPtr wrong_member(TextRef owner, const char* member, const char* takes, std::string_view got) {
  return invalid({owner, " member \"", member, "\" must be ", takes, "; got ", json::summary(got)}, member);
}

enum class Type { string, object, integer_or_null, strings };

bool has_type(std::string_view value, Type type) {
  switch (type) {
    case Type::string:
      return json::is_string(value);
    case Type::object:
      return value.starts_with('{');
    case Type::integer_or_null:
      return value == "null" || value.find_first_not_of("-0123456789") == value.npos;
    case Type::strings:
      for (const std::string_view item : json::elements_of(value)) {
        if (!json::is_string(item)) return false;
      }
      return value.starts_with('[');
  }
  return false;
}

// One member that manuals or tools may have.
struct Member {
  const char* name;
  Type type;
  const char* takes;
  const char* fallback;  // JSON text; empty: it has none
  bool required = false;
};
constexpr Member kManualMembers[] = {
    {"utcp_version", Type::string, "a string", "\"1.0.1\""},
    {"manual_version", Type::string, "a string", "\"1.0.0\""},
};
constexpr Member kToolMembers[] = {
    {"name", Type::string, "a string", "", true},
    {"description", Type::string, "a string", "\"\""},
    {"inputs", Type::object, "an object (JSON Schema)", "{}"},
    {"outputs", Type::object, "an object (JSON Schema)", "{}"},
    {"tags", Type::strings, "an array of strings", "[]"},
    {"average_response_size", Type::integer_or_null, "an integer", ""},
    {"tool_call_template", Type::object, "an object", "", true},
};

// Copies the members that are known, in their order, and fills in those that are missing.
ErrorPtr copy_members(const json::Members& from, TextRef owner, std::span<const Member> known, std::string& to) {
  for (const Member& member : known) {
    std::string_view value = json::find(from, member.name);
    if (value.empty()) {
      if (member.required) return invalid({owner, " has no member \"", member.name, "\""});
      value = member.fallback;
    } else if (!has_type(value, member.type)) {
      return wrong_member(owner, member.name, member.takes, value);
    }
    if (!value.empty()) json::append_member(to, member.name, value);
  }
  return nullptr;
}

std::string tool_label(const json::Members& tool, std::size_t index) {
  constexpr std::size_t kLongestShown = 100;
  const std::string_view raw = json::find(tool, "name");
  const std::string name = json::text_of(raw);
  if (json::is_string(raw) && name.size() <= kLongestShown) return concat({"tool ", json::quote(name)});
  return concat({"tool number ", to_text(index + 1)});
}

ErrorPtr check_call_template(std::string_view call_template, TextRef owner, std::size_t index) {
  const json::Members members = json::members_of(call_template);
  const std::string_view type = json::find(members, "call_template_type");
  if (!json::is_string(type)) {
    return invalid({owner, " must name its protocol in tool_call_template.call_template_type"});
  }
  if (json::text_of(type) != "websocket") return nullptr;
  // A variable that the SDK fills in at the call, when the template is checked. A manual from elsewhere that leaves
  // open where a tool leads loses that tool in `leave_out_loopback_tools`, since such a URL does not parse.
  if (json::text_of(json::find(members, "url")).find("${") != std::string::npos) return nullptr;
  const Result<CallTemplate> parsed = parse_call_template(call_template);
  if (parsed) return nullptr;
  return invalid({owner, ": ", parsed.error().message},
                 concat({"tools.", to_text(index), ".tool_call_template.", parsed.error().field}));
}

ErrorPtr read_tool(std::string_view source, std::size_t index, std::string& tool) {
  const json::Members members = json::members_of(source);
  const std::string label = tool_label(members, index);
  if (!source.starts_with('{')) return invalid({label, " must be an object; got ", json::summary(source)});
  if (ErrorPtr error = copy_members(members, label, kToolMembers, tool)) return error;
  tool += '}';
  return check_call_template(json::find(members, "tool_call_template"), label, index);
}

ErrorPtr read_manual(std::string_view text, const ManualLimits& limits, Manual& manual) {
  const Result<json::Members> members = json::members(text, limits.max_depth);
  if (!members) return invalid({members.error().message});
  for (const auto& [name, value] : members.value()) {
    if (name != "utcp_version" && name != "manual_version" && name != "tools") {
      return invalid({"a manual has no member ", json::summary(json::quote(name))}, name);
    }
  }
  if (ErrorPtr error = copy_members(members.value(), "its", kManualMembers, manual.versions)) return error;

  const std::string_view tools = json::find(members.value(), "tools");
  if (tools.empty()) return invalid({"it has no member \"tools\""});
  if (!tools.starts_with('[')) return wrong_member("its", "tools", "an array", tools);
  const std::vector<std::string_view> sources = json::elements_of(tools);
  if (sources.size() > limits.max_tools) {
    return invalid({"it has ", to_text(sources.size()), " tools; the limit is ", to_text(limits.max_tools)});
  }
  for (const std::string_view source : sources) {
    manual.tools.emplace_back();
    if (ErrorPtr error = read_tool(source, manual.tools.size() - 1, manual.tools.back())) return error;
  }
  return nullptr;
}

// Why the URL in a member must not be used; empty where it may, or there is none. Blanks and control characters, which
// other parsers drop, do not hide its scheme.
std::string loopback_reason(const json::Members& holder, const char* member) {
  const std::string_view raw = json::find(holder, member);
  if (!json::is_string(raw)) return {};
  const std::string text = json::text_of(raw);
  const Result<Url> url = parse_url(text);
  if (url) {
    if (!may_be_loopback(url.value())) return {};
    return concat({"its URL leads to the agent's own machine (", url.value().host, ")"});
  }
  std::string scheme;
  for (const char c : text) {
    if (c == ':') break;
    if (static_cast<unsigned char>(c) > 0x20) scheme += c;
  }
  for (const char* ours : {"http", "https", "ws", "wss"}) {
    if (same_but_case(scheme, ours))
      return concat({"where its URL leads cannot be told for certain (", url.error().message, ")"});
  }
  return {};
}

}  // namespace

std::string Manual::text() const {
  std::string list = "[";
  for (const std::string& tool : tools) append(list, {list.size() > 1 ? "," : "", tool});
  std::string text = versions;
  json::append_member(text, "tools", list + "]");
  return text + "}";
}

Result<Manual> parse_manual(std::string_view text, const ManualLimits& limits) {
  Result<Manual> result;
  result.fail(read_manual(text, limits, result.value()));
  return result;
}

void leave_out_loopback_tools(Manual& manual, const Url& source) {
  if (is_literal_loopback(source)) return;
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < manual.tools.size(); ++i) {
    const json::Members tool = json::members_of(manual.tools[i]);
    const json::Members call_template = json::members_of(json::find(tool, "tool_call_template"));
    std::string reason = loopback_reason(call_template, "url");
    // The credential of OAuth2 would be sent there as well.
    if (reason.empty()) reason = loopback_reason(json::members_of(json::find(call_template, "auth")), "token_url");
    if (reason.empty()) {
      kept.push_back(std::move(manual.tools[i]));
    } else {
      manual.left_out.push_back(
          concat({tool_label(tool, i), " was left out: ", reason, "; the option allowLoopbackTools permits it"}));
    }
  }
  manual.tools = std::move(kept);
}

void lend_auth(Manual& manual, const Url& source, std::string_view auth) {
  for (std::string& tool : manual.tools) {
    const std::string_view call_template = json::find(json::members_of(tool), "tool_call_template");
    const json::Members fields = json::members_of(call_template);
    const Result<Url> url = parse_url(json::text_of(json::find(fields, "url")));
    const std::string_view own = json::find(fields, "auth");
    const bool is_ours = json::text_of(json::find(fields, "call_template_type")) == "websocket";
    if (!is_ours || !url || !has_same_origin(url.value(), source) || (!own.empty() && own != "null")) continue;
    // Before the template's last bracket; of a name that stands twice the last counts.
    const auto end = static_cast<std::size_t>(call_template.data() - tool.data()) + call_template.size() - 1;
    tool.insert(end, concat({",\"auth\":", auth}));
  }
}

}  // namespace utcp::ws
