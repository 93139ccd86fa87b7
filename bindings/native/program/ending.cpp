#include "ending.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace utcp::ws::program {
namespace {

// What the connections may take to close, and then some.
constexpr int kPatience = 5000;  // milliseconds

int signals[2];  // a pipe, because a handler may do little more than write

void handle(int signal) {
  const int before = errno;
  const char number = static_cast<char>(signal);
  [[maybe_unused]] const ssize_t written = write(signals[1], &number, 1);
  errno = before;
}

/// The next signal; 0: the program is over. None: the time is.
std::optional<int> next_signal(int milliseconds) {
  pollfd wanted{signals[0], POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&wanted, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  char number = 0;
  if (ready < 1 || read(signals[0], &number, 1) != 1) return std::nullopt;
  return number;
}

}  // namespace

Ending::Ending() {
  if (pipe2(signals, O_CLOEXEC) != 0 || pipe2(ended_.data(), O_CLOEXEC) != 0) std::abort();
  watcher_ = std::thread([this] { watch(); });
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;  // writing says that nobody reads
  sigaction(SIGPIPE, &action, nullptr);
}

Ending::~Ending() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  handle(0);
  watcher_.join();
  for (const int file : {signals[0], signals[1], ended_[0], ended_[1]}) close(file);
}

std::optional<int> Ending::exit_code() const {
  const int code = exit_code_;
  return code == kNotEnded ? std::nullopt : std::optional(code);
}

int Ending::wait_for(int file, int other) const {
  std::array<pollfd, 3> wanted{{{ended_[0], POLLIN, 0}, {file, POLLIN, 0}, {other, POLLIN, 0}}};
  while (poll(wanted.data(), wanted.size(), -1) < 0 && errno == EINTR) continue;
  if (wanted[0].revents != 0) throw Ended{exit_code_};
  return wanted[2].revents != 0 ? other : file;
}

void Ending::end(int exit_code) {
  exit_code_ = exit_code;
  const char over = 0;
  [[maybe_unused]] const ssize_t written = write(ended_[1], &over, 1);
  stop_.request_stop();
}

void Ending::watch() {
  const int first = next_signal(-1).value_or(0);
  if (first == 0) return;
  end(128 + first);
  if (next_signal(kPatience) != 0) _exit(exit_code_);
}

}  // namespace utcp::ws::program
