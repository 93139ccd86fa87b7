#include "message_template.hpp"

#include <algorithm>
#include <array>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

using Kind = Piece::Kind;

constexpr std::string_view kArgumentStart = "UTCP_ARG_";
constexpr std::string_view kArgumentEnd = "_UTCP_ARG";
constexpr std::string_view kRequestId = "{{request_id}}";
constexpr std::string_view kUuid = "{{uuid}}";
constexpr std::string_view kArgs = "{{args}}";
constexpr std::string_view kBlank = " \t\r\n";

/// The two forms of an argument's placeholder.
struct Form {
  std::string_view start;
  std::string_view end;
};
constexpr Form kForms[] = {{kArgumentStart, kArgumentEnd}, {"{{args.", "}}"}};
constexpr const Form& kTyped = kForms[1];

struct BuiltIn {
  std::string_view placeholder;
  Kind kind;
};
constexpr std::array kBuiltIns = {
    BuiltIn{kRequestId, Kind::request_id},     BuiltIn{kUuid, Kind::uuid},          BuiltIn{"{{now}}", Kind::now},
    BuiltIn{"{{tool_name}}", Kind::tool_name}, BuiltIn{kArgs, Kind::all_arguments},
};

// The built-in that starts at `position`, or null.
const BuiltIn* built_in_at(std::string_view text, std::size_t position) {
  if (text[position] != '{') return nullptr;
  for (const BuiltIn& built_in : kBuiltIns) {
    if (text.substr(position).starts_with(built_in.placeholder)) return &built_in;
  }
  return nullptr;
}

/// An argument's placeholder in a text.
struct Placeholder {
  std::string_view name;
  std::size_t size = 0;  // of the whole placeholder; 0: there is none
  bool is_typed = false;
};

// The placeholder that starts at `position`, if its name may be any: it ends as early as it can.
Placeholder placeholder_at(std::string_view text, std::size_t position) {
  for (const Form& form : kForms) {
    if (!text.substr(position).starts_with(form.start)) continue;
    const std::size_t begin = position + form.start.size();
    const std::size_t end = text.find(form.end, begin);
    if (end == text.npos || end == begin) continue;
    const std::string_view name = text.substr(begin, end - begin);
    if (name.find(kArgumentStart) != name.npos) continue;  // another one starts in it
    return {name, end + form.end.size() - position, &form == &kTyped};
  }
  return {};
}

// Whether a text is one `{{args.name}}` and nothing else.
bool is_typed_argument(std::string_view text) {
  const Placeholder placeholder = placeholder_at(text, 0);
  return placeholder.is_typed && placeholder.size == text.size();
}

// Names of arguments, to be found in a template.
class Names {
 public:
  explicit Names(std::span<const std::string> names) : names_(names) {
    for (const std::string& name : names) longest_ = std::max(longest_, name.size());
  }

  // The argument whose placeholder starts at `position`. The search ends where no name is that long, so that a long
  // template costs linear time.
  [[nodiscard]] Placeholder find_at(std::string_view text, std::size_t position) const {
    for (const Form& form : kForms) {
      if (!text.substr(position).starts_with(form.start)) continue;
      const std::string_view rest = text.substr(position + form.start.size(), longest_ + form.end.size());
      for (std::size_t end = rest.find(form.end); end != rest.npos; end = rest.find(form.end, end + 1)) {
        const std::string_view name = rest.substr(0, end);
        if (has(name)) return {name, form.start.size() + end + form.end.size(), &form == &kTyped};
      }
    }
    return {};
  }

  // The placeholder at `position` whose argument is not there.
  [[nodiscard]] Placeholder missing_at(std::string_view text, std::size_t position) const {
    const Placeholder placeholder = placeholder_at(text, position);
    return placeholder.size == 0 || find_at(text, position).size != 0 ? Placeholder{} : placeholder;
  }

 private:
  [[nodiscard]] bool has(std::string_view name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }

  std::span<const std::string> names_;
  std::size_t longest_ = 0;
};

std::string escaped(std::string text, unsigned times) {
  for (; times > 0; --times) {
    std::string once;
    json::append_escaped(once, text);
    text = std::move(once);
  }
  return text;
}

void append_literal(Plan& plan, std::string_view text, unsigned escapes) {
  if (text.empty()) return;
  if (plan.empty() || plan.back().kind != Kind::literal) plan.emplace_back();
  plan.back().text += escaped(std::string(text), escapes);
}

bool may_hold_placeholders(std::string_view text) {
  return text.find(kArgumentStart) != text.npos || text.find("{{") != text.npos;
}

bool is_json_shaped(std::string_view text) {
  return (text.starts_with('{') || text.starts_with('[')) && built_in_at(text, 0) == nullptr &&
         placeholder_at(text, 0).size == 0;
}

// Whether a string within a message is JSON text by itself, whatever its placeholders become.
bool is_json_text(std::string_view text) {
  if (!may_hold_placeholders(text) || !is_json_shaped(text)) return false;
  std::string filled;
  for (std::size_t i = 0; i < text.size();) {
    const BuiltIn* built_in = built_in_at(text, i);
    const std::size_t size = built_in != nullptr ? built_in->placeholder.size() : placeholder_at(text, i).size;
    filled += size == 0 ? text[i] : '0';
    i += std::max<std::size_t>(size, 1);
  }
  return json::scan(filled, json::ScanPlan(), kDefaultMaxJsonDepth).valid;
}

void append_text(std::string& out, Encoding encoding, std::string_view text) {
  switch (encoding) {
    case Encoding::text:
      out += text;
      break;
    case Encoding::json_string:
      json::append_escaped(out, text);
      break;
    case Encoding::json_value:
      out += json::quote(text);
      break;
  }
}

void append_argument(std::string& out, Encoding encoding, std::string_view raw) {
  if (encoding == Encoding::json_value) {
    out += json::compact(raw);
  } else {
    append_text(out, encoding, raw.starts_with('"') ? json::text_of(raw) : json::compact(raw));
  }
}

// Whether what stands at [`begin`, `end`) is a value by itself: what touches it, as a digit does, would be a part of
// it.
bool is_whole_value(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t before = text.substr(0, begin).find_last_not_of(kBlank);
  const std::size_t after = text.find_first_not_of(kBlank, std::min(end, text.size()));
  if (before == text.npos || after == text.npos) return false;
  return std::string_view(":,[").find(text[before]) != std::string_view::npos &&
         std::string_view(",]}").find(text[after]) != std::string_view::npos;
}

// The index of the quote that ends the string literal at `open`, or the text's size where none does.
std::size_t closing_quote(std::string_view text, std::size_t open) {
  std::size_t i = open + 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2U : 1U;
  return std::min(i, text.size());
}

bool is_name_literal(std::string_view text, std::size_t closing) {
  const std::size_t next = text.find_first_not_of(kBlank, std::min(closing + 1, text.size()));
  return next != text.npos && text[next] == ':';
}

// JSON (which need not be valid before its placeholders are filled in) without the members and elements whose whole
// value is a placeholder of an argument that is not there.
std::string without_missing(std::string text, const Names& names) {
  struct Extent {
    std::size_t begin, end;  // of a member, with its name, or an element
  };
  std::vector<Extent> dropped;
  std::size_t name = 0;  // where the last one began
  for (std::size_t i = 0; i < text.size();) {
    const bool is_string = text[i] == '"';
    const std::size_t end = is_string ? std::min(closing_quote(text, i) + 1, text.size())
                                      : i + std::max<std::size_t>(placeholder_at(text, i).size, 1);
    if (is_string && is_name_literal(text, end - 1)) {
      name = i;
    } else if (is_whole_value(text, i, end)) {
      const std::size_t inside = i + (is_string ? 1 : 0);
      const std::size_t size = names.missing_at(text, inside).size;
      if (size != 0 && inside + size == end - (is_string ? 1 : 0)) {
        const bool is_member = text[text.find_last_not_of(kBlank, i - 1)] == ':';
        dropped.push_back({is_member ? name : i, end});
      }
    }
    i = end;
  }
  for (auto extent = dropped.rbegin(); extent != dropped.rend(); ++extent) {
    auto [begin, end] = *extent;
    const std::size_t before = text.find_last_not_of(kBlank, begin - 1);
    const std::size_t after = text.find_first_not_of(kBlank, end);
    if (text[before] == ',') {
      begin = before;
    } else if (text[after] == ',') {
      end = after + 1;
    }
    text.erase(begin, end - begin);
  }
  return text;
}

}  // namespace

// Compiles a message while it is read, so that nothing is built and numbers keep their digits.
class MessageTemplate::Compiler final : public json::ScanListener {
 public:
  explicit Compiler(MessageTemplate& message) : message_(message) {}

  void open(bool is_object) override {
    before_value();
    literal(is_object ? "{" : "[");
    enter(!is_object);
  }
  void name(std::string_view raw) override {
    const std::string name = json::text_of(raw);
    if (levels_.back().count++ > 0) literal(",");
    literal(json::quote(name));
    literal(":");
    path_.tokens.back() = name;
    levels_.back().is_known = true;
  }
  void scalar(std::string_view raw) override {
    if (levels_.empty()) {
      whole(raw);
      return;
    }
    before_value();
    if (!json::is_string(raw)) {
      literal(raw);
      return;
    }
    const std::string text = json::text_of(raw);
    note_id(text);
    if (text == kArgs || is_typed_argument(text)) {
      placeholders(text, Encoding::json_value);
    } else {
      literal("\"");
      if (is_json_text(text)) {
        json_shaped(text, 1);
      } else {
        placeholders(text, Encoding::json_string, 0, 1);
      }
      literal("\"");
    }
  }
  void close(std::string_view /*raw*/) override {
    literal(levels_.back().is_array ? "]" : "}");
    leave();
  }

 private:
  // A message that is neither object nor array.
  void whole(std::string_view raw) {
    const std::string text = json::text_of(raw);
    if (raw == "null") {
      message_.has_message_ = false;
    } else if (is_json_shaped(text)) {
      json_shaped(text, 0);
    } else {
      placeholders(text, Encoding::text);
    }
  }

  // A string that is JSON once its placeholders are filled in. Only its string literals, brackets and commas are looked
  // at, for until then no JSON parser could read it. `levels`: in how many strings of the message it stands.
  void json_shaped(std::string_view text, std::uint8_t levels) {
    std::size_t outside = 0;  // where the stretch outside of string literals began
    std::size_t i = 0;
    while (i < text.size()) {
      const BuiltIn* built_in = built_in_at(text, i);
      const std::size_t argument = placeholder_at(text, i).size;
      if (text[i] == '"') {
        const std::size_t end = closing_quote(text, i);
        const std::string_view inside = text.substr(i + 1, end - i - 1);
        const bool is_name = is_name_literal(text, end);
        if (levels == 0) note_literal(text, i, end, is_name);
        const bool is_typed = (inside == kArgs || is_typed_argument(inside)) && !is_name && end < text.size();
        const std::size_t quotes = is_typed ? 0 : 1;
        placeholders(text.substr(outside, i + quotes - outside), Encoding::json_value, levels, levels);
        if (is_typed) {
          placeholders(inside, Encoding::json_value, levels, levels);
        } else {
          inside_literal(inside, levels);
        }
        outside = std::min(end + 1 - quotes, text.size());
        i = std::min(end + 1, text.size());
      } else if (built_in != nullptr) {
        const std::size_t end = i + built_in->placeholder.size();
        if (levels == 0 && is_whole_value(text, i, end)) note_id(built_in->placeholder);
        i = end;
      } else if (argument != 0) {
        i += argument;
      } else {
        if (levels == 0) structure(text[i]);
        ++i;
      }
    }
    placeholders(text.substr(outside), Encoding::json_value, levels, levels);
  }

  // Keeps track of the place that a string literal of a JSON-shaped message tells.
  void note_literal(std::string_view text, std::size_t open, std::size_t close, bool is_name) {
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    if (!is_name) {
      if (is_whole_value(text, open, close + 1)) note_id(inside);
    } else if (!levels_.empty()) {
      path_.tokens.back() = json::text_of(text.substr(open, close + 1 - open));
      levels_.back().is_known = !may_hold_placeholders(inside);
    }
  }

  void placeholders(std::string_view text, Encoding encoding, std::uint8_t levels = 0, std::uint8_t escapes = 0) {
    if (may_hold_placeholders(text)) {
      Segment& segment = message_.segments_.emplace_back();
      segment.text = text;
      segment.placeholders = true;
      segment.encoding = encoding;
      segment.levels = levels;
      segment.escapes = escapes;
    } else {
      literal(escaped(std::string(text), escapes));
    }
  }

  void literal(std::string_view text) {
    auto& segments = message_.segments_;
    if (segments.empty() || segments.back().placeholders) segments.emplace_back();
    segments.back().text += text;
  }

  // A placeholder cannot start with the second character of an escape: in `"\UTCP_ARG_…"` the backslash would take the
  // first character of the value with it, and a quote there could end the string.
  void inside_literal(std::string_view raw, std::uint8_t levels) {
    if (const std::string text = json::text_of(concat({"\"", raw, "\""})); is_json_text(text)) {
      json_shaped(text, levels + 1);
      return;
    }
    std::size_t start = 0;
    for (std::size_t i = raw.find('\\'); i != raw.npos; i = raw.find('\\', std::min(i + 2, raw.size()))) {
      if (i + 1 == raw.size() || (raw[i + 1] != kArgumentStart[0] && raw[i + 1] != '{')) continue;
      placeholders(raw.substr(start, i - start), Encoding::json_string, levels, levels);
      literal(escaped(std::string(raw.substr(i, 2)), levels));
      start = i + 2;
    }
    placeholders(raw.substr(start), Encoding::json_string, levels, levels);
  }

  // An object or array begins at the current path, and ends.
  void enter(bool is_array) {
    levels_.push_back({is_array, 0, is_array});
    path_.tokens.emplace_back();
    if (is_array) path_.tokens.back() = "0";
  }
  void leave() {
    levels_.pop_back();
    path_.tokens.pop_back();
  }

  // Elements are told by their place only; members have their name before them.
  void before_value() {
    if (levels_.empty() || !levels_.back().is_array) return;
    if (levels_.back().count > 0) literal(",");
    path_.tokens.back() = to_text(levels_.back().count++);
  }

  // Keeps track of where in the document a JSON-shaped string has come to.
  void structure(char c) {
    if (c == '{' || c == '[') {
      enter(c == '[');
    } else if (levels_.empty()) {
      return;
    } else if (c == '}' || c == ']') {
      leave();
    } else if (c == ',' && levels_.back().is_array) {
      path_.tokens.back() = to_text(++levels_.back().count);
    } else if (c == ',') {
      levels_.back().is_known = false;
    }
  }

  // `text` is a whole value at the current path. The first request id counts, without one the first uuid.
  void note_id(std::string_view text) {
    for (const Level& level : levels_) {
      if (!level.is_known) return;
    }
    auto& place = message_.id_place_;
    if (text == kRequestId && (!place || place->is_uuid)) {
      place = IdPlace{path_, false};
    } else if (text == kUuid && !place) {
      place = IdPlace{path_, true};
    }
  }

  struct Level {
    bool is_array;
    std::size_t count;  // of the members or elements so far
    bool is_known;      // where the current one stands: not below a name that a call's values make
  };
  MessageTemplate& message_;
  json::Pointer path_;
  std::vector<Level> levels_;
};

Result<MessageTemplate> MessageTemplate::compile(std::string_view message) {
  Result<MessageTemplate> result;
  result.value().has_message_ = true;
  Compiler compiler(result.value());
  result.fail(json::read(message, kDefaultMaxJsonDepth, compiler));
  if (result && result.value().depends_on_names()) result.value().source_ = json::compact(message);
  return result;
}

Plan MessageTemplate::pieces_for(std::span<const std::string> names, MissingArguments missing,
                                 std::string* first_missing) const {
  Plan plan;
  const Names arguments(names);
  for (const Segment& segment : segments_) {
    const std::string_view text = segment.text;
    std::size_t literal = 0;  // where the text began that is not yet in the plan
    std::size_t i = segment.placeholders ? 0 : text.size();
    while (i < text.size()) {
      const BuiltIn* built_in = built_in_at(text, i);
      const Placeholder argument = arguments.find_at(text, i);
      const Placeholder lost = built_in == nullptr && argument.size == 0 ? placeholder_at(text, i) : Placeholder{};
      const bool becomes_null = lost.is_typed && segment.encoding == Encoding::json_value;
      if (lost.size != 0 && first_missing->empty()) *first_missing = lost.name;
      if (built_in == nullptr && argument.size == 0 &&
          (lost.size == 0 || (missing == MissingArguments::keep && !becomes_null))) {
        ++i;
        continue;
      }
      append_literal(plan, text.substr(literal, i - literal), segment.escapes);
      if (lost.size != 0) {
        if (becomes_null && missing == MissingArguments::keep) append_literal(plan, "null", 0);
        i += lost.size;
      } else {
        Piece& piece = plan.emplace_back();
        piece.kind = built_in != nullptr ? built_in->kind : Kind::argument;
        piece.encoding = segment.encoding;
        piece.levels = segment.levels;
        piece.text = argument.name;
        i += built_in != nullptr ? built_in->placeholder.size() : argument.size;
      }
      literal = i;
    }
    append_literal(plan, text.substr(literal), segment.escapes);
  }
  return plan;
}

Result<Plan> MessageTemplate::plan(std::span<const std::string> names, MissingArguments missing) const {
  Result<Plan> result;
  if (!has_message_) {
    Piece& arguments = result.value().emplace_back();
    arguments.kind = Kind::all_arguments;
    arguments.encoding = Encoding::json_value;
    return result;
  }
  std::string lost;
  result.value() = pieces_for(names, missing, &lost);
  if (lost.empty() || missing == MissingArguments::keep) return result;
  if (missing == MissingArguments::omit) {
    result.value() = without(names).pieces_for(names, missing, &lost);
    return result;
  }
  std::string given;
  for (const std::string& name : names) append(given, {given.empty() ? "" : ", ", json::quote(name)});
  result.fail(make_error(ErrorCode::invalid_argument,
                         concat({"the message needs the argument ", json::quote(lost), ", which is missing; given: ",
                                 given.empty() ? "none" : given, " (see \"missing_arguments\")"}),
                         lost));
  return result;
}

Plan MessageTemplate::plan(std::span<const std::string> names) const {
  return std::move(plan(names, MissingArguments::keep)).value();
}

// The same without what is to be left out.
MessageTemplate MessageTemplate::without(std::span<const std::string> names) const {
  const Names arguments(names);
  if (!json::is_string(source_)) return std::move(compile(without_missing(source_, arguments))).value();
  const std::string text = json::text_of(source_);
  return is_json_shaped(text) ? std::move(compile(json::quote(without_missing(text, arguments)))).value() : *this;
}

std::vector<std::string> MessageTemplate::argument_names() const {
  std::vector<std::string> names;
  for (const Segment& segment : segments_) {
    for (std::size_t i = 0; segment.placeholders && i < segment.text.size();) {
      const Placeholder found = placeholder_at(segment.text, i);
      if (found.size != 0 && std::find(names.begin(), names.end(), found.name) == names.end()) {
        names.emplace_back(found.name);
      }
      i += std::max<std::size_t>(found.size, 1);
    }
  }
  return names;
}

bool MessageTemplate::holds(std::string_view text) const {
  return std::any_of(segments_.begin(), segments_.end(), [text](const Segment& segment) {
    return segment.placeholders && segment.text.find(text) != std::string::npos;
  });
}

bool MessageTemplate::is_constant() const {
  return std::none_of(segments_.begin(), segments_.end(), [](const Segment& segment) { return segment.placeholders; });
}

bool MessageTemplate::depends_on_names() const { return holds(kForms[0].start) || holds(kForms[1].start); }
bool MessageTemplate::holds_request_id() const { return holds(kRequestId); }
bool MessageTemplate::holds_uuid() const { return holds(kUuid); }

std::string render(const Plan& plan, std::string_view arguments, const json::Members& members,
                   const BuiltIns& built_ins) {
  std::string out;
  for (const Piece& piece : plan) {
    std::string value;
    switch (piece.kind) {
      case Kind::literal:
        value = piece.text;
        break;
      case Kind::argument: {
        const auto named = [&](const json::Member& member) { return member.first == piece.text; };
        append_argument(value, piece.encoding, std::find_if(members.begin(), members.end(), named)->second);
        break;
      }
      case Kind::all_arguments:
        append_argument(value, piece.encoding, arguments);
        break;
      case Kind::request_id: {
        const bool as_number = piece.encoding == Encoding::json_value && json::is_integer(built_ins.request_id);
        append_text(value, as_number ? Encoding::text : piece.encoding, built_ins.request_id);
        break;
      }
      case Kind::uuid:
        append_text(value, piece.encoding, built_ins.uuid);
        break;
      case Kind::now:
        append_text(value, piece.encoding, built_ins.now);
        break;
      case Kind::tool_name:
        append_text(value, piece.encoding, built_ins.tool_name);
        break;
    }
    out += escaped(std::move(value), piece.levels);
  }
  return out;
}

Result<std::string> render(const MessageTemplate& message, std::string_view arguments, const BuiltIns& built_ins,
                           MissingArguments missing) {
  const auto members = json::members(arguments);
  if (!members) return members.error();
  std::vector<std::string> names;
  names.reserve(members->size());
  for (const auto& [name, raw] : *members) names.push_back(name);
  Result<Plan> plan = message.plan(names, missing);
  if (!plan) return std::move(plan).error();
  return render(*plan, arguments, *members, built_ins);
}

}  // namespace utcp::ws
