#include "call_template.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "field_reader.hpp"

namespace utcp::ws {
namespace {

using Null = FieldReader::Null;
using Shown = FieldReader::Shown;

constexpr Duration kDefaultTimeout = std::chrono::seconds(30);
constexpr double kMaxSeconds = 2147483;  // the timers of JavaScript hosts count 2^31-1 ms at most

Json type_object(const char* type) {
  Json object = Json::object();
  object["type"] = type;
  return object;
}

Json default_stream_end() { return type_object("stream_end"); }
Json default_discovery_message() { return type_object("utcp"); }

Duration parse_seconds(FieldReader& fields, std::string_view name, Duration fallback, Null null = Null::absent) {
  const Json* value = fields.find(name, null);
  if (value == nullptr) return fallback;
  double seconds = 0;
  if (const auto* fraction = value->get_ptr<const Json::number_float_t*>()) {
    seconds = *fraction;
  } else if (const auto* whole = value->get_ptr<const Json::number_integer_t*>()) {
    seconds = static_cast<double>(*whole);
  }
  if (!(seconds > 0) || seconds > kMaxSeconds) {
    fields.refuse(name, "a number of seconds above 0, at most 2147483", *value);
    return fallback;
  }
  // Rounded up, so that no positive time becomes none.
  return Duration(static_cast<std::int64_t>(std::ceil(seconds * 1e6)));
}

std::optional<int> parse_expected_responses(FieldReader& fields) {
  const Json* value = fields.find("expected_responses");
  if (value == nullptr) return std::nullopt;
  if (const auto* count = value->get_ptr<const Json::number_integer_t*>()) {
    const bool is_count = *count >= 1 && *count <= std::numeric_limits<int>::max();
    if (is_count || *count == kUntilPeerEnds) return static_cast<int>(*count);
  }
  fields.refuse("expected_responses", "an integer from 1 to 2147483647, or -1 (until the peer ends it)", *value);
  return std::nullopt;
}

// An error that another part found, told as the fault of a field.
void fail_in_field(FieldReader& fields, std::string_view name, Error error) {
  error.field = name;
  error.message = "call template field \"" + error.field + "\": " + error.message;
  fields.fail(std::move(error));
}

Url parse_url_field(FieldReader& fields) {
  const std::string* text = fields.required_string("url", Shown::type);
  if (text == nullptr) return {};
  Result<Url> url = parse_websocket_url(*text);
  if (url) return std::move(url).value();
  fail_in_field(fields, "url", std::move(url).error());
  return {};
}

std::string parse_protocol(FieldReader& fields) {
  const std::string* text = fields.string("protocol", Shown::type);
  if (text == nullptr) return {};
  // Not shown: some services take a credential as a subprotocol.
  if (!is_token(*text)) fields.fail("protocol", "a subprotocol name (RFC 9110 token)", "another string");
  return *text;
}

ResponseFormat parse_response_format(FieldReader& fields) {
  const std::string* text = fields.string("response_format", Shown::value);
  if (text == nullptr) return ResponseFormat::none;
  if (*text == "json") return ResponseFormat::json;
  if (*text == "text") return ResponseFormat::text;
  if (*text != "raw") fields.refuse("response_format", "\"json\", \"text\" or \"raw\"", Json(*text));
  return ResponseFormat::raw;
}

std::vector<Header> parse_headers(FieldReader& fields) {
  std::vector<Header> headers;
  const Json* value = fields.find("headers");
  if (value == nullptr) return headers;
  const auto* object = value->get_ptr<const Json::object_t*>();
  if (object == nullptr) {
    fields.refuse("headers", "an object of strings", *value, Shown::type);
    return headers;
  }
  for (const auto& [name, member] : *object) {
    if (!is_token(name)) {
      fields.refuse("headers", "an object whose names are header names (RFC 9110 tokens)", Json(name));
      break;
    }
    const std::string field = "headers." + name;
    const auto* text = member.get_ptr<const std::string*>();
    if (is_handshake_header(name)) {
      fields.fail(field,
                  "left out, since the WebSocket handshake sets this header itself (subprotocol: use \"protocol\")",
                  "a header");
    } else if (text == nullptr) {
      fields.refuse(field, "a string", member, Shown::type);
    } else if (!is_field_value(*text)) {
      fields.fail(field, "a header value (RFC 9110: no control characters, no blanks at its ends)", "another string");
    } else {
      headers.emplace_back(name, *text);
    }
  }
  return headers;
}

std::vector<std::string> parse_strings(FieldReader& fields, std::string_view name) {
  std::vector<std::string> strings;
  const Json* value = fields.find(name);
  if (value == nullptr) return strings;
  if (!value->is_array()) fields.refuse(name, "an array of strings", *value);
  for (const Json& item : *value) {
    const auto* text = item.get_ptr<const std::string*>();
    if (text == nullptr) {
      fields.fail(name, "an array of strings", "an array with " + json::summary(item));
      break;
    }
    strings.push_back(*text);
  }
  return strings;
}

std::vector<std::string> parse_header_fields(FieldReader& fields) {
  std::vector<std::string> names = parse_strings(fields, "header_fields");
  for (const std::string& name : names) {
    if (!is_token(name) || is_handshake_header(name)) {
      fields.fail("header_fields",
                  "an array of header names (RFC 9110 tokens) that the WebSocket handshake does not set itself",
                  "an array with " + json::summary(Json(name)));
    }
  }
  return names;
}

std::optional<MessageTemplate> parse_message(FieldReader& fields, std::string_view name) {
  const Json* value = fields.find(name);
  if (value == nullptr) return std::nullopt;
  // Its value is not shown: a connect message authenticates.
  if (!value->is_string() && !value->is_object()) fields.refuse(name, "a string or an object", *value, Shown::type);
  return MessageTemplate::compile(*value);
}

void add_leaves(FrameMatch& match, json::Pointer& place, const Json& value) {
  const auto below = [&](std::string token, const Json& member) {
    place.tokens.push_back(std::move(token));
    add_leaves(match, place, member);
    place.tokens.pop_back();
  };
  if (!value.is_structured() || value.empty()) {
    match.leaves.emplace_back(place, value);
  } else if (const auto* object = value.get_ptr<const Json::object_t*>()) {
    for (const auto& [name, member] : *object) below(name, member);
  } else {
    for (std::size_t i = 0; i < value.size(); ++i) below(std::to_string(i), value[i]);
  }
}

FrameMatch match_of(const Json& value) {
  FrameMatch match;
  json::Pointer place;
  if (!value.empty()) add_leaves(match, place, value);
  return match;
}

FrameMatch parse_match(FieldReader& fields, std::string_view name) {
  const Json* value = fields.find(name);
  if (value == nullptr) return {};
  if (value->is_object()) return match_of(*value);
  fields.refuse(name, "an object", *value, Shown::type);
  return {};
}

std::optional<json::Pointer> parse_pointer_field(FieldReader& fields, std::string_view name) {
  const std::string* text = fields.string(name, Shown::value);
  if (text == nullptr) return std::nullopt;
  Result<json::Pointer> pointer = json::parse_pointer(*text);
  if (pointer) return std::move(pointer).value();
  fields.refuse(name, "a JSON Pointer like \"/payload/id\" (RFC 6901)", Json(*text));
  return std::nullopt;
}

void parse_correlation(FieldReader& fields, CallTemplate& out) {
  const Json* value = fields.find("correlation");
  if (value == nullptr) return;
  if (value->is_boolean() && !*value->get_ptr<const bool*>()) {
    out.correlation_off = true;
  } else if (!value->is_string()) {
    fields.refuse("correlation", "a JSON Pointer or false", *value);
  } else {
    out.correlation = parse_pointer_field(fields, "correlation");
    if (!out.message.holds_request_id() && !out.message.holds_uuid()) {
      fields.fail("correlation",
                  "used with a \"message\" that holds {{request_id}} or {{uuid}}, for a response to carry back",
                  "a message without them");
    }
  }
}

// A JSON array: its elements cannot run into each other, whatever they hold.
std::string make_endpoint_key(const Json& value, const CallTemplate& parsed) {
  const FieldReader fields(value);
  const auto member = [&fields](const char* name) {
    const Json* found = fields.find(name);
    return found != nullptr ? *found : Json();
  };
  Json key = Json::array();
  key.push_back(parsed.url.href);
  key.push_back(parsed.protocol);
  for (const auto& [name, text] : parsed.headers) {
    key.push_back(name);
    key.push_back(text);
  }
  key.push_back(normalize_auth(member("auth")));
  key.push_back(member("connect_message"));
  key.push_back(member("connect_ack"));
  return json::dump(key);
}

void check_type(FieldReader& fields) {
  const std::string* type = fields.string("call_template_type", Shown::value, Null::refused);
  if (type != nullptr && *type != "websocket") fields.refuse("call_template_type", "\"websocket\"", Json(*type));
}

}  // namespace

Result<CallTemplate> parse_call_template(const Json& value) {
  if (!value.is_object()) {
    return Error{ErrorCode::invalid_call_template,
                 "a call template must be an object; got " + std::string(json::type_summary(value))};
  }
  FieldReader fields(value);
  CallTemplate out;
  if (const auto* name = fields.string("name", Shown::type, Null::refused)) out.name = *name;
  check_type(fields);
  out.url = parse_url_field(fields);
  if (const Json* message = fields.find("message")) {
    if (!message->is_string() && !message->is_structured()) {
      fields.refuse("message", "a string, an object or an array", *message, Shown::type);
    }
    out.message = MessageTemplate::compile(*message);
  }
  out.protocol = parse_protocol(fields);
  out.keep_alive = fields.boolean("keep_alive", true, Null::refused);
  out.response_format = parse_response_format(fields);
  out.headers = parse_headers(fields);
  out.header_fields = parse_header_fields(fields);
  if (const Json* auth = fields.find("auth")) {
    Result<Auth> parsed = parse_auth(*auth);
    if (parsed) {
      out.auth = std::move(parsed).value();
    } else {
      fields.fail(std::move(parsed).error());
    }
  }
  parse_strings(fields, "allowed_communication_protocols");  // not used here, but other parts of UTCP rely on its type

  const Duration timeout = parse_seconds(fields, "timeout", kDefaultTimeout, Null::refused);
  out.connection_timeout = parse_seconds(fields, "connection_timeout", timeout);
  out.response_timeout = parse_seconds(fields, "response_timeout", timeout);
  out.expected_responses = parse_expected_responses(fields);
  out.close_after_response = fields.boolean("close_after_response", !out.keep_alive);
  out.ping_interval = parse_seconds(fields, "ping_interval", kDefaultTimeout);
  out.message_filter = parse_match(fields, "message_filter");

  parse_correlation(fields, out);
  out.result_path = parse_pointer_field(fields, "result_path");
  out.error_path = parse_pointer_field(fields, "error_path");
  const bool says_end = fields.find("stream_end") != nullptr;
  out.stream_end = says_end ? parse_match(fields, "stream_end") : match_of(default_stream_end());
  out.connect_message = parse_message(fields, "connect_message");
  out.connect_ack = parse_match(fields, "connect_ack");
  out.ping_message = parse_message(fields, "ping_message");
  out.discovery_message =
      parse_message(fields, "discovery_message").value_or(MessageTemplate::compile(default_discovery_message()));
  if (fields.error()) return *fields.error();
  out.endpoint_key = make_endpoint_key(value, out);
  return out;
}

Result<CallTemplate> parse_call_template(std::string_view text) {
  Result<Json> value = json::parse(text);
  if (value) return parse_call_template(value.value());
  return Error{ErrorCode::invalid_call_template, "call template: " + value.error().message};
}

Result<Json> normalize_call_template(const Json& value) {
  const Result<CallTemplate> parsed = parse_call_template(value);
  if (!parsed) return parsed.error();

  // A field that says what it would hold if it were left out is dropped.
  Json defaults = std::move(json::parse(R"({
    "message": null, "protocol": null, "keep_alive": true, "response_format": null, "timeout": 30, "headers": {},
    "header_fields": [], "auth": null, "allowed_communication_protocols": null, "connection_timeout": 30,
    "response_timeout": 30, "expected_responses": null, "ping_interval": 30, "message_filter": {}, "correlation": null,
    "result_path": null, "error_path": null, "connect_message": null, "connect_ack": {}, "ping_message": null
  })"))
                      .value();
  defaults["stream_end"] = default_stream_end();
  defaults["discovery_message"] = default_discovery_message();
  defaults["close_after_response"] = !parsed.value().keep_alive;
  if (const auto timeout = value.find("timeout"); timeout != value.end()) {
    defaults["connection_timeout"] = *timeout;
    defaults["response_timeout"] = *timeout;
  }

  Json::object_t normalized;
  for (const auto& [name, member] : *value.get_ptr<const Json::object_t*>()) {
    const auto fallback = defaults.find(name);
    if (fallback != defaults.end() && (member.is_null() || member == *fallback)) continue;
    normalized.emplace_back(name, name == "auth" ? normalize_auth(member) : member);
  }
  if (!value.contains("call_template_type")) normalized.emplace_back("call_template_type", "websocket");
  return Json(std::move(normalized));
}

}  // namespace utcp::ws
