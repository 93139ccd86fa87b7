// Owns the program `utcp-websocket`: its start, its end, and its messages on standard error. Must not know what the
// commands do. Like js/cli, with the same tests.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include <utcp_websocket/text.hpp>

#include "commands.hpp"
#include "failures.hpp"
#include "open.hpp"
#include "terminal.hpp"

namespace utcp::ws::program {
namespace {

using Command = Settings::Command;
using Clock = std::chrono::steady_clock;

std::string seconds_since(Clock::time_point start, int width) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%*.3f", width, std::chrono::duration<double>(Clock::now() - start).count());
  return text.data();
}

void tell(const Event& event, const KnownSecrets& secrets) {
  std::string facts;
  const auto fact = [&facts](std::string_view name, const std::string& value) {
    append(facts, {facts.empty() ? "" : ", ", name, " ", value});
  };
  using Kind = Event::Kind;
  const bool has_size = event.kind == Kind::send || event.kind == Kind::message || event.kind == Kind::unsolicited;
  if (event.connection) fact("connectionId", to_text(*event.connection));
  if (event.call) fact("requestId", to_text(*event.call));
  if (has_size) fact("size", to_text(event.size));
  if (event.kind == Kind::close) fact("closeCode", to_text(event.close_code));
  if (!event.reason.empty()) fact("reason", secrets.mask(event.reason));
  if (event.kind == Kind::retry) {
    fact("attempt", to_text(event.attempt));
    fact("delay", json_line(std::chrono::duration<double>(event.delay).count()));
  }
  if (!event.message.empty()) fact("message", secrets.mask(event.message));
  const std::string line = concat({event_name(event.kind), " ", secrets.mask(event.endpoint), ": ", facts});
  say(Painter(STDERR_FILENO)(Style::dim, harmless(line)));
}

ClientOptions options_for(const Settings& settings, const KnownSecrets& secrets, Clock::time_point start) {
  ClientOptions options;
  if (!settings.retry) options.retry.reset();
  options.on_event = [&settings, &secrets](const Event& event) {
    // What the template has wrong is worth a line without `-v`, too.
    if (event.kind == Event::Kind::warning && event.message.starts_with("the call template")) note(event.message);
    if (settings.verbose) tell(event, secrets);
  };
  if (settings.frames) {
    options.on_frame = [&secrets, start](const WireFrame& frame) {
      const std::string when = concat({seconds_since(start, 8), frame.is_sent ? " >" : " <"});
      const std::string text = frame_text(frame.content, frame.is_text, secrets);
      say(concat({Painter(STDERR_FILENO)(Style::dim, when), " ", text}));
    };
  }
  return options;
}

/// Carries out a command, and returns the exit code. `failed` tells what was thrown, before closing takes its time.
template <class Failed>
int work(const Settings& settings, Output& output, Ending& ending, KnownSecrets& secrets, Failed failed) {
  const Clock::time_point start = Clock::now();
  const Input input(ending, secrets);
  Client client(options_for(settings, secrets, start));
  const Context context{settings, client, output, input, ending, secrets};
  int exit_code = 0;
  try {
    if (settings.command == Command::discover) discover(context);
    if (settings.command == Command::call) call(context, settings.tool, settings.args);
    if (settings.command == Command::stream) stream(context, settings.tool, settings.args);
    if (settings.command == Command::open) open(context);
    if (settings.time) note(concat({"it took ", seconds_since(start, 0), " s"}));
    output.close();
  } catch (...) {
    exit_code = failed();
  }
  client.close();
  return exit_code;
}

int run(std::span<const std::string> arguments) {
  Ending ending;
  KnownSecrets secrets;
  const auto failed = [&] {
    if (const auto exit_code = ending.exit_code()) return *exit_code;  // whatever broke because of that
    return tell_failure(std::ranges::find(arguments, "--json") != arguments.end(), secrets);
  };
  try {
    const Settings settings = read_command_line(arguments);
    Output output(settings);
    if (settings.command == Command::help) {
      output.print(help_of(settings.topic));
    } else if (settings.command == Command::completion) {
      output.print(completion_for(settings.topic));
    } else if (settings.command == Command::recipes) {
      recipes(settings, output);
    } else if (settings.command == Command::version) {
      output.print("utcp-websocket " UTCP_WEBSOCKET_VERSION);
    } else {
      return work(settings, output, ending, secrets, failed);
    }
    output.close();
    return 0;
  } catch (...) {
    return failed();
  }
}

}  // namespace
}  // namespace utcp::ws::program

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return utcp::ws::program::run(arguments);
}
