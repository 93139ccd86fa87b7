#include <gtest/gtest.h>

#include <utcp_websocket/encoding.hpp>

namespace utcp::ws {
namespace {

// RFC 4648 section 10.
TEST(Encoding, Base64) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xff\xfe\xfd", "//79"},
  };
  for (const auto& [plain, encoded] : cases) EXPECT_EQ(base64(plain), encoded);
}

TEST(Encoding, Base64UrlIsAToken) {
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("\xff\xfe\xfd"), "__79");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

TEST(Encoding, Form) {
  EXPECT_EQ(form_encode("aZ09*-._"), "aZ09*-._");
  EXPECT_EQ(form_encode("a b&c=d+e%"), "a%20b%26c%3Dd%2Be%25");
  EXPECT_EQ(form_encode("ü"), "%C3%BC");
}

}  // namespace
}  // namespace utcp::ws
