#include "open.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/text.hpp>

#include "connection.hpp"
#include "failures.hpp"
#include "json_value.hpp"
#include "proxy.hpp"
#include "terminal.hpp"
#include "tls.hpp"

namespace utcp::ws::program {
namespace {

namespace asio = boost::asio;
using native::Failure;
using std::chrono_literals::operator""s;

constexpr std::size_t kLongestFrame = std::size_t{64} * 1024 * 1024;
constexpr double kDefaultTimeout = 30;  // seconds
constexpr int kNormal = 1000;           // RFC 6455 section 7.4.1

native::Route route_to(const Url& url) {
  native::Route route{url.host, url.port, nullptr, native::ProxyRules(std::nullopt).proxy_for(url)};
  if (route.host.starts_with('[')) route.host = route.host.substr(1, route.host.size() - 2);
  if (url.scheme == "wss") {
    Result<std::shared_ptr<asio::ssl::context>> tls = native::TlsContext(TlsOptions()).get();
    if (!tls) throw Failed{std::move(tls.error())};
    route.tls = std::move(*tls);
  }
  return route;
}

/// One connection, on a thread of its own.
class RawConnection final : public native::ConnectionEvents {
 public:
  using Show = std::function<void(const std::string&)>;

  RawConnection(const KnownSecrets& secrets, Show show)
      : secrets_(secrets), show_(std::move(show)), thread_([this] { io_.run(); }) {
    if (pipe2(closed_.data(), O_CLOEXEC) != 0) std::abort();
  }
  ~RawConnection() override {
    io_.stop();
    thread_.join();
    for (const int file : closed_) ::close(file);
  }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  /// Waits until it is open, for so many seconds at the most. Throws `Failed` or `Ended`.
  void open(const CallTemplate& call_template, double timeout, const Ending& ending) {
    Handshake handshake{call_template.url.href, {}, call_template.headers};
    if (!call_template.protocol.empty()) handshake.protocols.push_back(call_template.protocol);
    asio::post(io_, [this, handshake, route = route_to(call_template.url)]() mutable {
      connection_ = native::make_connection(io_.get_executor(), ConnectionId{1}, *this, {kLongestFrame, true});
      connection_->open(handshake, std::move(route));
    });
    const std::stop_callback wake(ending.token(), [this] { become(State::failed); });
    wait(std::chrono::duration<double>(timeout), [this] { return state_ != State::opening; });
    const std::scoped_lock lock(mutex_);
    if (const auto exit_code = ending.exit_code()) throw Ended{*exit_code};
    if (state_ == State::failed) throw Failed{Error{.code = ErrorCode::connection_failed, .message = failure_}};
    if (state_ == State::opening) {
      const std::string seconds = json_line(timeout);
      throw Failed{Error{.code = ErrorCode::connection_timeout,
                         .message = concat({"no connection to the endpoint within ", seconds, " s"})}};
    }
  }

  void send(const std::string& text) {
    asio::post(io_, [this, text] {
      connection_->send(text, false);
      connection_->flush();
    });
  }

  void close() {
    // The peer answers a ping in its turn: by then there is what it says to all that it was sent before.
    asio::post(io_, [this] {
      connection_->ping();
      connection_->flush();
    });
    wait(1s, [this] { return was_ponged_ || state_ != State::open; });
    asio::post(io_, [this] {
      connection_->shut(kNormal, "", native::UniqueFunction<void()>([this] { become(State::closed); }));
    });
    wait(3s, [this] { return state_ == State::closed; });
    tell_end(concat({"closed (", to_text(kNormal), ")"}));
  }

  [[nodiscard]] bool is_open() {
    const std::scoped_lock lock(mutex_);
    return state_ == State::open;
  }
  /// A file that can be read once the peer has closed.
  [[nodiscard]] int closed_file() const { return closed_[0]; }

 private:
  enum class State { opening, open, failed, closed };

  void opened(ConnectionId /*connection*/, std::string_view /*subprotocol*/) override { become(State::open); }
  void received(ConnectionId /*connection*/, const native::Message& message) override {
    show_("< " + frame_text(message.text(), message.is_text(), secrets_));
  }
  void ponged(ConnectionId /*connection*/) override {
    const std::scoped_lock lock(mutex_);
    was_ponged_ = true;
    changed_.notify_all();
  }
  void failed(ConnectionId /*connection*/, const Failure& failure) override {
    failure_ = "no connection to the endpoint";
    if (failure.http_status != 0) {
      append(failure_, {": the handshake was refused with HTTP status ", to_text(failure.http_status)});
    } else if (!failure.cause.empty()) {
      append(failure_, {": ", failure.cause});
    }
    become(State::failed);
  }
  void closed(ConnectionId /*connection*/, int code, std::string_view reason, bool /*was_clean*/,
              const std::string& /*cause*/) override {
    const std::string why = reason.empty() ? "" : ", " + frame_text(reason, true, secrets_);
    tell_end(concat({"closed (", to_text(code), why, ")"}));
    become(State::closed);
    const char over = 0;
    [[maybe_unused]] const ssize_t written = write(closed_[1], &over, 1);
  }

  /// Once: both sides may close at the same time.
  void tell_end(const std::string& text) {
    if (!was_told_.test_and_set()) show_(text);
  }
  void become(State state) {
    const std::scoped_lock lock(mutex_);
    state_ = state;
    changed_.notify_all();
  }
  template <class Time, class Condition>
  void wait(Time most, Condition condition) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, condition);
  }

  const KnownSecrets& secrets_;
  const Show show_;
  std::atomic_flag was_told_;
  std::array<int, 2> closed_{};  // a pipe

  std::mutex mutex_;  // of the next three
  std::condition_variable changed_;
  State state_ = State::opening;
  bool was_ponged_ = false;
  std::string failure_;  // written before `state_`

  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::shared_ptr<native::Connection> connection_;  // only the thread's
  std::thread thread_;                              // last: it uses all the others
};

/// What is typed, line by line, and the prompt for it.
class Prompt {
 public:
  explicit Prompt(Ending& ending) : ending_(ending) {}

  /// The next line; none at the end of the input, or once `other` can be read.
  std::optional<std::string> line(int other) {
    ask();
    while (true) {
      if (const std::size_t end = typed_.find('\n'); end != std::string::npos) {
        std::string line = typed_.substr(0, end);
        typed_.erase(0, end + 1);
        if (line.ends_with('\r')) line.pop_back();
        return line;
      }
      if (ending_.wait_for(STDIN_FILENO, other) == other) return std::nullopt;
      std::array<char, 4096> part{};
      const ssize_t size = read(STDIN_FILENO, part.data(), part.size());
      if (size > 0) {
        typed_.append(part.data(), static_cast<std::size_t>(size));
      } else if (typed_.empty()) {
        return std::nullopt;
      } else {
        typed_ += '\n';
      }
    }
  }

  /// Over the prompt, which comes again below. Any thread.
  void show(const std::string& text) const {
    print(concat({is_seen_ ? "\r\x1b[K" : "", text, "\n"}));
    ask();
  }

 private:
  void ask() const {
    if (is_typed_) print("> ");
  }
  void print(const std::string& text) const {
    if (write_all(STDOUT_FILENO, text) != 0) ending_.end(0);  // nobody reads any more
  }

  Ending& ending_;
  const bool is_typed_ = isatty(STDIN_FILENO) == 1;
  const bool is_seen_ = isatty(STDOUT_FILENO) == 1;
  std::string typed_;
};

/// `/call search_docs {"query":"ping"}`
void run(const Context& context, const std::string& line) {
  std::string_view rest = std::string_view(line).substr(1);
  const auto skip_blanks = [&rest] { rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size())); };
  const auto next = [&] {
    skip_blanks();
    const std::string word(rest.substr(0, rest.find_first_of(" \t")));
    rest.remove_prefix(word.size());
    return word;
  };
  const std::string name = next();
  const std::string tool = next();
  skip_blanks();
  const std::optional<std::string> args = rest.empty() ? std::nullopt : std::optional(std::string(rest));
  try {
    if (name == "tools") {
      discover(context);
    } else if (name == "call" && !tool.empty()) {
      call(context, tool, args);
    } else if (name == "stream" && !tool.empty()) {
      stream(context, tool, args);
    } else {
      note("commands are /tools, /call TOOL [ARGUMENTS], /stream TOOL [ARGUMENTS] and /quit");
    }
  } catch (...) {
    tell_failure(false, context.secrets);
  }
}

}  // namespace

void open(const Context& context) {
  const Json given = given_template(context);
  const std::string url = given.contains("url") && given["url"].is_string() ? given["url"] : Json("");
  if (!is_secure_websocket_url(url)) throw UsageError("the URL must be wss:, or ws: to this machine");
  const Result<CallTemplate> call_template = parse_call_template(json::dump(given));
  if (!call_template) throw Failed{call_template.error()};
  std::string unused;
  for (const char* field : {"auth", "connect", "connect_message"}) {
    if (given.contains(field)) append(unused, {unused.empty() ? "" : " and ", field});
  }
  if (!unused.empty()) note("open sends frames as you type them; it does not use " + unused);

  Prompt prompt(context.ending);
  RawConnection connection(context.secrets, [&prompt](const std::string& text) { prompt.show(text); });
  const auto timeout = given.find("timeout");
  const bool has_timeout = timeout != given.end() && timeout->is_number();
  connection.open(*call_template, has_timeout ? timeout->get<double>() : kDefaultTimeout, context.ending);
  const auto close = [&connection] {
    if (connection.is_open()) connection.close();
  };
  try {
    while (const auto line = prompt.line(connection.closed_file())) {
      if (*line == "/quit" || !connection.is_open()) break;
      if (line->starts_with('/')) {
        run(context, *line);
      } else if (!line->empty()) {
        connection.send(*line);
      }
    }
  } catch (const Ended&) {
    close();
    throw;
  }
  close();
}

}  // namespace utcp::ws::program
