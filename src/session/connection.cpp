#include "connection.hpp"

#include <array>

namespace utcp::ws {
namespace {

using S = ConnectionState;
using E = ConnectionEvent;

struct Transition {
  S from;
  E event;
  S to;
};

// An opening is settled by the first of open, error, close or its deadline; whatever a host fires after that has no
// row.
constexpr std::array kTransitions{
    Transition{S::authorizing, E::authorized, S::opening},
    Transition{S::authorizing, E::lost, S::gone},
    Transition{S::authorizing, E::dropped, S::gone},
    Transition{S::opening, E::opened, S::ready},
    Transition{S::opening, E::opened_shy, S::greeting},
    Transition{S::opening, E::lost, S::gone},
    Transition{S::opening, E::dropped, S::gone},
    Transition{S::greeting, E::acknowledged, S::ready},
    Transition{S::greeting, E::lost, S::gone},
    Transition{S::greeting, E::dropped, S::gone},
    Transition{S::ready, E::lost, S::gone},
    Transition{S::ready, E::dropped, S::gone},
};

}  // namespace

std::optional<ConnectionState> next_state(ConnectionState state, ConnectionEvent event) {
  for (const Transition& row : kTransitions) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

}  // namespace utcp::ws
