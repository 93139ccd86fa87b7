// `simulate [--events N] [--seeds N] [--first SEED]`: runs seeds until so many events (or seeds) have passed.
// `simulate --seed SEED [--trace]`: replays one. Fails with the command that replays the first seed that fails.
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "world.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace {

using utcp::ws::simulation::Trace;
using utcp::ws::simulation::World;

constexpr std::size_t kShownLines = 60;

struct Settings {
  std::uint64_t events = 1'000'000;
  std::uint64_t seeds = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t first = 1;
  bool trace = false;
};

// A crash inside the session says which seed it was, too. Written beforehand: little may be done in a signal handler.
std::string replay_hint;

std::string replay_of(std::uint64_t seed) {
  return "Replay it: npm run simulate -- --seed " + std::to_string(seed) + " --trace\n";
}

void on_crash(int signal) {
  std::fputs("\nThe simulation crashed, or one seed ran for more than a minute.\n", stderr);
  std::fputs(replay_hint.c_str(), stderr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void show(const Trace& trace, bool all) {
  const std::size_t first = all || trace.size() < kShownLines ? 0 : trace.size() - kShownLines;
  if (first > 0) std::printf("(%zu lines before; --trace shows them)\n", first);
  for (std::size_t i = first; i < trace.size(); ++i) std::printf("%s\n", trace[i].c_str());
}

struct Seen {
  std::uint64_t events = 0;
  std::map<std::string_view, std::uint64_t> outcomes;  // of calls
};

// What is wrong, or nothing.
std::string run_seed(std::uint64_t seed, Trace* trace, Seen& seen) {
  World world(seed, trace);
  std::string wrong;
  try {
    world.run();
  } catch (const std::exception& error) {
    wrong = error.what();
  }
  seen.events += world.host().steps();
  for (const auto& [call, outcome] : world.host().outcomes()) {
    ++seen.outcomes[outcome ? utcp::ws::describe(*outcome).name : "answered"];
  }
  return wrong;
}

int run(const Settings& settings) {
  const auto start = std::chrono::steady_clock::now();
  Seen seen;
  std::uint64_t seeds = 0;
  for (; seeds < settings.seeds && seen.events < settings.events; ++seeds) {
    const std::uint64_t seed = settings.first + seeds;
    replay_hint = replay_of(seed);
#if defined(__unix__) || defined(__APPLE__)
    alarm(60);
#endif
    Trace trace;
    std::string wrong = run_seed(seed, settings.trace ? &trace : nullptr, seen);
    if (settings.trace) show(trace, true);
    if (wrong.empty()) continue;
    if (!settings.trace) {
      Seen again;
      (void)run_seed(seed, &trace, again);
      show(trace, false);
    }
    std::printf("\nSeed %llu fails after %llu events in all: %s\n%s", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(seen.events), wrong.c_str(), replay_hint.c_str());
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  for (const auto& [outcome, count] : seen.outcomes) {
    std::printf("%9llu calls: %.*s\n", static_cast<unsigned long long>(count), static_cast<int>(outcome.size()),
                outcome.data());
  }
  std::printf("simulation: %llu events of %llu seeds, %.0f events a second, no invariant broken\n",
              static_cast<unsigned long long>(seen.events), static_cast<unsigned long long>(seeds),
              static_cast<double>(seen.events) / took.count());
  return 0;
}

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool read_settings(int count, char** arguments, Settings& settings) {
  constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--trace") {
      settings.trace = true;
      continue;
    }
    std::uint64_t number = 0;
    if (i + 1 == count || !read_number(arguments[++i], number)) return false;
    if (name == "--seed") {
      settings.first = number;
      settings.seeds = 1;
    } else if (name == "--seeds") {
      settings.seeds = number;
      settings.events = kAll;
    } else if (name == "--first") {
      settings.first = number;
    } else if (name == "--events") {
      settings.events = number;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  if (!read_settings(count, arguments, settings)) {
    std::fputs("simulate [--events N] [--seeds N] [--first SEED] | --seed SEED [--trace]\n", stderr);
    return 2;
  }
  std::signal(SIGABRT, on_crash);
#ifndef __SANITIZE_ADDRESS__  // it says more about these, and then aborts
  for (const int signal : {SIGSEGV, SIGFPE, SIGILL}) std::signal(signal, on_crash);
#endif
#if defined(__unix__) || defined(__APPLE__)
  std::signal(SIGALRM, on_crash);
#endif
  return run(settings);
}
