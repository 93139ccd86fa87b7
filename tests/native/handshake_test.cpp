// What opens a connection, in hosts that can set headers and in those that cannot.
#include <gtest/gtest.h>

#include <utcp_websocket/handshake.hpp>

namespace utcp::ws {
namespace {

CallTemplate parsed(std::string_view text) {
  Result<CallTemplate> result = parse_call_template(text);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return std::move(result).value();
}

std::string with_auth(std::string_view auth, std::string_view more = "") {
  return R"({"call_template_type":"websocket","url":"wss://h.example/ws","auth":)" + std::string(auth) +
         std::string(more) + "}";
}

constexpr std::string_view kKey = R"({"auth_type":"api_key","api_key":"sëcret"})";
constexpr std::string_view kBasic = R"({"auth_type":"basic","username":"ü","password":"p:w"})";
constexpr std::string_view kUser = R"({"auth_type":"oauth2_user","access_token":"tok"})";
constexpr std::string_view kClient =
    R"({"auth_type":"oauth2","token_url":"https://a.example/t","client_id":"c","client_secret":"s"})";
constexpr std::string_view kCookie = R"({"auth_type":"api_key","api_key":"k","var_name":"sid","location":"cookie"})";
constexpr std::string_view kQuery = R"({"auth_type":"api_key","api_key":"a&b","var_name":"k","location":"query"})";

Handshake built(std::string_view auth, std::string_view more, const HandshakeOptions& options) {
  Result<Handshake> result = build_handshake(parsed(with_auth(auth, more)), {}, "bearer-token", options);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(result).value() : Handshake{};
}

TEST(Handshake, CredentialsGoIntoHeaders) {
  const HandshakeOptions options;
  EXPECT_EQ(built(kKey, "", options).headers, (std::vector<Header>{{"X-Api-Key", "sëcret"}}));
  EXPECT_EQ(built(kBasic, "", options).headers, (std::vector<Header>{{"Authorization", "Basic w7w6cDp3"}}))
      << "RFC 7617, UTF-8";
  EXPECT_EQ(built(kUser, "", options).headers, (std::vector<Header>{{"Authorization", "Bearer tok"}}));
  EXPECT_EQ(built(kClient, "", options).headers, (std::vector<Header>{{"Authorization", "Bearer bearer-token"}}));
  EXPECT_EQ(built(kCookie, "", options).headers, (std::vector<Header>{{"Cookie", "sid=k"}}));
  EXPECT_EQ(built(kQuery, "", options).url, "wss://h.example/ws?k=a%26b");
}

TEST(Handshake, NamesAndPrefixesOfTheTemplate) {
  const HandshakeOptions options;
  EXPECT_EQ(built(R"({"auth_type":"api_key","api_key":"k","var_name":"X-K","location":"header"})", "", options).headers,
            (std::vector<Header>{{"X-K", "k"}}));
  EXPECT_EQ(
      built(R"({"auth_type":"oauth2_user","access_token":"t","var_name":"X-T","prefix":""})", "", options).headers,
      (std::vector<Header>{{"X-T", "t"}}));
  EXPECT_EQ(
      built(R"({"auth_type":"api_key","api_key":"a b\r\n","var_name":"tö ken","location":"query"})", "", options).url,
      "wss://h.example/ws?t%C3%B6%20ken=a%20b%0D%0A");
  EXPECT_EQ(built(kCookie, "", {.headers = {{"cookie", "a=b"}}}).headers,
            (std::vector<Header>{{"cookie", "a=b; sid=k"}}));
  EXPECT_TRUE(built("null", "", options).headers.empty());
}

TEST(Handshake, BasicEncodesUtf8) {  // the example of RFC 7617 section 2.1 has the password 123£
  EXPECT_EQ(built(R"({"auth_type":"basic","username":"test","password":"123£"})", "", {}).headers.front().second,
            "Basic dGVzdDoxMjPCow==");
}

TEST(Handshake, TheCredentialWinsOverHeadersOfItsName) {
  const Handshake handshake =
      built(kUser, R"(,"headers":{"authorization":"x","X-A":"1"})", {.headers = {{"x-a", "0"}}});
  EXPECT_EQ(handshake.headers, (std::vector<Header>{{"x-a", "1"}, {"authorization", "Bearer tok"}}));
}

TEST(Handshake, WithoutHeadersItSaysWhatElseTheEndpointCouldUse) {
  for (const std::string_view auth : {kKey, kBasic, kUser, kClient, kCookie}) {
    const auto result = build_handshake(parsed((with_auth(auth))), {}, "bearer-token", {.can_set_headers = false});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::auth_unsupported);
    for (const std::string_view way : {"\"query\"", "connect_message", "cookie of the page", "server"}) {
      EXPECT_NE(result.error().message.find(way), std::string::npos) << way;
    }
    const bool can_move = auth != kBasic && auth != kCookie;
    EXPECT_EQ(result.error().message.find("browserAuth") != std::string::npos, can_move) << result.error().message;
    for (const std::string_view secret : {"sëcret", "p:w", "tok\"", "bearer-token", "sid=k"}) {
      EXPECT_EQ(result.error().message.find(secret), std::string::npos) << secret;
    }
  }
  EXPECT_EQ(built(kQuery, "", {.can_set_headers = false}).url, "wss://h.example/ws?k=a%26b");
}

TEST(Handshake, HeadersOfTheTemplateCannotMove) {
  const CallTemplate call_template =
      parsed(R"({"call_template_type":"websocket","url":"wss://h.example/","headers":{"X-A":"1"}})");
  for (const BrowserAuth way : {BrowserAuth::none, BrowserAuth::query, BrowserAuth::subprotocol}) {
    EXPECT_FALSE(build_handshake(call_template, {}, "", {.can_set_headers = false, .browser_auth = way}).ok());
  }
}

TEST(Handshake, BrowserAuthQuery) {
  const HandshakeOptions options{.can_set_headers = false, .browser_auth = BrowserAuth::query};
  EXPECT_EQ(built(kKey, "", options).url, "wss://h.example/ws?X-Api-Key=s%C3%ABcret");
  EXPECT_EQ(built(kUser, "", options).url, "wss://h.example/ws?access_token=tok");
  EXPECT_EQ(built(kClient, "", options).url, "wss://h.example/ws?access_token=bearer-token");
  EXPECT_TRUE(built(kClient, "", options).headers.empty());
  EXPECT_FALSE(build_handshake(parsed((with_auth(kBasic))), {}, "", options).ok()) << "no service reads that";
}

TEST(Handshake, BrowserAuthSubprotocol) {
  const HandshakeOptions options{.can_set_headers = false, .browser_auth = BrowserAuth::subprotocol};
  EXPECT_EQ(built(kUser, R"(,"protocol":"v1")", options).protocols,
            (std::vector<std::string>{"v1", "base64url.bearer.authorization.dG9r"}));
  EXPECT_EQ(built(kClient, R"(,"protocol":"v1")",
                  {.can_set_headers = false, .browser_auth = BrowserAuth::subprotocol, .subprotocol_prefix = "b."})
                .protocols,
            (std::vector<std::string>{"v1", "b.YmVhcmVyLXRva2Vu"}));
  const auto without = build_handshake(parsed((with_auth(kUser))), {}, "", options);
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.error().field, "protocol");
}

}  // namespace
}  // namespace utcp::ws
