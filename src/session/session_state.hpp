// Owns what the session remembers of tools, endpoints, connections and calls. Private to `session*.cpp`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <utcp_websocket/text.hpp>

#include "session.hpp"

namespace utcp::ws {

/// `5:hello`: parts of a key that cannot run into each other.
[[nodiscard]] inline std::string part(std::string_view text) { return concat({to_text(text.size()), ":", text}); }
inline void append_part(std::string& key, std::string_view text) { key += part(text); }

struct Session::Tool {
  CallTemplate call_template;
  CallRules rules;
  CallerId caller;
  std::string owner;                // the manual that calls belong to
  std::string short_name;           // without the manual's name
  std::uint32_t endpoint_hint = 0;  // the endpoint of the last call; valid while it exists and no header field varies
  std::string place;                // where answers, and progress, carry the id, as a part of a key
  std::string nowhere{};            // of a call that has a connection of its own

  Tool(CallTemplate t, CallerId c)
      : call_template(std::move(t)),
        rules(call_template),
        caller(c),
        place(rules.correlates() ? part(rules.id_places()) : "") {}
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
  int unknown_hosts = 0;                     // look-ups in a row that found no address
  std::optional<TimePoint> refused_since{};  // by nobody who listens there, and nobody has yet

  [[nodiscard]] std::size_t waiting() const { return waiting_alone.size() + waiting_shared.size(); }
};

/// What came within a second.
struct Session::Flow {
  TimePoint since{};
  std::size_t frames = 0, bytes = 0;
};

struct Session::Connection {
  ConnectionId id{};
  std::uint32_t endpoint = 0;
  ConnectionState state = ConnectionState::opening;
  /// Its calls, by the place where answers carry the id, then by that.
  std::map<std::string, std::map<std::string, std::uint32_t>> calls{};
  /// Places and ids of calls by values that their callers gave, which ended unanswered: what still comes must reach no
  /// other.
  std::map<std::string, std::uint32_t> unanswered{};
  Credentials given{};                // what the host's own source added to its opening
  std::string token{};                // oauth2: what opens it
  TokenId credential{};               // and whose
  std::uint32_t token_serial = 0;     // and which
  bool exclusive = false;             // one call without correlation has it
  bool tainted = false;               // a late answer or echo may come: only calls that check ids may use it
  bool served = false;                // a call was answered
  bool served_wrapped = false;        // the last one with a `tool_response`, as tools that stream answer
  std::uint32_t unheard = 0;          // calls in a row that got no answer while nothing at all came
  bool paused = false;                // not read from until the consumer of its stream has taken what came
  const ConnectStep* step = nullptr;  // of the template's `connect`: the one that waits
  Captured captured{};                // what steps have kept
  std::string instead{};              // how the last frame began that came while a step waited for another
  TimePoint idle_since{};
  Flow unsolicited{}, replied{};         // frames that nobody asked for, and those that were answered by `replies`
  TimePoint heard_at{};                  // when the peer last showed that it is there
  std::optional<TimePoint> pinged_at{};  // none: nothing is owed for the last interval
  std::uint32_t owed_echoes = 0;         // of ping_message: as long as one may come, no call may take it for its answer
  std::optional<std::string> echo{};     // what seems to be one
  bool knows_echo = true;                // the peer sent the same for a second ping: it was no chance frame
  std::optional<TimePoint> doubted_until{};  // the host was away: to be heard again until then, or closed

  /// Whether the peer seems to be gone without a word: no new call may wait on it. One slow tool proves nothing.
  [[nodiscard]] bool is_deaf() const { return unheard > 1 || doubted_until.has_value(); }
};

/// An application code (RFC 6455 section 7.4.2) that tells the peer why it was cut off.
inline constexpr int kFrameRefused = 4000;
inline constexpr std::string_view kTooMuch = "too many unsolicited messages";
inline constexpr const char* kFloods = " sent more than anybody asked for";

/// As long as a timer of a JavaScript host can last: 24 days.
inline constexpr Duration kNoTimeout = std::chrono::seconds(2147483);

/// How a call ends.
enum class Session::Ending : std::uint8_t {
  answered,  ///< nothing more is owed to it
  by_peer,   ///< the peer has said the last word, but may say more: a stream that failed, the last of several answers
  left,      ///< by this side, while the peer goes on
};

struct Session::Call {
  CallId id{};
  std::shared_ptr<Tool> tool;
  CallMode mode{};
  std::uint32_t endpoint = 0;
  std::optional<ConnectionId> connection{};  // none while it waits
  Duration connection_timeout{}, response_timeout{};
  TimePoint connect_by{};
  std::uint32_t items = 0;         // delivered
  std::uint32_t ignored = 0;       // frames that came on its connection and were no answer
  std::string_view ignored_why{};  // the last of them, and how it began
  std::string ignored_start{};
  std::size_t queued_items = 0, queued_bytes = 0;  // delivered and not yet consumed
  std::optional<FrameMatches> filter{};            // the template's, with this call's values
  std::string leave_message{};                     // rendered, while it may be sent
  std::string wire_id{};                           // what a response must carry, where answers are correlated
  std::string route{};                             // the same, as its connection knows it

  /// A manual is asked for with a message of its own, so that the place of the template's id says nothing about it.
  [[nodiscard]] bool shared() const { return mode != CallMode::discovery && tool->rules.correlates(); }
  [[nodiscard]] const std::string& place() const { return shared() ? tool->place : tool->nowhere; }
};

// Tokens of two callers or manuals are never shared, even where the credential is the same.
struct Session::Credential {
  TokenId id{};
  std::string key;  // begins with the owner's
  BearerToken token;
  bool is_renewed = false;  // a refused token was replaced since the last call that was answered
};

[[nodiscard]] inline std::string owner_key(CallerId caller, std::string_view manual) {
  std::string key = concat({to_text(static_cast<std::uint32_t>(caller)), ","});
  append_part(key, manual);
  return key;
}

inline TimerKey timer_of(CallId id) { return {TimerKey::Kind::call, static_cast<std::uint32_t>(id)}; }
inline TimerKey timer_of(ConnectionId id) { return {TimerKey::Kind::connection, static_cast<std::uint32_t>(id)}; }
inline TimerKey heartbeat_timer(ConnectionId id) { return {TimerKey::Kind::heartbeat, static_cast<std::uint32_t>(id)}; }
inline TimerKey endpoint_timer(std::uint32_t id) { return {TimerKey::Kind::endpoint, id}; }

/// Of a frame that an error may show: more than is shown, so that no secret is cut in two.
inline constexpr std::size_t kKeptOfFrame = 1000;
inline constexpr std::size_t kShownOfFrame = 200;
[[nodiscard]] inline std::string start_of(const Frame& frame) {
  return frame.is_text() ? std::string(frame.text().substr(0, kKeptOfFrame)) : "binary data";
}

/// One error may be told to many calls.
[[nodiscard]] std::shared_ptr<const Error> share(ErrorPtr error);
[[nodiscard]] std::shared_ptr<const Error> share(ErrorCode code, std::string message);

/// `1.5 s`: for messages.
[[nodiscard]] std::string seconds_text(Duration duration);

}  // namespace utcp::ws
