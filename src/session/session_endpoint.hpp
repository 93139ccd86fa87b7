// Owns the session's state of endpoints and connections. Private to `session*.cpp`. Must not know how they use
// it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session.hpp"

namespace utcp::ws {

/// Failed connection attempts since the last success, and the wait for the next attempt.
struct Session::BackOff {
  int failures = 0;
  bool is_on = false;  // until the endpoint's timer: nothing is opened meanwhile
  std::shared_ptr<const Error> last_error{};
  int unknown_hosts = 0;                     // lookups in a row that found no address
  std::optional<TimePoint> refused_since{};  // nothing listens there, and the endpoint was never reached
};

/// Lives until the end of the event in which the last of its calls and connections ends (`Session::tend`), so
/// that each of them may refer to it.
struct Session::Endpoint {
  std::uint32_t id = 0;
  std::string key;
  std::shared_ptr<Tool> tool;         // of the first call: URL, subprotocol and handshake are the same for all
  std::vector<Header> field_headers;  // from arguments
  std::string label;
  std::vector<CallId> waiting_alone{};   // for an exclusive connection
  std::vector<CallId> waiting_shared{};  // for one that checks ids
  std::vector<Connection*> connections{};
  BackOff back_off{};
  bool refuses_more = false;  // it refuses more connections, until one of them ends
  bool is_touched = false;    // is in `Session::touched_`

  [[nodiscard]] std::size_t waiting() const { return waiting_alone.size() + waiting_shared.size(); }
  [[nodiscard]] bool has_ready_connection() const;
  /// The connection for a waiting call; null if none is suitable.
  [[nodiscard]] Connection* find_connection(const Call& call) const;
  /// Whether calls wait for more connections than are being opened.
  [[nodiscard]] bool wants_another() const;
};

/// Frames received within a second.
struct Session::Flow {
  TimePoint since{};
  std::size_t frames = 0, bytes = 0;
};

/// Calls of a connection of which something may still come, at most.
inline constexpr std::size_t kMostUnanswered = 1000;

/// Tools of a connection's last calls, at most.
inline constexpr std::size_t kMostTools = 20;

struct Session::Connection {
  ConnectionId id;
  Endpoint& endpoint;
  ConnectionStatus state{};
  /// Its calls, by the place where answers carry the id, then by the id.
  std::map<std::string, Routes> calls{};
  /// Those with a first answer, by the place of its captured value in later frames, then by the value. Calls whose
  /// caller gave the value are here from the start.
  Routes answers{};
  /// Those abandoned before it arrived, whose leave messages need it. By place and id.
  Routes owed{};
  /// Places and ids of calls matched by values of arguments that ended unanswered: their late answers must reach no
  /// other call. Of calls with a first answer, all that were sent.
  Routes unanswered{};
  /// Those of its last calls, which may be over: the peer may repeat secrets of their messages.
  std::vector<std::shared_ptr<const Tool>> tools{};
  Credentials given{};                // what the host's own source added to its handshake
  std::string token{};                // oauth2: what opens it
  TokenId credential{};               // and whose
  std::uint32_t token_serial = 0;     // and which
  bool tainted = false;               // a late answer or echo may come: only calls that check ids may use it
  bool served = false;                // a call was answered
  bool served_wrapped = false;        // the last one with a `tool_response`, as tools that stream answer
  std::uint32_t unheard = 0;          // calls in a row without an answer or any other frame
  bool paused = false;                // not read from until the consumer of its stream has taken the queued items
  const ConnectStep* step = nullptr;  // the waiting step of the template's `connect`
  Captured captured{};                // by steps
  std::string instead{};              // start of the last frame that did not match the waiting step
  std::string last_words{};           // start of an error that named no call; until the next frame
  TimePoint idle_since{};
  Flow unsolicited{}, replied{};         // unsolicited frames, and those answered by `replies`
  TimePoint heard_at{};                  // when the peer last sent something
  std::optional<TimePoint> pinged_at{};  // none: no ping is unanswered
  std::uint32_t owed_echoes = 0;         // of ping_message: while one may arrive, no call may mistake it for its answer
  std::optional<std::string> echo{};     // the likely one
  bool knows_echo = true;                // the peer sent the same for a second ping, so it is the echo
  std::optional<TimePoint> doubted_until{};  // the host was away: the peer must answer until then, or it is closed

  Connection(ConnectionId i, Endpoint& e) : id(i), endpoint(e) {}
  /// Whether the peer seems dead: then no new call may use it. One slow tool proves nothing.
  [[nodiscard]] bool is_deaf() const { return unheard > 1 || doubted_until.has_value(); }
  /// Whether a frame could also belong to another call with the same value, or too many calls are unanswered.
  [[nodiscard]] bool may_confuse(const Call& call) const;
  /// Whether closing it says no to what this side has said first.
  [[nodiscard]] bool refuses_greeting(int code) const;
};

}  // namespace utcp::ws
