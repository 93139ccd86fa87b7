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

// Names of arguments, to be found in a template.
class Names {
 public:
  explicit Names(std::span<const std::string> names) : names_(names) {
    for (const std::string& name : names) longest_ = std::max(longest_, name.size());
  }

  // The argument whose placeholder starts at `position`, or null. The search ends where no name is that long, so that a
  // long template costs linear time.
  [[nodiscard]] const std::string* find_at(std::string_view text, std::size_t position) const {
    if (!text.substr(position).starts_with(kArgumentStart)) return nullptr;
    const std::string_view rest = text.substr(position + kArgumentStart.size(), longest_ + kArgumentEnd.size());
    for (std::size_t end = rest.find(kArgumentEnd); end != rest.npos; end = rest.find(kArgumentEnd, end + 1)) {
      const auto name = std::find(names_.begin(), names_.end(), rest.substr(0, end));
      if (name != names_.end()) return &*name;
    }
    return nullptr;
  }

 private:
  std::span<const std::string> names_;
  std::size_t longest_ = 0;
};

void append_literal(Plan& plan, std::string_view text, bool escape) {
  if (text.empty()) return;
  if (plan.empty() || plan.back().kind != Kind::literal) plan.emplace_back();
  if (escape) {
    json::append_escaped(plan.back().text, text);
  } else {
    plan.back().text += text;
  }
}

bool may_hold_placeholders(std::string_view text) {
  return text.find(kArgumentStart) != text.npos || text.find("{{") != text.npos;
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
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t before = text.substr(0, begin).find_last_not_of(kSpace);
  const std::size_t after = text.find_first_not_of(kSpace, std::min(end, text.size()));
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
    if (text == kArgs) {
      placeholders(text, Encoding::json_value);
    } else {
      literal("\"");
      placeholders(text, Encoding::json_string, true);
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
    } else if ((text.starts_with('{') || text.starts_with('[')) && built_in_at(text, 0) == nullptr) {
      json_shaped(text);
    } else {
      placeholders(text, Encoding::text);
    }
  }

  // A string that is JSON once its placeholders are filled in. Only its string literals, brackets and commas are looked
  // at, for until then no JSON parser could read it.
  void json_shaped(std::string_view text) {
    std::size_t outside = 0;  // where the stretch outside of string literals began
    std::size_t i = 0;
    while (i < text.size()) {
      if (text[i] == '"') {
        const std::size_t end = closing_quote(text, i);
        const std::string_view inside = text.substr(i + 1, end - i - 1);
        const std::size_t next = text.find_first_not_of(" \t\r\n", std::min(end + 1, text.size()));
        const bool is_name = next != text.npos && text[next] == ':';
        if (is_name) {
          if (!levels_.empty()) {
            path_.tokens.back() = json::text_of(text.substr(i, end + 1 - i));
            levels_.back().is_known = !may_hold_placeholders(inside);
          }
        } else if (is_whole_value(text, i, end + 1)) {
          note_id(inside);
        }
        const bool is_typed = inside == kArgs && !is_name && end < text.size();
        const std::size_t quotes = is_typed ? 0 : 1;
        placeholders(text.substr(outside, i + quotes - outside), Encoding::json_value);
        if (is_typed) {
          placeholders(inside, Encoding::json_value);
        } else {
          inside_literal(inside);
        }
        outside = std::min(end + 1 - quotes, text.size());
        i = std::min(end + 1, text.size());
      } else if (const BuiltIn* built_in = built_in_at(text, i)) {
        const std::size_t end = i + built_in->placeholder.size();
        if (is_whole_value(text, i, end)) note_id(built_in->placeholder);
        i = end;
      } else {
        structure(text[i++]);
      }
    }
    placeholders(text.substr(outside), Encoding::json_value);
  }

  void placeholders(std::string_view text, Encoding encoding, bool escape_literal = false) {
    if (may_hold_placeholders(text)) {
      Segment& segment = message_.segments_.emplace_back();
      segment.text = text;
      segment.placeholders = true;
      segment.encoding = encoding;
      segment.escape_literal = escape_literal;
    } else if (escape_literal) {
      std::string escaped;
      json::append_escaped(escaped, text);
      literal(escaped);
    } else {
      literal(text);
    }
  }

  void literal(std::string_view text) {
    auto& segments = message_.segments_;
    if (segments.empty() || segments.back().placeholders) segments.emplace_back();
    segments.back().text += text;
  }

  // A placeholder cannot start with the second character of an escape: in `"\UTCP_ARG_…"` the backslash would take the
  // first character of the value with it, and a quote there could end the string.
  void inside_literal(std::string_view raw) {
    std::size_t start = 0;
    for (std::size_t i = raw.find('\\'); i != raw.npos; i = raw.find('\\', std::min(i + 2, raw.size()))) {
      if (i + 1 == raw.size() || (raw[i + 1] != kArgumentStart[0] && raw[i + 1] != '{')) continue;
      placeholders(raw.substr(start, i - start), Encoding::json_string);
      literal(raw.substr(i, 2));
      start = i + 2;
    }
    placeholders(raw.substr(start), Encoding::json_string);
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
  return result;
}

Plan MessageTemplate::plan(std::span<const std::string> names) const {
  Plan plan;
  if (!has_message_) {
    Piece& arguments = plan.emplace_back();
    arguments.kind = Kind::all_arguments;
    arguments.encoding = Encoding::json_value;
    return plan;
  }
  const Names arguments(names);
  for (const Segment& segment : segments_) {
    const std::string_view text = segment.text;
    std::size_t literal = 0;  // where the text began that is not yet in the plan
    std::size_t i = segment.placeholders ? 0 : text.size();
    while (i < text.size()) {
      const BuiltIn* built_in = built_in_at(text, i);
      const std::string* argument = arguments.find_at(text, i);
      if (built_in == nullptr && argument == nullptr) {
        ++i;
        continue;
      }
      append_literal(plan, text.substr(literal, i - literal), segment.escape_literal);
      Piece& piece = plan.emplace_back();
      piece.encoding = segment.encoding;
      if (built_in != nullptr) {
        piece.kind = built_in->kind;
        i += built_in->placeholder.size();
      } else {
        piece.kind = Kind::argument;
        piece.text = *argument;
        i += kArgumentStart.size() + argument->size() + kArgumentEnd.size();
      }
      literal = i;
    }
    append_literal(plan, text.substr(literal), segment.escape_literal);
  }
  return plan;
}

bool MessageTemplate::holds(std::string_view text) const {
  return std::any_of(segments_.begin(), segments_.end(), [text](const Segment& segment) {
    return segment.placeholders && segment.text.find(text) != std::string::npos;
  });
}

bool MessageTemplate::is_constant() const {
  return std::none_of(segments_.begin(), segments_.end(), [](const Segment& segment) { return segment.placeholders; });
}

bool MessageTemplate::depends_on_names() const { return holds(kArgumentStart); }
bool MessageTemplate::holds_request_id() const { return holds(kRequestId); }
bool MessageTemplate::holds_uuid() const { return holds(kUuid); }

std::string render(const Plan& plan, std::string_view arguments, const json::Members& members,
                   const BuiltIns& built_ins) {
  std::string out;
  for (const Piece& piece : plan) {
    switch (piece.kind) {
      case Kind::literal:
        out += piece.text;
        break;
      case Kind::argument: {
        const auto named = [&](const json::Member& member) { return member.first == piece.text; };
        append_argument(out, piece.encoding, std::find_if(members.begin(), members.end(), named)->second);
        break;
      }
      case Kind::all_arguments:
        append_argument(out, piece.encoding, arguments);
        break;
      case Kind::request_id: {
        const bool as_number = piece.encoding == Encoding::json_value && json::is_integer(built_ins.request_id);
        append_text(out, as_number ? Encoding::text : piece.encoding, built_ins.request_id);
        break;
      }
      case Kind::uuid:
        append_text(out, piece.encoding, built_ins.uuid);
        break;
      case Kind::now:
        append_text(out, piece.encoding, built_ins.now);
        break;
      case Kind::tool_name:
        append_text(out, piece.encoding, built_ins.tool_name);
        break;
    }
  }
  return out;
}

Result<std::string> render(const MessageTemplate& message, std::string_view arguments, const BuiltIns& built_ins) {
  const auto members = json::members(arguments);
  if (!members) return members.error();
  std::vector<std::string> names;
  names.reserve(members->size());
  for (const auto& [name, raw] : *members) names.push_back(name);
  return render(message.plan(names), arguments, *members, built_ins);
}

}  // namespace utcp::ws
