// Owns the commands: from the command line to a call template, a call, its results. Must not know terminals.
#pragma once

#include <string>

#include "ending.hpp"
#include "input.hpp"
#include "output.hpp"
#include "usage.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws::program {

/// What every command works with.
struct Context {
  const Settings& settings;
  Client& client;
  Output& output;
  const Input& input;
  Ending& ending;
  KnownSecrets& secrets;
};

// Each throws what `tell_failure` tells.
void discover(const Context& context);
void call(const Context& context, const std::string& tool, const std::optional<std::string>& args);
void stream(const Context& context, const std::string& tool, const std::optional<std::string>& args);
void recipes(const Settings& settings, Output& output);

/// The call template that was given, or made of what was.
[[nodiscard]] Json given_template(const Context& context);

/// What is shown of a frame: without secrets, harmless, not too long.
[[nodiscard]] std::string frame_text(std::string_view content, bool is_text, const KnownSecrets& secrets);

}  // namespace utcp::ws::program
