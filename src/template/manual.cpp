#include "manual.hpp"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <utility>

#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/text.hpp>

#include "call_template.hpp"
#include "discovery.hpp"
#include "secrets.hpp"

namespace utcp::ws {
namespace {

// Names and values of the peer's stand in it.
constexpr std::size_t kLongestMessage = 1000;
constexpr std::size_t kLongestField = 100;
// Whatever a websocket call template holds, reading it must take little time and memory.
constexpr std::size_t kLongestTemplate = std::size_t{256} * 1024;

ErrorPtr invalid(std::initializer_list<TextRef> message, TextRef field = "") {
  std::string text = "invalid manual: ";
  append(text, message);
  return make_error(ErrorCode::invalid_manual, printable(text, kLongestMessage),
                    printable(field.view(), kLongestField));
}

ErrorPtr wrong_member(TextRef owner, const char* member, const char* takes, std::string_view got) {
  return invalid({owner, " member \"", member, "\" must be ", takes, "; got ", json::summary(got)}, member);
}

enum class Type { string, object, integer_or_null, strings };

// Whether an array holds nothing but strings.
class OnlyStrings final : public json::ScanListener {
 public:
  void open(bool /*is_object*/) override { fits_ = fits_ && ++depth_ == 1; }
  void name(std::string_view /*literal*/) override {}
  void scalar(std::string_view raw) override { fits_ = fits_ && json::is_string(raw); }
  void close(std::string_view /*raw*/) override {}
  [[nodiscard]] bool fits() const { return fits_; }

 private:
  std::size_t depth_ = 0;
  bool fits_ = true;
};

bool has_type(std::string_view value, Type type) {
  switch (type) {
    case Type::string:
      return json::is_string(value);
    case Type::object:
      return value.starts_with('{');
    case Type::integer_or_null:
      return value == "null" || value.find_first_not_of("-0123456789") == value.npos;
    case Type::strings: {
      OnlyStrings strings;
      return value.starts_with('[') && json::read(value, json::kNoDepthLimit, strings) == nullptr && strings.fits();
    }
  }
  return false;
}

// One member that manuals or tools may have.
struct Member {
  const char* name;
  Type type;
  const char* takes;
  const char* fallback;  // JSON text; empty: it has none; null: it is not copied
  bool required = false;
};
constexpr std::size_t kTools = 2;
constexpr Member kManualMembers[] = {
    {"utcp_version", Type::string, "a string", "\"1.0.1\""},
    {"manual_version", Type::string, "a string", "\"1.0.0\""},
    {"tools", Type::strings, "an array", nullptr},
};
constexpr std::size_t kName = 0;
constexpr Member kToolMembers[] = {
    {"name", Type::string, "a string", "", true},
    {"description", Type::string, "a string", "\"\""},
    {"inputs", Type::object, "an object (JSON Schema)", "{}"},
    {"outputs", Type::object, "an object (JSON Schema)", "{}"},
    {"tags", Type::strings, "an array of strings", "[]"},
    {"average_response_size", Type::integer_or_null, "an integer", ""},
    {"tool_call_template", Type::object, "an object", "", true},
};

// Picks the members that are known out of an object, the last of each name: what else there is costs no memory.
class MemberPicker final : public json::ScanListener {
 public:
  explicit MemberPicker(std::span<const Member> known) : known_(known), values_(known.size()) {}
  void open(bool /*is_object*/) override { ++depth_; }
  void name(std::string_view literal) override {
    if (depth_ != 1) return;
    const std::string text = json::text_of(literal);
    current_ = 0;
    while (current_ < known_.size() && text != known_[current_].name) ++current_;
    if (current_ == known_.size() && unknown_.empty()) unknown_ = literal;
  }
  void scalar(std::string_view raw) override { value(raw); }
  void close(std::string_view raw) override {
    --depth_;
    value(raw);
  }
  /// Empty: there is none.
  [[nodiscard]] std::string_view find(std::size_t member) const { return values_[member]; }
  /// The first name that is not known, as it stands in the text; empty: there is none.
  [[nodiscard]] std::string_view unknown() const { return unknown_; }

 private:
  void value(std::string_view raw) {
    if (depth_ == 1 && current_ < known_.size()) values_[current_] = raw;
  }
  std::span<const Member> known_;
  std::vector<std::string_view> values_;
  std::string_view unknown_;
  std::size_t depth_ = 0;
  std::size_t current_ = static_cast<std::size_t>(-1);
};

// Copies the members that are known, in their order, and fills in those that are missing.
ErrorPtr copy_members(const MemberPicker& from, TextRef owner, std::span<const Member> known, std::string& to) {
  for (std::size_t i = 0; i < known.size(); ++i) {
    const Member& member = known[i];
    if (member.fallback == nullptr) continue;
    std::string_view value = from.find(i);
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

std::string tool_label(std::string_view raw_name, std::size_t index) {
  constexpr std::size_t kLongestShown = 100;
  if (json::is_string(raw_name) && raw_name.size() <= kLongestShown * 6) {
    const std::string name = json::text_of(raw_name);
    if (name.size() <= kLongestShown) return concat({"tool ", json::quote(name)});
  }
  return concat({"tool number ", to_text(index + 1)});
}

// What decides where a tool leads.
enum Slot : std::size_t { kSlotName, kSlotTemplate, kSlotType, kSlotUrl, kSlotAuth, kSlotTokenUrl };

json::ScanResult look_into(std::string_view tool) {
  static const char* const kTemplate = "tool_call_template";
  const json::ScanPlan plan({{{"name"}},
                             {{kTemplate}},
                             {{kTemplate, "call_template_type"}},
                             {{kTemplate, "url"}},
                             {{kTemplate, "auth"}},
                             {{kTemplate, "auth", "token_url"}}});
  return json::scan(tool, plan, json::kNoDepthLimit);
}

bool is_websocket(const json::ScanResult& tool) { return json::text_of(tool.values[kSlotType]) == "websocket"; }

ErrorPtr check_call_template(std::string_view tool, TextRef owner, std::size_t index) {
  const json::ScanResult found = look_into(tool);
  if (!json::is_string(found.values[kSlotType])) {
    return invalid({owner, " must name its protocol in tool_call_template.call_template_type"});
  }
  if (!is_websocket(found)) return nullptr;
  const std::string_view call_template = found.values[kSlotTemplate];
  if (call_template.size() > kLongestTemplate) {
    return invalid({owner, " has a tool_call_template of ", to_text(call_template.size()), " bytes; the limit is ",
                    to_text(kLongestTemplate)});
  }
  // A variable that the SDK fills in at the call, when the template is checked. A manual from elsewhere that leaves
  // open where a tool leads loses that tool in `leave_out_loopback_tools`, since such a URL does not parse.
  if (json::text_of(found.values[kSlotUrl]).find("${") != std::string::npos) return nullptr;
  const Result<CallTemplate> parsed = parse_call_template(call_template);
  if (parsed) return nullptr;
  return invalid({owner, ": ", parsed.error().message},
                 concat({"tools.", to_text(index), ".tool_call_template.", parsed.error().field}));
}

ErrorPtr read_tool(std::string_view source, std::size_t index, std::string& tool) {
  MemberPicker members(kToolMembers);
  (void)json::read(source, json::kNoDepthLimit, members);
  const std::string label = tool_label(members.find(kName), index);
  if (!source.starts_with('{')) return invalid({label, " must be an object; got ", json::summary(source)});
  if (ErrorPtr error = copy_members(members, label, kToolMembers, tool)) return error;
  tool += '}';
  return check_call_template(tool, label, index);
}

// `discovery`: of what a service says of itself; else null. What is no tool there does not spoil the rest.
ErrorPtr read_tools(std::string_view list, const ManualLimits& limits, const Discovery* discovery, ManualText& manual) {
  std::size_t count = 0;
  const std::vector<std::string_view> sources = json::elements_of(list, limits.max_tools, count);
  if (count > limits.max_tools) {
    return invalid({"it has ", to_text(count), " tools; the limit is ", to_text(limits.max_tools)});
  }
  json::ScanPlan plan;
  if (discovery != nullptr) plan = plan_of_elements(*discovery);
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::string made;
    if (discovery != nullptr) made = tool_text(*discovery, plan, sources[i]);
    std::string tool;
    ErrorPtr error = read_tool(made.empty() ? sources[i] : made, i, tool);
    // A short list becomes a long one by what the caller's own template adds to each.
    size += made.size();
    if (size > limits.max_bytes) {
      error = invalid({"its tools have over ", to_text(limits.max_bytes), " bytes, the limit, with their templates"});
    } else if (error != nullptr && !made.empty()) {
      manual.left_out.push_back(std::move(error->message));
      continue;
    }
    if (error != nullptr) return error;
    manual.tools.push_back(std::move(tool));
  }
  return nullptr;
}

// What a service says of itself.
ErrorPtr read_answer(std::string_view text, const ManualLimits& limits, const Discovery& discovery,
                     ManualText& manual) {
  (void)copy_members(MemberPicker(kManualMembers), "", kManualMembers, manual.versions);
  std::vector<json::Pointer> places(2, discovery.places.front());
  if (!places[1].tokens.empty()) places[1].tokens.back() = "nextCursor";
  const json::ScanResult found = json::scan(text, json::ScanPlan(std::move(places)), limits.max_depth);
  if (!found.valid || !found.values[0].starts_with('[')) return invalid({"it has no array at discovery.tools"});
  if (json::is_string(found.values[1])) {
    manual.left_out.emplace_back("the tools of further pages: a nextCursor is not followed");
  }
  return read_tools(found.values[0], limits, &discovery, manual);
}

ErrorPtr read_manual(std::string_view text, const ManualLimits& limits, const Discovery& discovery,
                     ManualText& manual) {
  if (text.size() > limits.max_bytes) {
    return invalid({"it has ", to_text(text.size()), " bytes; the limit is ", to_text(limits.max_bytes)});
  }
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  MemberPicker members(kManualMembers);
  if (const ErrorPtr error = json::read(text, limits.max_depth, members)) return invalid({error->message});
  if (!discovery.places.empty()) return read_answer(text, limits, discovery, manual);
  if (!text.starts_with('{')) return invalid({"it must be an object; got ", json::type_summary(text)});
  if (const std::string_view unknown = members.unknown(); !unknown.empty()) {
    return invalid({"a manual has no member ", json::summary(unknown)}, json::text_of(unknown));
  }
  if (ErrorPtr error = copy_members(members, "its", kManualMembers, manual.versions)) return error;

  const std::string_view tools = members.find(kTools);
  if (tools.empty()) return invalid({"it has no member \"tools\""});
  if (!tools.starts_with('[')) return wrong_member("its", "tools", "an array", tools);
  return read_tools(tools, limits, nullptr, manual);
}

// Why a URL must not be used, be it of our schemes or not; empty where it may. What has no scheme is read as a host
// with its port.
std::string loopback_reason(TextRef what, std::string_view text) {
  const std::size_t slashes = text.find("//");
  std::string_view authority = slashes == text.npos ? text : text.substr(slashes + 2);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  Result<Url> url = parse_url(text);
  // A scheme that is not ours hides nothing.
  if (!url) url = parse_url(concat({"ws://", authority}));
  if (url && may_be_loopback(url.value())) {
    return concat({"its ", what, " leads to the agent's own machine (", url.value().host, ")"});
  }
  if (url) return {};
  return concat({"it is uncertain where its ", what, " leads (", url.error().message, ")"});
}

std::string loopback_reason_of(TextRef what, std::string_view raw) {
  return json::is_string(raw) ? loopback_reason(what, json::text_of(raw)) : std::string();
}

// Looks through a call template of another protocol for what would reach the agent's own machine: URLs wherever they
// stand, hosts, and what is run or read there.
class Destinations final : public json::ScanListener {
 public:
  void open(bool /*is_object*/) override {}
  void name(std::string_view literal) override { name_ = json::text_of(literal); }
  void scalar(std::string_view raw) override {
    if (!json::is_string(raw) || !reason.empty()) return;
    const std::string text = json::text_of(raw);
    if (is_one_of({"command", "command_name", "file_path"})) {
      reason = concat({"it is run or read on the agent's own machine (", name_, ")"});
    } else if (is_one_of({"url", "host", "hostname", "address", "target", "endpoint", "server", "signaling_server",
                          "token_url"}) ||
               text.find("://") != text.npos || text.starts_with("//")) {
      reason = loopback_reason(name_ == "url" ? TextRef("URL") : json::summary(json::quote(name_)), text);
    }
  }
  void close(std::string_view /*raw*/) override {}
  std::string reason;

 private:
  [[nodiscard]] bool is_one_of(std::initializer_list<const char*> names) const {
    return std::find(names.begin(), names.end(), name_) != names.end();
  }
  std::string name_;
};

std::string reason_to_leave_out(const json::ScanResult& tool) {
  if (is_websocket(tool)) {
    std::string reason = loopback_reason_of("URL", tool.values[kSlotUrl]);
    // The credential of OAuth2 would be sent there as well.
    return reason.empty() ? loopback_reason_of("token_url", tool.values[kSlotTokenUrl]) : reason;
  }
  Destinations destinations;
  (void)json::read(tool.values[kSlotTemplate], json::kNoDepthLimit, destinations);
  return std::move(destinations.reason);
}

}  // namespace

std::string ManualText::text() const {
  std::string list = "[";
  for (const std::string& tool : tools) append(list, {list.size() > 1 ? "," : "", tool});
  std::string text = versions;
  json::append_member(text, "tools", list + "]");
  return text + "}";
}

Result<ManualText> parse_manual(std::string_view text, const ManualLimits& limits, const Discovery& discovery) {
  Result<ManualText> result;
  result.fail(read_manual(text, limits, discovery, result.value()));
  return result;
}

void leave_out_loopback_tools(ManualText& manual, const Url& source) {
  if (is_literal_loopback(source)) return;
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < manual.tools.size(); ++i) {
    const json::ScanResult tool = look_into(manual.tools[i]);
    const std::string reason = reason_to_leave_out(tool);
    if (reason.empty()) {
      kept.push_back(std::move(manual.tools[i]));
    } else {
      const std::string sentence = concat({tool_label(tool.values[kSlotName], i), " was left out: ", reason,
                                           "; the option allowLoopbackTools permits it"});
      manual.left_out.push_back(printable(sentence, kLongestMessage));
    }
  }
  manual.tools = std::move(kept);
}

void lend_auth(ManualText& manual, const Url& source, std::string_view auth) {
  for (std::string& tool : manual.tools) {
    const json::ScanResult found = look_into(tool);
    const std::string_view call_template = found.values[kSlotTemplate];
    const Result<Url> url = parse_url(json::text_of(found.values[kSlotUrl]));
    const std::string_view own = found.values[kSlotAuth];
    if (!is_websocket(found) || !url || !has_same_origin(url.value(), source) || (!own.empty() && own != "null")) {
      continue;
    }
    // Before the template's last bracket; of a name that stands twice the last counts.
    const auto end = static_cast<std::size_t>(call_template.data() - tool.data()) + call_template.size() - 1;
    tool.insert(end, concat({",\"auth\":", auth}));
  }
}

}  // namespace utcp::ws
