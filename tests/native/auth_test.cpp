#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/auth.hpp>

namespace utcp::ws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

Result<Auth> parse(std::string_view text) {
  Result<Auth> result;
  result.fail(read_auth(text, result.value()));
  return result;
}

TEST(Auth, OAuth2) {
  const Auth auth =
      parse(R"({"auth_type":"oauth2","token_url":"https://a/t","client_id":"c","client_secret":"s","scope":"r w"})")
          .value();
  EXPECT_EQ(auth.kind, Auth::Kind::oauth2);
  EXPECT_EQ(auth.token_url, "https://a/t");
  EXPECT_EQ(auth.name, "c");
  EXPECT_EQ(auth.secret, "s");
  EXPECT_EQ(auth.scope, "r w");
}

TEST(Auth, NullIsNone) {
  EXPECT_EQ(parse("null").value().kind, Auth::Kind::none);
  // In a member null counts as absent.
  const Auth auth = parse(R"({"auth_type":"api_key","api_key":"k","var_name":null,"location":null})").value();
  EXPECT_EQ(auth.name, "X-Api-Key");
  EXPECT_EQ(auth.location, Auth::Location::header);
}

struct RefusedAuth {
  const char* text;
  const char* field;
};

TEST(Auth, NamesTheFieldThatIsWrong) {
  const RefusedAuth cases[] = {
      {R"([])", "auth"},
      {R"("hunter2")", "auth"},
      {R"({})", "auth.auth_type"},
      {R"({"auth_type":null})", "auth.auth_type"},
      {R"({"auth_type":"nope","api_key":"hunter2"})", "auth.auth_type"},
      {R"({"auth_type":"api_key"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":null})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":5})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":["hunter2"]})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2\r\nX: y"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2 "})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2\u0000"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2","var_name":"bad name"})", "auth.var_name"},
      {R"({"auth_type":"api_key","api_key":"hunter2","var_name":""})", "auth.var_name"},
      {R"({"auth_type":"api_key","api_key":"hunter2","var_name":7})", "auth.var_name"},
      {R"({"auth_type":"api_key","api_key":"hunter2","var_name":"Sec-WebSocket-Protocol"})", "auth.var_name"},
      {R"({"auth_type":"api_key","api_key":"hunter2","location":"body"})", "auth.location"},
      {R"({"auth_type":"api_key","api_key":"hunter2","location":1})", "auth.location"},
      {R"({"auth_type":"api_key","api_key":"hunter2","location":"query","var_name":""})", "auth.var_name"},
      {R"({"auth_type":"api_key","api_key":"hunter2;a=b","location":"cookie"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"\"hunter2\"","location":"cookie"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2\\","location":"cookie"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2 x","location":"cookie"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2,x","location":"cookie"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2ü","location":"cookie"})", "auth.api_key"},
      {R"({"auth_type":"api_key","api_key":"hunter2","location":"cookie","var_name":"a=b"})", "auth.var_name"},
      {R"({"auth_type":"basic","username":"u"})", "auth.password"},
      {R"({"auth_type":"basic","password":"hunter2"})", "auth.username"},
      {R"({"auth_type":"basic","username":"u:hunter2","password":"p"})", "auth.username"},
      {R"({"auth_type":"basic","username":"u\n","password":"hunter2"})", "auth.username"},
      {R"({"auth_type":"basic","username":"u","password":"hunter2\u007f"})", "auth.password"},
      {R"({"auth_type":"oauth2","client_id":"c","client_secret":"hunter2"})", "auth.token_url"},
      {R"({"auth_type":"oauth2","token_url":"https://a/","client_secret":"hunter2"})", "auth.client_id"},
      {R"({"auth_type":"oauth2","token_url":"https://a/","client_id":"c"})", "auth.client_secret"},
      {R"({"auth_type":"oauth2","token_url":"https://a/","client_id":"c","client_secret":"hunter2","scope":[]})",
       "auth.scope"},
      {R"({"auth_type":"oauth2_user"})", "auth.access_token"},
      {R"({"auth_type":"oauth2_user","access_token":""})", "auth.access_token"},
      {R"({"auth_type":"oauth2_user","access_token":"hunter2\n"})", "auth.access_token"},
      {R"({"auth_type":"oauth2_user","access_token":"hunter2","prefix":"hunter2\r\n"})", "auth.prefix"},
      {R"({"auth_type":"oauth2_user","access_token":"hunter2","prefix":5})", "auth.prefix"},
      {R"({"auth_type":"oauth2_user","access_token":"hunter2","var_name":"Upgrade"})", "auth.var_name"},
  };
  for (const RefusedAuth& refused : cases) {
    const Result<Auth> auth = parse(refused.text);
    ASSERT_FALSE(auth.ok()) << refused.text;
    EXPECT_EQ(auth.error().code, ErrorCode::invalid_call_template) << refused.text;
    EXPECT_EQ(auth.error().field, refused.field) << refused.text;
    EXPECT_THAT(auth.error().message, HasSubstr("call template field \"" + std::string(refused.field) + "\" must be "))
        << refused.text;
    EXPECT_THAT(auth.error().message, HasSubstr("; got ")) << refused.text;
    EXPECT_THAT(auth.error().message, Not(HasSubstr("hunter2"))) << refused.text;
  }
}

TEST(Auth, RefusesTokenUrlsThatAreNotSecure) {
  const Result<Auth> auth =
      parse(R"({"auth_type":"oauth2","token_url":"http://a.example/?k=hunter2","client_id":"c","client_secret":"s"})");
  ASSERT_FALSE(auth.ok());
  EXPECT_EQ(auth.error().code, ErrorCode::url_refused);
  EXPECT_EQ(auth.error().field, "auth.token_url");
  EXPECT_THAT(auth.error().message, HasSubstr("auth.token_url"));
  EXPECT_THAT(auth.error().message, Not(HasSubstr("hunter2")));
}

TEST(Auth, NormalizingFillsInDefaultsAndKeepsTheRest) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"auth_type":"api_key","api_key":"k","x":1})",
       R"({"auth_type":"api_key","api_key":"k","x":1,"var_name":"X-Api-Key","location":"header"})"},
      {R"({"auth_type":"api_key","api_key":"k","var_name":"v","location":null})",
       R"({"auth_type":"api_key","api_key":"k","var_name":"v","location":"header"})"},
      {R"({"auth_type":"basic","username":"u","password":"p"})",
       R"({"auth_type":"basic","username":"u","password":"p"})"},
      {R"({"auth_type":"oauth2","token_url":"t","client_id":"c","client_secret":"s"})",
       R"({"auth_type":"oauth2","token_url":"t","client_id":"c","client_secret":"s","scope":null})"},
      {R"({"auth_type":"oauth2_user","access_token":"t"})",
       R"({"auth_type":"oauth2_user","access_token":"t","var_name":"Authorization","prefix":"Bearer "})"},
      {"null", "null"},
  };
  for (const auto& [from, to] : cases) EXPECT_EQ(normalize_auth(from), to);
}

TEST(HeaderSyntax, NamesAreTokens) {
  EXPECT_TRUE(is_token("X-Api-Key"));
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* name : {"", "a b", "a:", "a\r", "ü", "a,b", "a/b", "a\"", "(a)", "a=b", "a\x7f", "a;"}) {
    EXPECT_FALSE(is_token(name)) << name;
  }
  EXPECT_FALSE(is_token(std::string_view("a\0", 2)));
}

TEST(HeaderSyntax, ValuesHoldNoLineEnds) {
  for (const char* value : {"", "a", "a b\tc", "ü", "ÿ", "~!\"(),/:;<=>?@[\\]{}"})
    EXPECT_TRUE(is_field_value(value)) << value;
  for (const char* value : {" a", "a ", "\ta", "a\t", " ", "a\rb", "a\nb", "a\x01", "a\x7f"})
    EXPECT_FALSE(is_field_value(value));
  EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

TEST(HeaderSyntax, ValuesHoldNothingThatNoHostSends) {
  for (const char* value : {"Ā", "ключ", "a€", "𝄞"}) EXPECT_FALSE(is_field_value(value)) << value;
}

TEST(HeaderSyntax, KnowsTheHeadersOfTheHandshake) {
  for (const char* name :
       {"Connection", "UPGRADE", "Sec-WebSocket-Key", "sec-websocket-anything", "Content-Length", "transfer-encoding",
        "Host", "HOST", "Keep-Alive", "TE", "Trailer", "Expect", "Proxy-Connection"}) {
    EXPECT_TRUE(is_handshake_header(name)) << name;
  }
  for (const char* name :
       {"X-Host", "Host-X", "Origin", "Cookie", "Authorization", "Sec-Fetch-Mode", "X-Connection", "Upgrades"}) {
    EXPECT_FALSE(is_handshake_header(name)) << name;
  }
}

}  // namespace
}  // namespace utcp::ws
