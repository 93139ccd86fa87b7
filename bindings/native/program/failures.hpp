// Owns exit codes and error messages, which say what happened and what to do. Must not know the
// commands.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <utcp_websocket/error.hpp>

#include "input.hpp"

namespace utcp::ws::program {

/// What the library says.
struct Failed {
  Error error;
};

/// The endpoint has no tool of that name.
class UnknownTool : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Says on standard error what is being handled (a `Failed`, `UsageError`, `UnknownTool` or `Ended`), in JSON or for
/// people, and returns the exit code. Only where something was thrown. Not the library knows what the environment has
/// given, but this program: `secrets`.
int tell_failure(bool as_json, const KnownSecrets& secrets);

}  // namespace utcp::ws::program
