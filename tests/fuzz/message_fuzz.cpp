// Fuzzes message templates and rendering. An input is a template and the arguments, both JSON. The same template is
// rendered twice: with these arguments, and with a unique marker for each of them. What comes out may differ in what
// the markers stand for and in nothing else: no argument adds a member, ends a string or is looked at again.
#include <algorithm>

#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/message_template.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {
namespace {

constexpr std::string_view kLead = "\xEF\x80\x80";  // U+F000, private: an input that holds it is left alone
constexpr BuiltIns kBuiltIns{"4711", "9b2d-uuid", "2026-01-02T03:04:05.678Z", "to\"ol", "00-tr\"ace", ""};

// Starts with a letter that a backslash in front of it would turn into an escape.
std::string marker(std::size_t index) { return "n" + std::string(kLead) + std::to_string(index) + std::string(kLead); }

// The arguments, and what must come out for each marker.
struct Arguments {
  std::string raw;     // their JSON text
  std::string marked;  // the same with markers for values
  std::vector<std::string> names, values;
};

Arguments read_arguments(const json::Members& members) {
  Arguments arguments;
  for (const auto& [name, value] : members) {
    json::append_member(arguments.raw, name, json::compact(value));
    json::append_member(arguments.marked, name, json::quote(marker(arguments.names.size())));
    arguments.names.push_back(name);
    arguments.values.push_back(json::compact(value));
  }
  // So that no template holds the text of the marked arguments.
  json::append_member(arguments.raw, kLead, "0}");
  json::append_member(arguments.marked, kLead, "0}");
  return arguments;
}

// The argument whose marker `text` starts with.
std::optional<std::size_t> marked_at(std::string_view text, const Arguments& arguments) {
  if (!text.starts_with('n')) return std::nullopt;
  for (std::size_t i = 0; i < arguments.values.size(); ++i) {
    if (text.starts_with(marker(i))) return i;
  }
  return std::nullopt;
}

// `text`, decoded, with what its markers stand for.
std::string fill(std::string_view text, const Arguments& arguments) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with(arguments.marked)) {
      out += arguments.raw;
      text.remove_prefix(arguments.marked.size());
    } else if (const auto index = marked_at(text, arguments)) {
      const std::string& value = arguments.values[*index];
      out += json::is_string(value) ? json::text_of(value) : value;
      text.remove_prefix(marker(*index).size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

// Whether `found` starts with these events; they are taken off.
bool take(std::vector<Event>& found, std::size_t& at, const std::vector<Event>& events) {
  if (found.size() - at < events.size()) return false;
  if (!std::equal(events.begin(), events.end(), found.begin() + static_cast<std::ptrdiff_t>(at))) return false;
  at += events.size();
  return true;
}

void check_structure(const std::vector<Event>& marked, std::vector<Event> found, const Arguments& arguments) {
  std::size_t at = 0;
  for (const Event& event : marked) {
    const bool is_string = event.kind == Event::Kind::string;
    const auto index = is_string ? marked_at(event.text, arguments) : std::nullopt;
    // A whole value may also be the argument as JSON: outside of quotes, or in `{{args}}`.
    const bool is_typed =
        index && event.text == marker(*index) && take(found, at, read(arguments.values[*index]).events);
    if (is_typed || take(found, at, {{event.kind, fill(event.text, arguments)}})) continue;
    // A string that is JSON text: the same holds within it.
    REQUIRE(is_string && at < found.size() && found[at].kind == Event::Kind::string);
    const Reading inner = read(event.text);
    const Reading filled = read(found[at++].text);
    REQUIRE(inner.valid && filled.valid && event.text.find_first_of("{[") == 0);
    check_structure(inner.events, filled.events, arguments);
  }
  REQUIRE(at == found.size());
}

void check_id_place(const MessageTemplate& message, std::string_view rendered) {
  if (!message.id_place()) return;
  const auto& [pointer, is_uuid] = *message.id_place();
  REQUIRE(is_uuid ? message.holds_uuid() : message.holds_request_id());
  const Reading reading = read(rendered);
  if (!reading.valid || has_twins(reading)) return;
  const json::ScanResult found = json::scan(rendered, json::ScanPlan({pointer}), json::kNoDepthLimit);
  REQUIRE(found.valid && !found.values[0].empty());
  REQUIRE(json::text_of(found.values[0]) == (is_uuid ? kBuiltIns.uuid : kBuiltIns.request_id));
}

// Whether an argument has a name that the core refuses: it would stand for the call's trace context.
bool names_a_trace(const json::Members& members) {
  return std::any_of(members.begin(), members.end(), [](const auto& member) {
    return member.first == "{{traceparent}}" || member.first == "{{tracestate}}";
  });
}

bool holds_lead(const Reading& reading) {
  return std::any_of(reading.events.begin(), reading.events.end(),
                     [](const Event& event) { return event.text.find(kLead) != event.text.npos; });
}

void check_plan(const MessageTemplate& message, const Arguments& arguments) {
  const Plan plan = message.plan(arguments.names);
  if (!message.depends_on_names()) REQUIRE(plan == message.plan({}));
  bool was_literal = false;
  for (const Piece& piece : plan) {
    const bool is_literal = piece.kind == Piece::Kind::literal;
    REQUIRE(!is_literal || (!was_literal && !piece.text.empty()));
    if (piece.kind == Piece::Kind::argument) {
      REQUIRE(std::find(arguments.names.begin(), arguments.names.end(), piece.text) != arguments.names.end());
    }
    was_literal = is_literal;
  }
}

// Whatever is missing: an object or array goes out as JSON, and what is no error is what is sent anyway.
void check_missing(const MessageTemplate& message, std::string_view arguments, std::string_view kept,
                   bool is_structured) {
  const Result<std::string> strict = render(message, arguments, kBuiltIns, MissingArguments::error);
  if (strict) {
    REQUIRE(strict.value() == kept);
  } else {
    REQUIRE(strict.error().code == ErrorCode::invalid_argument && !strict.error().field.empty());
  }
  const Result<std::string> omitted = render(message, arguments, kBuiltIns, MissingArguments::omit);
  REQUIRE(omitted.ok());
  if (is_structured) REQUIRE(read(omitted.value()).valid);
  if (strict) REQUIRE(omitted.value() == kept);
}

std::size_t spreads_in(const Reading& reading) {
  const Event spread{Event::Kind::name, "..."};
  return static_cast<std::size_t>(std::count(reading.events.begin(), reading.events.end(), spread));
}

// What `"..."` makes: no member twice that its author, or the caller, did not write twice; `"..."` itself goes nowhere.
void check_spread(const MessageTemplate& message, const Arguments& arguments, const Reading& argument_reading) {
  const Reading bare = read(render(message, "{}", kBuiltIns).value());
  if (!bare.valid || has_twins(bare) || has_twins(argument_reading)) return;
  for (const MissingArguments missing : {MissingArguments::keep, MissingArguments::omit}) {
    const Reading found = read(render(message, arguments.raw, kBuiltIns, missing).value());
    if (!found.valid) continue;
    REQUIRE(!has_twins(found));
    if (spreads_in(argument_reading) == 0) REQUIRE(spreads_in(found) == 0);
  }
}

void check(std::string_view message_text, std::string_view argument_text) {
  const Result<MessageTemplate> compiled = MessageTemplate::compile(message_text);
  const Result<json::Members> members = json::members(argument_text);
  if (!compiled) {
    const ErrorCode code = compiled.error().code;
    REQUIRE(code == ErrorCode::invalid_json || code == ErrorCode::invalid_call_template);
    return;
  }
  const MessageTemplate& message = compiled.value();
  const Result<std::string> plain = render(message, argument_text, kBuiltIns);
  REQUIRE(plain.ok() == (members.ok() && !names_a_trace(*members)));
  if (!plain) return;

  // What nlohmann's parser does not read cannot be compared.
  const Reading template_reading = read(message_text);
  const Reading argument_reading = read(argument_text);
  if (!template_reading.valid || !argument_reading.valid) return;
  if (holds_lead(template_reading) || holds_lead(argument_reading)) return;
  const Arguments arguments = read_arguments(members.value());
  check_plan(message, arguments);

  const std::string rendered = render(message, arguments.raw, kBuiltIns).value();
  const std::string marked = render(message, arguments.marked, kBuiltIns).value();
  check_id_place(message, marked);
  const Reading reading = read(marked);
  if (reading.valid) {
    const Reading found = read(rendered);
    // Outside of quotes, no other value than a string can be a name: then what comes out is no JSON.
    const bool names_are_fixed =
        std::none_of(reading.events.begin(), reading.events.end(), [&arguments](const Event& event) {
          return event.kind == Event::Kind::name && fill(event.text, arguments) != event.text;
        });
    REQUIRE(found.valid || !names_are_fixed);
    if (found.valid) check_structure(reading.events, found.events, arguments);
    if (message.spreads() && names_are_fixed) check_spread(message, arguments, argument_reading);
  }
  const Event& first = template_reading.events.front();
  const bool is_structured = first.kind == Event::Kind::open_object || first.kind == Event::Kind::open_array;
  if (is_structured) {
    REQUIRE(reading.valid);
    REQUIRE(spreads_in(template_reading) == 0 || (spreads_in(template_reading) == 1 && message.spreads()));
  }
  check_missing(message, arguments.raw, rendered, is_structured);
  const bool is_json_shaped = first.text.starts_with('{') || first.text.starts_with('[');
  if (first.kind == Event::Kind::string && !is_json_shaped) REQUIRE(rendered == fill(marked, arguments));
}

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace utcp::ws::fuzz;
  const auto input = parts({reinterpret_cast<const char*>(data), size}, 2);
  check(input[0].text(), input[1].text());
  return 0;
}
