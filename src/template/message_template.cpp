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

Plan MessageTemplate::pieces_for(const Names& names, MissingArguments missing, Gaps& gaps) const {
  Plan plan;
  for (const Segment& segment : segments_) {
    if (segment.kind == Segment::Kind::spread) append_spread(plan, segment, names);
    const std::string_view text = segment.text;
    std::size_t literal = 0;  // where the text began that is not yet in the plan
    std::size_t i = segment.kind == Segment::Kind::placeholders ? 0 : text.size();
    while (i < text.size()) {
      const BuiltIn* built_in = built_in_at(text, i);
      const Placeholder argument = names.find_at(text, i);
      const Placeholder captured = captured_at(text, i);
      Placeholder lost = built_in == nullptr && argument.size == 0 ? placeholder_at(text, i) : Placeholder{};
      if (built_in != nullptr && names.lacks(*built_in)) {
        lost.size = built_in->placeholder.size();
        gaps.trace = true;
      }
      const bool becomes_null = lost.is_typed && segment.encoding == Encoding::json_value;
      if (lost.size != 0 && gaps.argument.empty()) gaps.argument = lost.name;
      if (built_in == nullptr && argument.size == 0 && captured.size == 0 &&
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
        piece.kind = built_in != nullptr ? built_in->kind : captured.size != 0 ? Kind::captured : Kind::argument;
        piece.encoding = segment.encoding;
        piece.levels = segment.levels;
        piece.text = captured.size != 0 ? captured.name : argument.name;
        i += built_in != nullptr ? built_in->placeholder.size() : argument.size + captured.size;
      }
      literal = i;
    }
    append_literal(plan, text.substr(literal), segment.escapes);
  }
  return plan;
}

void MessageTemplate::append_spread(Plan& plan, const Segment& segment, const Names& names) const {
  for (const std::string& name : names.all()) {
    if (is_trace_name(name)) continue;
    if (std::find(beside_spread_.begin(), beside_spread_.end(), name) != beside_spread_.end()) continue;
    const bool is_alone = plan.back().kind == Kind::literal && plan.back().text.ends_with('{');
    const bool follows = segment.is_last && !is_alone;
    append_literal(plan, concat({follows ? "," : "", json::quote(name), ":"}), segment.escapes);
    Piece& piece = plan.emplace_back();
    piece.kind = Kind::argument;
    piece.encoding = segment.encoding;
    piece.levels = segment.levels;
    piece.text = name;
    if (!segment.is_last) append_literal(plan, ",", 0);
  }
}

Result<Plan> MessageTemplate::plan(std::span<const std::string> names, MissingArguments missing) const {
  Result<Plan> result;
  if (!has_message_) {
    Piece& arguments = result.value().emplace_back();
    arguments.kind = Kind::all_arguments;
    arguments.encoding = Encoding::json_value;
    return result;
  }
  const Names known(names, missing == MissingArguments::omit);
  Gaps gaps;
  result.value() = pieces_for(known, missing, gaps);
  if (gaps.argument.empty() || missing != MissingArguments::error) {
    if (gaps.trace || (!gaps.argument.empty() && missing == MissingArguments::omit)) {
      result.value() = without_missing(known).pieces_for(known, missing, gaps);
    }
    return result;
  }
  constexpr std::size_t kLongestList = 300;
  std::string given;
  for (const std::string& name : names) {
    if (is_trace_name(name)) continue;
    append(given, {given.empty() ? "" : ", ", given.size() > kLongestList ? "…" : json::quote(name)});
    if (given.size() > kLongestList) break;
  }
  result.fail(make_error(
      ErrorCode::invalid_argument,
      concat({"the message needs the argument ", json::quote(gaps.argument),
              ", which is missing; given: ", given.empty() ? "none" : given, " (see \"missing_arguments\")"}),
      gaps.argument));
  return result;
}

Plan MessageTemplate::plan(std::span<const std::string> names) const {
  return std::move(plan(names, MissingArguments::keep)).value();
}

// The same without what is to be left out. Where a member is, no argument takes its place: its author wrote it.
MessageTemplate MessageTemplate::without_missing(const Names& names) const {
  const bool is_text = json::is_string(source_);
  const std::string text = is_text ? json::text_of(source_) : source_;
  if (is_text && !is_json_shaped(text)) return *this;
  const std::string rest = leave_out(text, names);
  Result<MessageTemplate> compiled = compile(is_text ? json::quote(rest) : rest);
  if (!compiled) return *this;
  compiled->beside_spread_ = beside_spread_;
  return std::move(*compiled);
}

std::vector<std::string> MessageTemplate::argument_names() const {
  std::vector<std::string> names;
  for (const Segment& segment : segments_) {
    for (std::size_t i = 0; segment.kind == Segment::Kind::placeholders && i < segment.text.size();) {
      const Placeholder found = placeholder_at(segment.text, i);
      if (found.size != 0 && std::find(names.begin(), names.end(), found.name) == names.end()) {
        names.emplace_back(found.name);
      }
      i += std::max<std::size_t>(found.size, 1);
    }
  }
  return names;
}

std::string_view MessageTemplate::lone_argument() const {
  if (segments_.size() != 1 || segments_.front().kind != Segment::Kind::placeholders) return {};
  const std::string_view text = segments_.front().text;
  const Placeholder found = placeholder_at(text, 0);
  return found.size == text.size() ? found.name : std::string_view{};
}

bool MessageTemplate::holds(std::string_view text) const {
  return std::any_of(segments_.begin(), segments_.end(), [text](const Segment& segment) {
    return segment.kind == Segment::Kind::placeholders && segment.text.find(text) != std::string::npos;
  });
}

bool MessageTemplate::is_constant() const {
  return std::all_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.kind == Segment::Kind::literal; });
}

bool MessageTemplate::depends_on_names() const {
  return spreads() || std::any_of(segments_.begin(), segments_.end(), [](const Segment& segment) {
           return segment.kind == Segment::Kind::placeholders && depends_on_call(segment.text);
         });
}

bool MessageTemplate::spreads() const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.kind == Segment::Kind::spread; });
}

bool MessageTemplate::holds_request_id() const { return holds(kRequestIdPlaceholder); }
bool MessageTemplate::holds_uuid() const { return holds(kUuidPlaceholder); }
bool MessageTemplate::holds_new_id() const { return holds(kNewIdPlaceholder); }

std::string rendered(const Piece& argument, std::string_view raw) {
  std::string value;
  if (raw.empty()) raw = argument.encoding == Encoding::json_value ? "null" : "\"\"";
  append_argument(value, argument.encoding, raw);
  return json::escaped(std::move(value), argument.levels);
}

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
      case Kind::traceparent:
        append_text(value, piece.encoding, built_ins.traceparent);
        break;
      case Kind::tracestate:
        append_text(value, piece.encoding, built_ins.tracestate);
        break;
      case Kind::captured:
        append_text(value, piece.encoding, concat({"{{", piece.text, "}}"}));
        break;
    }
    out += json::escaped(std::move(value), piece.levels);
  }
  return out;
}

Plan fill(const Plan& plan, std::string_view arguments, const json::Members& members, const BuiltIns& built_ins) {
  Plan out;
  for (const Piece& piece : plan) {
    if (piece.kind == Kind::captured || (piece.kind == Kind::new_id && built_ins.new_id.empty())) {
      out.push_back(piece);
    } else {
      append_literal(out, render({piece}, arguments, members, built_ins), 0);
    }
  }
  return out;
}

Result<Plan> plan_for(const MessageTemplate& message, const json::Members& members, const BuiltIns& built_ins,
                      MissingArguments missing) {
  std::vector<std::string> names;
  names.reserve(members.size());
  for (const auto& [name, raw] : members) {
    if (is_trace_name(name)) {
      Result<Plan> refused;
      refused.fail(make_error(ErrorCode::invalid_argument, concat({"an argument cannot be named ", name}), name));
      return refused;
    }
    names.push_back(name);
  }
  if (!built_ins.traceparent.empty()) names.emplace_back(kTraceparentPlaceholder);
  if (!built_ins.tracestate.empty()) names.emplace_back(kTracestatePlaceholder);
  return message.plan(names, missing);
}

Result<Plan> fill(const MessageTemplate& message, std::string_view arguments, const BuiltIns& built_ins,
                  MissingArguments missing) {
  const auto members = json::members(arguments);
  if (!members) return members.error();
  Result<Plan> plan = plan_for(message, *members, built_ins, missing);
  if (plan) *plan = fill(*plan, arguments, *members, built_ins);
  return plan;
}

Result<std::string> render(const MessageTemplate& message, std::string_view arguments, const BuiltIns& built_ins,
                           MissingArguments missing) {
  const auto members = json::members(arguments);
  if (!members) return members.error();
  Result<Plan> plan = plan_for(message, *members, built_ins, missing);
  if (!plan) return std::move(plan).error();
  return render(*plan, arguments, *members, built_ins);
}

}  // namespace utcp::ws
