#include "auth.hpp"

#include <algorithm>

#include <utcp_websocket/text.hpp>

#include "field_reader.hpp"
#include "url.hpp"

namespace utcp::ws {
namespace {

constexpr auto kSecret = FieldReader::Shown::type;
constexpr auto kShown = FieldReader::Shown::value;
constexpr auto kRequired = FieldReader::Presence::required;

// The reference's defaults.
constexpr const char* kApiKeyHeader = "X-Api-Key";
constexpr const char* kTokenHeader = "Authorization";
constexpr const char* kTokenPrefix = "Bearer ";

constexpr const char* kAnotherString = "another string";

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// RFC 6265 section 4.1.1: a cookie-value is made of cookie-octets.
bool is_cookie_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\'; });
}

// The header that a credential goes into.
void check_header_name(FieldReader& fields, const std::string& name) {
  if (is_token(name) && !is_handshake_header(name)) return;
  fields.refuse("var_name", "a header name (RFC 9110 token) that the WebSocket handshake does not set itself",
                json::quote(name));
}

void read_api_key(FieldReader& fields, Auth& auth) {
  auth.name = kApiKeyHeader;
  fields.string("api_key", auth.secret, kSecret, kRequired);
  fields.string("var_name", auth.name, kShown);
  switch (fields.choice("location", {"header", "query", "cookie"})) {
    case 2:  // its text is percent-encoded, so that any will do
      auth.location = Auth::Location::query;
      if (auth.name.empty()) fields.fail("var_name", "the name of a query parameter", "an empty string");
      break;
    case 3:
      auth.location = Auth::Location::cookie;
      if (!is_token(auth.name)) fields.refuse("var_name", "a cookie name (RFC 6265 token)", json::quote(auth.name));
      if (!is_cookie_value(auth.secret)) {
        fields.fail("api_key",
                    "a cookie value (RFC 6265: printable ASCII without blanks, quotes, \",\", \";\", \"\\\")",
                    kAnotherString);
      }
      break;
    default:
      check_header_name(fields, auth.name);
      if (!is_field_value(auth.secret)) fields.fail("api_key", kHeaderValue, kAnotherString);
  }
}

void read_basic(FieldReader& fields, Auth& auth) {
  fields.string("username", auth.name, kSecret, kRequired);
  fields.string("password", auth.secret, kSecret, kRequired);
  if (auth.name.find(':') != std::string::npos || has_control_character(auth.name)) {
    fields.fail("username", "a string without \":\" and control characters (RFC 7617)", "one that has them");
  }
  if (has_control_character(auth.secret)) {
    fields.fail("password", "a string without control characters (RFC 7617)", "one that has them");
  }
}

void read_oauth2(FieldReader& fields, Auth& auth) {
  if (fields.string("token_url", auth.token_url, kSecret, kRequired)) {
    Result<Url> parsed = parse_token_url(auth.token_url);
    if (!parsed) fields.fail_in("token_url", parsed.take_error());
  }
  fields.string("client_id", auth.name, kSecret, kRequired);
  fields.string("client_secret", auth.secret, kSecret, kRequired);
  fields.string("scope", auth.scope, kShown);
}

void read_oauth2_user(FieldReader& fields, Auth& auth) {
  auth.name = kTokenHeader;
  auth.prefix = kTokenPrefix;
  fields.string("access_token", auth.secret, kSecret, kRequired);
  fields.string("var_name", auth.name, kShown);
  fields.string("prefix", auth.prefix, kSecret);
  check_header_name(fields, auth.name);
  if (auth.secret.empty() || !is_field_value(auth.secret)) {
    fields.fail("access_token", concat({kHeaderValue, ", not empty"}).c_str(), kAnotherString);
  } else if (!is_field_value(auth.prefix + auth.secret)) {
    fields.fail("prefix", "the start of a header value (RFC 9110: no control characters, nothing above U+00FF)",
                kAnotherString);
  }
}

// What the reference fills in where a member is missing or null.
struct Default {
  const char* auth_type;
  const char* name;
  const char* value;  // JSON text
};
constexpr Default kDefaults[] = {
    {"api_key", "var_name", "\"X-Api-Key\""},
    {"api_key", "location", "\"header\""},
    {"oauth2", "scope", "null"},
    {"oauth2_user", "var_name", "\"Authorization\""},
    {"oauth2_user", "prefix", "\"Bearer \""},
};

bool has_default(std::string_view auth_type, std::string_view name) {
  for (const Default& field : kDefaults) {
    if (auth_type == field.auth_type && name == field.name) return true;
  }
  return false;
}

}  // namespace

ErrorPtr read_auth(std::string_view value, Auth& auth) {
  if (value == "null") return nullptr;
  const json::Members members = json::members_of(value);
  FieldReader fields(members, value.starts_with('{') ? "auth." : "");
  if (!value.starts_with('{')) {
    fields.refuse("auth", "an object", value, kSecret);
  } else {
    auth.kind =
        static_cast<Auth::Kind>(fields.choice("auth_type", {"api_key", "basic", "oauth2", "oauth2_user"}, kRequired));
    switch (auth.kind) {
      case Auth::Kind::none:
        break;
      case Auth::Kind::api_key:
        read_api_key(fields, auth);
        break;
      case Auth::Kind::basic:
        read_basic(fields, auth);
        break;
      case Auth::Kind::oauth2:
        read_oauth2(fields, auth);
        break;
      case Auth::Kind::oauth2_user:
        read_oauth2_user(fields, auth);
        break;
    }
  }
  return fields.take_error();
}

std::string normalize_auth(std::string_view value) {
  if (!value.starts_with('{')) return std::string(value);
  const json::Members members = json::members_of(value);
  const FieldReader fields(members);
  const std::string type = json::text_of(fields.find("auth_type"));
  std::string normalized;
  for (const auto& [name, member] : members) {
    if (member != "null" || !has_default(type, name)) json::append_member(normalized, name, member);
  }
  for (const Default& field : kDefaults) {
    if (type == field.auth_type && fields.find(field.name).empty()) {
      json::append_member(normalized, field.name, field.value);
    }
  }
  return normalized + "}";
}

bool is_token(TextRef token) {
  const std::string_view text = token.view();
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kSymbols.find(c) != kSymbols.npos;
  });
}

bool is_field_value(TextRef value) {
  const std::string_view text = value.view();
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    // JavaScript hosts send each character as one byte: what lies above U+00FF begins with 0xC4 or more in UTF-8.
    return c == '\t' || (byte >= 0x20 && byte != 0x7F && byte < 0xC4);
  });
}

bool is_handshake_header(TextRef name) {
  for (const char* own : {"connection", "upgrade", "content-length", "transfer-encoding", "host", "keep-alive", "te",
                          "trailer", "expect", "proxy-connection"}) {
    if (same_but_case(name, own)) return true;
  }
  constexpr std::string_view kOwnPrefix = "sec-websocket-";
  return same_but_case(name.view().substr(0, kOwnPrefix.size()), kOwnPrefix);
}

bool may_set_header(const Header& header) {
  return is_token(header.first) && !is_handshake_header(header.first) && is_field_value(header.second);
}

}  // namespace utcp::ws
