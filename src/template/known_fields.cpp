#include "known_fields.hpp"

#include <cstdint>
#include <utility>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

// A field and its default; empty: it has no default, or one that depends on other fields (see
// `default_of`).
struct Field {
  const char* name;
  const char* value;
};
constexpr Field kFields[] = {
    {"name", ""},
    {"call_template_type", ""},
    {"url", ""},
    {"close_after_response", ""},
    {"message", "null"},
    {"messages", "null"},
    {"message_format", "\"text\""},
    {"missing_arguments", "\"error\""},
    {"protocol", "null"},
    {"response_format", "null"},
    {"auth", "null"},
    {"correlation", "null"},
    {"capture", "null"},
    {"result_path", "null"},
    {"result_default", ""},
    {"error_path", "null"},
    {"error_match", "null"},
    {"progress_filter", "null"},
    {"connect", "null"},
    {"connect_message", "null"},
    {"connection_error", "null"},
    {"ping_message", "null"},
    {"replies", "null"},
    {"frame", "null"},
    {"leave_message", "null"},
    {"leave_when", "\"left\""},
    {"disconnect_message", "null"},
    {"expected_responses", "null"},
    {"allowed_communication_protocols", "null"},
    {"keep_alive", "true"},
    {"timeout", "30"},
    {"headers", "{}"},
    {"header_fields", "[]"},
    {"connection_timeout", "30"},
    {"response_timeout", "30"},
    {"ping_interval", "30"},
    {"message_filter", "{}"},
    {"stream_end", kDefaultStreamEnd},
    {"stream_end_item", "false"},
    {"connect_ack", "{}"},
    {"discovery", "null"},
    {"discovery_message", kDefaultDiscoveryMessage},
};

// Whether two names differ by one letter, or by two adjacent letters, that are changed, added, missing or
// swapped.
bool is_near(std::string_view left, std::string_view right) {
  if (left.size() > right.size()) std::swap(left, right);
  std::size_t start = 0;
  while (start < left.size() && left[start] == right[start]) ++start;
  std::size_t end = 0;
  while (start + end < left.size() && left[left.size() - 1 - end] == right[right.size() - 1 - end]) ++end;
  return right.size() - start - end <= 2;
}

constexpr std::size_t kMostWarnings = 10;
constexpr std::size_t kLongestName = 40;

void warn_of_unknown(std::string_view name, std::vector<std::string>& warnings) {
  if (warnings.size() == kMostWarnings || name.size() > kLongestName) return;
  std::string_view nearest;
  for (const Field& known : kFields) {
    if (name == known.name) return;
    if (is_near(name, known.name)) nearest = known.name;
  }
  std::string warning = concat({"the call template field ", json::quote(name), " is unknown and ignored"});
  if (!nearest.empty()) append(warning, {"; did you mean \"", nearest, "\"?"});
  warnings.push_back(std::move(warning));
}

}  // namespace

std::string_view default_of(std::string_view name, const FieldReader& fields) {
  if (name == "close_after_response") return fields.find("keep_alive") == "false" ? "true" : "false";
  const std::string_view timeout = fields.find("timeout");
  if ((name == "connection_timeout" || name == "response_timeout") && !timeout.empty()) return timeout;
  for (const Field& field : kFields) {
    if (field.name == name) return field.value;
  }
  return {};
}

std::vector<std::string> oddities_of(const json::Members& members) {
  std::vector<std::string> warnings;
  constexpr std::int64_t kHour = 3600;
  for (const auto& [name, value] : members) {
    const bool is_time = name.ends_with("timeout") || name == "ping_interval";
    if (is_time && json::is_number(value) && json::scaled(value, 0) > kHour) {
      warnings.push_back(concat({"the call template field \"", name,
                                 "\" is in seconds; did you mean milliseconds? got ", json::summary(value)}));
    }
    warn_of_unknown(name, warnings);
  }
  return warnings;
}

}  // namespace utcp::ws
