// Owns what the session remembers of tools, endpoints, connections and calls. Private to `session*.cpp`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session.hpp"
#include "text.hpp"

namespace utcp::ws {

struct Session::Tool {
  CallTemplate call_template;
  CallRules rules;
  CallerId caller;
  std::string owner;                // the manual that calls belong to
  std::string short_name;           // without the manual's name
  std::uint32_t endpoint_hint = 0;  // the endpoint of the last call; valid while it exists and no header field varies

  Tool(CallTemplate t, CallerId c) : call_template(std::move(t)), rules(call_template), caller(c) {}
};

struct Session::Endpoint {
  std::uint32_t id = 0;
  std::string key;
  std::shared_ptr<Tool> tool;         // whose call came first: URL, subprotocol and greeting are the same for all
  std::vector<Header> field_headers;  // from arguments
  std::string label;
  std::vector<CallId> waiting_alone{};   // for a connection of their own
  std::vector<CallId> waiting_shared{};  // for one that checks ids
  std::vector<ConnectionId> connections{};
  int failures = 0;          // openings failed since the last one that worked
  bool backing_off = false;  // until the endpoint's timer
  std::shared_ptr<const Error> last_error{};
  bool token_renewed = false;  // a refused one was replaced since the last opening that worked

  [[nodiscard]] std::size_t waiting() const { return waiting_alone.size() + waiting_shared.size(); }
};

struct Session::Connection {
  ConnectionId id{};
  std::uint32_t endpoint = 0;
  ConnectionState state = ConnectionState::opening;
  std::vector<CallId> calls{};
  TokenId credential{};            // oauth2: whose token opens it
  std::uint32_t token_serial = 0;  // and which
  bool exclusive = false;          // one call without correlation has it
  bool tainted = false;            // a late answer or echo may come: only calls that check ids may use it
  bool paused = false;             // not read from until the consumer of its stream has taken what came
  TimePoint idle_since{};
  TimePoint heard_at{};                  // when the peer last showed that it is there
  std::optional<TimePoint> pinged_at{};  // none: nothing is owed for the last interval
  bool awaits_echo = false;  // of a ping_message: the next frame may be one, so that no call may take it for its answer
};

struct Session::Call {
  CallId id{};
  std::shared_ptr<Tool> tool;
  CallMode mode{};
  std::uint32_t endpoint = 0;
  std::optional<ConnectionId> connection{};  // none while it waits
  TimePoint connect_by{};
  std::uint32_t items = 0;                         // delivered
  std::uint32_t ignored = 0;                       // frames that came on its connection and were no answer
  std::size_t queued_items = 0, queued_bytes = 0;  // delivered and not yet consumed
  std::optional<FrameMatch> filter{};              // the template's, with this call's values
  std::string wire_id{};                           // what a response must carry, where answers are correlated

  /// A manual is asked for with a message of its own, so that the place of the template's id says nothing about it.
  [[nodiscard]] bool shared() const { return mode != CallMode::discovery && tool->rules.correlation().has_value(); }
};

// Tokens of two callers or manuals are never shared, even where the credential is the same.
struct Session::Credential {
  TokenId id{};
  std::string key;  // begins with the owner's
  BearerToken token;
};

/// `5:hello`: parts of a key that cannot run into each other.
inline void append_part(std::string& key, std::string_view part) { append(key, {to_text(part.size()), ":", part}); }
[[nodiscard]] inline std::string owner_key(CallerId caller, std::string_view manual) {
  std::string key = concat({to_text(static_cast<std::uint32_t>(caller)), ","});
  append_part(key, manual);
  return key;
}

inline TimerKey timer_of(CallId id) { return {TimerKey::Kind::call, static_cast<std::uint32_t>(id)}; }
inline TimerKey timer_of(ConnectionId id) { return {TimerKey::Kind::connection, static_cast<std::uint32_t>(id)}; }
inline TimerKey heartbeat_timer(ConnectionId id) { return {TimerKey::Kind::heartbeat, static_cast<std::uint32_t>(id)}; }
inline TimerKey endpoint_timer(std::uint32_t id) { return {TimerKey::Kind::endpoint, id}; }

/// One error may be told to many calls.
[[nodiscard]] std::shared_ptr<const Error> share(ErrorPtr error);
[[nodiscard]] std::shared_ptr<const Error> share(ErrorCode code, std::string message);

/// `1.5 s`: for messages.
[[nodiscard]] std::string seconds_text(Duration duration);

}  // namespace utcp::ws
