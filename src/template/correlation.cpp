#include "correlation.hpp"

#include <utility>

#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

#include "captured.hpp"
#include "framing.hpp"
#include "placeholders.hpp"

namespace utcp::ws {
namespace {

constexpr const char* kTakes =
    "a JSON Pointer like \"/payload/id\" (RFC 6901), an array of at most 8, an object with one and a text with a "
    "placeholder, an object with $prefix, or false";
constexpr std::size_t kMostPlaces = 8;

// Pointers as JSON strings; what is none, and what takes more than one, is refused by what it becomes: nothing.
std::vector<json::Pointer> places_of(std::string_view value) {
  std::vector<std::string> texts;
  for (const auto& member : json::members_of(value)) texts.push_back(member.first);
  if (texts.size() > 1) return {};
  if (json::is_string(value)) texts.push_back(json::text_of(value));
  for (const std::string_view element : json::elements_of(value)) {
    texts.push_back(json::is_string(element) ? json::text_of(element) : "no pointer");
  }
  std::vector<json::Pointer> places;
  for (const std::string& text : texts) {
    std::optional<json::Pointer> place = json::parse_pointer(text);
    if (!place || texts.size() > kMostPlaces || may_hold_placeholders(text)) return {};
    places.push_back(*std::move(place));
  }
  return places;
}

}  // namespace

std::string_view correlation_value(const FieldReader& fields) {
  const json::Members members = json::members_of(fields.find("correlation"));
  return members.empty() || members.front().first == kPrefixName ? std::string_view{} : members.front().second;
}

void read_correlation(FieldReader& fields, CallTemplate& out) {
  const std::string_view value = fields.find("correlation");
  if (value.empty()) return;
  if (value == "false") {
    out.correlation_off = true;
    return;
  }
  if (!json::find(json::members_of(value), kPrefixName).empty()) {
    read_correlation_prefix(fields, value, out);
    return;
  }
  out.correlation = places_of(value);
  if (out.correlation.empty()) fields.refuse("correlation", kTakes, value);
  if (value.starts_with('{')) {
    const std::string_view text = correlation_value(fields);
    Result<MessageTemplate> compiled = MessageTemplate::compile(json::is_string(text) ? text : "null");
    if (!compiled) {
      fields.fail_in("correlation", compiled.take_error());
    } else if (compiled->is_constant() || takes_captured(compiled->plan({}))) {
      fields.refuse("correlation", kTakes, value);
    }
    out.correlates_by_value = true;
  } else if (!out.id_message().holds_request_id() && !out.id_message().holds_uuid()) {
    fields.fail("correlation", "used with a \"message\" that contains {{request_id}} or {{uuid}}",
                "a message without them");
  }
}

void read_capture(FieldReader& fields, CallTemplate& out) {
  const std::string_view value = fields.find("capture");
  if (value.empty()) return;
  const json::Members members = json::members_of(value);
  for (const auto& [name, raw] : members) {
    std::optional<json::Pointer> place;
    if (json::is_string(raw)) place = json::parse_pointer(json::text_of(raw));
    if (place) out.captures.emplace_back(concat({kOfAnswer, name}), *std::move(place));
  }
  if (members.empty() || out.captures.size() != members.size() || members.size() > kMostPlaces) {
    fields.refuse("capture", "an object of 1 to 8 JSON Pointers like \"/result\" (RFC 6901)", value);
  }
  if (out.correlates_by_value) {  // of those that follow the first answer, which has the id that the message has
    out.answer_place = std::move(out.correlation.front());
    out.correlation.clear();
  }
  const bool has_id = !out.correlation.empty() || !out.correlation_prefix.empty() || out.id_message().id_place();
  if (!has_id || out.correlation_off) {
    fields.fail("capture", "used with an id of the call's in \"message\", by which its first answer is known",
                "a template without one");
  }
  if (out.answer_place) return;
  for (const auto& [place, leaf] : out.message_filter.leaves) {
    if (!json::is_string(leaf)) continue;
    const std::string text = json::text_of(leaf);
    if (text.empty() || out.answer_place) continue;
    const Placeholder captured = captured_at(text, 0);
    if (captured.size != text.size() || !captured.name.starts_with(kOfAnswer)) continue;
    out.answer_place = place;
    out.answer_name = captured.name;
  }
  if (!out.answer_place) {
    fields.fail(
        "capture",
        "used with a \"message_filter\" in which a whole value is {{answer.NAME}}, or a \"correlation\" by a value",
        "a template without one");
  }
}

}  // namespace utcp::ws
