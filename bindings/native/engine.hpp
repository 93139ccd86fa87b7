// Owns the running parts of a client: one session of the core, its connections, its timer, its calls by id. It passes
// events to the core and carries out its commands. Must not know the content of call templates, frames or URLs.
//
// Everything below `enter` runs on one executor that runs one handler at a time. A *turn* is everything that follows
// from one event: the core's commands, the completions of calls, and what these start; its frames on a connection leave
// in one write.
#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include <utcp_websocket/session.hpp>

#include "connection.hpp"
#include "prepared.hpp"
#include "proxy.hpp"
#include "stream_queue.hpp"
#include "tls.hpp"
#include "token_fetch.hpp"
#include "unique_function.hpp"
#include "upload.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws::native {

using Operation = UniqueFunction<void()>;

class Engine final : public ConnectionEvents, public std::enable_shared_from_this<Engine> {
 public:
  /// `executor` runs one handler at a time.
  Engine(Executor executor, ClientOptions options);

  // --- From any thread ---

  [[nodiscard]] const Executor& executor() const { return executor_; }
  /// Whether this is called from inside a turn.
  [[nodiscard]] bool is_current() const { return turning_.load() == std::this_thread::get_id(); }
  [[nodiscard]] detail::PreparedCall prepare(CallMode mode, std::string_view tool_name, const Json& arguments,
                                             const Json& call_template, const CallOptions& options);
  void discover(detail::PreparedCall call, detail::ManualCompletion completion);
  void call(detail::PreparedCall call, detail::JsonCompletion completion);
  void take(const std::shared_ptr<StreamQueue>& queue, detail::ItemCompletion completion);
  void leave(const std::shared_ptr<StreamQueue>& queue);
  void deregister(std::string manual, std::uint32_t caller, Operation done);
  void close(Operation done);
  void count(UniqueFunction<void(Client::Counts)> done);
  /// The same at once, where it runs.
  [[nodiscard]] Client::Counts counts() const;

  // --- Events of connections ---

  void opened(ConnectionId connection, std::string_view subprotocol) override;
  void received(ConnectionId connection, const Message& message) override;
  void ponged(ConnectionId connection) override;
  void failed(ConnectionId connection, const Failure& failure) override;
  void closed(ConnectionId connection, int code, std::string_view reason, bool was_clean,
              const std::string& cause) override;

 private:
  struct StopCall {
    std::weak_ptr<Engine> engine;
    detail::PreparedCall call;
    void operator()() const;
  };
  using StopWatch = std::stop_callback<StopCall>;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  /// One call in flight. Its mode decides who gets its value.
  struct Call {
    detail::PreparedCall handle;
    std::vector<Outgoing> messages{};      ///< until they are sent
    std::unique_ptr<CallUpload> upload{};  ///< where more are made of an argument in chunks
    bool is_sent = false;
    detail::JsonCompletion value{};
    detail::ManualCompletion manual{};
    std::shared_ptr<StreamQueue> stream{};
    Json result{};
    std::string text{};  ///< of a manual
    std::unique_ptr<StopWatch> watch{};
  };

  // engine.cpp
  void enter(Operation operation);
  void turn();
  [[nodiscard]] bool take_inbox();
  void arm_timer();
  void start(Call call);
  [[nodiscard]] ErrorPtr render(Call& call, CallRequest& request, std::uint32_t id);
  [[nodiscard]] static ErrorPtr render_one(const Call& call, const MessageTemplate& message, const BuiltIns& built_ins,
                                           MissingArguments missing, std::string& text, Plan& late);
  [[nodiscard]] ErrorPtr add_message(const Call& call, const MessageTemplate& message, BuiltIns built_ins,
                                     std::vector<Outgoing>& messages);
  [[nodiscard]] std::uint32_t new_id();
  void abort(const detail::PreparedCall& handle);
  /// Ends a call, or what was to become one, on this side.
  void abandon(const detail::PreparedCall& handle, ErrorPtr error);
  void watch_slot(const boost::asio::cancellation_slot& slot, const detail::PreparedCall& call);
  void release_dropped(std::vector<Templates::Entry> dropped);
  [[nodiscard]] static TimePoint now();

  // engine_commands.cpp
  void run(const OpenSocket& command);
  void run(const SendMessage& command);
  void run(const SendGreeting& command);
  void run(const SendLeaveMessage& command);
  void run(const SendDisconnectMessage& command);
  void run(const SendPing& command);
  void run(const SendReply& command);
  void run(const SetReading& command);
  void run(const CloseSocket& command);
  void run(const FetchToken& command);
  void run(const CancelToken& command);
  void run(const DeliverFrame& command);
  void run(const SettleCall& command);
  void run(const Report& command);
  void ask_for_credentials(const OpenSocket& command);
  void take_credentials(ConnectionId connection, Result<Credentials> given);
  void open(ConnectionId connection, const Handshake& handshake);
  void fail_for_good(ConnectionId connection, ErrorPtr error, bool is_what_calls_get);
  [[nodiscard]] Result<Route> route_to(std::string_view url);
  [[nodiscard]] Connection* find(ConnectionId connection);
  void send(ConnectionId connection, std::string_view message, bool is_binary = false);
  void show_frame(ConnectionId connection, bool is_sent, bool is_text, std::string_view content);
  void send_own(ConnectionId connection, const Plan& plan);
  void settled_closing(std::uint64_t closing);
  void when_closed(Operation done);
  void warn(std::uint32_t id, std::string text);
  [[nodiscard]] ErrorPtr error_of(const SettleCall& command);

  // engine_uploads.cpp
  [[nodiscard]] ErrorPtr render_upload(Call& call, const BuiltIns& built_ins);
  [[nodiscard]] Call* find_upload(const detail::PreparedCall& handle);
  void send_message(const Call& call, const Outgoing& message);
  void begin_upload(Call& call, const SendMessage& command);
  void ask_for_chunk(const detail::PreparedCall& handle);
  void ask_source(const detail::PreparedCall& handle);
  void take_chunk(const detail::PreparedCall& handle, Result<std::optional<Json>> chunk);
  [[nodiscard]] Result<Outgoing> chunk_message(const Call& call, Json chunk);
  void stop_upload(Call& call);

  // engine_calls.cpp
  void deliver(Call& call, const DeliverFrame& command);
  void finish(Call call, ErrorPtr error);
  void finish_stream(StreamQueue& queue, ErrorPtr error);
  void complete_manual(Call& call, ErrorPtr error);
  void give(StreamQueue& queue, detail::ItemCompletion completion);
  void later(Operation completion) { completed_.push_back(std::move(completion)); }

  const Executor executor_;
  const ClientOptions options_;
  const ProxyRules proxies_;
  ErrorPtr options_error_;
  Templates templates_;

  std::mutex mutex_;  // of the two below
  std::vector<Operation> inbox_;
  bool is_scheduled_ = false;
  std::atomic<std::thread::id> turning_{};

  Session session_;
  std::shared_ptr<TlsContext> tls_;
  Timer timer_;
  std::optional<TimePoint> armed_;
  std::unordered_map<std::uint32_t, Call> calls_;
  std::uint32_t last_id_ = 0;
  std::map<ConnectionId, std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> unflushed_;
  std::vector<Operation> completed_;
  std::map<TokenId, std::unique_ptr<TokenFetch>> fetches_;
  std::map<std::uint64_t, std::shared_ptr<Connection>> closing_;
  std::uint64_t last_closing_ = 0;
  std::vector<std::pair<std::uint64_t, Operation>> waiting_for_closing_;

  // The event being handled.
  const Message* message_ = nullptr;
  std::string cause_;
  ErrorPtr refusal_;  // the error of calls, instead of the core's
  std::size_t sent_size_ = 0;
};

}  // namespace utcp::ws::native
