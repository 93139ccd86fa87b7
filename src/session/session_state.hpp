// Owns the session's state of tools, calls and credentials. Private to `session*.cpp`.
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

/// `5:hello`: unambiguous parts of a key.
[[nodiscard]] inline std::string part(std::string_view text) { return concat({to_text(text.size()), ":", text}); }
inline void append_part(std::string& key, std::string_view text) { key += part(text); }

/// Shared by tools whose templates differ only in names and messages, as most tools of a manual do. A call touches
/// nothing else of them, so that calls of thousands of tools touch the same memory.
struct Session::Tool {
  CallTemplate call_template;  // without its messages: those are the host's
  CallRules rules;
  CallerId caller;
  std::string owner;                   // the manual of the calls
  std::string key{};                   // in `Session::tool_ids_`
  std::size_t prepared = 0;            // how often it was prepared and not released
  std::vector<std::string> secrets{};  // of its messages
  std::uint32_t endpoint_hint = 0;  // the endpoint of the last call; valid while it exists and no header field varies
  std::string place;                // where answers, and progress, carry the id, as a part of a key
  std::string answer_place;         // where they carry the captured value; empty: there is none
  std::string nowhere{};            // for a call with an exclusive connection

  Tool(CallTemplate& t, CallerId c)
      : call_template(std::move(t)),
        rules(call_template),
        caller(c),
        place(rules.correlates() ? part(rules.id_places()) : ""),
        answer_place(rules.captures() ? part(rules.answer_place()) : "") {
    // Given back: a moved-from template may be assigned to.
    // NOLINTNEXTLINE(bugprone-use-after-move)
    t.message = std::exchange(call_template.message, {});
    t.more_messages = std::exchange(call_template.more_messages, {});
  }
};

/// An application code (RFC 6455 section 7.4.2) that tells the peer why the connection was closed.
inline constexpr int kFrameRefused = 4000;
inline constexpr std::string_view kTooMuch = "too many unsolicited messages";
inline constexpr const char* kFloods = " sent too many unsolicited messages";

/// The longest timer of JavaScript hosts: 24 days.
inline constexpr Duration kNoTimeout = std::chrono::seconds(2147483);

/// One event of the host. Its changes are processed when it is over.
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
  answered,  ///< no more frames for it can arrive
  by_peer,   ///< the peer ended it, but may send more: a stream that failed, the last of several answers
  left,      ///< by this side, while the peer continues
};

/// Parts of a call that are filled in later: `{{connect.…}}` with its connection, `{{answer.…}}` with its first answer.
struct Session::Late {
  Plan filter, leave;     // literals, and values that are known later
  bool waits = false;     // for the first answer
  Captured answer{};      // its values
  std::string route{};    // in `Connection::answers`; set before the first answer if the caller gave the value
  bool is_first = false;  // with that value on its connection: frames before the first answer belong to no other call
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
  std::uint32_t ignored = 0;       // frames on its connection that did not answer it
  std::string_view ignored_why{};  // the reason for the last of them, and its start
  std::string ignored_start{};
  std::size_t queued_items = 0, queued_bytes = 0;  // delivered and not yet consumed
  std::optional<FrameMatches> filter{};            // the template's, with this call's values
  Plan leave_message{};                            // rendered, while it may be sent
  Upload upload = Upload::done;                    // progress of its messages, if there are several
  bool has_begun = true;                           // whether any of them was sent: it may be held before
  std::string wire_id{};                           // the id in a response, if answers are correlated
  std::string route{};                             // the same, as a key of its connection
  std::unique_ptr<Late> late{};                    // null: nothing is captured for it

  Call(CallId i, std::shared_ptr<Tool> t, Endpoint& e) : id(i), tool(std::move(t)), endpoint(e) {}
  /// A request for a manual has its own message, so the place of the template's id does not apply to it.
  [[nodiscard]] bool shared() const { return mode != CallMode::discovery && tool->rules.correlates(); }
  [[nodiscard]] const std::string& place() const { return shared() ? tool->place : tool->nowhere; }
  /// Whether a value that its caller gave tells its answers: a connection may serve others, and not this one.
  [[nodiscard]] bool has_value() const {
    return shared() && (tool->rules.correlates_by_value() || (late && !late->route.empty()));
  }
};

// Tokens of two callers or manuals are never shared, even if the credential is the same.
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

/// How much of a frame is kept for an error: more than is shown, so that no secret is cut in two.
inline constexpr std::size_t kKeptOfFrame = 1000;
inline constexpr std::size_t kShownOfFrame = 200;
[[nodiscard]] inline std::string start_of(const Frame& frame) {
  return frame.is_text() ? std::string(frame.text().substr(0, kKeptOfFrame)) : "binary data";
}

/// One error may reject many calls.
[[nodiscard]] std::shared_ptr<const Error> share(ErrorPtr error);
[[nodiscard]] std::shared_ptr<const Error> share(ErrorCode code, std::string message);

/// `1.5 s`: for messages.
[[nodiscard]] std::string seconds_text(Duration duration);

}  // namespace utcp::ws
