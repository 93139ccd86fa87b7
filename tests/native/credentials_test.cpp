// What the option `credentials` of a host adds to an opening.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utcp_websocket/credentials.hpp>
#include <utcp_websocket/handshake.hpp>
#include <utcp_websocket/secrets.hpp>

#include "fake_host.hpp"

namespace utcp::ws {
namespace {

using testing::HasSubstr;
using testing::Not;

using Headers = std::vector<Header>;
using Protocols = std::vector<std::string>;

const Handshake kBefore{"wss://h.example/ws?p=1", {"tools"}, {{"x-key", "old"}, {"X-Kept", "kept"}}};

Handshake with(const Credentials& given) {
  Handshake handshake = kBefore;
  const ErrorPtr error = add_credentials(handshake, given, true);
  EXPECT_EQ(error, nullptr) << error->message;
  return handshake;
}

Error refused(const Credentials& given, bool can_set_headers = true) {
  Handshake handshake = kBefore;
  const ErrorPtr error = add_credentials(handshake, given, can_set_headers);
  EXPECT_NE(error, nullptr);
  if (error == nullptr) return {ErrorCode::module_failed, ""};
  EXPECT_THAT(error->message, Not(HasSubstr("s3cret")));
  return *error;
}

TEST(Credentials, HeadersWinOverThoseOfTheirName) {
  EXPECT_EQ(with({.headers = {{"X-Key", "new"}, {"N", ""}}}).headers,
            (Headers{{"x-key", "new"}, {"X-Kept", "kept"}, {"N", ""}}));
  EXPECT_EQ(with({.headers = {{"A", "1"}, {"a", "2"}}}).headers.back(), (Header{"A", "2"})) << "the last one";
  EXPECT_EQ(with(Credentials{}).headers, kBefore.headers);
}

TEST(Credentials, QueriesAreAppendedAsTheCredentialOfATemplateIs) {
  EXPECT_EQ(with({.query = {{"a b", "1&="}, {"é", "+"}}}).url, "wss://h.example/ws?p=1&a%20b=1%26%3D&%C3%A9=%2B");
  EXPECT_EQ(with({.url = "ws://localhost/moved#part", .query = {{"t", "1"}}}).url, "ws://localhost/moved?t=1");
  EXPECT_EQ(with({.url = "wss://other.example/?#part"}).url, "wss://other.example/?");
  EXPECT_EQ(with(Credentials{}).url, kBefore.url);
}

TEST(Credentials, SubprotocolsFollowTheTemplates) {
  EXPECT_EQ(with({.protocols = {"a", "A"}}).protocols, (Protocols{"tools", "a", "A"}));
  for (const Protocols& protocols : {Protocols{"tools"}, Protocols{"a", "b", "a"}}) {
    const Error error = refused({.protocols = protocols});
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_EQ(error.message, "credentials.protocols must differ from each other and from the call template's");
  }
  for (const char* name : {"", "s3cret secret", "s3cret,tools", "s3cret\r\n", "é"}) {
    const Error error = refused({.protocols = {"fine", name}});
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("credentials.protocols must be subprotocol names"));
  }
}

TEST(Credentials, UrlsHaveToBeSecure) {
  for (const char* url : {"ws://h.example/s3cret", "http://localhost/", "wss://u:s3cret@h.example/", "s3cret", " "}) {
    const Error error = refused({.url = url});
    EXPECT_EQ(error.code, ErrorCode::url_refused) << url;
    EXPECT_EQ(error.field, "credentials.url");
  }
}

TEST(Credentials, HeadersAreHeldToTheRulesOfTemplates) {
  const Headers wrong{
      {"", "a"},           {"A B", "a"},     {"Ä", "a"},        {"Host", "a"},       {"sec-websocket-key", "a"},
      {"A", "s3cret\r\n"}, {"A", " s3cret"}, {"A", "s3cret\t"}, {"A", "s3cret\x7F"}, {"A", "s3cret€"}};
  for (const Header& header : wrong) {
    const Error error = refused({.headers = {{"Fine", "a"}, header}});
    EXPECT_EQ(error.code, ErrorCode::invalid_argument) << header.first;
    EXPECT_THAT(error.message, HasSubstr("credentials.headers must be header names"));
  }
  EXPECT_EQ(with({.headers = {{"A", "a \t ÿ"}}}).headers.back().second, "a \t ÿ");
}

TEST(Credentials, AHostThatCannotSetHeadersSaysWhatItTakes) {
  const Error error = refused({.headers = {{"A", "s3cret"}}}, false);
  EXPECT_EQ(error.code, ErrorCode::auth_unsupported);
  EXPECT_EQ(error.field, "credentials.headers");
  EXPECT_THAT(error.message, HasSubstr("query or protocols"));
  Handshake handshake{"wss://h.example/", {}, {}};
  EXPECT_EQ(add_credentials(handshake, {.protocols = {"p"}, .query = {{"k", "v"}}}, false), nullptr);
  EXPECT_EQ(handshake.url, "wss://h.example/?k=v");
}

TEST(Credentials, AreSecretsInAllTheirParts) {
  Secrets secrets;
  add_secrets(secrets, {.url = "wss://h.example/tools/ticket-of-today?key=a%20b%20c&t=four#part",
                        .protocols = {"ticket.one"},
                        .headers = {{"A-Header", "header-value"}},
                        .query = {{"parameter", "query-value"}}});
  const auto masked = [&secrets](std::string_view text) { return secrets.mask(text); };
  for (const char* secret :
       {"wss://h.example/tools/ticket-of-today?key=a%20b%20c&t=four#part", "/tools/ticket-of-today", "ticket-of-today",
        "a b c", "four", "header-value", "query-value", "ticket.one"}) {
    EXPECT_EQ(masked(secret), "***") << secret;
  }
  for (const char* word : {"h.example", "tools", "key", "part", "A-Header", "parameter"}) {
    EXPECT_EQ(masked(word), word);
  }
}

TEST(Credentials, OpenTheConnectionThatTheyAreFor) {
  test::FakeHost host({.retry = {.enabled = false}, .handshake = {.can_set_headers = false}});
  (void)host.call(host.tool(R"({"url":"wss://h.example/ws","protocol":"tools"})"));
  const Result<Handshake> opened =
      host.session.add_credentials(ConnectionId{1}, {.protocols = {"more"}, .query = {{"ticket", "t1cket"}}});
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened.value().url, "wss://h.example/ws?ticket=t1cket");
  EXPECT_EQ(opened.value().protocols, (Protocols{"tools", "more"}));
  EXPECT_EQ(host.sockets.at(1).asked.handshake.url, "wss://h.example/ws") << "what the source is told";
  EXPECT_EQ(host.session.add_credentials(ConnectionId{1}, {.headers = {{"A", "a"}}}).error().code,
            ErrorCode::auth_unsupported);
  EXPECT_TRUE(host.session.add_credentials(ConnectionId{7}, {.url = "http://h.example/"}).ok()) << "it is gone";
}

}  // namespace
}  // namespace utcp::ws
