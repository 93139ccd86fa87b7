// Owns the `auth` member of a call template: JSON → typed credential → what it adds to a handshake.
// Must not know connections or token requests.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "error.hpp"
#include "json.hpp"
#include "url.hpp"

namespace utcp::ws {

using Header = std::pair<std::string, std::string>;

struct ApiKeyAuth {
  enum class Location : std::uint8_t { header, query, cookie };
  std::string api_key;
  std::string var_name = "X-Api-Key";
  Location location = Location::header;
};

struct BasicAuth {
  std::string username;
  std::string password;
};

struct OAuth2Auth {
  std::string token_url;
  std::string client_id;
  std::string client_secret;
  std::string scope;  ///< empty: none is asked for
};

struct OAuth2UserAuth {
  std::string access_token;
  std::string var_name = "Authorization";
  std::string prefix = "Bearer ";
};

using Auth = std::variant<std::monostate, ApiKeyAuth, BasicAuth, OAuth2Auth, OAuth2UserAuth>;

/// Parses the `auth` member (null: none). Fails with `invalid_call_template`, naming the field (`auth.location`), never the secret.
[[nodiscard]] Result<Auth> parse_auth(const Json& value);

/// Writes `value`'s normalized form: defaults of the reference filled in, unknown fields kept.
[[nodiscard]] Json normalize_auth(const Json& value);

/// What a credential adds to the opening handshake. OAuth2 client credentials add nothing here: their token does.
struct HandshakeAuth {
  std::vector<Header> headers;                                   ///< `Authorization`, `X-Api-Key`, …
  std::optional<std::string> cookie;                             ///< `name=value`
  std::optional<std::pair<std::string, std::string>> query;      ///< name, value; not yet encoded
};
[[nodiscard]] HandshakeAuth handshake_auth(const Auth& auth);

/// RFC 9110 section 5.1: a header field name is a token.
[[nodiscard]] bool is_token(std::string_view text);
/// RFC 9110 section 5.5: visible characters, blanks and tabs inside, obs-text; no CR, LF or NUL, no blank at the ends.
[[nodiscard]] bool is_field_value(std::string_view text);
/// Whether the opening handshake sets a header of this name itself (RFC 6455 section 4.1, RFC 9112 section 6), so that
/// nobody else may.
[[nodiscard]] bool is_handshake_header(std::string_view name);
/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace utcp::ws
