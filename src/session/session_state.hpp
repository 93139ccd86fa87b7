// Owns what the session remembers of tools, calls and credentials. Private to `session*.cpp`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <utcp_websocket/text.hpp>

#include "session.hpp"
#include "session_endpoint.hpp"

namespace utcp::ws {

/// `5:hello`: parts of a key that cannot run into each other.
[[nodiscard]] inline std::string part(std::string_view text) { return concat({to_text(text.size()), ":", text}); }
inline void append_part(std::string& key, std::string_view text) { key += part(text); }

/// What tools have in common whose templates differ in names and messages only, as most of a manual do: all that a call
/// touches, so that calls of thousands of tools touch the same memory.
struct Session::Tool {
  CallTemplate call_template;  // without its messages: those are the host's
  CallRules rules;
  CallerId caller;
  std::string owner;                // the manual that calls belong to
  std::string key{};                // in `Session::tool_ids_`
  std::size_t prepared = 0;         // how often it was prepared and not released
  std::uint32_t endpoint_hint = 0;  // the endpoint of the last call; valid while it exists and no header field varies
  std::string place;                // where answers, and progress, carry the id, as a part of a key
  std::string answer_place;         // where they carry what `capture` has kept; empty: there is none
  std::string nowhere{};            // of a call that has a connection of its own

  Tool(CallTemplate& t, CallerId c)
      : call_template(std::move(t)),
        rules(call_template),
        caller(c),
        place(rules.correlates() ? part(rules.id_places()) : ""),
        answer_place(rules.captures() ? part(rules.answer_place()) : "") {
    t.message = std::exchange(call_template.message, {});
    t.more_messages = std::exchange(call_template.more_messages, {});
  }
};

/// An application code (RFC 6455 section 7.4.2) that tells the peer why it was cut off.
inline constexpr int kFrameRefused = 4000;
inline constexpr std::string_view kTooMuch = "too many unsolicited messages";
inline constexpr const char* kFloods = " sent more than anybody asked for";

/// As long as a timer of a JavaScript host can last: 24 days.
inline constexpr Duration kNoTimeout = std::chrono::seconds(2147483);

/// One event of the host. Whatever it has changed is settled when it is over.
struct Session::Turn {
  Session& session;
  TimePoint now;
  Turn(Session& s, TimePoint n) : session(s), now(n) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { session.tend(now); }
};

/// How a call ends.
enum class Session::Ending : std::uint8_t {
  answered,  ///< nothing more is owed to it
  by_peer,   ///< the peer has said the last word, but may say more: a stream that failed, the last of several answers
  left,      ///< by this side, while the peer goes on
};

/// What of a call has to wait: `{{connect.…}}` for its connection, `{{answer.…}}` for its first answer.
struct Session::Late {
  Plan filter, leave;   // literals, and what is captured
  bool waits = false;   // for the first answer
  Captured answer{};    // what it told
  std::string route{};  // in `Connection::answers`
};

struct Session::Call {
  CallId id;
  std::shared_ptr<Tool> tool;
  Endpoint& endpoint;
  CallMode mode{};
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
  Upload upload = Upload::done;                    // how far its messages are, where they are several
  bool has_begun = true;                           // and whether any of them was sent: it may be held before
  std::string wire_id{};                           // what a response must carry, where answers are correlated
  std::string route{};                             // the same, as its connection knows it
  std::unique_ptr<Late> late{};                    // null: nothing is captured for it

  Call(CallId i, std::shared_ptr<Tool> t, Endpoint& e) : id(i), tool(std::move(t)), endpoint(e) {}
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
