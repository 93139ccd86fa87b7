#include "session_options.hpp"

#include <string_view>
#include <vector>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_text.hpp>

#include "replies.hpp"

namespace utcp::ws {
namespace {

struct Limit {
  const char* name;
  std::size_t SessionOptions::*limit;
};
constexpr Limit kLimits[] = {
    {"maxConnections", &SessionOptions::max_connections}, {"waitingCalls", &SessionOptions::max_waiting},
    {"frameBytes", &SessionOptions::max_frame},           {"jsonDepth", &SessionOptions::max_depth},
    {"manualBytes", &SessionOptions::max_manual},         {"streamItems", &SessionOptions::max_stream_items},
    {"streamBytes", &SessionOptions::max_stream_bytes},   {"unsolicitedFrames", &SessionOptions::max_unsolicited},
};

}  // namespace

SessionOptions parse_options(const std::string& text) {
  SessionOptions options;
  const json::Members given = json::members_of(text);
  // `number` × 10^`power`
  const auto number = [](const json::Members& members, const char* name, int power, std::int64_t otherwise) {
    const std::string_view value = json::find(members, name);
    return value.empty() ? otherwise : json::scaled(value, power);
  };
  const auto seconds = [&](const json::Members& members, const char* name, Duration& out) {
    out = Duration{number(members, name, 6, out.count())};
  };
  for (const auto& [name, limit] : kLimits) {
    std::size_t& out = options.*limit;
    out = static_cast<std::size_t>(number(given, name, 0, static_cast<std::int64_t>(out)));
  }
  seconds(given, "idleTimeout", options.idle_timeout);
  options.handshake.can_set_headers = number(given, "canSetHeaders", 0, 1) != 0;
  options.handshake.browser_auth = static_cast<BrowserAuth>(number(given, "browserAuth", 0, 0));
  if (const std::string_view prefix = json::find(given, "subprotocolPrefix"); !prefix.empty()) {
    options.handshake.subprotocol_prefix = json::text_of(prefix);
  }
  options.can_ping = number(given, "canPing", 0, 0) != 0;
  seconds(given, "longestPingInterval", options.longest_ping_interval);
  options.can_pause = number(given, "canPause", 0, 0) != 0;
  options.seed = static_cast<std::uint64_t>(number(given, "seed", 0, 0));
  if (const std::string_view retry = json::find(given, "retry"); !retry.empty()) {
    options.retry.enabled = retry.starts_with('{');
    const json::Members delays = json::members_of(retry);
    seconds(delays, "baseDelay", options.retry.base);
    seconds(delays, "maxDelay", options.retry.cap);
    seconds(delays, "firstOpening", options.retry.first_opening);
  }
  options.handshake.headers = parse_pairs(json::find(given, "headers"));
  return options;
}

}  // namespace utcp::ws
