// Owns the public API of the native client: discovers, calls and streams tools over WebSocket, blocking or with any
// Asio completion token. Must not know sockets or frames: that is bindings/native's engine.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <utcp_websocket/error.hpp>

#include "client_options.hpp"
#include "completion.hpp"
#include "tools.hpp"

namespace utcp::ws {

namespace native {
class Engine;
class StreamQueue;
struct Prepared;
}  // namespace native

namespace detail {
using JsonCompletion = Completion<Result<Json>>;
using ManualCompletion = Completion<Result<Manual>>;
using ItemCompletion = Completion<Result<std::optional<Json>>>;
/// A call whose template and arguments were checked where it was asked for.
using PreparedCall = std::shared_ptr<native::Prepared>;

struct NoValue {};
/// A handler that takes nothing, as one that takes a value.
template <class Handler>
struct IgnoringValue {
  Handler handler;
  void operator()(NoValue) && { std::move(handler)(); }
};

/// JSON, but not the start of one in braces: GCC 12 destroys a temporary in a `co_await` expression twice, so that the
/// functions that may stand there take what has a name.
template <class T>
concept NamedJson = std::is_same_v<std::remove_cvref_t<T>, Json>;
}  // namespace detail

/// The items of a streaming call, as they come. Move-only; dropping it leaves the stream. One thread at a time.
class ToolStream {
 public:
  ToolStream(ToolStream&&) noexcept = default;
  ToolStream& operator=(ToolStream&& other) noexcept;
  ~ToolStream();

  /// Waits for the next item: none at the end, an error if the call failed (the end follows it). The first call starts
  /// the tool call. Must not be called on the client's own thread.
  [[nodiscard]] Result<std::optional<Json>> next();

  /// The same with a completion token, `void(Result<std::optional<Json>>)`. A second one while one
  /// is pending is an error, `invalid_argument`. Cancelling it ends the stream.
  template <class Token>
  auto async_next(Token&& token) {
    return boost::asio::async_initiate<Token, void(Result<std::optional<Json>>)>(
        [](auto handler, std::shared_ptr<native::StreamQueue> queue) {
          take(queue, {std::move(handler), executor_of(*queue)});
        },
        token, queue_);
  }

  /// Ends the stream: drops queued items; a pending `next` returns the end.
  void stop();

  /// Input iterator of `for (Result<Json>& item : stream)`: items, or one error at the end.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = Result<Json>;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(ToolStream& stream) : stream_(&stream) { advance(); }
    Result<Json>& operator*() const { return *item_; }
    Result<Json>* operator->() const { return &*item_; }
    Iterator& operator++() {
      advance();
      return *this;
    }
    void operator++(int) { advance(); }
    bool operator==(std::default_sentinel_t) const { return !item_; }

   private:
    void advance();
    ToolStream* stream_ = nullptr;
    mutable std::optional<Result<Json>> item_;
  };
  /// Blocks, like `next`.
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] static std::default_sentinel_t end() { return {}; }

 private:
  friend class Client;
  explicit ToolStream(std::shared_ptr<native::StreamQueue> queue) : queue_(std::move(queue)) {}
  [[nodiscard]] static boost::asio::any_io_executor executor_of(const native::StreamQueue& queue);
  static void take(const std::shared_ptr<native::StreamQueue>& queue, detail::ItemCompletion completion);

  std::shared_ptr<native::StreamQueue> queue_;
};

/// Discovers and calls tools over WebSocket (UTCP). Each client has its own connections.
///
/// **Threads.** Every member may be called from any thread at any time. A `Client` made without an executor owns one
/// thread; one made with an executor runs on a strand of it and owns none. Blocking functions must not be called where
/// the client runs (on its thread, or from a callback without an executor of its own): they fail with
/// `invalid_argument` where a client sees it, and would wait for themselves on a one-thread executor of the caller's.
///
/// **Callbacks** (completion handlers without an executor of their own, `on_event`, `credentials`) run where the client
/// runs. They may call any `async_` function, and drop streams and the client itself; they must neither block nor
/// throw. A call that cannot start reports that in the same way, never from inside the `async_` function.
///
/// **Errors** are values: `Result` holds one of the codes of `ErrorCode`, whose names, faults and texts are those of
/// the package for JavaScript. Nothing of this library throws, except `Result::value()` where there is an error.
///
/// **JSON** is parsed as JavaScript does, with two exceptions: integers of up to 64 bits stay exact, and order and
/// digits of call templates are kept. Numbers beyond 64 bits are rounded to doubles: `CallOptions::as_text` gives what
/// came.
class Client {
 public:
  /// Owns a thread, which starts with the first operation.
  explicit Client(ClientOptions options = {});
  /// Runs on a strand of the caller's executor, which has to run while an operation is pending.
  explicit Client(boost::asio::any_io_executor executor, ClientOptions options = {});
  /// Like `close()`, but does not wait for the caller's executor; joins the client's own thread, unless called on it.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Fetches an endpoint's manual. Tools of the same origin without `auth` inherit the template's; it is never sent to
  /// other origins.
  [[nodiscard]] Result<Manual> register_manual(const Json& call_template, const CallOptions& options = {});
  /// The same; `void(Result<Manual>)`.
  template <detail::NamedJson J, class Token>
  auto async_register_manual(const J& call_template, Token&& token) {
    return async_register_manual(call_template, CallOptions(), std::forward<Token>(token));
  }
  template <detail::NamedJson J, class Token>
  auto async_register_manual(const J& call_template, const CallOptions& options, Token&& token) {
    return boost::asio::async_initiate<Token, void(Result<Manual>)>(
        [this](auto handler, detail::PreparedCall call) {
          this->discover(std::move(call), {std::move(handler), executor()});
        },
        token, prepare_discovery(call_template, options));
  }

  /// Calls a tool. `tool_name` starts with the manual's name (`manual.tool`); `arguments` is an object, or null for
  /// none. Returns parsed JSON or text, depending on `response_format`, bytes (`Json::binary`) of a binary frame, an
  /// array of these if `expected_responses` is not 1, null if it is 0.
  [[nodiscard]] Result<Json> call_tool(std::string_view tool_name, const Json& arguments, const Json& call_template,
                                       const CallOptions& options = {});
  /// The same; `void(Result<Json>)`. Ends with `aborted` when the handler's cancellation slot is signalled. The
  /// arguments are read before it returns; store JSON in braces in a variable first.
  template <detail::NamedJson A, detail::NamedJson J, class Token>
  auto async_call_tool(std::string_view tool_name, const A& arguments, const J& call_template, Token&& token) {
    return async_call_tool(tool_name, arguments, call_template, CallOptions(), std::forward<Token>(token));
  }
  template <detail::NamedJson A, detail::NamedJson J, class Token>
  auto async_call_tool(std::string_view tool_name, const A& arguments, const J& call_template,
                       const CallOptions& options, Token&& token) {
    return boost::asio::async_initiate<Token, void(Result<Json>)>(
        [this](auto handler, detail::PreparedCall call) {
          this->call_tool(std::move(call), {std::move(handler), executor()});
        },
        token, prepare(tool_name, arguments, call_template, options));
  }

  /// Calls a tool and returns its responses one by one. The call starts when the first item is requested.
  [[nodiscard]] ToolStream stream(std::string_view tool_name, const Json& arguments, const Json& call_template,
                                  const CallOptions& options = {});

  /// Closes the connections of the manual's tools; calls in flight fail with `manual_deregistered`. Returns when the
  /// connections are closed, after two seconds at the latest.
  void deregister_manual(std::string_view name, const CallOptions& options = {});
  /// The same; `void()`.
  template <class Token>
  auto async_deregister_manual(std::string_view name, Token&& token) {
    return async_deregister_manual(name, CallOptions(), std::forward<Token>(token));
  }
  template <class Token>
  auto async_deregister_manual(std::string_view name, const CallOptions& options, Token&& token) {
    return boost::asio::async_initiate<Token, void()>(
        [this](auto handler, std::string manual, std::uint32_t caller) {
          this->deregister(std::move(manual), caller, this->ignoring(std::move(handler)));
        },
        token, std::string(name), options.caller);
  }

  /// Closes every connection; calls in flight fail with `protocol_closed`. The client can be used again afterwards.
  /// Returns when the connections are closed, after two seconds at the latest.
  void close();
  /// The same; `void()`.
  template <class Token>
  auto async_close(Token&& token) {
    return boost::asio::async_initiate<Token, void()>(
        [this](auto handler) { this->close(this->ignoring(std::move(handler))); }, token);
  }

  /// The executor of the client, and of handlers without their own.
  [[nodiscard]] boost::asio::any_io_executor executor() const;

  /// Counts of live objects, for leak tests and monitoring.
  struct Counts {
    std::size_t endpoints, connections, calls, waiting, tools, timers, sockets, closing, host_calls;
    bool operator==(const Counts&) const = default;
  };
  /// Blocks; must not be called on the client's executor, which has to run meanwhile.
  [[nodiscard]] Counts counts();
  /// The same; `void(Counts)`.
  template <class Token>
  auto async_counts(Token&& token) {
    return boost::asio::async_initiate<Token, void(Counts)>(
        [this](auto handler) {
          this->count({std::move(handler), this->executor()});
        },
        token);
  }

 private:
  using Done = detail::Completion<detail::NoValue>;
  template <class Handler>
  [[nodiscard]] Done ignoring(Handler handler) const {
    const boost::asio::any_io_executor own = boost::asio::get_associated_executor(handler, executor());
    return Done(detail::IgnoringValue<Handler>{std::move(handler)}, own);
  }
  [[nodiscard]] detail::PreparedCall prepare(std::string_view tool_name, const Json& arguments,
                                             const Json& call_template, const CallOptions& options);
  [[nodiscard]] detail::PreparedCall prepare_discovery(const Json& call_template, const CallOptions& options);
  void discover(detail::PreparedCall call, detail::ManualCompletion completion);
  void call_tool(detail::PreparedCall call, detail::JsonCompletion completion);
  void deregister(std::string manual, std::uint32_t caller, Done done);
  void close(Done done);
  void count(detail::Completion<Counts> completion);

  struct OwnThread;
  std::shared_ptr<OwnThread> thread_;
  std::shared_ptr<native::Engine> engine_;
};

}  // namespace utcp::ws
