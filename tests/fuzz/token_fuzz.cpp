// Fuzzes OAuth2: answers of token endpoints, and what is sent to them. An input is a status, an answer, client id,
// client secret and scope.
#include <algorithm>

#include <utcp_websocket/oauth2.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {
namespace {

using namespace std::chrono_literals;
constexpr const char* kUrl = "https://h.example/token";

void check_message(const std::string& message) {
  REQUIRE(!message.empty() && message.size() < 1000);
  REQUIRE(std::none_of(message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

void check_response(int status, std::string_view body) {
  const Result<TokenResponse> response = parse_token_response(kUrl, status, body, {});
  if (!response) {
    const ErrorCode code = response.error().code;
    REQUIRE(code == ErrorCode::auth_failed || code == ErrorCode::token_unavailable);
    return check_message(response.error().message);
  }
  const TokenResponse& token = response.value();
  REQUIRE(status == 200 && !token.token.empty() && is_field_value(token.token));
  REQUIRE(token.lifetime >= 0s && token.lifetime <= 24h);
}

// The life of a token: asked for, with Basic after a refusal, kept, renewed.
void check_life(const Auth& auth, int status, std::string_view body) {
  BearerToken token(auth);
  const TimePoint now{1s};
  token.start_fetching();
  REQUIRE(token.is_fetching() && !token.holds(now) && token.request().authorization.empty());
  ErrorPtr error = token.handle_response(now, status, body);
  if (token.is_fetching()) {
    REQUIRE(error == nullptr && (status == 400 || status == 401) && !token.request().authorization.empty());
    error = token.handle_response(now, status, body);
  }
  REQUIRE(!token.is_fetching());
  REQUIRE((error == nullptr) == (token.serial() == 1) && (error == nullptr || !token.holds(now)));
  REQUIRE(!token.holds(now + 24h));
  token.drop();
  REQUIRE(!token.holds(now));
}

// Reads application/x-www-form-urlencoded.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string field_of(std::string_view body, std::string_view name) {
  std::string found = "(none)";
  while (!body.empty()) {
    const std::string_view field = body.substr(0, body.find('&'));
    const std::size_t equals = field.find('=');
    REQUIRE(equals != field.npos && field.find('=', equals + 1) == field.npos);
    if (field.substr(0, equals) == name) found = decoded(field.substr(equals + 1));
    body.remove_prefix(std::min(field.size() + 1, body.size()));
  }
  return found;
}

void check_request(const Auth& auth) {
  const TokenRequest with_body = token_request(auth, false);
  REQUIRE(field_of(with_body.body, "grant_type") == "client_credentials");
  REQUIRE(field_of(with_body.body, "client_id") == auth.name);
  REQUIRE(field_of(with_body.body, "client_secret") == auth.secret);
  REQUIRE(field_of(with_body.body, "scope") == (auth.scope.empty() ? "(none)" : auth.scope));
  const TokenRequest with_basic = token_request(auth, true);
  REQUIRE(is_field_value(with_basic.authorization) && with_basic.authorization.starts_with("Basic "));
  REQUIRE(field_of(with_basic.body, "client_secret") == "(none)");
}

void check(const std::vector<Part>& input) {
  int status = 0;
  for (const char c : input[0].text().substr(0, 3)) status = status * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
  Auth auth;
  auth.kind = Auth::Kind::oauth2;
  auth.token_url = kUrl;
  auth.name = input[2].text();
  auth.secret = input[3].text();
  auth.scope = input[4].text();
  check_response(status, input[1].text());
  check_request(auth);
  check_life(auth, status, input[1].text());
}

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace utcp::ws::fuzz;
  check(parts({reinterpret_cast<const char*>(data), size}, 5));
  return 0;
}
