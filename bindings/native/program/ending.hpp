// Owns what ends the program from outside: signals, and a reader that goes away. Must not know what it interrupts.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <stop_token>
#include <thread>

namespace utcp::ws::program {

/// Somebody else has ended the program: a signal, or the reader of its output.
struct Ended {
  int exit_code;
};

/// Once SIGINT or SIGTERM has come, calls stop and waiting ends. Who asks a second time does not want to wait.
class Ending {
 public:
  Ending();
  ~Ending();
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  /// Ends the program as a signal does: 0 where nobody reads any more. Any thread.
  void end(int exit_code);
  /// With which it ends; none: nobody has ended it.
  [[nodiscard]] std::optional<int> exit_code() const;
  /// Waits until one of two files can be read, and returns it; -1: none. Throws `Ended` when a signal comes before.
  int wait_for(int file, int other = -1) const;

 private:
  static constexpr int kNotEnded = -1;
  void watch();

  std::stop_source stop_;
  std::atomic<int> exit_code_{kNotEnded};
  std::array<int, 2> ended_{};  // a pipe: can be read once it is over
  std::thread watcher_;
};

}  // namespace utcp::ws::program
