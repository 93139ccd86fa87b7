#include "connection.hpp"

#include <array>
#include <cassert>

namespace utcp::ws {
namespace {

using S = ConnectionState;
using E = ConnectionEvent;

struct Transition {
  S from;
  E event;
  S to;
};

constexpr std::array kTransitions{
    Transition{S::authorizing, E::authorized, S::opening},
    Transition{S::opening, E::opened, S::greeting},
    Transition{S::greeting, E::greeted, S::free},
    Transition{S::free, E::leased, S::exclusive},
    Transition{S::exclusive, E::left, S::free},
    Transition{S::free, E::joined, S::shared},
    Transition{S::shared, E::joined, S::shared},
    Transition{S::shared, E::left, S::free},
};

}  // namespace

std::optional<ConnectionState> next_state(ConnectionState state, ConnectionEvent event) {
  for (const Transition& row : kTransitions) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

void ConnectionStatus::apply(ConnectionEvent event) {
  const std::optional<ConnectionState> next = next_state(state_, event);
  assert(next);
  state_ = next.value_or(state_);
}

}  // namespace utcp::ws
