// Owns the `auth` member of a call template: JSON → typed credential, and the syntax of what goes into headers.
// Must not know handshakes or token requests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {

using Header = std::pair<std::string, std::string>;

/// A credential. What its members hold depends on its kind, as the comments say.
struct Auth {
  enum class Kind : std::uint8_t { none, api_key, basic, oauth2, oauth2_user };
  enum class Location : std::uint8_t { header, query, cookie };
  Kind kind = Kind::none;
  Location location = Location::header;  ///< api_key: where it goes
  std::string name;       ///< `var_name` of api_key and oauth2_user; `username` of basic; `client_id` of oauth2
  std::string secret;     ///< `api_key`; `password` of basic; `client_secret` of oauth2; `access_token` of oauth2_user
  std::string prefix;     ///< oauth2_user: stands before the token
  std::string token_url;  ///< oauth2
  std::string scope;      ///< oauth2; empty: none is asked for
};

/// Reads the `auth` member (`null`: none), valid JSON text, into `auth`. Fails with `invalid_call_template`, naming the
/// field (`auth.location`), never the secret.
[[nodiscard]] ErrorPtr read_auth(std::string_view value, Auth& auth);

/// `value`'s normalized form: defaults of the reference filled in, unknown fields kept.
[[nodiscard]] std::string normalize_auth(std::string_view value);

/// RFC 9110 section 5.1: a header field name is a token.
[[nodiscard]] bool is_token(TextRef text);
/// RFC 9110 section 5.5: visible characters, blanks and tabs inside, obs-text; no CR, LF or NUL, no blank at the ends,
/// and nothing above U+00FF, which no host sends.
[[nodiscard]] bool is_field_value(TextRef text);
/// That, for an error.
inline constexpr const char* kHeaderValue =
    "a header value (RFC 9110: no control characters, nothing above U+00FF, no blanks at its ends)";
/// Whether a header of this name is the opening handshake's own (RFC 6455 section 4.1), or the connection's (RFC 9110
/// sections 7.6.1 and 10.1), so that nobody else may set it. `Host` would lead to another server than the URL says,
/// with a credential that is meant for this one.
[[nodiscard]] bool is_handshake_header(TextRef name);

/// Whether an option of a host may set this header: all three rules.
[[nodiscard]] bool may_set_header(const Header& header);

}  // namespace utcp::ws
