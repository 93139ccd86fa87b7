#include "utcp_websocket/client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "engine.hpp"

namespace utcp::ws {
namespace {

namespace asio = boost::asio;

ErrorPtr would_wait_for_itself() {
  return make_error(
      ErrorCode::invalid_argument,
      "a blocking function was called where the client runs: it would wait for itself; use its async_ form");
}

/// Waits for a value. `start` gets the completion for it.
template <class Value, class Start>
Value wait_for(const native::Engine& engine, Start start) {
  std::promise<Value> promise;
  std::future<Value> future = promise.get_future();
  start(detail::Completion<Value>([&promise](Value value) { promise.set_value(std::move(value)); }, engine.executor()));
  return future.get();
}

}  // namespace

/// The thread of a client without an executor of its caller's. The thread shares it, so that a client may end on it.
struct Client::OwnThread {
  asio::io_context context{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{context.get_executor()};
  std::thread thread;
};

Client::Client(ClientOptions options) : thread_(std::make_shared<OwnThread>()) {
  engine_ = std::make_shared<native::Engine>(thread_->context.get_executor(), std::move(options));
  thread_->thread = std::thread([own = thread_] { own->context.run(); });
}

Client::Client(asio::any_io_executor executor, ClientOptions options)
    : engine_(std::make_shared<native::Engine>(asio::make_strand(std::move(executor)), std::move(options))) {}

Client::~Client() {
  engine_->close(native::Operation([] {}));
  if (!thread_) return;
  thread_->work.reset();
  if (thread_->thread.get_id() == std::this_thread::get_id()) {
    thread_->thread.detach();
  } else {
    thread_->thread.join();
  }
}

asio::any_io_executor Client::executor() const { return engine_->executor(); }

detail::PreparedCall Client::prepare(std::string_view tool_name, const Json& arguments, const Json& call_template,
                                     const CallOptions& options) {
  return engine_->prepare(CallMode::single, tool_name, arguments, call_template, options);
}

detail::PreparedCall Client::prepare_discovery(const Json& call_template, const CallOptions& options) {
  return engine_->prepare(CallMode::discovery, "", Json(), call_template, options);
}

void Client::discover(detail::PreparedCall call, detail::ManualCompletion completion) {
  engine_->discover(std::move(call), std::move(completion));
}

void Client::call_tool(detail::PreparedCall call, detail::JsonCompletion completion) {
  engine_->call(std::move(call), std::move(completion));
}

Result<Manual> Client::register_manual(const Json& call_template, const CallOptions& options) {
  if (engine_->is_current()) {
    Result<Manual> result;
    result.fail(would_wait_for_itself());
    return result;
  }
  detail::PreparedCall call = prepare_discovery(call_template, options);
  return wait_for<Result<Manual>>(
      *engine_, [&](detail::ManualCompletion completion) { discover(std::move(call), std::move(completion)); });
}

Result<Json> Client::call_tool(std::string_view tool_name, const Json& arguments, const Json& call_template,
                               const CallOptions& options) {
  if (engine_->is_current()) {
    Result<Json> result;
    result.fail(would_wait_for_itself());
    return result;
  }
  detail::PreparedCall call = prepare(tool_name, arguments, call_template, options);
  return wait_for<Result<Json>>(
      *engine_, [&](detail::JsonCompletion completion) { call_tool(std::move(call), std::move(completion)); });
}

ToolStream Client::stream(std::string_view tool_name, const Json& arguments, const Json& call_template,
                          const CallOptions& options) {
  return ToolStream(std::make_shared<native::StreamQueue>(
      engine_, engine_->prepare(CallMode::stream, tool_name, arguments, call_template, options)));
}

void Client::deregister(std::string manual, std::uint32_t caller, Done done) {
  engine_->deregister(std::move(manual), caller, native::Operation([done = std::move(done)]() mutable { done({}); }));
}

void Client::close(Done done) {
  engine_->close(native::Operation([done = std::move(done)]() mutable { done({}); }));
}

void Client::deregister_manual(std::string_view name, const CallOptions& options) {
  if (engine_->is_current()) return;
  wait_for<detail::NoValue>(*engine_,
                            [&](Done done) { deregister(std::string(name), options.caller, std::move(done)); });
}

void Client::close() {
  if (engine_->is_current()) return;
  wait_for<detail::NoValue>(*engine_, [&](Done done) { close(std::move(done)); });
}

void Client::count(detail::Completion<Counts> completion) {
  engine_->count(native::UniqueFunction<void(Counts)>(
      [completion = std::move(completion)](Counts counts) mutable { completion(counts); }));
}

Client::Counts Client::counts() {
  if (engine_->is_current()) return engine_->counts();
  return wait_for<Counts>(*engine_, [&](detail::Completion<Counts> completion) { count(std::move(completion)); });
}

// --- Streams ---

ToolStream& ToolStream::operator=(ToolStream&& other) noexcept {
  if (this != &other) {
    stop();
    queue_ = std::move(other.queue_);
  }
  return *this;
}

ToolStream::~ToolStream() { stop(); }

void ToolStream::stop() {
  if (queue_) queue_->engine->leave(queue_);
}

asio::any_io_executor ToolStream::executor_of(const native::StreamQueue& queue) { return queue.engine->executor(); }

void ToolStream::take(const std::shared_ptr<native::StreamQueue>& queue, detail::ItemCompletion completion) {
  queue->engine->take(queue, std::move(completion));
}

Result<std::optional<Json>> ToolStream::next() {
  if (queue_->engine->is_current()) {
    Result<std::optional<Json>> result;
    result.fail(would_wait_for_itself());
    return result;
  }
  return wait_for<Result<std::optional<Json>>>(
      *queue_->engine, [&](detail::ItemCompletion completion) { take(queue_, std::move(completion)); });
}

void ToolStream::Iterator::advance() {
  Result<std::optional<Json>> next = stream_->next();
  item_.reset();
  if (!next) {
    item_.emplace().fail(next.take_error());
  } else if (*next) {
    item_.emplace(std::move(**next));
  }
}

}  // namespace utcp::ws
