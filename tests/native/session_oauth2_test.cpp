// Calls whose endpoint needs a bearer token: fetched once, renewed, dropped when refused.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

constexpr std::string_view kOAuth2 =
    R"({"call_template_type":"websocket","url":"wss://h.example/ws","auth":{"auth_type":"oauth2",
  "token_url":"https://a.example/t","client_id":"c","client_secret":"hush"}})";
constexpr std::string_view kToken = R"({"access_token":"one","expires_in":100})";
constexpr std::string_view kOther = R"({"access_token":"two","expires_in":100})";

std::string bearer(const FakeHost& host, std::uint32_t socket) {
  return host.sockets.at(socket).asked.handshake.headers.front().second;
}

TEST(SessionOAuth2, TheTokenComesBeforeTheConnection) {
  FakeHost host;
  const CallId call = host.call(host.tool(kOAuth2));
  ASSERT_EQ(host.fetches.size(), 1U);
  EXPECT_TRUE(host.sockets.empty());
  host.token(1, 200, kToken);
  ASSERT_EQ(host.sockets.size(), 1U);
  EXPECT_EQ(bearer(host, 1), "Bearer one");
  host.open(1);
  host.text(1, "x");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionOAuth2, OneRequestHoweverManyWait) {
  FakeHost host;
  for (int i = 0; i < 4; ++i) host.call(host.tool(kOAuth2, "m.a"));
  EXPECT_EQ(host.fetches.size(), 1U);
  host.token(1, 200, kToken);
  EXPECT_EQ(host.sockets.size(), 4U);
  EXPECT_EQ(host.fetches.size(), 1U);
}

TEST(SessionOAuth2, ARefusalThatNobodyWaitsForLeavesNothing) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  host.call(tool);
  const CallId second = host.call(tool);
  host.token(1, 200, kToken);
  host.open(1);
  host.text(1, "answer");
  host.abort(second);  // was sent on the first connection too
  host.error(2, 401);
  EXPECT_EQ(host.session.counts().endpoints, 0U);
}

TEST(SessionOAuth2, ManualsAndCallersShareNoToken) {
  FakeHost host;
  host.call(host.tool(kOAuth2, "m.a"));
  host.token(1, 200, kToken);
  host.call(host.tool(kOAuth2, "n.a"));
  host.call(host.tool(kOAuth2, "m.a", CallerId{7}));
  EXPECT_EQ(host.fetches.size(), 3U);
  host.token(2, 200, kOther);
  EXPECT_EQ(bearer(host, 2), "Bearer two");
}

TEST(SessionOAuth2, NorDoScopes) {
  FakeHost host;
  host.call(host.tool(kOAuth2));
  std::string scoped(kOAuth2);
  scoped.insert(scoped.size() - 2, R"(,"scope":"r")");
  host.call(host.tool(scoped));
  ASSERT_EQ(host.fetches.size(), 2U);
  EXPECT_NE(host.fetches[0].token, host.fetches[1].token);
}

TEST(SessionOAuth2, DeregisteringForgetsTheManualsTokens) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2, "m.a");
  host.call(tool);
  host.token(1, 200, kToken);
  host.deregister("m");
  host.call(tool);
  EXPECT_EQ(host.fetches.size(), 2U);
}

TEST(SessionOAuth2, ARenewedTokenIsNoNewEndpoint) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  host.call(tool);
  host.token(1, 200, kToken);
  host.open(1);
  host.text(1, "x");
  host.advance(95s);
  host.call(tool);
  EXPECT_EQ(host.sockets.size(), 1U) << "an open connection goes on";
  EXPECT_EQ(host.fetches.size(), 1U);
  host.text(1, "x");
  host.peer_closes(1, 1001);
  host.call(tool);
  EXPECT_EQ(host.fetches.size(), 2U) << "a new one needs a token that holds";
  host.token(1, 200, kOther);
  EXPECT_EQ(bearer(host, 2), "Bearer two");
}

TEST(SessionOAuth2, ATokenThatWasReplacedIsASecretStill) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  const CallId first = host.call(tool);
  const CallId second = host.call(tool);
  host.token(1, 200, R"({"access_token":"s3cr3t-one","expires_in":100})");
  ASSERT_EQ(host.sockets.size(), 2U);
  host.open(1);
  host.open(2);
  host.peer_closes(1, 4401, "s3cr3t-one has ended");
  host.call(tool);
  host.token(2, 200, kOther);
  host.peer_closes(2, 1011, "s3cr3t-one has ended");
  for (const CallId call : {first, second}) {
    EXPECT_EQ(host.outcome(call).error->message.find("s3cr3t"), std::string::npos) << host.outcome(call).error->message;
  }
}

TEST(SessionOAuth2, ATokenThatHoldsForNoTimeIsUsedByThoseWhoWait) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  host.call(tool);
  host.call(tool);
  host.token(1, 200, R"({"access_token":"one","expires_in":0})");
  EXPECT_EQ(host.fetches.size(), 1U) << "no request after the other";
  ASSERT_EQ(host.sockets.size(), 2U);
  EXPECT_EQ(bearer(host, 2), "Bearer one");
  host.call(tool);
  EXPECT_EQ(host.fetches.size(), 2U) << "who comes later asks anew";
}

TEST(SessionOAuth2, BasicIsTriedAfterThe401OfTheTokenEndpoint) {
  FakeHost host;
  const CallId call = host.call(host.tool(kOAuth2));
  host.token(1, 401, "{}");
  ASSERT_EQ(host.fetches.size(), 2U);
  host.token(1, 401, R"({"error":"invalid_client"})");
  EXPECT_EQ(host.code(call), ErrorCode::auth_failed);
  EXPECT_NE(host.outcome(call).error->message.find("invalid_client"), std::string::npos);
  EXPECT_EQ(host.outcome(call).error->message.find("hush"), std::string::npos);
  EXPECT_EQ(host.session.counts().endpoints, 0U);
  host.call(host.tool(kOAuth2));
  EXPECT_EQ(host.fetches.size(), 3U) << "the next call asks again";
}

TEST(SessionOAuth2, ARefusedHandshakeGetsAFreshTokenOnce) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  const CallId first = host.call(tool);
  const CallId second = host.call(tool);
  host.token(1, 200, kToken);
  ASSERT_EQ(host.sockets.size(), 2U);
  host.error(1, 401);
  host.error(2, 401);
  EXPECT_EQ(host.fetches.size(), 2U);
  EXPECT_TRUE(host.pending(first));
  EXPECT_TRUE(host.pending(second));
  host.token(1, 200, kOther);
  EXPECT_EQ(bearer(host, 3), "Bearer two");
  host.error(3, 401);
  EXPECT_EQ(host.code(first), ErrorCode::auth_failed);
  EXPECT_EQ(host.code(second), ErrorCode::auth_failed);
  EXPECT_EQ(host.fetches.size(), 2U) << "not in a loop";
  EXPECT_EQ(host.open_sockets(), 0U);
}

TEST(SessionOAuth2, AnOpeningThatWorksAllowsAnotherRenewal) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  for (std::uint32_t round = 0; round < 3; ++round) {
    const CallId call = host.call(tool);
    if (round == 0) host.token(1, 200, kToken);
    host.error(2 * round + 1, 401);
    host.token(1, 200, kToken);
    host.open(2 * round + 2);
    host.text(2 * round + 2, "x");
    EXPECT_TRUE(host.succeeded(call));
    host.peer_closes(2 * round + 2, 1001);
  }
}

// RFC 6455 section 7.4.1 (policy violation), and the code after HTTP's that graphql-transport-ws made usual.
TEST(SessionOAuth2, AnOpenConnectionThatIsClosedAsUnauthorizedDropsItsToken) {
  for (const int code : {1008, 4401}) {
    FakeHost host;
    const ToolId tool = host.tool(kOAuth2);
    const CallId call = host.call(tool);
    host.token(1, 200, kToken);
    host.open(1);
    host.peer_closes(1, code);
    EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
    EXPECT_EQ(host.fetches.size(), 1U) << "nobody waits";
    host.call(tool);
    ASSERT_EQ(host.fetches.size(), 2U);
    host.token(1, 200, kOther);
    EXPECT_EQ(bearer(host, 2), "Bearer two");
  }
}

TEST(SessionOAuth2, APeerThatAcceptsAndThenClosesCostsOneTokenNotOnePerCall) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  for (std::uint32_t n = 1; n <= 5; ++n) {
    const CallId call = host.call(tool);
    if (n <= 2) host.token(1, 200, n == 1 ? kToken : kOther);
    host.open(n);
    host.peer_closes(n, 4401);
    EXPECT_EQ(host.code(call), ErrorCode::connection_closed);
  }
  EXPECT_EQ(host.fetches.size(), 2U);
  // Once a call was answered, the next refusal is another one.
  const CallId call = host.call(tool);
  host.open(6);
  host.text(6, "answer");
  EXPECT_TRUE(host.succeeded(call));
  host.call(tool);
  host.peer_closes(6, 4401);
  host.call(tool);
  EXPECT_EQ(host.fetches.size(), 3U);
}

TEST(SessionOAuth2, AClosingKeepsATokenThatIsNewerOrNotToBlame) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  host.call(tool);
  host.token(1, 200, kToken);
  host.open(1);
  host.advance(95s);
  host.call(tool);
  host.token(1, 200, kOther);
  host.open(2);
  host.peer_closes(1, 4401);
  host.peer_closes(2, 4403);
  host.call(tool);
  EXPECT_EQ(host.fetches.size(), 2U);
  EXPECT_EQ(bearer(host, 3), "Bearer two");
}

TEST(SessionOAuth2, WhereTheStatusIsHiddenTheRetryHasANewToken) {
  FakeHost host;
  host.call(host.tool(kOAuth2));
  host.token(1, 200, kToken);
  host.error(1);
  host.advance(200ms);
  ASSERT_EQ(host.fetches.size(), 2U);
  host.token(1, 200, kOther);
  EXPECT_EQ(bearer(host, 2), "Bearer two");
  host.error(2);
  host.advance(400ms);
  EXPECT_EQ(host.fetches.size(), 2U);
  EXPECT_EQ(bearer(host, 3), "Bearer two");
}

TEST(SessionOAuth2, AnUnreachableTokenEndpointIsTriedAgainUntilTheDeadline) {
  FakeHost host({.seed = 4});
  const CallId call = host.call(host.tool(kOAuth2));
  while (host.pending(call)) {
    host.token_failed(1, {.text = "ECONNRESET"});
    host.advance(1s);
    ASSERT_LT(host.now, TimePoint(100s));
  }
  EXPECT_EQ(host.code(call), ErrorCode::token_unavailable);
  EXPECT_GT(host.fetches.size(), 2U);
  EXPECT_EQ(host.session.counts().endpoints, 0U);
}

TEST(SessionOAuth2, ASlowTokenEndpointIsGivenUp) {
  FakeHost host;
  const CallId call = host.call(host.tool(kOAuth2));
  host.advance(30s);
  EXPECT_EQ(host.outcome(call).settled, 1);
  EXPECT_EQ(host.cancelled.size(), 1U);
  host.token(1, 200, kToken);
  EXPECT_TRUE(host.sockets.empty()) << "what comes later is ignored";
  EXPECT_EQ(host.session.counts().timers, 0U);
}

TEST(SessionOAuth2, NobodyWaitsAnyMore) {
  FakeHost host;
  const CallId first = host.call(host.tool(kOAuth2, "m.a"));
  const CallId second = host.call(host.tool(kOAuth2, "m.b"));
  host.abort(first);
  EXPECT_TRUE(host.cancelled.empty()) << "another tool still does";
  host.abort(second);
  EXPECT_EQ(host.cancelled.size(), 1U);
  EXPECT_EQ(host.session.counts().timers, 0U);
}

TEST(SessionOAuth2, CloseForgetsTokens) {
  FakeHost host;
  const ToolId tool = host.tool(kOAuth2);
  host.call(tool);
  host.token(1, 200, kToken);
  host.close_all();
  host.call(tool);
  EXPECT_EQ(host.fetches.size(), 2U);
  host.close_all();
  EXPECT_EQ(host.cancelled.size(), 1U);
}

}  // namespace
}  // namespace utcp::ws::test
