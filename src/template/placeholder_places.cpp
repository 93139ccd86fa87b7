#include "placeholder_places.hpp"

#include <algorithm>

#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/text.hpp>

#include "placeholders.hpp"

namespace utcp::ws {
namespace {

// A field that is used before there is a call, or for many of them, and the placeholders that have a value there.
struct Place {
  const char* field;
  std::string_view takes;
};
constexpr std::string_view kArgument = "an argument";
constexpr std::string_view kCaptured = "{{connect.…}}";
constexpr std::string_view kOfCall =
    "an argument {{request_id}} {{uuid}} {{now}} {{tool_name}} {{args}} {{traceparent}} {{tracestate}} {{new_id}}";
constexpr std::string_view kOfConnection = "{{uuid}} {{now}} {{new_id}}";
constexpr Place kPlaces[] = {
    {"message", kOfCall},
    {"messages", kOfCall},
    {"message_filter", kOfCall},
    {"stream_end", kOfCall},
    {"error_match", kOfCall},
    {"leave_message", kOfCall},
    {"connect", "{{uuid}} {{now}} {{new_id}} {{connect.…}}"},
    {"connect_message", kOfConnection},
    {"disconnect_message", kOfConnection},
    {"ping_message", kOfConnection},
    {"replies", kOfConnection},
    {"frame", ""},
    {"discovery_message", "{{uuid}} {{now}} {{request_id}} {{new_id}}"},
    {"url", ""},
    {"protocol", ""},
    {"headers", ""},
    {"header_fields", ""},
    {"auth", ""},
    {"connect_ack", ""},
    {"correlation", ""},
    {"result_path", ""},
    {"result_default", ""},
    {"error_path", ""},
};

// Looks at every string of a field, names included.
class Search final : public json::ScanListener {
 public:
  explicit Search(std::string_view takes) : takes_(takes) {}

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
      } else if (std::string_view(text).substr(i).starts_with(kConnectPlaceholder)) {
        here = kCaptured;
      }
      if (!here.empty() && takes_.find(here) == takes_.npos) found = here;
    }
  }
  void close(std::string_view /*raw*/) override {}

  std::string_view found;

 private:
  std::string_view takes_;
};

}  // namespace

void refuse_placeholders(FieldReader& fields) {
  for (const Place& place : kPlaces) {
    const std::string_view value = fields.find(place.field);
    // A value that a call fills in: correlation.cpp reads it.
    if (std::string_view(place.field) == "correlation" && value.starts_with("{")) continue;
    Search search(place.takes);
    const bool is_prefix = value.starts_with('{') && std::string_view(place.field) == "correlation";  // checked there
    if (!value.empty() && !is_prefix) (void)json::read(value, kDefaultMaxJsonDepth, search);
    if (search.found.empty()) continue;
    std::string message = concat({search.found, " has no value there; its places are "});
    const std::size_t start = message.size();
    for (const Place& other : kPlaces) {
      if (other.takes.find(search.found) == other.takes.npos) continue;
      append(message, {message.size() == start ? "" : ", ", other.field});
    }
    fields.fail_in(place.field, make_error(ErrorCode::invalid_call_template, std::move(message)));
  }
}

}  // namespace utcp::ws
