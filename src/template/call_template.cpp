#include "call_template.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/text.hpp>

#include "correlation.hpp"
#include "discovery.hpp"
#include "field_reader.hpp"
#include "framing.hpp"
#include "known_fields.hpp"
#include "message_reader.hpp"
#include "placeholder_places.hpp"
#include "placeholders.hpp"

namespace utcp::ws {
namespace {

using Presence = FieldReader::Presence;
using Shown = FieldReader::Shown;

constexpr Duration kLongest = std::chrono::seconds(2147483);  // the timers of JavaScript hosts count 2^31-1 ms at most

void read_seconds(FieldReader& fields, const char* name, Duration& out, Presence presence = Presence::optional) {
  const std::string_view value = fields.find(name, presence);
  if (value.empty()) return;
  // Rounded up, so that no positive time becomes none.
  const Duration duration(json::is_number(value) ? json::scaled(value, 6) : 0);
  if (duration > Duration(0) && duration <= kLongest) {
    out = duration;
  } else {
    fields.refuse(name, "a number of seconds above 0, at most 2147483", value);
  }
}

void read_expected_responses(FieldReader& fields, std::optional<int>& out) {
  const std::string_view value = fields.find("expected_responses");
  if (value.empty()) return;
  if (json::is_number(value) && value.find_first_of(".eE") == value.npos) {
    const std::int64_t count = json::scaled(value, 0);
    if (count >= kUntilPeerEnds && count <= std::numeric_limits<int>::max()) {
      out = static_cast<int>(count);
      return;
    }
  }
  fields.refuse("expected_responses",
                "an integer from 1 to 2147483647, 0 (no response), or -1 (until the peer ends it)", value);
}

void read_url(FieldReader& fields, Url& out) {
  std::string text;
  if (!fields.string("url", text, Shown::type, Presence::required)) return;
  Result<Url> url = parse_websocket_url(text);
  if (url) {
    out = std::move(url).value();
  } else {
    fields.fail_in("url", url.take_error());
  }
}

void read_headers(FieldReader& fields, std::vector<Header>& out) {
  const std::string_view value = fields.find("headers");
  if (!value.empty() && !is_object(value)) fields.refuse("headers", "an object of strings", value, Shown::type);
  for (const auto& [name, member] : json::members_of(value)) {
    if (!is_token(name)) {
      fields.refuse("headers", "an object whose names are header names (RFC 9110 tokens)", json::quote(name));
      break;
    }
    const std::string field = concat({"headers.", name});
    std::string text = json::text_of(member);
    if (is_handshake_header(name)) {
      fields.fail(field.c_str(),
                  "left out, because the WebSocket handshake sets this header itself (subprotocol: use \"protocol\")",
                  "a header");
    } else if (!json::is_string(member)) {
      fields.refuse(field.c_str(), "a string", member, Shown::type);
    } else if (!is_field_value(text)) {
      fields.fail(field.c_str(), kHeaderValue, "another string");
    } else {
      Header& header = out.emplace_back();
      header.first = name;
      header.second = std::move(text);
    }
  }
}

void read_strings(FieldReader& fields, const char* name, std::vector<std::string>& out) {
  const std::string_view value = fields.find(name);
  if (!value.empty() && !value.starts_with('[')) fields.refuse(name, "an array of strings", value);
  for (const std::string_view item : json::elements_of(value)) {
    if (!json::is_string(item)) {
      fields.fail(name, "an array of strings", concat({"an array with ", json::summary(item)}).c_str());
      break;
    }
    out.push_back(json::text_of(item));
  }
}

void read_header_fields(FieldReader& fields, std::vector<std::string>& out) {
  read_strings(fields, "header_fields", out);
  for (const std::string& name : out) {
    if (is_token(name) && !is_handshake_header(name)) continue;
    fields.fail("header_fields",
                "an array of header names (RFC 9110 tokens) that the WebSocket handshake does not set itself",
                concat({"an array with ", json::summary(json::quote(name))}).c_str());
  }
}

// Each is compiled like `message`, in whose place they are sent one after the other.
void read_messages(FieldReader& fields, CallTemplate& out) {
  constexpr std::size_t kMost = 20;
  const std::string_view value = fields.find("messages");
  if (value.empty()) return;
  const std::vector<std::string_view> messages = json::elements_of(value);
  if (messages.empty() || messages.size() > kMost) {
    fields.refuse("messages", "an array of 1 to 20 messages", value, Shown::type);
    return;
  }
  if (!fields.find("message").empty()) fields.fail("messages", "used without \"message\"", "both");
  out.more_messages.resize(messages.size() - 1);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string name = concat({"messages[", to_text(i), "]"});
    compile_message(fields, name.c_str(), messages[i], i == 0 ? out.message : out.more_messages[i - 1], true);
  }
}

// Of a call: `false` sends nothing.
void read_call_message(FieldReader& fields, CallTemplate& out) {
  out.sends_message = fields.find("message") != "false";
  if (out.sends_message) {
    read_message(fields, "message", out.message, true);
  } else {
    out.message = MessageTemplate::compile("\"\"").value();
  }
  read_messages(fields, out);
}

// One place, or several of which the first that holds something counts.
void read_error_path(FieldReader& fields, CallTemplate& out) {
  const std::string_view value = fields.find("error_path");
  if (!value.starts_with('[')) {
    read_pointer(fields, "error_path", out.error_path);
    return;
  }
  for (const std::string_view item : json::elements_of(value)) {
    std::optional<json::Pointer> place;
    if (json::is_string(item)) place = json::parse_pointer(json::text_of(item));
    if (!place) {
      fields.refuse("error_path", "a JSON Pointer like \"/payload/id\" (RFC 6901), or an array of them", item);
    } else if (!out.error_path) {
      out.error_path = std::move(place);
    } else {
      out.more_error_paths.push_back(*std::move(place));
    }
  }
}

void read_progress_filter(FieldReader& fields, CallTemplate& out) {
  const std::string_view value = fields.find("progress_filter");
  if (value.empty()) return;
  read_mark(fields, "progress_filter", "an object that is not empty", value, out.progress);
  for (const auto& [place, leaf] : out.progress.members.leaves) {
    if (leaf == kOwnId ? !out.id_message().holds_request_id() : may_hold_placeholders(leaf)) {
      fields.fail("progress_filter",
                  "an object whose only placeholders are whole values \"{{request_id}}\", held by \"message\" too",
                  json::summary(leaf).c_str());
    }
  }
}

// Without an id or a filter, whatever the peer sends next would be an answer with nothing in it.
void read_result_default(FieldReader& fields, CallTemplate& out) {
  const std::string_view value = fields.find("result_default", Presence::not_null);
  if (value.empty()) return;
  const bool has_id = !out.correlation_off &&
                      (!out.correlation.empty() || !out.correlation_prefix.empty() || out.id_message().id_place());
  if (!out.result_path || (!has_id && out.message_filter.empty())) {
    fields.fail("result_default", "used with a \"result_path\", and with an id in \"message\" or a \"message_filter\"",
                "a template without them");
  }
  out.result_default = json::compact(value);
}

// What frames are held against, with its placeholders. A spread has no names that could be looked for.
void read_filter_message(FieldReader& fields, MessageTemplate& out) {
  std::string all;
  for (const char* name : {"message_filter", "stream_end", "error_match"}) {
    MessageTemplate alone;
    const bool is_there = read_message(fields, name, alone, true);
    if (alone.spreads()) fields.fail(name, "members that have names", "\"...\"");
    const std::string_view value = fields.find(name);
    append(all, {all.empty() ? "[" : ",", is_there ? value : "{}"});
  }
  if (const std::string_view value = correlation_value(fields); !value.empty()) append(all, {",", value});
  Result<MessageTemplate> compiled = MessageTemplate::compile(concat({all, "]"}));
  if (compiled) {
    out = std::move(*compiled);
  } else {
    fields.fail_in("message_filter", compiled.take_error());
  }
}

void read_connection_error(FieldReader& fields, CallTemplate& out) {
  read_marks(fields, "connection_error", fields.find("connection_error"), out.connection_errors);
  std::vector<json::Pointer> places;
  for (const FrameMark& mark : out.connection_errors) {
    for (const auto& leaf : mark.members.leaves) places.push_back(leaf.first);
  }
  out.connection_error_places = json::ScanPlan(std::move(places));
}

// A JSON array: its elements cannot run into each other, whatever they hold.
std::string make_endpoint_key(const FieldReader& fields, const CallTemplate& parsed) {
  std::string key = "[";
  const auto add = [&key](TextRef text) {
    const std::string_view value = text.view();
    append(key, {value.empty() ? "null" : value, ","});
  };
  add(json::quote(parsed.url.href));
  add(json::quote(parsed.protocol));
  for (const auto& [name, text] : parsed.headers) {
    add(json::quote(name));
    add(json::quote(text));
  }
  add(normalize_auth(fields.find("auth")));
  add(fields.find("connect"));
  add(fields.find("connect_message"));
  add(fields.find("connection_error"));
  add(fields.find("disconnect_message"));
  add(fields.find("replies"));
  add(fields.find("frame"));
  // `{}` waits for nothing, as none does.
  const std::string_view ack = fields.find("connect_ack");
  add(json::members_of(ack).empty() ? std::string_view() : ack);
  return json::compact(key);
}

void read_fields(FieldReader& fields, CallTemplate& out) {
  refuse_placeholders(fields);
  fields.string("name", out.name, Shown::type, Presence::not_null);
  (void)fields.choice("call_template_type", {"websocket"}, Presence::not_null);
  read_url(fields, out.url);
  read_call_message(fields, out);
  const int format = fields.choice("message_format", {"text", "binary", "base64"});
  out.sends_binary = format == 2;
  out.sends_base64 = format == 3;
  const int missing = fields.choice("missing_arguments", {"error", "omit", "keep"});
  if (missing != 0) out.missing_arguments = static_cast<MissingArguments>(missing - 1);
  // Not shown: some services take a credential as a subprotocol.
  if (fields.string("protocol", out.protocol, Shown::type) && !is_token(out.protocol)) {
    fields.fail("protocol", "a subprotocol name (RFC 9110 token)", "another string");
  }
  fields.boolean("keep_alive", out.keep_alive, Presence::not_null);
  out.response_format =
      static_cast<ResponseFormat>(fields.choice("response_format", {"json", "text", "raw", "base64"}));
  read_headers(fields, out.headers);
  read_header_fields(fields, out.header_fields);
  if (const std::string_view value = fields.find("auth"); !value.empty()) {
    fields.fail(read_auth(value, out.auth));
  }
  std::vector<std::string> unused;  // not used here, but other parts of UTCP rely on its type
  read_strings(fields, "allowed_communication_protocols", unused);

  read_seconds(fields, "timeout", out.response_timeout, Presence::not_null);
  out.connection_timeout = out.response_timeout;
  read_seconds(fields, "connection_timeout", out.connection_timeout);
  read_seconds(fields, "response_timeout", out.response_timeout);
  read_expected_responses(fields, out.expected_responses);
  out.close_after_response = !out.keep_alive;
  fields.boolean("close_after_response", out.close_after_response);
  read_seconds(fields, "ping_interval", out.ping_interval);
  read_match(fields, "message_filter", out.message_filter);

  read_correlation(fields, out);
  read_pointer(fields, "result_path", out.result_path);
  read_result_default(fields, out);
  read_error_path(fields, out);
  read_marks(fields, "error_match", fields.find("error_match"), out.error_matches);
  read_progress_filter(fields, out);
  read_match(fields, "stream_end", out.stream_end, kDefaultStreamEnd);
  fields.boolean("stream_end_item", out.stream_end_item);
  read_filter_message(fields, out.filter_message);
  out.connect = read_connect(fields);
  read_connection_error(fields, out);
  read_frame(fields, out);
  read_message(fields, "ping_message", out.ping_message);
  read_replies(fields, out.replies);
  read_message(fields, "leave_message", out.leave_message, true);
  if (fields.choice("leave_when", {"left", "always"}) == 2) out.leave_when = LeaveWhen::always;
  read_message(fields, "disconnect_message", out.disconnect_message, true);
  if (!read_message(fields, "discovery_message", out.discovery_message)) {
    out.discovery_message = MessageTemplate::compile(kDefaultDiscoveryMessage).value();
  }
  read_capture(fields, out);
  out.takes_captured = takes_captured(out.message.plan({})) || takes_captured(out.discovery_message.plan({})) ||
                       std::any_of(out.more_messages.begin(), out.more_messages.end(),
                                   [](const MessageTemplate& text) { return takes_captured(text.plan({})); });
  out.endpoint_key = make_endpoint_key(fields, out);
}

// All fields as they stand, but for names and messages, of which only their ids and values that come later count.
std::string make_rules_key(const json::Members& members, const CallTemplate& parsed) {
  std::string key;
  for (const auto& [name, value] : members) {
    if (name != "name" && name != "message" && name != "messages") json::append_member(key, name, value);
  }
  const auto add = [&key](bool fact) { key += fact ? '1' : '0'; };
  const MessageTemplate& message = parsed.id_message();
  add(parsed.sends_message);
  add(parsed.takes_captured);
  add(message.holds_request_id());
  add(message.holds_uuid());
  const auto& place = message.id_place();
  add(place && place->is_uuid);
  if (place) append(key, {"at ", json::to_string(place->pointer)});
  return key;
}

Result<json::Members> template_members(std::string_view text) {
  Result<json::Members> members = json::members(text);
  if (!members) {
    Error& error = members.error();
    error.code = ErrorCode::invalid_call_template;
    error.message = concat({"call template: ", error.message});
  }
  return members;
}

}  // namespace

bool takes_captured(const CallTemplate& call_template) {
  return call_template.takes_captured || takes_captured(call_template.filter_message.plan({})) ||
         (call_template.leave_message && takes_captured(call_template.leave_message->plan({})));
}

const MessageTemplate& CallTemplate::id_message() const {
  const auto holds_id = [](const MessageTemplate& text) { return text.holds_request_id() || text.holds_uuid(); };
  if (holds_id(message)) return message;
  const auto found = std::find_if(more_messages.begin(), more_messages.end(), holds_id);
  return found == more_messages.end() ? message : *found;
}

Result<CallTemplate> parse_call_template(std::string_view text) {
  Result<CallTemplate> result;
  Result<json::Members> members = template_members(text);
  if (!members) {
    result.fail(members.take_error());
    return result;
  }
  FieldReader fields(members.value());
  read_fields(fields, result.value());
  read_discovery(members.value(), fields, result.value().discovery);
  result.fail(fields.take_error());
  if (result) {
    result.value().rules_key = make_rules_key(members.value(), result.value());
    result.value().warnings = oddities_of(members.value());
  }
  return result;
}

Result<std::string> normalize_call_template(std::string_view text) {
  Result<std::string> result;
  Result<CallTemplate> parsed = parse_call_template(text);
  if (!parsed) {
    result.fail(parsed.take_error());
    return result;
  }
  const json::Members members = std::move(json::members(text)).value();  // blanks may stand before it
  const FieldReader fields(members);
  std::string& normalized = result.value();
  for (const auto& [name, value] : members) {
    const std::string_view fallback = default_of(name, fields);
    if (!fallback.empty() && (value == "null" || json::same(value, fallback))) continue;
    json::append_member(normalized, name, name == "auth" ? normalize_auth(value) : std::string(value));
  }
  if (json::find(members, "call_template_type").empty()) {
    json::append_member(normalized, "call_template_type", "\"websocket\"");
  }
  normalized += '}';
  return result;
}

}  // namespace utcp::ws
