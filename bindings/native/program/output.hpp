// Owns the output of results and its format: a terminal, a pipe, a file; and the line with a stream's progress. Must
// not know where they come from.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "ending.hpp"
#include "terminal.hpp"
#include "usage.hpp"

namespace utcp::ws::program {

/// Writes results, no faster than they are read.
class Output {
 public:
  explicit Output(const Settings& settings);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Writes a result. Throws `Ended` if the reader went away.
  void write(const Json& value);
  /// Writes a complete text.
  void print(std::string_view text);
  /// Reports how much was written to a file.
  void close();

  /// Whether results go to a terminal.
  [[nodiscard]] bool is_seen() const { return is_seen_; }
  /// Whether they are formatted for people.
  [[nodiscard]] bool for_people() const { return is_seen_ && !settings_.json; }
  [[nodiscard]] const Painter& paint() const { return paint_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  void send(std::string_view data);

  const Settings& settings_;
  const bool is_seen_;
  const Painter paint_;
  std::atomic<std::uint64_t> bytes_{0};
  int file_ = -1;  // opened with the first result: a call that fails must not empty a file
};

/// Shows nothing unless a person looks at standard error, and the items are not there to be seen.
class Progress {
 public:
  explicit Progress(const Output& output);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void count() { ++items_; }

 private:
  void show();

  const Output& output_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> items_{0};
  std::mutex mutex_;
  std::condition_variable_any ended_;
  bool was_shown_ = false;
  std::jthread thread_;
};

/// All of it. 0, or the number of the error.
int write_all(int file, std::string_view data);

/// On standard error; that nobody reads it is no reason to stop.
void say(std::string_view line);
void note(std::string_view text);

/// The name of an error of the system (`ENOENT`), as JavaScript shows it.
[[nodiscard]] std::string name_of_errno(int error);

}  // namespace utcp::ws::program
