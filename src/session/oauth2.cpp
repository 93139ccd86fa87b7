#include "oauth2.hpp"

#include <algorithm>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

namespace utcp::ws {
namespace {

using std::chrono::seconds;

// Without `expires_in` (RFC 6749 section 5.1 only recommends it), a token's lifetime is five minutes. An absurdly
// long lifetime is reduced to a day, so that a token cannot outlive its revocation forever.
constexpr seconds kUnknownLifetime{300};
constexpr seconds kLongestLifetime{86'400};
constexpr seconds kLongestHeadStart{60};
constexpr std::size_t kMaxDepth = 64;

void append_said(std::string& message, const char* before, std::string_view raw, const Secrets& secrets) {
  if (!json::is_string(raw)) return;
  append(message, {before, "\"", said(json::text_of(raw), secrets, 200), "\""});
}

seconds lifetime_of(std::string_view raw) {
  const std::string text = json::text_of(raw);  // some providers send the number as a string
  seconds lifetime{0};
  for (const char c : text) {
    if (c == '.' && &c != text.data()) return lifetime;
    if (c < '0' || c > '9') return kUnknownLifetime;
    lifetime = std::min(lifetime * 10 + seconds{c - '0'}, kLongestLifetime);
  }
  return text.empty() ? kUnknownLifetime : lifetime;
}

}  // namespace

std::string token_endpoint(TextRef token_url) {
  const Result<Url> url = parse_url(token_url.view());
  return concat({"the token endpoint ", url ? url.value().label() : std::string{}});
}

TokenRequest token_request(const Auth& auth, bool with_basic) {
  const std::string id = form_encode(auth.name);
  const std::string secret = form_encode(auth.secret);
  TokenRequest request{auth.token_url, {}, "grant_type=client_credentials"};
  if (with_basic) {
    request.authorization = concat({"Basic ", base64(concat({id, ":", secret}))});
  } else {
    append(request.body, {"&client_id=", id, "&client_secret=", secret});
  }
  if (!auth.scope.empty()) append(request.body, {"&scope=", form_encode(auth.scope)});
  return request;
}

Result<TokenResponse> parse_token_response(std::string_view token_url, int http_status, std::string_view body,
                                           Secrets secrets) {
  Result<TokenResponse> result;
  const std::string who = token_endpoint(token_url);
  const Result<json::Members> parsed = json::members(body, kMaxDepth);
  if (http_status != 200) {
    const bool may_pass = http_status >= 500 || http_status == 429;
    ErrorPtr error = make_error(may_pass ? ErrorCode::token_unavailable : ErrorCode::auth_failed,
                                concat({who, " answered with HTTP status ", to_text(http_status)}), "auth");
    error->http_status = http_status;
    if (parsed) {
      secrets.add(json::text_of(json::find(parsed.value(), "access_token")));
      append_said(error->message, ": ", json::find(parsed.value(), "error"), secrets);
      append_said(error->message, ", ", json::find(parsed.value(), "error_description"), secrets);
    }
    if (http_status >= 300 && http_status < 400) {
      error->message += ": redirects are refused; set auth.token_url to the redirect's target";
    }
    result.fail(std::move(error));
    return result;
  }
  const char* wrong = nullptr;
  if (!parsed) {
    wrong = " did not answer with a JSON object; check auth.token_url";
  } else {
    std::string& token = result.value().token;
    const std::string_view raw = json::find(parsed.value(), "access_token");
    if (json::is_string(raw)) token = json::text_of(raw);
    const std::string_view type = json::find(parsed.value(), "token_type");
    if (token.empty() || !is_field_value(token)) {
      wrong = " answered without a usable access_token";
    } else if (json::is_string(type) && !same_but_case(json::text_of(type), "bearer")) {
      wrong = " issues tokens whose token_type is not Bearer";
    }
    result.value().lifetime = lifetime_of(json::find(parsed.value(), "expires_in"));
  }
  if (wrong != nullptr) result.fail(make_error(ErrorCode::auth_failed, concat({who, wrong}), "auth"));
  return result;
}

ErrorPtr BearerToken::handle_response(TimePoint now, int http_status, std::string_view body) {
  if (state_ == State::with_body && (http_status == 400 || http_status == 401)) {
    state_ = State::with_basic;
    return nullptr;
  }
  state_ = State::none;
  Result<TokenResponse> response = parse_token_response(auth_.token_url, http_status, body, secrets());
  if (!response) return response.take_error();
  // 10 % early, at most a minute: a token sent now must still be valid when it arrives.
  const TimePoint::duration lifetime = response.value().lifetime;
  renew_at_ = now + lifetime - std::min<TimePoint::duration>(lifetime / 10, kLongestHeadStart);
  value_ = std::move(response.value().token);
  state_ = State::ready;
  ++serial_;
  return nullptr;
}

ErrorPtr BearerToken::handle_failure(const OpeningFailure& failure) {
  state_ = State::none;
  const char* what = failure.kind == OpeningFailure::Kind::too_large ? " cannot be used" : " could not be reached";
  return make_error(ErrorCode::token_unavailable,
                    concat({token_endpoint(auth_.token_url), what, cause_of(failure, secrets())}), "auth");
}

Secrets BearerToken::secrets() const {
  Secrets secrets;
  secrets.add(auth_);
  secrets.add(value_);  // the last one
  return secrets;
}

}  // namespace utcp::ws
