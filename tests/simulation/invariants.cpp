// What holds after every step, whatever happened.
#include <algorithm>

#include "checker.hpp"

namespace utcp::ws::simulation {
void Checker::step_ends(std::size_t tools) {
  require(must_deliver_ == nullptr, "an answer did not reach its call");
  require(!must_greet_, "no greeting was sent");
  require(!must_reply_, "a question was not answered");
  if (!must_tell_.empty()) throw Violation("no leave message: call " + std::to_string(must_tell_.begin()->first));
  require(said_goodbye_.empty(), "a goodbye, and the connection stays");
  if (!must_settle_.empty()) throw Violation("not settled: call " + std::to_string(must_settle_.begin()->first));
  if (!must_close_.empty()) throw Violation("not closed: connection " + std::to_string(must_close_.begin()->first));
  require(!must_cancel_all_ || model_.fetches.empty(), "a token is fetched for a closed protocol");
  require(must_ping_.empty(), "an idle connection is not checked after an absence");
  if (!must_set_reading_.empty()) throw Violation("reading does not stop or go on");
  if (in_timeout_) keep_beat();
  for (Group& group : model_.groups()) {
    if (group.waiting.empty() && group.connections.empty()) group.is_failing = false;
    if (in_timeout_ && group.quiet_until <= now_) group.may_back_off = false;
  }
  check_counts(tools);
  check_deadlines();
  for (const Group& group : model_.groups()) check_group(group);
}

// Pings are left out only where their answers could not be told.
void Checker::keep_beat() {
  for (const std::uint32_t id : model_.connections()) {
    ModelConnection& connection = *model_.live_connection(id);
    if (connection.next_beat > now_) continue;
    require(!is_silent(connection), "a silent peer is kept");
    require(connection.paused || (!options_.can_ping && connection.exclusive), "a ping was due");
    connection.pinged_at.reset();
    connection.next_beat = now_ + model_.site_of(connection).ping_interval;
  }
}

void Checker::check_counts(std::size_t tools) const {
  const Session::Counts counts = session_.counts();
  require(counts.tools == tools, "the session counts other tools");
  require(counts.calls == model_.calls().size(), "the session counts other calls");
  require(model_.fetches.empty() ? counts.connections == model_.connections().size()
                                 : counts.connections >= model_.connections().size(),
          "the session counts other connections");
  std::size_t waiting = 0;
  std::size_t least = 0;
  std::size_t most = 0;
  for (const Group& group : model_.groups()) {
    waiting += group.waiting.size();
    const bool is_certain = !group.waiting.empty() || !group.connections.empty();
    least += is_certain ? 1U : 0U;
    most +=
        is_certain || group.may_back_off || model_.may_have_more(group) || model_.may_be_authorizing(group) ? 1U : 0U;
  }
  require(counts.waiting == waiting, "the session counts other waiting calls");
  require(counts.endpoints >= least && counts.endpoints <= most, "the session counts other endpoints");
  require(counts.timers <= counts.calls + 2 * counts.connections + counts.endpoints, "more timers than things to time");
}

// After a timeout nothing is overdue, and the session always asks to be woken by the next deadline.
void Checker::check_deadlines() const {
  const std::optional<TimePoint> wake = session_.poll_timeout();
  require(!in_timeout_ || !wake || *wake > now_, "a deadline that has passed is left");
  TimePoint earliest = TimePoint::max();
  for (const std::uint32_t id : model_.calls()) earliest = std::min(earliest, model_.live_call(id)->deadline);
  for (const std::uint32_t id : model_.connections()) {
    const ModelConnection& connection = *model_.live_connection(id);
    earliest = std::min(earliest, connection.next_beat);
    if (connection.state != ModelConnection::State::ready) {
      earliest = std::min(earliest, connection.give_up_by);
    } else if (connection.calls.empty()) {
      earliest = std::min({earliest, connection.since + options_.idle_timeout, connection.doubted_until});
    }
  }
  require(earliest == TimePoint::max() || (wake && *wake <= earliest), "a deadline is not watched");
  require(!in_timeout_ || earliest > now_, "a deadline was not kept");
}

bool Checker::waits_alone(const Group& group) const {
  return std::any_of(group.waiting.begin(), group.waiting.end(),
                     [this](std::uint32_t id) { return !model_.live_call(id)->shares(); });
}

// Whether a call waits that may share it.
bool Checker::waits_for(const Group& group, const ModelConnection& connection) const {
  return std::any_of(group.waiting.begin(), group.waiting.end(), [this, &connection](std::uint32_t id) {
    const ModelCall& call = *model_.live_call(id);
    return call.shares() && !model_.is_taken(connection, call);
  });
}

bool Checker::other_waits_at(std::size_t site) const {
  return std::any_of(model_.groups().begin(), model_.groups().end(),
                     [this, site](const Group& group) { return group.site == site && waits_alone(group); });
}

// Nobody waits for what is there, and nobody waits for nothing.
void Checker::check_group(const Group& group) const {
  require(group.waiting.size() <= options_.max_waiting || group.waiting.empty(), "more calls wait than may");
  require(group.connections.size() <= options_.max_connections, "more connections than allowed");
  if (group.waiting.empty() || model_.may_have_more(group)) return;
  const std::optional<TimePoint> wake = session_.poll_timeout();
  if (wake && *wake <= now_) return;  // its host is late

  const bool other_waits = waits_alone(group);
  bool is_opening = model_.may_be_authorizing(group);
  bool is_useless = false;
  for (const std::uint32_t id : group.connections) {
    const ModelConnection& connection = *model_.live_connection(id);
    if (connection.state != ModelConnection::State::ready || connection.is_doubted()) {
      is_opening = true;
      continue;
    }
    require(connection.exclusive || connection.is_deaf() || !waits_for(group, connection),
            "a call waits although a shared connection is there");
    if (!connection.calls.empty()) continue;
    const bool is_free = !connection.tainted && connection.owed_echoes == 0 && connection.knows_echo;
    require(!other_waits || !is_free, "a call waits although a connection is free");
    is_useless = true;
  }
  const bool is_full = group.may_be_full(options_.max_connections);
  require(!is_full || !is_useless || is_opening || now_ < group.quiet_until,
          "a call waits behind an idle connection that it cannot use");
  require(is_full || is_opening || now_ < group.quiet_until, "a call waits and nothing is opened for it");
}

}  // namespace utcp::ws::simulation
