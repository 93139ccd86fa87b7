// Owns the Node program with the servers that the tests talk to: started once per process, ended with it.
#pragma once

#include <string>

#include "utcp_websocket/tools.hpp"

namespace utcp::ws {

/// What the program printed: `provider`, `secure`, `caFile`, …
const Json& servers();

/// A member of it.
inline std::string server(const char* name) { return servers().at(name).get<std::string>(); }

}  // namespace utcp::ws
