// Token requests, their answers, and the cache.
#include <gtest/gtest.h>

#include <utcp_websocket/oauth2.hpp>

namespace utcp::ws {
namespace {

using namespace std::chrono_literals;

const Auth kAuth{.kind = Auth::Kind::oauth2,
                 .name = "the id",
                 .secret = "se:cret",
                 .prefix = {},
                 .token_url = "https://a.example/token",
                 .scope = "r w"};

Result<TokenResponse> parse(int status, std::string_view body) {
  Secrets secrets;
  secrets.add(kAuth);
  return parse_token_response(kAuth.token_url, status, body, secrets);
}

TEST(TokenRequest, CredentialsInTheBodyOrByBasic) {
  const TokenRequest body = token_request(kAuth, false);
  EXPECT_EQ(body.url, kAuth.token_url);
  EXPECT_EQ(body.body, "grant_type=client_credentials&client_id=the%20id&client_secret=se%3Acret&scope=r%20w");
  EXPECT_EQ(body.authorization, "");
  const TokenRequest basic = token_request(kAuth, true);
  EXPECT_EQ(basic.body, "grant_type=client_credentials&scope=r%20w");
  EXPECT_EQ(basic.authorization, "Basic dGhlJTIwaWQ6c2UlM0FjcmV0") << "form-encoded first";
}

TEST(TokenResponse, Good) {
  const auto token = parse(200, R"({"access_token":"t","token_type":"bEaReR","expires_in":3600})");
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token.value().token, "t");
  EXPECT_EQ(token.value().lifetime, 3600s);
}

TEST(TokenResponse, MissingOrAbsurdLifetimes) {
  const std::pair<std::string_view, std::chrono::seconds> cases[] = {
      {"", 300s},
      {R"(,"expires_in":null)", 300s},
      {R"(,"expires_in":-5)", 300s},
      {R"(,"expires_in":1e300)", 300s},
      {R"(,"expires_in":99999999999999999999)", 86'400s},
      {R"(,"expires_in":"60")", 60s},
      {R"(,"expires_in":"soon")", 300s},
      {R"(,"expires_in":0)", 0s},
      {R"(,"expires_in":1.9)", 1s},
      {R"(,"expires_in":[])", 300s},
  };
  for (const auto& [member, lifetime] : cases) {
    const auto token = parse(200, R"({"access_token":"t")" + std::string(member) + "}");
    ASSERT_TRUE(token.ok()) << member;
    EXPECT_EQ(token.value().lifetime, lifetime) << member;
  }
}

TEST(TokenResponse, Bad) {
  for (const std::string_view body :
       {"", "<html>", "[]", "{}", R"({"access_token":5})", R"({"access_token":""})",
        "{\"access_token\":\"a\\r\\nX: b\"}", R"({"access_token":"t","token_type":"mac"})"}) {
    const auto token = parse(200, body);
    ASSERT_FALSE(token.ok()) << body;
    EXPECT_EQ(token.error().code, ErrorCode::auth_failed);
    EXPECT_NE(token.error().message.find("https://a.example/token"), std::string::npos);
  }
}

TEST(TokenResponse, TheProvidersErrorIsTold) {
  const auto token = parse(401, "{\"error\":\"invalid_client\",\"error_description\":\"no such\\nclient\"}");
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.error().http_status, 401);
  EXPECT_NE(token.error().message.find("\"invalid_client\", \"no such client\""), std::string::npos);
  EXPECT_EQ(parse(500, "<html>").error().message,
            "the token endpoint https://a.example/token answered with HTTP status 500");
  EXPECT_EQ(parse(500, "").error().code, ErrorCode::token_unavailable) << "worth another try";
}

constexpr std::string_view kAnswer = R"({"access_token":"t","expires_in":)";

TEST(BearerToken, RenewsTenPercentAndAtMostAMinuteEarly) {
  for (const auto& [lifetime, holds_for] : {std::pair{100s, 90s}, {10s, 9s}, {3600s, 3540s}}) {
    BearerToken token(kAuth);
    EXPECT_FALSE(token.holds(TimePoint(1000s)));
    token.start_fetching();
    EXPECT_TRUE(token.is_fetching());
    EXPECT_EQ(
        token.handle_response(TimePoint(1000s), 200, std::string(kAnswer) + std::to_string(lifetime.count()) + "}"),
        nullptr);
    EXPECT_FALSE(token.is_fetching());
    EXPECT_EQ(token.value(), "t");
    EXPECT_TRUE(token.holds(TimePoint(1000s + holds_for - 1us)));
    EXPECT_FALSE(token.holds(TimePoint(1000s + holds_for)));
  }
}

TEST(BearerToken, BasicFollowsA400Or401Once) {
  for (const int status : {400, 401}) {
    BearerToken token(kAuth);
    token.start_fetching();
    EXPECT_EQ(token.request().authorization, "");
    EXPECT_EQ(token.handle_response(TimePoint(0s), status, "{}"), nullptr);
    ASSERT_TRUE(token.is_fetching());
    EXPECT_NE(token.request().authorization, "");
    const ErrorPtr error = token.handle_response(TimePoint(0s), status, R"({"error":"invalid_client"})");
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(error->code, ErrorCode::auth_failed);
    EXPECT_FALSE(token.is_fetching());
  }
}

TEST(BearerToken, NoAnswer) {
  BearerToken token(kAuth);
  token.start_fetching();
  const ErrorPtr error = token.handle_failure({.kind = OpeningFailure::Kind::unknown, .text = "ECONNRESET"});
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, ErrorCode::token_unavailable);
  EXPECT_EQ(error->message, "the token endpoint https://a.example/token could not be reached: ECONNRESET");
  EXPECT_FALSE(token.is_fetching());
}

}  // namespace
}  // namespace utcp::ws
