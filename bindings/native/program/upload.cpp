#include "upload.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <utcp_websocket/text.hpp>

#include "json_value.hpp"
#include "output.hpp"

namespace utcp::ws::program {
namespace {

constexpr std::size_t kPart = 65536;

class Reader {
 public:
  Reader(int file, const Settings& settings, bool as_bytes, const Ending& ending)
      : file_(file), part_(as_bytes ? settings.chunk_size : kPart), as_bytes_(as_bytes), ending_(ending) {
    if (pipe2(stopped_.data(), O_CLOEXEC) != 0) std::abort();
  }
  ~Reader() {
    stop();
    thread_.join();
    for (const int file : {stopped_[0], stopped_[1]}) close(file);
    if (file_ != STDIN_FILENO) close(file_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void next(ChunkReply reply) {
    boost::asio::post(thread_, [this, reply = std::move(reply)] {
      try {
        reply(as_bytes_ ? bytes() : line());
      } catch (const Ended&) {
        // So is the call.
      } catch (const UsageError& error) {
        reply(Error{.code = ErrorCode::invalid_argument, .message = error.what()});
      }
    });
  }

  /// What is being read is not waited for any more.
  void stop() {
    const char over = 0;
    [[maybe_unused]] const ssize_t written = write(stopped_[1], &over, 1);
  }

 private:
  using Chunk = std::optional<Json>;

  // Empty at the end.
  std::string part() {
    std::string text(part_, '\0');
    while (true) {
      if (ending_.wait_for(file_, stopped_[0]) != file_) throw Ended{0};
      const ssize_t size = read(file_, text.data(), text.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) throw UsageError(name_of_errno(errno));
      text.resize(static_cast<std::size_t>(size));
      return text;
    }
  }

  Chunk bytes() {
    const std::string text = part();
    if (text.empty()) return std::nullopt;
    return Json::binary(std::vector<std::uint8_t>(text.begin(), text.end()));
  }

  Chunk line() {
    std::size_t end = rest_.find('\n');
    while (end == std::string::npos) {
      const std::string more = part();
      if (more.empty()) return rest_.empty() ? std::nullopt : Chunk(value_of(std::exchange(rest_, {})));
      const std::size_t searched = rest_.size();
      rest_ += more;
      end = rest_.find('\n', searched);
    }
    const std::string text = rest_.substr(0, end > 0 && rest_[end - 1] == '\r' ? end - 1 : end);
    rest_.erase(0, end + 1);
    return value_of(text);
  }

  static Json value_of(const std::string& text) {
    Result<Json> value = json::parse(text);
    return value ? std::move(*value) : Json(text);
  }

  const int file_;
  const std::size_t part_;
  const bool as_bytes_;
  const Ending& ending_;
  std::string rest_;
  std::array<int, 2> stopped_{};  // a pipe: can be read once nothing more is wanted
  boost::asio::thread_pool thread_{1};
};

}  // namespace

ChunkedArgument upload_argument(const Settings& settings, const Json& call_template, const Ending& ending) {
  const auto& [name, path] = *settings.upload;
  const int file = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw UsageError(concat({path, " cannot be read: ", name_of_errno(errno)}));
  const Json format = call_template.value("message_format", Json());
  const auto reader = std::make_shared<Reader>(file, settings, format == "binary" || format == "base64", ending);
  return {name, [reader](ChunkReply reply) { reader->next(std::move(reply)); }, [reader] { reader->stop(); }};
}

}  // namespace utcp::ws::program
