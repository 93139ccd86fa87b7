#include "output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include <utcp_websocket/text.hpp>

namespace utcp::ws::program {
namespace {

constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

int write_all(int file, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(file, data.data(), data.size());
    if (written >= 0) {
      data.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void say(std::string_view line) { write_all(STDERR_FILENO, concat({line, "\n"})); }

void note(std::string_view text) { say(Painter(STDERR_FILENO)(Style::dim, concat({"note: ", harmless(text)}))); }

std::string name_of_errno(int error) {
  constexpr std::array<std::pair<int, const char*>, 12> kNames{{
      {ENOENT, "ENOENT"},
      {EACCES, "EACCES"},
      {EISDIR, "EISDIR"},
      {ENOTDIR, "ENOTDIR"},
      {EPERM, "EPERM"},
      {ENOSPC, "ENOSPC"},
      {EROFS, "EROFS"},
      {ELOOP, "ELOOP"},
      {EMFILE, "EMFILE"},
      {ENAMETOOLONG, "ENAMETOOLONG"},
      {EIO, "EIO"},
      {ETXTBSY, "ETXTBSY"},
  }};
  for (const auto& [number, name] : kNames) {
    if (number == error) return name;
  }
  return "error " + to_text(error);
}

Output::Output(const Settings& settings)
    : settings_(settings), is_seen_(isatty(STDOUT_FILENO) == 1 && !settings.output), paint_(STDOUT_FILENO) {}

Output::~Output() {
  if (settings_.output && file_ >= 0) ::close(file_);
}

void Output::write(const Json& value) {
  if (for_people()) {
    send(readable(value, paint_) + "\n");
  } else if (value.is_binary() && !settings_.json) {
    send(bytes_of(value));
  } else if (value.is_string() && settings_.raw) {
    send(value.get_ref<const std::string&>() + "\n");
  } else {
    send(json_line(value) + "\n");
  }
}

void Output::print(std::string_view text) { send(concat({text, "\n"})); }

void Output::close() {
  if (settings_.output && file_ >= 0 && isatty(STDERR_FILENO) == 1) {
    say(concat({*settings_.output, ": ", grouped(bytes_), " bytes"}));
  }
}

void Output::send(std::string_view data) {
  int error = 0;
  if (file_ < 0) {
    file_ = settings_.output ? ::open(settings_.output->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
                             : STDOUT_FILENO;
    if (file_ < 0) error = errno;
  }
  if (error == 0) error = write_all(file_, data);
  if (error == EPIPE) throw Ended{0};
  if (error != 0) {
    throw UsageError(
        concat({settings_.output.value_or("standard output"), " cannot be written: ", name_of_errno(error)}));
  }
  bytes_ += data.size();
}

Progress::Progress(const Output& output) : output_(output) {
  if (isatty(STDERR_FILENO) != 1 || output.is_seen()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, stop, kInterval, [&] { return stop.stop_requested(); })) show();
  });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (!was_shown_) return;  // it was over before anybody could wonder
  show();
  say("");
}

void Progress::show() {
  was_shown_ = true;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  std::array<char, 32> time{};
  std::snprintf(time.data(), time.size(), "%.1f", seconds);
  write_all(STDERR_FILENO,
            concat({"\r\x1b[K", grouped(items_), " items, ", grouped(output_.bytes()), " bytes, ", time.data(), " s"}));
}

}  // namespace utcp::ws::program
