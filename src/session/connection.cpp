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
};

// The legal transitions. The state after an event does not depend on the state before.
constexpr std::array kTransitions{
    Transition{S::authorizing, E::authorized}, Transition{S::opening, E::opened},
    Transition{S::greeting, E::greeted},       Transition{S::free, E::leased},
    Transition{S::exclusive, E::left},         Transition{S::free, E::joined},
    Transition{S::shared, E::joined},          Transition{S::shared, E::left},
};

S state_after(E event) {
  switch (event) {
    case E::authorized:
      return S::opening;
    case E::opened:
      return S::greeting;
    case E::leased:
      return S::exclusive;
    case E::joined:
      return S::shared;
    case E::greeted:
    case E::left:
      break;
  }
  return S::free;
}

}  // namespace

std::optional<ConnectionState> next_state(ConnectionState state, ConnectionEvent event) {
  for (const Transition& row : kTransitions) {
    if (row.from == state && row.event == event) return state_after(event);
  }
  return std::nullopt;
}

void ConnectionStatus::apply(ConnectionEvent event) {
  assert(next_state(state_, event));
  state_ = state_after(event);
}

}  // namespace utcp::ws
