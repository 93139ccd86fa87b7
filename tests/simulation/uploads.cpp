// Calls whose host sends several messages, as their caller gives them.
#include "checker.hpp"

namespace utcp::ws::simulation {

void Checker::uploaded(TimePoint now, std::uint32_t id, Upload progress) {
  step_begins(now);
  ModelCall* call = model_.live_call(id);
  if (call == nullptr || call->state != ModelCall::State::sent) return step_is_silent();
  call->upload = progress;
  call->has_begun = call->has_begun || progress == Upload::waiting || progress == Upload::done;
  if (progress == Upload::done && call->tool->expects_nothing(call->mode)) {
    must_settle_[id] = std::nullopt;
    return leave(*call, Ending::answered);
  }
  call->deadline = model_.live_connection(call->connection)->paused ? TimePoint::max() : call->due(now);
  step_is_silent();
}

}  // namespace utcp::ws::simulation
