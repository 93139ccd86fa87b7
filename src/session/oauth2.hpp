// Owns OAuth2 client credentials (RFC 6749 section 4.4): the token request, parsing its answer, the token's lifetime.
// Must not know HTTP clients or connections; time is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <utcp_websocket/auth.hpp>
#include <utcp_websocket/error.hpp>
#include <utcp_websocket/text.hpp>

#include "failure.hpp"
#include "timers.hpp"

namespace utcp::ws {

/// What the host must POST, as application/x-www-form-urlencoded.
struct TokenRequest {
  std::string url;
  std::string authorization;  ///< the header of that name; empty: none
  std::string body;
};

/// RFC 6749 section 2.3.1: the client's credentials in the body, or by HTTP Basic, where id and secret are form-encoded
/// first.
[[nodiscard]] TokenRequest token_request(const Auth& auth, bool with_basic);

/// `the token endpoint https://…`: fit for a message.
[[nodiscard]] std::string token_endpoint(TextRef token_url);

struct TokenResponse {
  std::string token;
  std::chrono::seconds lifetime;
};

/// Parses the answer of a token endpoint (RFC 6749 section 5). Fails with `auth_failed`, with the provider's `error`
/// and `error_description` if it sent them, without `secrets`, or with `token_unavailable` if a retry may
/// help.
[[nodiscard]] Result<TokenResponse> parse_token_response(std::string_view token_url, int http_status,
                                                         std::string_view body, Secrets secrets);

/// The token of one credential: fetched by one request at a time, kept until shortly before it expires.
class BearerToken {
 public:
  explicit BearerToken(Auth auth) : auth_(std::move(auth)) {}

  [[nodiscard]] bool is_fetching() const { return state_ == State::with_body || state_ == State::with_basic; }
  /// Whether it is valid for a while; else one has to be fetched.
  [[nodiscard]] bool holds(TimePoint now) const { return state_ == State::ready && now < renew_at_; }
  [[nodiscard]] const std::string& value() const { return value_; }
  /// Increases with each new token.
  [[nodiscard]] std::uint32_t serial() const { return serial_; }

  void start_fetching() { state_ = State::with_body; }
  /// The request to make now, while fetching.
  [[nodiscard]] TokenRequest request() const { return token_request(auth_, state_ == State::with_basic); }
  /// Still fetching afterwards: another request has to be made (HTTP Basic after a 400 or 401, once).
  [[nodiscard]] ErrorPtr handle_response(TimePoint now, int http_status, std::string_view body);

  /// There was no answer, or it could not be read.
  [[nodiscard]] ErrorPtr handle_failure(const OpeningFailure& failure);

  /// The next handshake fetches a token: this one was refused, or no call waits for it.
  void drop() { state_ = State::none; }

 private:
  enum class State : std::uint8_t { none, with_body, with_basic, ready };
  [[nodiscard]] Secrets secrets() const;
  Auth auth_;
  State state_ = State::none;
  std::uint32_t serial_ = 0;
  std::string value_;
  TimePoint renew_at_{};
};

}  // namespace utcp::ws
