#include "world.hpp"

#include <algorithm>

namespace utcp::ws::simulation {

using namespace std::chrono_literals;

namespace {

// Longer than any chain of timeouts and items of one call.
constexpr Duration kLongEnough = 15min;
// The longest connection_timeout.
constexpr Duration kLongestOpening = 30s;

}  // namespace

World::World(std::uint64_t seed, Trace* trace)
    : random_(seed),
      scenario_(make_scenario(random_)),
      host_(scenario_, schedule_, trace),
      network_(scenario_, random_, schedule_, host_),
      operations_left_(scenario_.operations) {
  host_.listen(*this);
}

void World::run() {
  schedule_.after(0us, [this] { operate(); });
  while (operations_left_ > 0) pass_one();
  network_.heal();
  is_calm_ = true;
  for (auto& [call, reader] : readers_) {
    reader.is_stuck = false;
    plan_reading(call, reader);
  }
  // Nothing waits for old connections to go: faults have stopped, so that each tool answers soon.
  if (random_.percent(50)) call_each_tool_until_it_answers();
  come_to_rest();
  call_each_tool_in_peace();
  shut_down();
}

// A host's timer fires at its deadline or a little later.
TimePoint World::next_timer() {
  const std::optional<TimePoint> wake = host_.session().poll_timeout();
  if (!wake) {
    timer_asked_.reset();
    return TimePoint::max();
  }
  if (timer_asked_ != wake) {
    timer_asked_ = wake;
    timer_due_ = *wake + (is_calm_ ? 0us : random_.between(0us, scenario_.timer_lag));
  }
  return timer_due_;
}

void World::pass_one() {
  const TimePoint timer = next_timer();
  if (timer <= schedule_.next()) {
    schedule_.advance(timer);
    host_.fire_timers();
  } else {
    schedule_.run_next();
  }
}

void World::pass_until_calls_end() {
  const TimePoint end = schedule_.now() + kLongEnough;
  while (!host_.model().calls().empty() && std::min(next_timer(), schedule_.next()) <= end) pass_one();
  if (!host_.model().calls().empty()) {
    throw Violation("a call does not end: " + std::to_string(host_.model().calls().front()));
  }
}

void World::pass_until(TimePoint end) {
  while (std::min(next_timer(), schedule_.next()) <= end) pass_one();
  schedule_.advance(end);
}

std::uint32_t World::any_call() {
  const std::vector<std::uint32_t>& calls = host_.model().calls();
  if (calls.empty() || random_.percent(5))
    return scenario_.first_call_id + static_cast<std::uint32_t>(random_.below(50));
  return random_.pick(calls);
}

std::uint32_t World::any_connection() {
  const std::vector<std::uint32_t>& connections = host_.model().connections();
  return connections.empty() ? 0 : random_.pick(connections);
}

void World::operate() {
  if (operations_left_ == 0) return;
  --operations_left_;
  const std::size_t dice = random_.below(1000);
  if (dice < 620) {
    call_tool();
  } else if (dice < 660) {
    for (std::size_t i = random_.below(12); i > 0; --i) call_tool();
  } else if (dice < 780) {
    host_.abort(any_call());
  } else if (dice < 830) {
    if (const std::uint32_t connection = any_connection()) network_.send_unsolicited(connection);
  } else if (dice < 830 + scenario_.hostility.closing * 5) {
    if (const std::uint32_t connection = any_connection()) network_.end(connection);
  } else if (dice < 900) {
    host_.fire_timers();
  } else if (dice < 915) {
    const ToolPlan& tool = random_.pick(scenario_.tools);
    host_.deregister(tool.caller, tool.manual);
  } else if (dice < 920) {
    host_.close_all();
  } else if (dice < 930) {
    host_.renew_tool(random_.below(scenario_.tools.size()));
  } else if (dice < 935) {
    host_.call_released_tool(random_.below(scenario_.tools.size()));
  } else if (dice < 945) {
    jump();
  } else if (dice < 955) {
    if (const std::uint32_t connection = any_connection()) network_.go_silent(connection);
  }
  const Duration pause = random_.percent(30) ? 0us : random_.between(0us, scenario_.pace);
  schedule_.after(pause, [this] { operate(); });
}

void World::call_tool() {
  const std::size_t tool = random_.below(scenario_.tools.size());
  const std::size_t dice = random_.below(20);
  const CallMode mode = dice < 11 ? CallMode::single : dice < 19 ? CallMode::stream : CallMode::discovery;
  std::optional<std::string> header;
  if (scenario_.tools[tool].has_header_field && random_.percent(70)) {
    header = random_.pick<std::string>({"a", "a", "b", "two\nlines"});
  }
  const bool uploads = mode != CallMode::discovery && random_.percent(20);
  const std::uint32_t id = host_.start_call(tool, mode, header, uploads);
  if (mode != CallMode::stream) return;
  Reader& reader = readers_[id];
  reader.pace = random_.pick<Duration>({0ms, 0ms, 5ms, 1s});
  reader.is_stuck = random_.percent(10);
}

// A lid that was closed: the clock is ahead, and everything that was to happen in between comes now. The host may
// notice.
void World::jump() {
  schedule_.advance(schedule_.now() + random_.pick<Duration>({100ms, 10s, 60s, 3600s}));
  if (random_.percent(50)) host_.wake();
}

void World::message_sent(std::uint32_t connection, const ModelCall& call) {
  if (call.upload == Upload::done) return network_.message_sent(connection, call);
  plan_upload(connection, call.id, false);
}

// `is_known`: the peer has what it answers.
void World::plan_upload(std::uint32_t connection, std::uint32_t call, bool is_known) {
  const Duration pause = is_calm_ ? 1ms : random_.pick<Duration>({0ms, 1ms, 50ms, 2s, 40s});
  schedule_.after(pause, [this, connection, call, is_known] { upload(connection, call, is_known); });
}

// Who gives the chunks may take long, and so may the peer; some peers answer before they have heard all.
void World::upload(std::uint32_t connection, std::uint32_t id, bool is_known) {
  const ModelCall* call = host_.model().live_call(id);
  if (call == nullptr) return host_.upload(id, random_.pick({Upload::unsent, Upload::held, Upload::done}));
  Upload progress = call->has_begun ? Upload::waiting : Upload::unsent;
  if (random_.percent(60)) progress = random_.pick({Upload::waiting, Upload::held, Upload::done});
  if (is_calm_) progress = Upload::done;
  const bool is_heard = progress == Upload::done || (progress == Upload::waiting && random_.percent(30));
  if (is_heard && !is_known) network_.message_sent(connection, *call);
  if (progress != Upload::done) network_.may_give_up(connection, 3);
  host_.upload(id, progress);
  if (progress != Upload::done) plan_upload(connection, id, is_known || is_heard);
}

void World::item_delivered(const ModelCall& call, std::size_t bytes) {
  const auto entry = readers_.find(call.id);
  if (entry == readers_.end()) return;
  Reader& reader = entry->second;
  reader.queue.push_back(bytes);
  plan_reading(call.id, reader);
}

void World::plan_reading(std::uint32_t call, Reader& reader) {
  if (reader.is_stuck || reader.is_planned || reader.queue.empty()) return;
  reader.is_planned = true;
  const Duration pause = !is_calm_ && random_.percent(10) ? 4s : random_.between(0us, reader.pace);
  schedule_.after(pause, [this, call] { read(call); });
}

void World::read(std::uint32_t call) {
  Reader& reader = readers_.at(call);
  const std::size_t items = 1 + random_.below(reader.queue.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < items; ++i) {
    bytes += reader.queue.front();
    reader.queue.pop_front();
  }
  reader.is_planned = false;
  plan_reading(call, reader);
  host_.consume(call, items, bytes);
}

// Whatever has happened: every call ends, then every connection, then nothing is left.
void World::come_to_rest() {
  pass_until_calls_end();
  pass_until(schedule_.now() + kLongestOpening + scenario_.options.idle_timeout);
  const Session::Counts counts = host_.session().counts();
  const Session::Counts none{0, 0, 0, 0, scenario_.tools.size(), 0};
  if (counts != none) throw Violation("something is left after everything has ended");
  if (!host_.oracle().is_at_rest()) throw Violation("the oracle: a call never ends");
}

// Connections that are broken without anybody's knowing are found out by the calls that fail on them, and what is under
// way for a long time comes.
void World::call_each_tool_until_it_answers() {
  if (scenario_.options.max_waiting == 0) return;
  for (std::size_t tool = 0; tool < scenario_.tools.size(); ++tool) {
    const TimePoint end = schedule_.now() + kLongEnough;
    while (!answers(tool)) {
      if (schedule_.now() > end) throw Violation("a tool does not answer again: " + scenario_.tools[tool].name);
    }
  }
}

bool World::answers(std::size_t tool) {
  const std::uint32_t id = host_.start_call(tool, CallMode::single, "calm");
  pass_until_calls_end();
  pass_until(schedule_.now() + 1s);  // what the server still says belongs to this call
  const std::optional<ErrorCode> outcome = host_.outcome_of(id);
  const bool fits = scenario_.tools[tool].items(CallMode::single) == 1;
  return !outcome || (outcome == ErrorCode::auth_unsupported && !scenario_.options.handshake.can_set_headers) ||
         (outcome == ErrorCode::stream_overflow && !fits);
}

// What was before must not matter any more: with a network that works each tool answers.
void World::call_each_tool_in_peace() {
  if (scenario_.options.max_waiting == 0) return;
  for (std::size_t tool = 0; tool < scenario_.tools.size(); ++tool) {
    if (!answers(tool)) throw Violation("a call fails although all works: " + scenario_.tools[tool].name);
  }
}

void World::shut_down() {
  // Something must be there to be closed.
  for (int i = 0; i < 5; ++i) call_tool();
  pass_until(schedule_.now() + 3ms);
  for (int i = 0; i < 5; ++i) call_tool();
  host_.close_all();
  if (host_.session().poll_timeout()) throw Violation("a closed session wants to be woken");
  host_.release_tools();
  pass_until(schedule_.now() + kLongEnough);  // every event that comes now is checked to be without effect
  if (host_.session().counts() != Session::Counts{}) throw Violation("a closed session keeps something");
}

}  // namespace utcp::ws::simulation
