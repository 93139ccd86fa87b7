// Openings that fail: what is tried again, when, and what the waiting calls hear.
#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

std::uint32_t last_socket(const FakeHost& host) { return host.sockets.rbegin()->first; }

TEST(SessionRetry, AFailedOpeningIsTriedAgainAlsoTheFirst) {
  FakeHost host({.seed = 7});
  const CallId call = host.call(host.tool(kPlain));
  host.error(1);
  EXPECT_TRUE(host.pending(call));
  EXPECT_TRUE(host.sockets.at(1).closed.has_value()) << "some hosts leave it connecting after an error";
  host.advance(200ms);
  ASSERT_EQ(host.sockets.size(), 2U);
  host.open(2);
  host.text(2, "x");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionRetry, DelaysAreJitteredUnderADoublingBound) {
  Duration longest{};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    FakeHost host({.retry = {.base = 100ms, .cap = 1s}, .seed = seed});
    host.session.set_reporting(true);
    host.call(host.tool(R"({"url":"wss://h.example/ws","timeout":1000})"));
    for (int attempt = 1; attempt <= 8; ++attempt) {
      host.error(last_socket(host));
      ASSERT_EQ(host.reports.back().kind, Report::Kind::retry);
      EXPECT_EQ(host.reports.back().attempt, attempt);
      const Duration bound = std::min<Duration>(1s, 100ms * (1 << (attempt - 1)));
      EXPECT_LE(host.reports.back().delay, bound);
      longest = std::max(longest, host.reports.back().delay);
      host.advance(bound);
    }
  }
  EXPECT_GT(longest, 900ms) << "the whole range is used";
}

TEST(SessionRetry, ManyClientsDoNotComeBackTogether) {
  std::map<Duration::rep, int> per_bucket;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    FakeHost host({.retry = {.base = 1s}, .seed = seed * 0x9E3779B9U});
    host.session.set_reporting(true);
    host.call(host.tool(kPlain));
    host.error(1);
    ++per_bucket[host.reports.back().delay / 100ms];
  }
  for (const auto& [bucket, count] : per_bucket) {
    EXPECT_GT(count, 50) << bucket;
    EXPECT_LT(count, 150) << bucket;
  }
  EXPECT_GE(per_bucket.size(), 10U);
}

TEST(SessionRetry, GivesUpWhenTheDeadlineWouldPassFirst) {
  FakeHost host({.seed = 3});
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","connection_timeout":5})"));
  int attempts = 0;
  while (host.pending(call)) {
    ASSERT_LT(++attempts, 1000);
    if (host.open_sockets() > 0) host.error(last_socket(host));
    host.advance(50ms);
  }
  EXPECT_EQ(host.code(call), ErrorCode::connection_failed);
  EXPECT_NE(host.outcome(call).error->message.find("attempts: "), std::string::npos);
  EXPECT_LE(host.now, TimePoint(1s + 5s + 50ms));
  EXPECT_EQ(host.session.counts().endpoints, 0U);
}

TEST(SessionRetry, RefusedHandshakesAreNotTriedAgain) {
  for (const auto& [status, expected] : {std::pair{401, ErrorCode::auth_failed},
                                         {403, ErrorCode::auth_failed},
                                         {404, ErrorCode::handshake_refused},
                                         {429, ErrorCode::handshake_refused}}) {
    FakeHost host;
    const ToolId tool = host.tool(kPlain);
    const CallId first = host.call(tool);
    const CallId second = host.call(tool);
    host.error(1, status);
    EXPECT_EQ(host.code(first), expected);
    EXPECT_EQ(host.code(second), expected);
    EXPECT_EQ(host.outcome(first).error->http_status, status);
    EXPECT_EQ(host.open_sockets(), 0U);
    host.error(2, status);
    host.advance(60s);
    EXPECT_EQ(host.sockets.size(), 2U);
  }
}

TEST(SessionRetry, AServerErrorIsTriedAgain) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain));
  host.error(1, 503);
  EXPECT_TRUE(host.pending(call));
  host.advance(200ms);
  EXPECT_EQ(host.sockets.size(), 2U);
}

TEST(SessionRetry, OnlyWhileACallWantsIt) {
  FakeHost host({.seed = 1});
  const CallId call = host.call(host.tool(kPlain));
  host.error(1);
  host.abort(call);
  host.advance(60s);
  EXPECT_EQ(host.sockets.size(), 1U);
  EXPECT_EQ(host.session.counts().timers, 0U);
}

TEST(SessionRetry, CanBeSwitchedOff) {
  FakeHost host({.retry = {.enabled = false}});
  const CallId call = host.call(host.tool(kPlain));
  host.error(1);
  EXPECT_EQ(host.code(call), ErrorCode::connection_failed);
}

TEST(SessionRetry, SwitchedOffTheLastOfSeveralAttemptsDecides) {
  for (const bool works : {true, false}) {
    FakeHost host({.retry = {.enabled = false}});
    const ToolId tool = host.tool(kPlain);
    const CallId first = host.call(tool);
    const CallId second = host.call(tool);
    ASSERT_EQ(host.sockets.size(), 2U);
    host.error(1);
    EXPECT_TRUE(host.pending(first));
    EXPECT_TRUE(host.pending(second));
    EXPECT_EQ(host.sockets.size(), 2U) << "no attempt takes the place of the one that failed";
    if (works) {
      host.open(2);
      host.text(2, "x");
      EXPECT_TRUE(host.succeeded(first));
    } else {
      host.error(2);
      EXPECT_EQ(host.code(first), ErrorCode::connection_failed);
      EXPECT_EQ(host.code(second), ErrorCode::connection_failed);
    }
  }
}

TEST(SessionRetry, OneProbeAtATimeUntilThePeerIsBack) {
  FakeHost host({.seed = 11});
  const ToolId tool = host.tool(R"({"url":"wss://h.example/ws","timeout":300})");
  std::vector<CallId> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(host.call(tool));
  EXPECT_EQ(host.sockets.size(), 5U);
  for (std::uint32_t id = 1; id <= 5; ++id) host.error(id);
  for (int round = 0; round < 5; ++round) {
    while (host.open_sockets() == 0) host.advance(10ms);
    EXPECT_EQ(host.open_sockets(), 1U);
    if (round < 4) host.error(last_socket(host));
  }
  host.open(last_socket(host));
  EXPECT_EQ(host.open_sockets(), 5U) << "one serves, four more are opened for the others";
}

TEST(SessionRetry, AttemptsThatFailTogetherCountOnce) {
  FakeHost host({.seed = 11});
  host.session.set_reporting(true);
  const ToolId tool = host.tool(kPlain);
  for (int i = 0; i < 5; ++i) host.call(tool);
  for (std::uint32_t id = 1; id <= 5; ++id) host.error(id);
  ASSERT_EQ(host.reports.size(), 1U);
  EXPECT_EQ(host.reports.front().kind, Report::Kind::retry);
  EXPECT_EQ(host.reports.front().attempt, 1);
}

TEST(SessionRetry, OneThatWorksEndsTheWait) {
  FakeHost host({.retry = {.base = 1h, .cap = 1h}, .seed = 1});
  const ToolId tool = host.tool(kPlain);
  host.call(tool);
  host.call(tool);
  host.error(1);
  EXPECT_EQ(host.sockets.size(), 2U) << "it waits for the next attempt";
  host.open(2);
  EXPECT_EQ(host.sockets.at(2).sent.size(), 1U);
  EXPECT_EQ(host.sockets.size(), 3U) << "the peer is back";
}

TEST(SessionRetry, ALateFailureLeavesNothingBehindWhereNobodyWaits) {
  FakeHost host;
  const ToolId tool = host.tool(kPlain);
  const CallId first = host.call(tool);
  host.open(1);
  const CallId second = host.call(tool);
  const CallId third = host.call(tool);
  host.error(2);  // both wait for the next attempt, or for one of the others
  for (int i = 0; i < 3; ++i) host.text(1, "x");
  EXPECT_TRUE(host.succeeded(first) && host.succeeded(second) && host.succeeded(third));
  host.peer_closes(1, 1000);
  EXPECT_EQ(host.session.counts().endpoints, 1U) << "another is still being opened";
  host.error(3);
  EXPECT_EQ(host.session.counts().endpoints, 0U);
  host.call(tool);
  EXPECT_EQ(host.sockets.size(), 4U) << "nothing is left to wait for";
}

TEST(SessionRetry, NoCallIsGivenUpWhileAnotherAttemptIsUnderWay) {
  FakeHost host({.retry = {.base = 1h, .cap = 1h}, .seed = 1});
  const ToolId tool = host.tool(kPlain);
  const CallId first = host.call(tool);
  const CallId second = host.call(tool);
  host.error(1);
  EXPECT_TRUE(host.pending(first));
  EXPECT_TRUE(host.pending(second));
  host.open(2);
  host.text(2, "answer");
  EXPECT_TRUE(host.succeeded(first));
  host.text(2, "answer");
  EXPECT_TRUE(host.succeeded(second));
}

TEST(SessionRetry, AnOpeningThatHangsEndsAtItsDeadline) {
  FakeHost host;
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/ws","connection_timeout":2})"));
  host.advance(2s);
  EXPECT_EQ(host.code(call), ErrorCode::connection_timeout);
  EXPECT_EQ(host.open_sockets(), 0U);
  host.open(1);
  host.error(1);
  host.peer_closes(1, 1006);
  EXPECT_EQ(host.outcome(call).settled, 1) << "what comes after the deadline is ignored";
}

TEST(SessionRetry, OpeningIsSettledByTheFirstEvent) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain));
  host.open(1);
  host.open(1);
  EXPECT_EQ(host.sockets.at(1).sent.size(), 1U);
  host.text(1, "x");
  host.error(1);
  host.peer_closes(1, 0);
  EXPECT_TRUE(host.succeeded(call));
  EXPECT_EQ(host.session.counts().connections, 0U);
}

TEST(SessionRetry, WithoutCredentialsOfTheHostsOwnNothingIsTriedAgain) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain));
  host.opening_failed(1, {.kind = OpeningFailure::Kind::no_credentials});
  EXPECT_EQ(host.code(call), ErrorCode::auth_failed);
  EXPECT_EQ(host.outcome(call).error->http_status, 0);
  EXPECT_EQ(host.sockets.size(), 1U);
  EXPECT_EQ(host.sockets.at(1).asked.manual, "m");
}

using Kind = OpeningFailure::Kind;

TEST(SessionRetry, WhatCannotMendItselfRejectsAtOnceAndSaysWhy) {
  const std::pair<OpeningFailure, std::string_view> cases[] = {
      {{.kind = Kind::certificate, .text = "CERT_HAS_EXPIRED"},
       "could not connect to wss://h.example/ws: its certificate is not trusted (CERT_HAS_EXPIRED)"},
      {{.kind = Kind::wrong_protocol},
       "could not connect to wss://h.example/ws: the server there speaks another protocol: is the scheme of the URL "
       "right?"},
      {{.kind = Kind::not_allowed, .text = "Invalid URL"},
       "could not connect to wss://h.example/ws: the host refuses to open it (Invalid URL)"},
      {{.kind = Kind::unreadable_url}, "could not connect to wss://h.example/ws: the host cannot parse this URL"},
      {{.http_status = 200},
       "could not connect to wss://h.example/ws: the handshake was refused with HTTP status 200; the server there "
       "does not speak WebSocket: check the url"},
  };
  for (const auto& [failure, message] : cases) {
    FakeHost host;
    const CallId call = host.call(host.tool(kPlain));
    host.opening_failed(1, failure);
    const ErrorCode code = failure.kind == Kind::not_allowed      ? ErrorCode::websocket_unavailable
                           : failure.kind == Kind::unreadable_url ? ErrorCode::url_refused
                                                                  : ErrorCode::connection_failed;
    EXPECT_EQ(host.code(call), code);
    EXPECT_EQ(host.outcome(call).error->message, message);
    EXPECT_EQ(host.session.counts().timers, 0U);
  }
}

TEST(SessionRetry, AnUnknownHostIsLookedUpTwice) {
  FakeHost host;
  const CallId call = host.call(host.tool(kPlain));
  host.opening_failed(1, {.kind = Kind::unknown_host, .text = "ENOTFOUND"});
  EXPECT_TRUE(host.pending(call));
  host.advance(200ms);
  host.opening_failed(2, {.kind = Kind::unknown_host, .text = "ENOTFOUND"});
  EXPECT_EQ(host.code(call), ErrorCode::connection_failed);
  EXPECT_EQ(host.outcome(call).error->message,
            "could not connect to wss://h.example/ws: its host name cannot be resolved (ENOTFOUND); attempts: 2");
}

// How long a call waits while each opening fails in the same way, and what the retries say.
Duration patience(FakeHost& host, ToolId tool, const OpeningFailure& failure) {
  host.session.set_reporting(true);
  const TimePoint start = host.now;
  const CallId call = host.call(tool);
  while (host.pending(call)) {
    const std::uint32_t socket = last_socket(host);
    if (!host.sockets.at(socket).closed) host.opening_failed(socket, failure);
    const std::optional<TimePoint> due = host.session.poll_timeout();
    if (host.pending(call) && due) host.advance(*due - host.now);
  }
  EXPECT_EQ(host.code(call), ErrorCode::connection_failed);
  return host.now - start;
}

TEST(SessionRetry, WhereNobodyListensAFirstOpeningIsTriedForTwoSeconds) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FakeHost host({.seed = seed});
    const Duration waited = patience(host, host.tool(kPlain), {.kind = Kind::nobody_listens, .text = "ECONNREFUSED"});
    EXPECT_EQ(waited, 2s) << "the last attempt is made when the time is over";
    int retries = 0;
    for (const Report& report : host.reports) {
      if (report.kind != Report::Kind::retry) continue;
      ++retries;
      EXPECT_NE(report.text.find("nothing listens there (ECONNREFUSED)"), std::string::npos) << report.text;
    }
    EXPECT_GE(retries, 2);
  }
}

TEST(SessionRetry, HowLongIsAnOption) {
  FakeHost host({.retry = {.first_opening = 5s}});
  EXPECT_EQ(patience(host, host.tool(kPlain), {.kind = Kind::nobody_listens}), 5s);
}

TEST(SessionRetry, WhereSomebodyListenedBeforeOrNoCauseIsShownItIsTriedToTheEnd) {
  FakeHost silent;
  EXPECT_GT(patience(silent, silent.tool(kPlain), {}), 15s);

  for (const Kind kind : {Kind::nobody_listens, Kind::unknown_host}) {
    FakeHost host;
    const CallId first = host.call(host.tool(kPlain));
    host.open(1);
    host.text(1, "x");
    EXPECT_TRUE(host.succeeded(first));
    host.peer_closes(1, 1001);
    EXPECT_EQ(host.session.counts().endpoints, 0U);
    const ToolId other = host.tool(R"({"url":"wss://h.example/other?room=1"})");
    EXPECT_GT(patience(host, other, {.kind = kind}), 15s) << "the same origin";
  }
}

TEST(SessionRetry, NeverWithoutTheOption) {
  FakeHost host({.retry = {.enabled = false}});
  EXPECT_EQ(patience(host, host.tool(kPlain), {.kind = Kind::nobody_listens}), 0s);
}

TEST(SessionRetry, ATokenEndpointThatCannotMendItself) {
  FakeHost host;
  const CallId call = host.call(host.tool(
      R"({"url":"wss://h.example/","auth":{"auth_type":"oauth2","token_url":"https://t.example/","client_id":"a","client_secret":"s3cr3t"}})"));
  host.token_failed(1, {.kind = Kind::certificate, .text = "CERT_HAS_EXPIRED"});
  EXPECT_EQ(host.code(call), ErrorCode::token_unavailable);
  EXPECT_EQ(host.outcome(call).error->message,
            "the token endpoint https://t.example/ could not be reached: its certificate is not trusted "
            "(CERT_HAS_EXPIRED)");
}

TEST(SessionRetry, WhatTheHostSaysIsShownWithoutSecrets) {
  FakeHost host({.retry = {.enabled = false}});
  const CallId call = host.call(host.tool(R"({"url":"wss://h.example/?key=s3cr3t"})"));
  host.opening_failed(1, {.text = "Invalid URL: wss://h.example/?key=s3cr3t\r\n\x1b[2J"});
  const std::string& message = host.outcome(call).error->message;
  EXPECT_EQ(message, "could not connect to wss://h.example/?key=***: Invalid URL: wss://h.example/?key=***   [2J");
}

}  // namespace
}  // namespace utcp::ws::test
