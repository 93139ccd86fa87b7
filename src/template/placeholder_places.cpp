#include "placeholder_places.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

#include "captured.hpp"
#include "placeholders.hpp"

namespace utcp::ws {
namespace {

// A field that is used before there is a call, or for many of them, and the placeholders that have a value there.
struct Place {
  const char* field;
  std::string_view takes;
};
constexpr std::string_view kArgument = "an argument";
constexpr std::string_view kOfStep = "{{connect.…}}";
constexpr std::string_view kOfFirstAnswer = "{{answer.…}}";
constexpr std::string_view kOfCall =
    "an argument {{request_id}} {{uuid}} {{now}} {{tool_name}} {{args}} {{traceparent}} {{tracestate}} {{new_id}} "
    "{{connect.…}} {{answer.…}}";
constexpr std::string_view kOfConnection = "{{uuid}} {{now}} {{new_id}} {{connect.…}}";
constexpr Place kPlaces[] = {
    {"message", kOfCall.substr(0, kOfCall.find(" {{answer"))},
    {"messages", kOfCall.substr(0, kOfCall.find(" {{answer"))},
    {"message_filter", kOfCall},
    {"stream_end", kOfCall},
    {"error_match", kOfCall},
    {"leave_message", kOfCall},
    {"connect", kOfConnection},
    {"connect_message", kOfConnection.substr(0, kOfConnection.find(" {{connect"))},
    {"disconnect_message", kOfConnection},
    {"ping_message", kOfConnection},
    {"replies", kOfConnection},
    {"frame", ""},
    {"discovery_message", "{{uuid}} {{now}} {{request_id}} {{new_id}} {{connect.…}}"},
    {"url", ""},
    {"protocol", ""},
    {"headers", ""},
    {"header_fields", ""},
    {"auth", ""},
    {"connect_ack", ""},
    {"connection_error", ""},
    {"correlation", ""},
    {"result_path", ""},
    {"result_default", ""},
    {"error_path", ""},
};

// Looks at every string of a field, names included.
class Search final : public json::ScanListener {
 public:
  Search(std::string_view takes, const std::vector<std::string>& captured) : takes_(takes), captured_(captured) {}

  void open(bool /*is_object*/) override {}
  void name(std::string_view literal) override { scalar(literal); }
  void scalar(std::string_view raw) override {
    const std::string text = json::text_of(raw);
    for (std::size_t i = 0; i < text.size() && found.empty(); ++i) {
      const BuiltIn* built_in = built_in_at(text, i);
      std::string_view here;
      if (built_in != nullptr) {
        here = built_in->placeholder;
      } else if (placeholder_at(text, i).size != 0) {
        here = kArgument;
      } else if (const std::string_view name = captured_at(text, i).name; !name.empty()) {
        here = name.starts_with(kOfAnswer) ? kOfFirstAnswer : kOfStep;
        if (std::find(captured_.begin(), captured_.end(), name) == captured_.end()) unknown = name;
      }
      if (!here.empty() && takes_.find(here) == takes_.npos) found = here;
    }
  }
  void close(std::string_view /*raw*/) override {}

  std::string_view found;
  std::string unknown;  // a captured value that nothing captures

 private:
  std::string_view takes_;
  const std::vector<std::string>& captured_;
};

// Returns whether they can be told: what is no object is refused where it is read.
bool add_names(std::vector<std::string>& names, std::string_view start, std::string_view captures) {
  for (const json::Member& member : json::members_of(captures)) names.push_back(concat({start, member.first}));
  return captures.empty() || captures == "null" || captures.starts_with('{');
}

}  // namespace

void refuse_placeholders(FieldReader& fields) {
  std::vector<std::string> captured;
  bool knows_all = add_names(captured, kOfAnswer, fields.find("capture"));
  for (const std::string_view step : json::elements_of(fields.find("connect"))) {
    const std::string_view captures = json::find(json::members_of(step), "capture");
    knows_all = add_names(captured, kConnectPlaceholder.substr(2), captures) && knows_all;
  }
  for (const Place& place : kPlaces) {
    const std::string_view value = fields.find(place.field);
    // A value that a call fills in: correlation.cpp reads it.
    if (std::string_view(place.field) == "correlation" && value.starts_with("{")) continue;
    Search search(place.takes, captured);
    const bool is_prefix = value.starts_with('{') && std::string_view(place.field) == "correlation";  // checked there
    if (!value.empty() && !is_prefix) (void)json::read(value, kDefaultMaxJsonDepth, search);
    if (search.found.empty()) {
      const bool is_connect = std::string_view(place.field) == "connect";  // which looks at each step
      if (search.unknown.empty() || is_connect || !knows_all) continue;
      fields.fail_in(place.field,
                     make_error(ErrorCode::invalid_call_template,
                                concat({"{{", search.unknown, "}} has no value: no \"capture\" has that name"})));
      continue;
    }
    std::string message = concat({search.found, " has no value there; it is allowed in "});
    const std::size_t start = message.size();
    for (const Place& other : kPlaces) {
      if (other.takes.find(search.found) == other.takes.npos) continue;
      append(message, {message.size() == start ? "" : ", ", other.field});
    }
    fields.fail_in(place.field, make_error(ErrorCode::invalid_call_template, std::move(message)));
  }
}

}  // namespace utcp::ws
