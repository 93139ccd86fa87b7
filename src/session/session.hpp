// Owns the facade of the core: endpoints, who may use which connection, waiting calls in order, limits, retries.
// Must not know sockets, clocks, entropy sources, promises, or the content of payloads (that is `call`'s task).
//
// How a host drives it:
//   1. Pass in what happened: `start_call`, `abort_call`, `handle_*`, always with the time.
//   2. Get commands from `poll_command()` until there are none, and carry them out in that order.
//   3. Get the next deadline from `poll_timeout()`, and call `handle_timeout(now)` at that time (earlier does no harm).
// Nothing calls back into the session while it works. A command about a frame means the frame of its
// `handle_message`: carry it out before the next `handle_*`.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/captured.hpp>
#include <utcp_websocket/error.hpp>

#include "call.hpp"
#include "connection.hpp"
#include "credentials.hpp"
#include "failure.hpp"
#include "handshake.hpp"
#include "oauth2.hpp"
#include "timers.hpp"

namespace utcp::ws {

/// A caller: callers never share connections. The host assigns the numbers; 0 is "no caller".
enum class CallerId : std::uint32_t {};
/// A tool prepared by `Session::prepare`.
enum class ToolId : std::uint32_t {};
/// An OAuth2 credential whose token is kept.
enum class TokenId : std::uint32_t {};

struct RetryOptions {
  bool enabled = true;
  Duration base = std::chrono::milliseconds(200);  ///< upper bound of the first delay; doubled with each failure
  Duration cap = std::chrono::seconds(10);         ///< upper bound of any delay
  Duration first_opening =
      std::chrono::seconds(2);  ///< retry time if nothing listens, and the endpoint was never reached
};

struct SessionOptions {
  std::size_t max_connections = 8;                        ///< per endpoint
  std::size_t max_waiting = 1024;                         ///< calls waiting per endpoint
  std::size_t max_frame = std::size_t{64} * 1024 * 1024;  ///< received; bytes, or UTF-16 code units in JavaScript
  std::size_t max_manual = std::size_t{8} * 1024 * 1024;  ///< of a manual, counted likewise
  std::size_t max_depth = kDefaultMaxJsonDepth;
  std::size_t max_stream_items = 10'000;                         ///< waiting for the consumer
  std::size_t max_stream_bytes = std::size_t{16} * 1024 * 1024;  ///< also of unsolicited frames, within a second
  std::size_t max_unsolicited =
      1000;  ///< frames within a second on a connection that serves no call, before it is closed
  Duration idle_timeout = std::chrono::minutes(5);
  RetryOptions retry{};
  HandshakeOptions handshake{};
  bool can_pause = false;                            ///< whether the host can pause reading from a connection
  bool can_ping = false;                             ///< whether the host can send WebSocket pings and reports pongs
  Duration longest_ping_interval = Duration::max();  ///< of a host that closes connections that are silent for longer
  std::uint64_t seed = 0;                            ///< entropy for the jitter of retries
};

/// Open a WebSocket; answer with `handle_open`, `handle_opening_failed` or `handle_close`.
struct OpenSocket {
  ConnectionId connection;
  Handshake handshake;
  std::string manual;  ///< the manual whose tools are called, for a host's own source of credentials
  /// The host appends it to each message that it sends, and splits a received text at it; empty parts are not
  /// messages. Empty: none.
  std::string terminator{};
};
/// Send the message that the host rendered for this call, or start with its messages.
struct SendMessage {
  ConnectionId connection;
  CallId call;
  Captured captured{};  ///< values captured in the handshake, if the template's message may contain them
};
/// Render and send a message of the handshake (`connect`, `connect_message`), without arguments.
struct SendGreeting {
  ConnectionId connection;
  Plan plan;
};
/// Send this text, which the host rendered before the call started (`CallRequest::leave_message`), except for
/// `{{new_id}}`: it tells the peer that the call is abandoned. It follows the call's `SendMessage`, perhaps its
/// `SettleCall`, too.
struct SendLeaveMessage {
  ConnectionId connection;
  CallId call;
  Plan plan;
};
/// Render and send the template's `disconnect_message`, without arguments. The connection's `CloseSocket` follows.
struct SendDisconnectMessage {
  ConnectionId connection;
  Plan plan;
};
/// Check that the peer is alive: if the plan is empty, send a WebSocket ping (RFC 6455 section 5.5.2) and report
/// its pong with `handle_pong`; else render and send the template's `ping_message`.
struct SendPing {
  ConnectionId connection;
  Plan plan;
};
/// Render and send a reply to the frame being handled, one of the template's `replies`, without arguments.
struct SendReply {
  ConnectionId connection;
  Plan plan;
};
/// Pause or resume reading from the connection: if a stream's consumer is slow, the peer has to wait.
struct SetReading {
  ConnectionId connection;
  bool on;
};
/// Close and forget the connection: pass no more of its events.
struct CloseSocket {
  ConnectionId connection;
  int code;  ///< 1000 or 3000–4999: the only ones that hosts accept
  std::string reason;
};
/// POST a token request; answer with `handle_token` or `handle_token_failed`. Do not follow redirects (answer
/// with their status), and read at most a megabyte of the answer.
struct FetchToken {
  TokenId token;
  TokenRequest request;
};
/// Cancel this token request: no call waits for it any more.
struct CancelToken {
  TokenId token;
};
/// Decode the frame being handled and pass it to the call as an item, or to the caller as progress.
struct DeliverFrame {
  CallId call;
  Decoding decoding;
  std::string path;  ///< for `Decoding::json_member`: JSON Pointer
  bool is_progress = false;
};
/// The call is over. For a `tool_failed` error, `path` points to the detail in the frame being handled,
/// unless `detail` has it: then the frame's value contains secrets, or is too large to search.
struct SettleCall {
  CallId call;
  std::shared_ptr<const Error> error;      ///< null: success
  std::optional<ConnectionId> connection;  ///< the origin of the error, so that the host can add details
  std::string path;
  std::string detail{};  ///< JSON text; empty: see `path`
};
/// An event for logs and user interfaces. Only after `set_reporting(true)`.
struct Report {
  enum class Kind : std::uint8_t { open, close, send, message, unsolicited, retry, warning, token };
  Kind kind;
  std::string endpoint;  ///< for logs: without secrets
  std::optional<ConnectionId> connection{};
  std::optional<CallId> call{};
  std::size_t size = 0;  ///< of a received frame
  int close_code = 0;
  std::string text{};  ///< the closing reason; the warning; why a frame was dropped
  int attempt = 0;     ///< retry: how many attempts have failed
  Duration delay{};    ///< retry: until the next one
};
using Command =
    std::variant<OpenSocket, SendMessage, SendGreeting, SendLeaveMessage, SendDisconnectMessage, SendPing, SendReply,
                 SetReading, CloseSocket, FetchToken, CancelToken, DeliverFrame, SettleCall, Report>;

struct CallRequest {
  ToolId tool;
  CallMode mode = CallMode::single;
  std::vector<std::optional<std::string>> header_values{};  ///< for each of the template's `header_fields`
  std::optional<std::string> message_filter{};              ///< the template's, filled in, if it has placeholders
  std::string leave_message{};                              ///< the template's, rendered like the message; empty: none
  /// Both in another form, if they contain values that are known later: captured ones, and `{{new_id}}` in a leave
  /// message, because some peers want ids that increase. See `fill`.
  Plan late_filter{}, late_leave{};
  std::string uuid{};  ///< the value of `{{uuid}}` in this call's message, if answers carry it
  /// Instead of the template's `connection_timeout` and `response_timeout`; 0: none.
  std::optional<Duration> timeout{};
  bool uploads = false;  ///< the host sends its messages one by one, and reports it with `handle_upload`
};

/// A tool's name without the manual's.
[[nodiscard]] std::string_view short_name(std::string_view tool_name);

class Session {
 public:
  explicit Session(SessionOptions options = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) = delete;

  /// Prepares a template for calls of one tool by one caller. `tool_name` determines the manual of the calls: the part
  /// before its first `.`, else the template's name (which an empty `tool_name`, discovery, always
  /// uses). Moves out of the template everything but its messages: those belong to the host. Tools whose templates
  /// differ only in names and messages have the same id.
  [[nodiscard]] ToolId prepare(CallerId caller, std::string_view tool_name, CallTemplate& call_template);
  /// To be called as often as the id was returned; then the id becomes invalid. Calls in flight continue.
  void release(ToolId tool);
  /// The template of a prepared tool, without its messages, which belong to the host; null for an invalid id.
  [[nodiscard]] const CallTemplate* find_template(ToolId tool) const;

  /// The host picks the id, which must not be in use. Errors are reported by `SettleCall`.
  void start_call(TimePoint now, CallId id, const CallRequest& request);
  /// The caller aborted. No more commands about the call follow, except a `SendLeaveMessage`. `was_sent`: false
  /// if the host has not carried out the call's `SendMessage`, and will not. Unknown ids are ignored, here and below.
  void abort_call(TimePoint now, CallId id, bool was_sent = true);
  /// The consumer of a stream has taken items from the host's queue. While reading from the stream's connection is
  /// paused, the host reports it at once; else no later than before the next message.
  void handle_consumed(TimePoint now, CallId id, std::size_t items, std::size_t bytes);
  /// The host's progress with the messages of a call that `uploads`, after its `SendMessage`. While it waits
  /// for the caller, `response_timeout` is paused.
  void handle_upload(TimePoint now, CallId id, Upload progress);

  void handle_open(TimePoint now, ConnectionId id, std::string_view subprotocol);
  void handle_message(TimePoint now, ConnectionId id, const Frame& frame);
  void handle_pong(TimePoint now, ConnectionId id);
  /// The connection could not be opened; the host reports what it knows of the cause.
  void handle_opening_failed(TimePoint now, ConnectionId id, const OpeningFailure& failure);
  /// An open connection broke without a close frame.
  void handle_error(TimePoint now, ConnectionId id);
  void handle_close(TimePoint now, ConnectionId id, int code, std::string_view reason, bool was_clean);
  /// A token endpoint answered.
  void handle_token(TimePoint now, TokenId id, int http_status, std::string_view body);
  /// It could not be reached, or its answer could not be read.
  void handle_token_failed(TimePoint now, TokenId id, const OpeningFailure& failure);
  void handle_timeout(TimePoint now);
  /// The host was away (asleep, frozen, without a network), so that connections may be dead without notice. The next
  /// call uses a connection whose peer answers a ping now, or a new one.
  void handle_wake(TimePoint now);

  /// Rejects the manual's calls and closes their connections.
  void deregister(CallerId caller, std::string_view manual);
  /// Rejects every call and closes every connection. The session can be used again afterwards.
  void close();

  void set_reporting(bool on) { reporting_ = on; }

  /// Adds the result of the host's own source of credentials to a connection: the host opens it with this
  /// handshake, not that of `OpenSocket`, or fails it with the error. From then on, these secrets are masked in all
  /// texts about the connection.
  [[nodiscard]] Result<Handshake> add_credentials(ConnectionId id, Credentials given);
  /// The secrets of a connection (unknown id: none), or of calls with this
  /// template. For texts that the host itself shows: its own errors, manuals.
  [[nodiscard]] Secrets secrets_of(ConnectionId id) const;
  [[nodiscard]] Secrets secrets_of(const CallTemplate& call_template) const;

  /// The next command, null if there is none. It is valid until the next call of this function.
  [[nodiscard]] const Command* poll_command();
  [[nodiscard]] std::optional<TimePoint> poll_timeout() const { return timers_.next(); }

  struct Counts {
    std::size_t endpoints, connections, calls, waiting, tools, timers;
    bool operator==(const Counts&) const = default;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Tool;
  struct Turn;
  struct BackOff;
  struct Endpoint;
  struct Call;
  struct Connection;
  struct Credential;
  struct Flow;
  struct Late;
  enum class Ending : std::uint8_t;
  template <class T>
  using Table = std::map<std::uint32_t, std::unique_ptr<T>>;
  using Routes = std::map<std::string, std::uint32_t>;

  // session.cpp: calls
  void settle(TimePoint now, Call& call, std::shared_ptr<const Error> error, Ending ending, std::string_view path = {},
              std::string detail = {});
  void fail_to_start(CallId id, ErrorPtr error);
  void warn_of_template(Tool& tool, const Endpoint& endpoint, CallId id);
  void say_settled(const Call& call, std::shared_ptr<const Error> error, std::string_view path = {},
                   std::string detail = {});
  void say_tool_failed(TimePoint now, Call& call, const Frame& frame, std::string_view path);
  void drop(CallId id, const std::shared_ptr<const Error>& error);
  void reject(CallId id, const std::shared_ptr<const Error>& error);
  [[nodiscard]] ErrorPtr timeout_error(const Call& call) const;

  // session_endpoint.cpp
  [[nodiscard]] Result<Endpoint*> endpoint_for(Tool& tool, const CallRequest& request);
  void touch(Endpoint& endpoint);
  void tend(TimePoint now);
  void serve(TimePoint now, Endpoint& endpoint, std::vector<CallId>& queue);
  [[nodiscard]] bool has_room(const Endpoint& endpoint);
  void give_up_waiting(const Call& call);
  void reject_waiting(Endpoint& endpoint, TimePoint latest, const std::shared_ptr<const Error>& error);
  void drop_openings(Endpoint& endpoint);
  void drop_endpoint(Endpoint& endpoint, const std::shared_ptr<const Error>& error);

  // session_pool.cpp: connections
  void open(TimePoint now, Endpoint& endpoint, const Call& call);
  void lease(TimePoint now, Connection& connection, Call& call);
  void become_ready(TimePoint now, Connection& connection);
  void rest(TimePoint now, Connection& connection);
  void opening_failed(TimePoint now, Connection& connection, ErrorPtr error, int code = 1000,
                      std::string_view reason = {}, OpeningFailure::Kind kind = OpeningFailure::Kind::unknown);
  [[nodiscard]] bool may_still_open(TimePoint now, Endpoint& endpoint, OpeningFailure::Kind kind) const;
  void connection_lost(Connection& connection, ErrorPtr error);
  void remove(Connection& connection, int code = 1000, std::string_view reason = {}, bool by_peer = false);
  void connection_timeout(TimePoint now, Connection& connection);
  [[nodiscard]] std::string what_is_missing(const Connection& connection) const;

  // session_greeting.cpp
  void greet(TimePoint now, Connection& connection, bool heard = false);
  void receive_greeting(TimePoint now, Connection& connection, const Frame& frame);

  // session_leaving.cpp: calls and connections that end by this side's will
  void take_out(TimePoint now, Call& call, Ending ending);
  bool send_leave_message(Call& call, Ending ending);
  void retire(Connection& connection);

  // session_answers.cpp: what of calls is captured
  void fill_in(const Connection& connection, Call& call);
  [[nodiscard]] Call* find_route(const Routes& routes, const Table<Call>& calls, bool by_answer, const Frame& frame);
  void take_first_answer(TimePoint now, Connection& connection, Call& call, const Frame& frame);
  void owe_leave_message(Connection& connection, Call& call, Ending ending);
  [[nodiscard]] bool leave_late(Connection& connection, const Frame& frame);
  [[nodiscard]] Secrets secrets_of(const Call& call) const;
  [[nodiscard]] Secrets secrets_of_all(const Connection& connection) const;

  // session_replies.cpp: what a peer sends on its own, and is answered
  bool reply(TimePoint now, Connection& connection, const Frame& frame);
  void cut_off(TimePoint now, Connection& connection, ErrorPtr error, std::string_view reason);

  // session_tokens.cpp: waiting for a token before an opening
  [[nodiscard]] Credential& credential_of(TimePoint now, const Endpoint& endpoint);
  void authorize(TimePoint now, Connection& connection);
  void open_with(Connection& connection, const BearerToken& token);
  void open_socket(Connection& connection, std::string_view token);
  [[nodiscard]] Handshake handshake_of(const Connection& connection) const;
  [[nodiscard]] bool renew_token(TimePoint now, const Connection& connection);
  void cancel_unwanted(TokenId id);
  void token_came(TimePoint now, TokenId id, const ErrorPtr& error, OpeningFailure::Kind kind);

  // session_heartbeat.cpp
  [[nodiscard]] Duration ping_interval(const CallTemplate& call_template) const;
  void start_heartbeat(TimePoint now, const Connection& connection);
  void heartbeat(TimePoint now, Connection& connection);
  void ping(TimePoint now, Connection& connection, const CallTemplate& call_template);
  [[nodiscard]] TimePoint end_of_rest(const Connection& connection) const;

  // session_frames.cpp: from frame to call
  void receive(TimePoint now, Connection& connection, const Frame& frame);
  void hears(TimePoint now, Connection& connection);
  [[nodiscard]] bool floods(TimePoint now, Flow& flow, const Frame& frame) const;
  [[nodiscard]] Call* find_addressee(const Connection& connection, const Frame& frame);
  [[nodiscard]] Judgement judge(const Call& call, const Frame& frame) const;
  void take(TimePoint now, Connection& connection, Call& call, const Frame& frame);
  void deliver(const Call& call, const Judgement& judgement, const Frame& frame, bool is_progress);
  [[nodiscard]] bool gives_up(Connection& connection, const Frame& frame);
  void note_last_words(Connection& connection, const Frame& frame) const;
  [[nodiscard]] static bool is_echo(Connection& connection, const Frame& frame);
  [[nodiscard]] static bool is_one_answer(const Call& call);
  [[nodiscard]] static Ending ending_by_frame(const Call& call);
  [[nodiscard]] static std::vector<CallId> calls_of(const Connection& connection);
  [[nodiscard]] bool holds_more_than(const Call& call, std::size_t part) const;
  void set_reading(Connection& connection, bool on);
  void expect_answer(TimePoint now, const Connection& connection, const Call& call);
  void report_frame(Report::Kind kind, const Connection& connection, const Call* call, const Frame& frame,
                    std::string_view why);

  Report* report(Report::Kind kind, const Endpoint& endpoint, std::optional<ConnectionId> connection);
  [[nodiscard]] std::uint64_t random();

  SessionOptions options_;
  std::uint64_t random_state_;
  bool reporting_ = false;
  std::uint32_t last_tool_ = 0, last_endpoint_ = 0, last_connection_ = 0, last_credential_ = 0;
  std::map<std::uint32_t, std::shared_ptr<Tool>> tools_;
  std::map<std::string, std::uint32_t> tool_ids_;  // by what makes tools the same to calls
  Table<Endpoint> endpoints_;
  std::vector<Endpoint*> touched_;                     // since the event began
  std::map<std::string, std::uint32_t> endpoint_ids_;  // by endpoint key
  std::map<std::string, std::uint32_t> reached_;       // origins that a connection was once open to
  Table<Connection> connections_;                      // of all endpoints, by id
  Table<Call> calls_;
  Table<Call> left_;  // whose first answer their connection still owes
  Table<Credential> credentials_;
  Timers timers_;
  std::list<Command> commands_;
  bool polled_ = false;  // the first of them was given out
};

}  // namespace utcp::ws
