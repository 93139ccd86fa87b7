#include "options.hpp"

#include <array>
#include <chrono>
#include <limits>

#include <utcp_websocket/auth.hpp>
#include <utcp_websocket/text.hpp>

#include "clock_and_ids.hpp"

namespace utcp::ws::native {
namespace {

constexpr std::size_t kLargest = (std::size_t{1} << 31U) - 1;
constexpr std::chrono::milliseconds kWeek{std::chrono::hours{7 * 24}};

ErrorPtr wrong(const char* name, TextRef rest) {
  return make_error(ErrorCode::invalid_argument, concat({"options.", name, " must be ", rest}), name);
}

ErrorPtr check_time(const char* name, std::chrono::milliseconds value) {
  if (value.count() > 0 && value <= kWeek) return nullptr;
  return wrong(name, concat({"above 0 and up to a week, not ", to_text(value.count()), " ms"}));
}

ErrorPtr check_count(const char* name, std::size_t value) {
  if (value >= 1 && value <= kLargest) return nullptr;
  return wrong(name, concat({"an integer from 1 to ", to_text(kLargest), ", not ", to_text(value)}));
}

}  // namespace

ErrorPtr check_options(const ClientOptions& options) {
  for (const Header& header : options.headers) {
    if (!may_set_header(header)) {
      return wrong("headers",
                   "header names and values (RFC 9110), without line breaks, blanks at the ends, and headers that the "
                   "handshake sets itself");
    }
  }
  if (ErrorPtr error = check_time("idle_timeout", options.idle_timeout)) return error;
  if (ErrorPtr error = check_count("max_connections", options.max_connections)) return error;
  if (options.retry) {
    if (ErrorPtr error = check_time("retry.base_delay", options.retry->base_delay)) return error;
    if (ErrorPtr error = check_time("retry.max_delay", options.retry->max_delay)) return error;
  }
  const Limits& limits = options.limits;
  const std::pair<const char*, std::size_t> counts[] = {
      {"limits.frame_bytes", limits.frame_bytes},     {"limits.json_depth", limits.json_depth},
      {"limits.stream_items", limits.stream_items},   {"limits.stream_bytes", limits.stream_bytes},
      {"limits.waiting_calls", limits.waiting_calls}, {"limits.manual_tools", limits.manual_tools},
  };
  for (const auto& [name, value] : counts) {
    if (ErrorPtr error = check_count(name, value)) return error;
  }
  return nullptr;
}

SessionOptions session_options(const ClientOptions& options) {
  SessionOptions session;
  session.max_connections = options.max_connections;
  session.max_waiting = options.limits.waiting_calls;
  session.max_frame = options.limits.frame_bytes;
  session.max_depth = options.limits.json_depth;
  session.max_stream_items = options.limits.stream_items;
  session.max_stream_bytes = options.limits.stream_bytes;
  session.idle_timeout = options.idle_timeout;
  session.retry.enabled = options.retry.has_value();
  if (options.retry) {
    session.retry.base = options.retry->base_delay;
    session.retry.cap = options.retry->max_delay;
  }
  session.handshake.headers = options.headers;
  session.can_pause = true;
  session.can_ping = true;
  session.seed = random_seed();
  return session;
}

}  // namespace utcp::ws::native

namespace utcp::ws {

const char* event_name(Event::Kind kind) {
  constexpr std::array kNames{"open", "close", "send", "message", "unsolicited", "retry", "warning", "token"};
  return kNames.at(static_cast<std::size_t>(kind));
}

}  // namespace utcp::ws
