#include "message_template.hpp"

#include <algorithm>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

#include "placeholders.hpp"

namespace utcp::ws {
namespace {

using Kind = Piece::Kind;

void append_literal(Plan& plan, std::string_view text, unsigned escapes) {
  if (text.empty()) return;
  if (plan.empty() || plan.back().kind != Kind::literal) plan.emplace_back();
  plan.back().text += json::escaped(std::string(text), escapes);
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

void append_id(std::string& out, Encoding encoding, std::string_view id) {
  const bool as_number = encoding == Encoding::json_value && json::is_integer(id);
  append_text(out, as_number ? Encoding::text : encoding, id);
}

void append_argument(std::string& out, Encoding encoding, std::string_view raw) {
  if (encoding == Encoding::json_value) {
    out += json::compact(raw);
  } else {
    append_text(out, encoding, raw.starts_with('"') ? json::text_of(raw) : json::compact(raw));
  }
}

}  // namespace

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
  constexpr std::size_t kLongestList = 300;
  std::string given;
  for (const std::string& name : names) {
    append(given, {given.empty() ? "" : ", ", given.size() > kLongestList ? "…" : json::quote(name)});
    if (given.size() > kLongestList) break;
  }
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

bool MessageTemplate::depends_on_names() const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.placeholders && may_hold_arguments(segment.text); });
}
bool MessageTemplate::holds_request_id() const { return holds(kRequestIdPlaceholder); }
bool MessageTemplate::holds_uuid() const { return holds(kUuidPlaceholder); }
bool MessageTemplate::holds_new_id() const { return holds(kNewIdPlaceholder); }

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
      case Kind::request_id:
        append_id(value, piece.encoding, built_ins.request_id);
        break;
      case Kind::new_id:
        append_id(value, piece.encoding, built_ins.new_id);
        break;
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
    out += json::escaped(std::move(value), piece.levels);
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
