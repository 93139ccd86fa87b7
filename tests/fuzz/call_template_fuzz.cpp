// Fuzzes call templates and their credentials: what is accepted is within its bounds and stays the same when it is
// normalized; what is refused names the field and tells no secret.
#include <algorithm>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/handshake.hpp>
#include <utcp_websocket/json_text.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {
namespace {

constexpr const char* kSecret = "s3cr3t";
constexpr std::int64_t kSecretNumber = 8271828182;

void check_header(const Header& header) {
  REQUIRE(is_token(header.first) && !is_handshake_header(header.first) && is_field_value(header.second));
  REQUIRE((header.first + header.second).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
}

void check_handshake(const CallTemplate& call_template) {
  HandshakeOptions options;
  for (const BrowserAuth browser_auth : {BrowserAuth::none, BrowserAuth::query, BrowserAuth::subprotocol}) {
    options.browser_auth = browser_auth;
    for (const bool can_set_headers : {true, false}) {
      options.can_set_headers = can_set_headers;
      const Result<Handshake> made = build_handshake(call_template, {}, "token", options);
      REQUIRE(made.ok() || (!can_set_headers && made.error().code == ErrorCode::auth_unsupported));
      if (!made) continue;
      const Handshake& handshake = made.value();
      REQUIRE(can_set_headers || handshake.headers.empty());
      for (const Header& header : handshake.headers) check_header(header);
      const Result<Url> url = parse_url(handshake.url);
      REQUIRE(url.ok() && url.value().scheme == call_template.url.scheme);
      REQUIRE(url.value().host == call_template.url.host && url.value().port == call_template.url.port);
      for (const std::string& protocol : handshake.protocols) REQUIRE(is_token(protocol));
    }
  }
}

void check_duration(Duration duration) {
  REQUIRE(duration > Duration::zero() && duration <= std::chrono::seconds(2147483));
}

// A connection's own messages hold what has a value there and nothing else; what is no message holds no placeholder.
void check_places(const CallTemplate& parsed) {
  using Piece = utcp::ws::Piece;
  const auto check_message = [](const MessageTemplate& message, bool has_id) {
    REQUIRE(message.argument_names().empty() && !message.spreads());
    for (const Piece& piece : message.plan({})) {
      const bool is_call_s = piece.kind == Piece::Kind::request_id && has_id;
      REQUIRE(is_call_s || piece.kind == Piece::Kind::literal || piece.kind == Piece::Kind::uuid ||
              piece.kind == Piece::Kind::now || piece.kind == Piece::Kind::captured);
    }
  };
  if (parsed.ping_message) check_message(*parsed.ping_message, false);
  check_message(parsed.discovery_message, true);
  utcp::ws::Captured captured;
  for (const auto* step = parsed.connect.get(); step != nullptr; step = step->next.get()) {
    REQUIRE(step->sends || !step->expect.empty());
    for (const auto& [place, value] : step->expect.members.leaves) REQUIRE(value.find("{{args}}") == value.npos);
    for (const std::string& name : step->captures) captured.emplace_back(name, R"("\"{{uuid}}")");
    for (const Piece& piece : filled(step->send, captured)) {
      REQUIRE(piece.kind != Piece::Kind::argument && piece.kind != Piece::Kind::captured);
    }
  }
  REQUIRE(parsed.url.href.find("{{args}}") == std::string::npos);
}

void check_accepted(const CallTemplate& parsed) {
  check_places(parsed);
  REQUIRE(parsed.url.scheme == "wss" || (parsed.url.scheme == "ws" && is_literal_loopback(parsed.url)));
  for (const Header& header : parsed.headers) check_header(header);
  for (const std::string& name : parsed.header_fields) REQUIRE(is_token(name) && !is_handshake_header(name));
  REQUIRE(parsed.protocol.empty() || is_token(parsed.protocol));
  if (parsed.auth.kind == Auth::Kind::oauth2) REQUIRE(is_secure_token_url(parsed.auth.token_url));
  check_handshake(parsed);
  check_duration(parsed.connection_timeout);
  check_duration(parsed.response_timeout);
  check_duration(parsed.ping_interval);
  if (parsed.expected_responses)
    REQUIRE(*parsed.expected_responses >= kNothing || *parsed.expected_responses == kUntilPeerEnds);
  REQUIRE(parsed.correlation.empty() || parsed.correlates_by_value || parsed.id_message().holds_request_id() ||
          parsed.id_message().holds_uuid());
  REQUIRE(parsed.correlation.empty() || !parsed.correlation_off);
}

bool same_auth(const Auth& left, const Auth& right) {
  return left.kind == right.kind && left.location == right.location && left.name == right.name &&
         left.secret == right.secret && left.prefix == right.prefix && left.token_url == right.token_url &&
         left.scope == right.scope;
}

void check_same(const CallTemplate& left, const CallTemplate& right) {
  const std::vector<std::string> no_names;
  REQUIRE(left.name == right.name && left.url.href == right.url.href && left.protocol == right.protocol);
  REQUIRE(left.message.plan(no_names) == right.message.plan(no_names));
  REQUIRE(left.filter_message.plan(no_names) == right.filter_message.plan(no_names));
  REQUIRE(left.discovery_message.plan(no_names) == right.discovery_message.plan(no_names));
  REQUIRE(left.discovery.places == right.discovery.places);
  REQUIRE(left.keep_alive == right.keep_alive && left.close_after_response == right.close_after_response);
  REQUIRE(left.response_format == right.response_format && left.expected_responses == right.expected_responses);
  REQUIRE(left.headers == right.headers && left.header_fields == right.header_fields);
  REQUIRE(same_auth(left.auth, right.auth));
  REQUIRE(left.connection_timeout == right.connection_timeout && left.response_timeout == right.response_timeout);
  REQUIRE(left.ping_interval == right.ping_interval);
  REQUIRE(left.message_filter.leaves == right.message_filter.leaves);
  REQUIRE(left.stream_end.leaves == right.stream_end.leaves);
  REQUIRE(left.correlation == right.correlation && left.correlation_off == right.correlation_off);
  REQUIRE(left.captures == right.captures && left.answer_name == right.answer_name);
  REQUIRE(left.stream_end_item == right.stream_end_item && left.result_default == right.result_default);
  REQUIRE(left.result_path == right.result_path && left.error_path == right.error_path);
  REQUIRE(left.more_error_paths == right.more_error_paths && left.error_matches.size() == right.error_matches.size());
  REQUIRE(left.progress.prefix == right.progress.prefix);
  REQUIRE(left.progress.members.leaves == right.progress.members.leaves);
  const auto* other = right.connect.get();
  for (const auto* step = left.connect.get(); step != nullptr; step = step->next.get()) {
    REQUIRE(other != nullptr && step->expect.members.leaves == other->expect.members.leaves);
    REQUIRE(step->captures == other->captures && step->send == other->send);
    other = other->next.get();
  }
  REQUIRE(other == nullptr);
  REQUIRE(left.ping_message.has_value() == right.ping_message.has_value());
  REQUIRE(left.leave_message.has_value() == right.leave_message.has_value());
  REQUIRE(!left.leave_message || left.leave_message->plan(no_names) == right.leave_message->plan(no_names));
  REQUIRE(left.leave_when == right.leave_when && left.sends_message == right.sends_message);
  REQUIRE(left.disconnect_message.has_value() == right.disconnect_message.has_value());
  REQUIRE(left.terminator == right.terminator && left.strips == right.strips);
  REQUIRE(left.correlation_prefix == right.correlation_prefix);
  REQUIRE(left.replies.size() == right.replies.size());
  for (std::size_t i = 0; i < left.replies.size(); ++i) {
    REQUIRE(left.replies[i].match.prefix == right.replies[i].match.prefix);
    REQUIRE(left.replies[i].match.members.leaves == right.replies[i].match.members.leaves);
    REQUIRE(left.replies[i].send == right.replies[i].send &&
            left.replies[i].places.size() == right.replies[i].places.size());
  }
  REQUIRE(left.endpoint_key == right.endpoint_key);
}

void check_error(const Error& error) {
  REQUIRE(error.code == ErrorCode::invalid_call_template || error.code == ErrorCode::url_refused);
  REQUIRE(!error.message.empty());
  REQUIRE(error.message.size() < 1000);
}

// The same template with a word in everything that is secret: no error shows it.
void check_secrets(std::string_view text) {
  const std::string number = std::to_string(kSecretNumber);
  if (text.find(kSecret) != text.npos || text.find(number) != text.npos) return;
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!document.is_object()) return;
  const auto hide = [](nlohmann::ordered_json& value) {
    if (value.is_string()) {
      value = value.get<std::string>() + kSecret;
    } else if (value.is_number()) {
      value = kSecretNumber;
    }
  };
  if (document.contains("auth") && document["auth"].is_object()) {
    for (const char* name : {"api_key", "username", "password", "client_id", "client_secret", "access_token"}) {
      if (document["auth"].contains(name)) hide(document["auth"][name]);
    }
  }
  if (document.contains("headers") && document["headers"].is_object()) {
    for (auto& [name, value] : document["headers"].items()) hide(value);
  }
  for (const char* name : {"protocol", "connect_message"}) {
    if (document.contains(name)) hide(document[name]);
  }
  const Result<CallTemplate> parsed = parse_call_template(document.dump());
  if (parsed) {
    REQUIRE(parsed.value().url.label().find(kSecret) == std::string::npos);
  } else {
    const std::string& message = parsed.error().message;
    REQUIRE(message.find(kSecret) == message.npos && message.find(number) == message.npos);
  }
}

void check(std::string_view text) {
  const Result<CallTemplate> parsed = parse_call_template(text);
  const Result<std::string> normalized = normalize_call_template(text);
  REQUIRE(parsed.ok() == normalized.ok());
  if (parsed) {
    check_accepted(parsed.value());
    const Result<CallTemplate> again = parse_call_template(normalized.value());
    REQUIRE(again.ok());
    check_same(parsed.value(), again.value());
    REQUIRE(normalize_call_template(normalized.value()).value() == normalized.value());
  } else {
    check_error(parsed.error());
  }
  check_secrets(text);

  // The text as a credential.
  const json::ScanResult scanned = json::scan(text, json::ScanPlan({{}}), kDefaultMaxJsonDepth);
  if (!scanned.valid) return;
  const std::string_view value = scanned.values[0];
  Auth auth;
  if (const ErrorPtr error = read_auth(value, auth)) return check_error(*error);
  const std::string normal = normalize_auth(value);
  Auth again;
  REQUIRE(read_auth(normal, again) == nullptr && same_auth(auth, again));
  REQUIRE(normalize_auth(normal) == normal);
}

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  utcp::ws::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
