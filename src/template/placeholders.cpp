#include "placeholders.hpp"

#include <algorithm>
#include <array>

#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>

#include "captured.hpp"

namespace utcp::ws {
namespace {

using Kind = Piece::Kind;

// Of a name that nobody has given: looking for the end of each in all that follows would take quadratic time.
constexpr std::size_t kLongestName = 256;

struct Form {
  std::string_view start;
  std::string_view end;
};
constexpr Form kByText{"UTCP_ARG_", "_UTCP_ARG"};
constexpr Form kTyped{"{{args.", "}}"};
constexpr std::array kForms = {kByText, kTyped};

constexpr std::array kBuiltIns = {
    BuiltIn{kRequestIdPlaceholder, Kind::request_id},
    BuiltIn{kUuidPlaceholder, Kind::uuid},
    BuiltIn{"{{now}}", Kind::now},
    BuiltIn{"{{tool_name}}", Kind::tool_name},
    BuiltIn{kArgsPlaceholder, Kind::all_arguments},
    BuiltIn{kTraceparentPlaceholder, Kind::traceparent, true},
    BuiltIn{kTracestatePlaceholder, Kind::tracestate, true},
    BuiltIn{kNewIdPlaceholder, Kind::new_id},
};

// Whether a placeholder could start here: most characters are told by one look.
bool may_start(std::string_view text, std::size_t position) {
  return position < text.size() && (text[position] == kByText.start.front() || text[position] == kTyped.start.front());
}

Placeholder found(const Form& form, std::string_view name) {
  return {name, form.start.size() + name.size() + form.end.size(), form.start == kTyped.start};
}

}  // namespace

const BuiltIn* built_in_at(std::string_view text, std::size_t position) {
  if (text[position] != '{') return nullptr;
  for (const BuiltIn& built_in : kBuiltIns) {
    if (text.substr(position).starts_with(built_in.placeholder)) return &built_in;
  }
  return nullptr;
}

Placeholder placeholder_at(std::string_view text, std::size_t position) {
  if (!may_start(text, position)) return {};
  for (const Form& form : kForms) {
    if (!text.substr(position).starts_with(form.start)) continue;
    const std::string_view rest = text.substr(position + form.start.size(), kLongestName + form.end.size());
    const std::string_view name = rest.substr(0, rest.find(form.end));
    // Where it has no end, or another one starts in it, it is none.
    if (name.empty() || name.size() == rest.size() || name.find(kByText.start) != name.npos) continue;
    return found(form, name);
  }
  return {};
}

Placeholder captured_at(std::string_view text, std::size_t position) {
  if (text[position] != '{') return {};
  for (const std::string_view start : {kConnectPlaceholder, kAnswerPlaceholder}) {
    if (!text.substr(position).starts_with(start)) continue;
    const std::string_view rest = text.substr(position + start.size(), kLongestName + kTyped.end.size());
    const std::size_t size = rest.find(kTyped.end);
    if (size == 0 || size == rest.npos) continue;
    return {text.substr(position + 2, start.size() - 2 + size), start.size() + size + kTyped.end.size(), true};
  }
  return {};
}

std::size_t size_at(std::string_view text, std::size_t position) {
  const BuiltIn* built_in = built_in_at(text, position);
  if (built_in != nullptr) return built_in->placeholder.size();
  return placeholder_at(text, position).size + captured_at(text, position).size;
}

bool is_typed_argument(std::string_view text) {
  if (text.empty()) return false;
  Placeholder placeholder = placeholder_at(text, 0);
  if (placeholder.size == 0) placeholder = captured_at(text, 0);
  return placeholder.is_typed && placeholder.size == text.size();
}

bool may_hold_placeholders(std::string_view text) {
  return text.find(kByText.start) != text.npos || text.find("{{") != text.npos;
}

bool depends_on_call(std::string_view text) {
  return text.find(kByText.start) != text.npos || text.find(kTyped.start) != text.npos ||
         text.find("{{trace") != text.npos;
}

Names::Names(std::span<const std::string> names, bool omits) : names_(names), omits_(omits) {
  for (const std::string& name : names) longest_ = std::max(longest_, name.size());
}

// The search ends where no name is that long.
Placeholder Names::find_at(std::string_view text, std::size_t position) const {
  if (!may_start(text, position)) return {};
  for (const Form& form : kForms) {
    if (!text.substr(position).starts_with(form.start)) continue;
    const std::string_view rest = text.substr(position + form.start.size(), longest_ + form.end.size());
    for (std::size_t end = rest.find(form.end); end != rest.npos; end = rest.find(form.end, end + 1)) {
      if (has(rest.substr(0, end))) return found(form, rest.substr(0, end));
    }
  }
  return {};
}

std::size_t Names::left_out_at(std::string_view text, std::size_t position) const {
  if (const BuiltIn* built_in = built_in_at(text, position)) return lacks(*built_in) ? built_in->placeholder.size() : 0;
  const std::size_t size = omits_ ? placeholder_at(text, position).size : 0;
  return size == 0 || find_at(text, position).size != 0 ? 0 : size;
}

bool Names::has(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

bool is_json_shaped(std::string_view text) {
  return (text.starts_with('{') || text.starts_with('[')) && size_at(text, 0) == 0;
}

bool is_json_text(std::string_view text) {
  if (!may_hold_placeholders(text) || !is_json_shaped(text)) return false;
  std::string filled;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = size_at(text, i);
    filled += size == 0 ? text[i] : '0';
    i += std::max<std::size_t>(size, 1);
  }
  return json::scan(filled, json::ScanPlan(), kDefaultMaxJsonDepth).valid;
}

bool is_whole_value(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t before = text.substr(0, begin).find_last_not_of(kBlank);
  const std::size_t after = text.find_first_not_of(kBlank, std::min(end, text.size()));
  if (before == text.npos || after == text.npos) return false;
  return std::string_view(":,[").find(text[before]) != std::string_view::npos &&
         std::string_view(",]}").find(text[after]) != std::string_view::npos;
}

std::size_t closing_quote(std::string_view text, std::size_t open) {
  std::size_t i = open + 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2U : 1U;
  return std::min(i, text.size());
}

bool is_name_literal(std::string_view text, std::size_t closing) {
  const std::size_t next = text.find_first_not_of(kBlank, std::min(closing + 1, text.size()));
  return next != text.npos && text[next] == ':';
}

std::string leave_out(std::string_view text, const Names& names) {
  std::string out;
  std::size_t name = 0;  // where in `out` the last member's name begins
  for (std::size_t i = 0; i < text.size();) {
    const bool is_string = text[i] == '"';
    const std::size_t quote = is_string ? 1 : 0;
    const std::size_t missing = names.left_out_at(text, std::min(i + quote, text.size() - 1));
    const std::size_t size =
        is_string ? std::min(closing_quote(text, i) + 1, text.size()) - i : std::max<std::size_t>(missing, 1);
    const bool is_name = is_string && is_name_literal(text, i + size - 1);
    const bool is_dropped =
        missing != 0 && missing + 2 * quote == size && !is_name && is_whole_value(text, i, i + size);
    if (is_name) name = out.size();
    if (!is_dropped) {
      out += text.substr(i, size);
      i += size;
      continue;
    }
    i += size;
    // With its name, and with the comma before it, or else the one behind it. What precedes it was copied: it is there.
    if (out[out.find_last_not_of(kBlank)] == ':') out.resize(name);
    out.resize(out.find_last_not_of(kBlank) + 1);
    if (out.ends_with(',')) {
      out.pop_back();
    } else {
      const std::size_t after = text.find_first_not_of(kBlank, i);
      if (text[after] == ',') i = after + 1;
    }
  }
  return out;
}

}  // namespace utcp::ws
