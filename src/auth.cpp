#include "auth.hpp"

#include <algorithm>

#include "field_reader.hpp"

namespace utcp::ws {
namespace {

constexpr auto kSecret = FieldReader::Shown::type;
constexpr auto kShown = FieldReader::Shown::value;

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
  if (!is_token(name) || is_handshake_header(name)) {
    fields.refuse("var_name", "a header name (RFC 9110 token) that the WebSocket handshake does not set itself",
                  Json(name));
  }
}

ApiKeyAuth parse_api_key(FieldReader& fields) {
  ApiKeyAuth auth;
  if (const auto* key = fields.required_string("api_key", kSecret)) auth.api_key = *key;
  if (const auto* name = fields.string("var_name", kShown)) auth.var_name = *name;
  if (const auto* location = fields.string("location", kShown)) {
    if (*location == "query") {
      auth.location = ApiKeyAuth::Location::query;
    } else if (*location == "cookie") {
      auth.location = ApiKeyAuth::Location::cookie;
    } else if (*location != "header") {
      fields.refuse("location", "\"header\", \"query\" or \"cookie\"", Json(*location));
    }
  }
  switch (auth.location) {
    case ApiKeyAuth::Location::header:
      check_header_name(fields, auth.var_name);
      if (!is_field_value(auth.api_key)) {
        fields.fail("api_key", "a header value (RFC 9110: no control characters, no blanks at its ends)",
                    "another string");
      }
      break;
    case ApiKeyAuth::Location::cookie:
      if (!is_token(auth.var_name)) fields.refuse("var_name", "a cookie name (RFC 6265 token)", Json(auth.var_name));
      if (!is_cookie_value(auth.api_key)) {
        fields.fail("api_key",
                    "a cookie value (RFC 6265: printable ASCII without blanks, quotes, \",\", \";\", \"\\\")",
                    "another string");
      }
      break;
    case ApiKeyAuth::Location::query:  // its text is percent-encoded, so that any will do
      if (auth.var_name.empty()) fields.fail("var_name", "the name of a query parameter", "an empty string");
      break;
  }
  return auth;
}

BasicAuth parse_basic(FieldReader& fields) {
  BasicAuth auth;
  if (const auto* name = fields.required_string("username", kSecret)) auth.username = *name;
  if (const auto* password = fields.required_string("password", kSecret)) auth.password = *password;
  if (auth.username.find(':') != std::string::npos || has_control_character(auth.username)) {
    fields.fail("username", "a string without \":\" and control characters (RFC 7617)", "one that has them");
  }
  if (has_control_character(auth.password)) {
    fields.fail("password", "a string without control characters (RFC 7617)", "one that has them");
  }
  return auth;
}

OAuth2Auth parse_oauth2(FieldReader& fields) {
  OAuth2Auth auth;
  if (const auto* url = fields.required_string("token_url", kSecret)) {
    auth.token_url = *url;
    if (Result<Url> parsed = parse_token_url(*url); !parsed) {
      Error error = std::move(parsed).error();
      error.field = "auth.token_url";
      error.message = "call template field \"auth.token_url\": " + error.message;
      fields.fail(std::move(error));
    }
  }
  if (const auto* id = fields.required_string("client_id", kSecret)) auth.client_id = *id;
  if (const auto* secret = fields.required_string("client_secret", kSecret)) auth.client_secret = *secret;
  if (const auto* scope = fields.string("scope", kShown)) auth.scope = *scope;
  return auth;
}

OAuth2UserAuth parse_oauth2_user(FieldReader& fields) {
  OAuth2UserAuth auth;
  if (const auto* token = fields.required_string("access_token", kSecret)) auth.access_token = *token;
  if (const auto* name = fields.string("var_name", kShown)) auth.var_name = *name;
  if (const auto* prefix = fields.string("prefix", kSecret)) auth.prefix = *prefix;
  check_header_name(fields, auth.var_name);
  if (auth.access_token.empty() || !is_field_value(auth.access_token)) {
    fields.fail("access_token", "a header value (RFC 9110: no control characters, no blanks at its ends), not empty",
                "another string");
  } else if (!is_field_value(auth.prefix + auth.access_token)) {
    fields.fail("prefix", "the start of a header value (RFC 9110: no control characters)", "another string");
  }
  return auth;
}

}  // namespace

Result<Auth> parse_auth(const Json& value) {
  if (value.is_null()) return Auth();
  if (!value.is_object()) {
    FieldReader whole(value);
    whole.refuse("auth", "an object", value, kSecret);
    return *whole.error();
  }
  FieldReader fields(value, "auth.");
  Auth auth;
  if (const auto* type = fields.required_string("auth_type", kShown)) {
    if (*type == "api_key") {
      auth = parse_api_key(fields);
    } else if (*type == "basic") {
      auth = parse_basic(fields);
    } else if (*type == "oauth2") {
      auth = parse_oauth2(fields);
    } else if (*type == "oauth2_user") {
      auth = parse_oauth2_user(fields);
    } else {
      fields.refuse("auth_type", "\"api_key\", \"basic\", \"oauth2\" or \"oauth2_user\"", Json(*type));
    }
  }
  if (fields.error()) return *fields.error();
  return auth;
}

Json normalize_auth(const Json& value) {
  Json normalized = value;
  const FieldReader fields(value, "auth.");
  const auto fill_in = [&](const char* name, Json fallback) {
    if (fields.find(name) == nullptr) normalized[name] = std::move(fallback);
  };
  const Json* type = fields.find("auth_type");
  if (type == nullptr) return normalized;
  if (*type == "api_key") {
    const ApiKeyAuth defaults;
    fill_in("var_name", defaults.var_name);
    fill_in("location", "header");
  } else if (*type == "oauth2") {
    fill_in("scope", nullptr);
  } else if (*type == "oauth2_user") {
    const OAuth2UserAuth defaults;
    fill_in("var_name", defaults.var_name);
    fill_in("prefix", defaults.prefix);
  }
  return normalized;
}

HandshakeAuth handshake_auth(const Auth& auth) {
  HandshakeAuth added;
  if (const auto* key = std::get_if<ApiKeyAuth>(&auth)) {
    switch (key->location) {
      case ApiKeyAuth::Location::header:
        added.headers.emplace_back(key->var_name, key->api_key);
        break;
      case ApiKeyAuth::Location::query:
        added.query.emplace(key->var_name, key->api_key);
        break;
      case ApiKeyAuth::Location::cookie:
        added.cookie = key->var_name + "=" + key->api_key;
        break;
    }
  } else if (const auto* basic = std::get_if<BasicAuth>(&auth)) {
    added.headers.emplace_back("Authorization", "Basic " + base64(basic->username + ":" + basic->password));
  } else if (const auto* user = std::get_if<OAuth2UserAuth>(&auth)) {
    added.headers.emplace_back(user->var_name, user->prefix + user->access_token);
  }
  return added;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) text += j <= count ? kAlphabet[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kSymbols.find(c) != kSymbols.npos;
  });
}

bool is_field_value(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); });
}

bool is_handshake_header(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower.starts_with("sec-websocket-") || lower == "connection" || lower == "upgrade" ||
         lower == "content-length" || lower == "transfer-encoding";
}

}  // namespace utcp::ws
