// Owns parsing URLs strictly, and deciding whether they lead to loopback (advisory GHSA-ppx3-28rw-8fpf).
// Must not know who wants to open them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {

/// A URL of one of the four schemes that this library may open. Anything that two URL parsers could read differently
/// does not parse: white space, control characters, backslashes, user info, percent signs or stray brackets in the
/// host, hosts that end in a number without being a canonical dotted quad, ports outside 0–65535.
struct Url {
  /// Where its host leads, as far as the text tells.
  enum class Reach : std::uint8_t {
    elsewhere,
    perhaps_loopback,  ///< `localhost.`, names below `localhost` (RFC 6761 section 6.3), IPv4-mapped 0.0.0.0, which
                       ///< systems connect to themselves, or a non-ASCII host, which some parsers map onto one of these
    loopback,          ///< literally: `localhost`, 127.0.0.0/8, ::1, 0.0.0.0, ::, IPv4-mapped 127.0.0.0/8
  };

  std::string_view scheme;  ///< ws, wss, http or https, in lower case
  std::string host;         ///< ASCII lower case; an IPv6 address as it was written, in its brackets
  std::uint16_t port = 0;   ///< explicit or the scheme's default
  Reach reach = Reach::elsewhere;
  std::string href;            ///< the string that was checked, without its fragment: this one is opened
  std::size_t path_start = 0;  ///< where in `href` path and query begin

  /// RFC 6454: `scheme://host:port`.
  [[nodiscard]] std::string origin() const { return concat({scheme, "://", host, ":", to_text(port)}); }
  /// `scheme://host[:port]/path`, with the values of query parameters replaced by `***`: fit for errors and logs.
  [[nodiscard]] std::string label() const;
};

/// Adds a query parameter to a URL without fragment; name and value are percent-encoded as
/// application/x-www-form-urlencoded, blanks as %20.
void append_query(std::string& href, TextRef name, TextRef value);

/// Fails with `url_refused` and the reason.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// RFC 6454: scheme, host and port are the same.
[[nodiscard]] inline bool has_same_origin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

/// A literal loopback host. Only these may go without TLS.
[[nodiscard]] inline bool is_literal_loopback(const Url& url) { return url.reach == Url::Reach::loopback; }

/// Whether the host could reach the agent's own machine.
[[nodiscard]] inline bool may_be_loopback(const Url& url) { return url.reach != Url::Reach::elsewhere; }

/// `wss:` to any host, `ws:` to a literal loopback host; else `url_refused` saying what to use instead.
[[nodiscard]] Result<Url> parse_websocket_url(std::string_view text);
/// The same for token URLs: `https:` to any host, `http:` to a literal loopback host.
[[nodiscard]] Result<Url> parse_token_url(std::string_view text);

[[nodiscard]] bool is_secure_websocket_url(std::string_view text);
[[nodiscard]] bool is_secure_token_url(std::string_view text);

}  // namespace utcp::ws
