// Owns what the session remembers of endpoints and connections. Private to `session*.cpp`. Must not know what is done
// with it: that is theirs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session.hpp"

namespace utcp::ws {

/// Openings that failed since the last one that worked, and the wait for the next attempt.
struct Session::BackOff {
  int failures = 0;
  bool is_on = false;  // until the endpoint's timer: nothing is opened meanwhile
  std::shared_ptr<const Error> last_error{};
  int unknown_hosts = 0;                     // look-ups in a row that found no address
  std::optional<TimePoint> refused_since{};  // by nobody who listens there, and nobody has yet
};

/// It lives until the end of the event in which the last of its calls and connections has gone (`Session::tend`), so
/// that each of them may refer to it.
struct Session::Endpoint {
  std::uint32_t id = 0;
  std::string key;
  std::shared_ptr<Tool> tool;         // whose call came first: URL, subprotocol and greeting are the same for all
  std::vector<Header> field_headers;  // from arguments
  std::string label;
  std::vector<CallId> waiting_alone{};   // for a connection of their own
  std::vector<CallId> waiting_shared{};  // for one that checks ids
  std::vector<Connection*> connections{};
  BackOff back_off{};
  bool refuses_more = false;  // connections than there are; until one of them ends
  bool is_touched = false;    // stands in `Session::touched_`

  [[nodiscard]] std::size_t waiting() const { return waiting_alone.size() + waiting_shared.size(); }
  [[nodiscard]] bool has_ready_connection() const;
  /// The connection for a call that waits; null where none is fit.
  [[nodiscard]] Connection* find_connection(const Call& call) const;
  /// Whether calls wait for more connections than are being opened.
  [[nodiscard]] bool wants_another() const;
};

/// What came within a second.
struct Session::Flow {
  TimePoint since{};
  std::size_t frames = 0, bytes = 0;
};

/// Calls of a connection of which something may still come, at most.
inline constexpr std::size_t kMostUnanswered = 1000;

struct Session::Connection {
  ConnectionId id;
  Endpoint& endpoint;
  ConnectionStatus state{};
  /// Its calls, by the place where answers carry the id, then by that.
  std::map<std::string, Routes> calls{};
  /// Those whose first answer has come, by where their answers carry what it told, and that. Those whose caller gave
  /// that stand here from the start.
  Routes answers{};
  /// Those that were left before it came, and whose leave messages need it. By place and id.
  Routes owed{};
  /// Places and ids of calls by values that their callers gave, which ended unanswered: what still comes must reach no
  /// other. Of those with a first answer all that were sent.
  Routes unanswered{};
  Credentials given{};                // what the host's own source added to its opening
  std::string token{};                // oauth2: what opens it
  TokenId credential{};               // and whose
  std::uint32_t token_serial = 0;     // and which
  bool tainted = false;               // a late answer or echo may come: only calls that check ids may use it
  bool served = false;                // a call was answered
  bool served_wrapped = false;        // the last one with a `tool_response`, as tools that stream answer
  std::uint32_t unheard = 0;          // calls in a row that got no answer while nothing at all came
  bool paused = false;                // not read from until the consumer of its stream has taken what came
  const ConnectStep* step = nullptr;  // of the template's `connect`: the one that waits
  Captured captured{};                // what steps have kept
  std::string instead{};              // how the last frame began that came while a step waited for another
  std::string last_words{};           // how an error began that named no call, where nothing came since
  TimePoint idle_since{};
  Flow unsolicited{}, replied{};         // frames that nobody asked for, and those that were answered by `replies`
  TimePoint heard_at{};                  // when the peer last showed that it is there
  std::optional<TimePoint> pinged_at{};  // none: nothing is owed for the last interval
  std::uint32_t owed_echoes = 0;         // of ping_message: as long as one may come, no call may take it for its answer
  std::optional<std::string> echo{};     // what seems to be one
  bool knows_echo = true;                // the peer sent the same for a second ping: it was no chance frame
  std::optional<TimePoint> doubted_until{};  // the host was away: to be heard again until then, or closed

  Connection(ConnectionId i, Endpoint& e) : id(i), endpoint(e) {}
  /// Whether the peer seems to be gone without a word: no new call may wait on it. One slow tool proves nothing.
  [[nodiscard]] bool is_deaf() const { return unheard > 1 || doubted_until.has_value(); }
  /// Whether a frame there could as well be another call's, of the same value; or too much is waited for.
  [[nodiscard]] bool may_confuse(const Call& call) const;
  /// Whether closing it says no to what this side has said first.
  [[nodiscard]] bool refuses_greeting(int code) const;
};

}  // namespace utcp::ws
