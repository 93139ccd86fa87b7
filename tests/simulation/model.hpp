// Owns what an observer of the session can know: calls, connections and groups (what the session calls endpoints),
// built from what goes in and what comes out. Must not look into the session.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "payload.hpp"
#include "scenario.hpp"

namespace utcp::ws::simulation {

/// An invariant does not hold.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& what) {
  if (!holds) throw Violation(what);
}

struct ModelCall {
  enum class State : std::uint8_t { waiting, sent, over };
  std::uint32_t id;
  const ToolPlan* tool;
  CallMode mode;
  std::size_t group = 0;
  State state = State::waiting;
  std::uint32_t connection = 0;
  TimePoint deadline{};
  std::uint32_t items = 0;
  bool is_known = false;           // by what its first answer told
  std::uint32_t topic = 0;         // that its caller gave; 0: none
  bool is_first_of_topic = false;  // on its connection: before its first answer, too, nobody else can be meant
  std::size_t queued_items = 0, queued_bytes = 0;
  Upload upload = Upload::done;  // how far its messages are
  bool has_begun = true;         // whether the peer has heard of it, once it was sent
  /// When its answer is late, if the peer is read from.
  [[nodiscard]] TimePoint due(TimePoint now) const {
    return upload < Upload::held ? TimePoint::max() : now + tool->response_timeout;
  }
  [[nodiscard]] bool shares() const { return tool->shares(mode); }
  /// Whether frames that carry no id may be its own.
  [[nodiscard]] bool takes_by_answer() const { return is_known || is_first_of_topic; }
  [[nodiscard]] bool has_leave() const { return tool->has_leave && mode != CallMode::discovery; }
};

struct ModelConnection {
  enum class State : std::uint8_t { opening, greeting, ready, gone };
  std::uint32_t id;
  std::size_t site;
  std::optional<std::size_t> group{};  // unknown until its first call where several groups may have opened it
  State state = State::opening;
  std::vector<std::uint32_t> calls{};
  bool exclusive = false;                      // a call that shares with none has it
  bool served = false;                         // a call was answered
  std::size_t unheard = 0;                     // calls in a row that timed out while nothing came
  TimePoint doubted_until = TimePoint::max();  // after an absence of the host: to be heard by then
  [[nodiscard]] bool is_doubted() const { return doubted_until != TimePoint::max(); }
  [[nodiscard]] bool is_deaf() const { return unheard >= 2 || is_doubted(); }
  void is_heard(TimePoint now) {
    heard_at = now;
    unheard = 0;
    doubted_until = TimePoint::max();
  }
  /// Whether the frame before was an error that names no call.
  enum class LastWords : std::uint8_t { none, said, unsure };
  LastWords last_words = LastWords::none;
  std::set<std::uint32_t> owed{};    // calls that were left before their first answer, of which the peer is told then
  std::set<std::uint32_t> topics{};  // of its calls so far
  bool tainted = false;              // late frames may come: no longer for calls that take any frame
  TimePoint since{};                 // when it came to rest
  struct Flow {                      // within a second
    TimePoint since{};
    std::size_t frames = 0, bytes = 0;
  };
  Flow unasked{}, questions{};             // frames that nobody asked for; those that `replies` answer
  TimePoint give_up_from{}, give_up_by{};  // while it is opened
  std::string token{};                     // with which it is opened
  bool paused = false;                     // not read from
  TimePoint next_beat = TimePoint::max();
  TimePoint heard_at{};
  std::optional<TimePoint> pinged_at{};
  std::size_t owed_echoes = 0;        // of ping messages: they could be taken for an answer
  std::optional<std::string> echo{};  // what seems to be one
  bool knows_echo = true;             // it came for two pings
};

/// What shares connections: the same caller, manual, site and header value.
struct Group {
  CallerId caller;
  std::string manual;
  std::size_t site;
  std::string header;
  std::vector<std::uint32_t> waiting{};      // in order
  std::vector<std::uint32_t> connections{};  // known to be its own
  int failures = 0;                          // openings failed since one worked, at most
  bool is_failing = false;                   // at least one has, for certain
  TimePoint quiet_until{};                   // it may be backing off until then
  bool may_back_off = false;
  std::uint32_t refused = 0;  // the connection that was refused beside others: there may be no more until one ends

  [[nodiscard]] bool may_be_full(std::size_t most) const { return refused != 0 || connections.size() >= most; }
};

/// A bearer token that a server gave.
struct ModelToken {
  std::uint32_t id;
  std::size_t site;
  TimePoint expires_at;
  bool refused = false;  // and has to be replaced
};

/// A request for a token that is under way.
struct TokenFetch {
  std::size_t site;
  bool is_second = false;  // with the other way of saying who asks
};

class Model {
 public:
  explicit Model(const Scenario& scenario) : scenario_(scenario) {}

  std::size_t group_of(const ToolPlan& tool, const std::optional<std::string>& header);
  [[nodiscard]] Group& group(std::size_t index) { return groups_[index]; }
  [[nodiscard]] std::vector<Group>& groups() { return groups_; }
  /// Whether it may have connections that wait for a token and so have no socket yet.
  [[nodiscard]] bool may_be_authorizing(const Group& group) const {
    return scenario_.sites[group.site].needs_token && !fetches.empty();
  }
  [[nodiscard]] const Site& site_of(const ModelConnection& connection) const {
    return scenario_.sites[connection.site];
  }

  /// Null for an id that never was or is over.
  [[nodiscard]] ModelCall* live_call(std::uint32_t id);
  [[nodiscard]] const ModelCall* live_call(std::uint32_t id) const;
  /// Whether another call has its topic there.
  [[nodiscard]] bool is_taken(const ModelConnection& connection, const ModelCall& call) const;
  [[nodiscard]] ModelConnection* live_connection(std::uint32_t id);
  [[nodiscard]] ModelCall& add_call(ModelCall call);
  [[nodiscard]] ModelConnection& add_connection(ModelConnection connection);
  void end_call(ModelCall& call);
  void end_connection(ModelConnection& connection);
  void assign(ModelConnection& connection, std::size_t group);

  /// Whether a token was replaced because one was refused, since a call was answered.
  [[nodiscard]] bool& token_renewed(const Group& group) { return renewed_[{group.caller, group.manual, group.site}]; }

  /// By their text.
  std::map<std::string, ModelToken> tokens{};
  std::map<std::uint32_t, TokenFetch> fetches{};
  std::map<std::uint32_t, std::size_t> token_groups{};  // a group that has used a token of this id

  /// Ids in the order in which they came.
  [[nodiscard]] const std::vector<std::uint32_t>& calls() const { return live_calls_; }
  [[nodiscard]] const std::vector<std::uint32_t>& connections() const { return live_connections_; }
  [[nodiscard]] bool was_connection(std::uint32_t id) const { return connections_.contains(id); }

  /// Groups that may have asked for a connection like this: callers cannot be told apart.
  [[nodiscard]] std::vector<std::size_t> candidates(std::size_t site, const OpenSocket& opened) const;
  /// Whether a connection that belongs to nobody yet may be this group's.
  [[nodiscard]] bool may_have_more(const Group& group) const;

 private:
  const Scenario& scenario_;
  std::vector<Group> groups_;
  std::map<std::tuple<CallerId, std::string, std::size_t>, bool> renewed_;
  // Tools with a header field share no connections with tools that have none, even where its value is missing.
  std::map<std::tuple<CallerId, std::string, std::size_t, bool, std::string>, std::size_t> group_ids_;
  std::map<std::uint32_t, ModelCall> calls_;
  std::map<std::uint32_t, ModelConnection> connections_;
  std::vector<std::uint32_t> live_calls_, live_connections_;
};

}  // namespace utcp::ws::simulation
