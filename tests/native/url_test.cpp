#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include <utcp_websocket/url.hpp>

namespace utcp::ws {
namespace {

using testing::HasSubstr;
using testing::Not;

// Parses a copy without a byte to spare, so that AddressSanitizer sees reading past its end.
Result<Url> parse(std::string_view text) {
  const std::unique_ptr<char[]> bytes(new char[text.size()]);
  if (!text.empty()) std::memcpy(bytes.get(), text.data(), text.size());
  return parse_url({bytes.get(), text.size()});
}

Url url(std::string_view text) {
  const Result<Url> parsed = parse(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed ? "" : parsed.error().message);
  return parsed ? parsed.value() : Url();
}

std::string path_and_query(const Url& url) { return url.href.substr(url.path_start); }

TEST(UrlParse, SplitsIntoItsParts) {
  const Url full = url("WSS://Example.COM:8443/A/b?x=1&y=#frag?not");
  EXPECT_EQ(full.scheme, "wss");
  EXPECT_EQ(full.host, "example.com");
  EXPECT_EQ(full.port, 8443);
  EXPECT_EQ(path_and_query(full), "/A/b?x=1&y=");
  EXPECT_EQ(full.href, "WSS://Example.COM:8443/A/b?x=1&y=");

  const Url bare = url("ws://h");
  EXPECT_EQ(path_and_query(bare), "");
  EXPECT_EQ(bare.href, "ws://h");

  EXPECT_EQ(path_and_query(url("ws://h?a/b")), "?a/b");
  EXPECT_EQ(path_and_query(url("ws://h/a?b?c")), "/a?b?c");
  EXPECT_EQ(path_and_query(url("ws://h/?")), "/?");
  EXPECT_EQ(url("ws://h#f").href, "ws://h");
}

TEST(UrlParse, KnowsDefaultPorts) {
  EXPECT_EQ(url("ws://h/").port, 80);
  EXPECT_EQ(url("http://h/").port, 80);
  EXPECT_EQ(url("wss://h/").port, 443);
  EXPECT_EQ(url("https://h/").port, 443);
  EXPECT_EQ(url("ws://h:/").port, 80);
  EXPECT_EQ(url("ws://h:00065535/").port, 65535);
  EXPECT_EQ(url("ws://h:0").port, 0);
}

TEST(UrlParse, ReadsEveryFormOfAnIpv6Address) {
  for (const char* host : {"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]",
                           "[2001:db8::00ff]", "[::ffff:127.0.0.1]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]",
                           "[::2:3:4:5:6:7:8]", "[1:0:0:4:0:0:0:8]", "[fe80::]", "[1:2:3:4:5:6:1.2.3.4]"}) {
    const Url parsed = url("wss://" + std::string(host) + ":9/x");
    EXPECT_EQ(parsed.host, host);
    EXPECT_EQ(parsed.port, 9);
  }
  EXPECT_EQ(url("wss://[2001:DB8::00fF]").host, "[2001:db8::00ff]");
}

TEST(UrlParse, RefusesWhatParsersReadDifferently) {
  for (const char* text : {"",
                           ":",
                           "//h",
                           "ws:h",
                           "ws:/h",
                           "ws://",
                           "ws:///h",
                           "ws://:80",
                           "ws://?q",
                           "ws://#f",
                           "ftp://h",
                           "wsx://h",
                           "ws+unix://h",
                           " ws://h",
                           "ws://h ",
                           "ws://h/a b",
                           "ws://h/\t",
                           "w\ns://h",
                           "ws://h/\x7f",
                           "ws://h/\x01",
                           "ws:\\\\h",
                           "ws://h\\@e/",
                           "ws://h/\\",
                           "ws://u@h",
                           "ws://u:p@h",
                           "ws://@h",
                           "ws://%6c",
                           "ws://h%00",
                           "ws://[::1%25lo]",
                           "ws://[",
                           "ws://[]",
                           "ws://[::1",
                           "ws://::1",
                           "ws://[::1]x",
                           "ws://[::1]]",
                           "ws://[[::1]]",
                           "ws://[1:2]",
                           "ws://[:::]",
                           "ws://[::1::]",
                           "ws://[1::2::3]",
                           "ws://[12345::]",
                           "ws://[::g]",
                           "ws://[1:2:3:4:5:6:7:8:9]",
                           "ws://[1:2:3:4:5:6:7:8::]",
                           "ws://[:1]",
                           "ws://[1:]",
                           "ws://[::1.2.3]",
                           "ws://[::1.2.3.04]",
                           "ws://[1.2.3.4::]",
                           "ws://[1:2:3:4:5:6:7:1.2.3.4]",
                           "ws://[127.0.0.1]",
                           "ws://h[1]",
                           "ws://h]",
                           "ws://a,b",
                           "ws://a;b",
                           "ws://a'b",
                           "ws://a<b",
                           "ws://a|b",
                           "ws://a^b",
                           "ws://${HOST}",
                           "ws://1",
                           "ws://127.1",
                           "ws://127.0.0.1.",
                           "ws://127.0.0.01",
                           "ws://256.0.0.1",
                           "ws://1.2.3.4.5",
                           "ws://a.1",
                           "ws://0x7f.1",
                           "ws://a.0x",
                           "ws://0X7F000001",
                           "ws://0177.0.0.1",
                           "ws://127.0.0.0x1",
                           "ws://h:65536",
                           "ws://h:99999999999999999999",
                           "ws://h:a",
                           "ws://h:-1",
                           "ws://h:+1",
                           "ws://h:80:80",
                           "ws://h:8 0"}) {
    const Result<Url> parsed = parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::url_refused) << text;
    EXPECT_THAT(parsed.error().message, testing::StartsWith("URL refused: ")) << text;
  }
  EXPECT_FALSE(parse(std::string_view("ws://h/\0", 8)).ok());
}

TEST(UrlParse, TakesHostsThatOnlyLookLikeNumbers) {
  for (const char* host : {"1a", "a.b1", "1.2.3.4a", "0x7g", "4chan.org", "a..b", "x.0xg", "under_score",
                           "xn--bcher-kva.example", "größe.example", "example.com."}) {
    EXPECT_TRUE(parse("wss://" + std::string(host) + "/").ok()) << host;
  }
}

TEST(UrlLoopback, IsLiteralOnly) {
  for (const char* host : {"localhost", "LocalHost", "127.0.0.1", "127.0.0.2", "127.255.255.255", "0.0.0.0", "[::1]",
                           "[::]", "[::ffff:127.0.0.1]", "[::ffff:127.9.8.7]", "[::ffff:7f00:1]"}) {
    EXPECT_TRUE(is_literal_loopback(url("ws://" + std::string(host)))) << host;
    EXPECT_TRUE(may_be_loopback(url("ws://" + std::string(host)))) << host;
  }
  for (const char* host :
       {"localhost.", "localhost.evil.com", "evil-localhost", "128.0.0.1", "126.0.0.1", "10.0.0.1", "0.0.0.1",
        "127.0.0.1.evil.com", "[::2]", "[1::1]", "[::ffff:10.0.0.1]", "[::ffff:126.0.0.1]", "[::ffff:128.0.0.1]",
        "[::7f00:1]", "[::ffff:7f00:1:2]", "[::ffff:7f:1]", "[1::ffff:7f00:1]", "[::ffff:0.0.0.0]", "foo.localhost"}) {
    EXPECT_FALSE(is_literal_loopback(url("ws://" + std::string(host)))) << host;
  }
}

TEST(UrlLoopback, MayBeWhereNamesLeadToTheAgentsMachine) {
  for (const char* host : {"localhost.", "foo.localhost", "a.b.localhost.", "FOO.LOCALHOST", "localhost..",
                           "[::ffff:0.0.0.0]", "ｌｏｃａｌｈｏｓｔ", "größe.example"}) {
    EXPECT_TRUE(may_be_loopback(url("ws://" + std::string(host)))) << host;
  }
  for (const char* host :
       {"example.com", "notlocalhost", "localhost.com", "10.0.0.1", "[::2]", "[::ffff:10.0.0.1]", "0.0.0.1"}) {
    EXPECT_FALSE(may_be_loopback(url("ws://" + std::string(host)))) << host;
  }
}

TEST(UrlJudged, OnlyLoopbackGoesWithoutTls) {
  EXPECT_TRUE(is_secure_websocket_url("wss://example.com/"));
  EXPECT_TRUE(is_secure_websocket_url("ws://127.0.0.1:9/"));
  EXPECT_FALSE(is_secure_websocket_url("ws://example.com/"));
  EXPECT_FALSE(is_secure_websocket_url("ws://localhost.evil.com/"));
  EXPECT_FALSE(is_secure_websocket_url("https://example.com/"));
  EXPECT_FALSE(is_secure_websocket_url("http://localhost/"));
  EXPECT_TRUE(is_secure_token_url("https://example.com/t"));
  EXPECT_TRUE(is_secure_token_url("http://[::1]/t"));
  EXPECT_FALSE(is_secure_token_url("http://example.com/t"));
  EXPECT_FALSE(is_secure_token_url("wss://example.com/t"));
}

TEST(UrlJudged, SaysWhatToUseInstead) {
  const Result<Url> plain = parse_websocket_url("ws://example.com/ws?token=hunter2");
  ASSERT_FALSE(plain.ok());
  EXPECT_EQ(plain.error().code, ErrorCode::url_refused);
  EXPECT_THAT(plain.error().message, HasSubstr("use wss://"));
  EXPECT_THAT(plain.error().message, HasSubstr("ws://example.com/ws?token=***"));
  EXPECT_THAT(parse_websocket_url("http://localhost/").error().message, HasSubstr("wss://"));
  EXPECT_THAT(parse_token_url("http://example.com/").error().message, HasSubstr("use https://"));
  EXPECT_THAT(parse_token_url("wss://example.com/").error().message, HasSubstr("https://"));
}

TEST(UrlJudged, ErrorsShowNoSecret) {
  for (const char* text :
       {"ws://example.com/?k=hunter2", "ws://example.com/?hunter2", "wss://user:hunter2@example.com/",
        "wss://hunter2@example.com", "wss://example.com/ ?k=hunter2", "wss://h:hunter2/", "hunter2://x",
        "http://example.com/?a=b=hunter2&c=hunter2"}) {
    const Result<Url> refused = parse_websocket_url(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2"))) << text;
  }
}

TEST(UrlText, LabelHidesQueryValues) {
  const std::pair<const char*, const char*> cases[] = {
      {"wss://h.example/a", "wss://h.example/a"},
      {"wss://h.example", "wss://h.example"},
      {"wss://h.example:443/", "wss://h.example/"},
      {"ws://h.example:443/", "ws://h.example:443/"},
      {"wss://[::1]:80/x", "wss://[::1]:80/x"},
      {"wss://h/?key=s&name=t", "wss://h/?key=***&name=***"},
      {"wss://h/?s", "wss://h/?***"},
      {"wss://h/?key=s=t&&=u&v", "wss://h/?key=***&&=***&***"},
      {"wss://h/?", "wss://h/?"},
      {"wss://h/?a=1&", "wss://h/?a=***&"},
  };
  for (const auto& [text, label] : cases) EXPECT_EQ(url(text).label(), label) << text;
}

std::string with_query(std::string_view text, TextRef name, TextRef value) {
  std::string href = url(text).href;
  append_query(href, name, value);
  return href;
}

TEST(UrlText, AddsAQueryParameter) {
  EXPECT_EQ(with_query("wss://h", "k", "v"), "wss://h?k=v");
  EXPECT_EQ(with_query("wss://h/p#f", "k", "v"), "wss://h/p?k=v");
  EXPECT_EQ(with_query("wss://h/?", "k", "v"), "wss://h/?k=v");
  EXPECT_EQ(with_query("wss://h/?a=1", "k", "v"), "wss://h/?a=1&k=v");
  EXPECT_EQ(with_query("wss://h/?a=1&", "k", "v"), "wss://h/?a=1&k=v");
  EXPECT_EQ(with_query("wss://h/?a?", "k", "v"), "wss://h/?a?&k=v");
  EXPECT_EQ(with_query("wss://h/", "a b&", "=é/#\r\n~*-._%"), "wss://h/?a%20b%26=%3D%C3%A9%2F%23%0D%0A%7E*-._%25");
}

}  // namespace
}  // namespace utcp::ws
