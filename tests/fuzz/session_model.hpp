// Owns what a host may rely on: a model of calls and connections, kept from the commands of a session alone, and what
// must hold after every operation. Must not know how operations are chosen.
#pragma once

#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <variant>

#include <utcp_websocket/session.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {

inline constexpr std::string_view kSecret = "s3cr3t";

/// What the model knows of a prepared tool.
struct ToolModel {
  ToolId id{};
  const CallRules* rules = nullptr;
  CallerId caller{};
  std::string manual;
  std::string url;  ///< that is opened, without query; holds caller and manual, so that two of them share none
  std::string protocol;
  bool shared = false, needs_ack = false, by_uuid = false, has_value = false;
  Duration connection_timeout{}, response_timeout{};
};

struct CallModel {
  ToolModel tool;
  std::string key;  // of its endpoint
  std::optional<ConnectionId> connection{};
  TimePoint deadline{};  // none while it is not read from
  bool shared = false;   // its answers carry its id
  bool has_leave = false, expects_nothing = false;
  std::uint32_t expected = 0;
  std::uint32_t delivered = 0;
  std::size_t queued = 0;
  Upload upload = Upload::done;   // how far its host is
  bool has_begun = true;          // whether the peer has heard of it, where it has a connection
  std::string value{};            // that its caller gave: frames after its first answer carry it
  bool is_told_by_value = false;  // so far
};

struct SocketModel {
  std::string key;
  bool open = false, acknowledged = false;
  bool owes = false;     // an answer that nobody waits for may still come
  bool tainted = false;  // a late answer or echo may come: calls without ids do not use it
  bool awaits_echo = false;
  bool may_be_spoilt = false;  // a frame came that no call asked for, or a ping message went out
  bool paused = false;
  bool doubted = false;          // the host was away, and the peer has sent nothing since
  std::uint32_t unanswered = 0;  // calls that timed out since the peer last sent anything
  std::string given{};           // its URL and headers, which a host may repeat when it cannot open it
  std::set<std::uint32_t> calls{};
  std::set<std::string> values{};  // of its calls so far
  void is_heard() {
    unanswered = 0;
    doubted = false;
  }
};

/// The frame that is being handled.
struct FrameModel {
  ConnectionId connection{};
  std::string id{};     // that it carries
  std::string value{};  // that it carries instead
};

class Model {
 public:
  Model(Session& session, const SessionOptions& options) : session_(session), options_(options) {}

  TimePoint now{std::chrono::seconds(1)};
  std::map<std::uint32_t, CallModel> calls{};         // that run
  std::map<std::uint32_t, SocketModel> sockets{};     // that are not closed
  std::set<std::uint32_t> tokens{};                   // that are being fetched
  std::map<std::uint32_t, ConnectionId> may_leave{};  // calls that were sent and have a leave message
  std::map<ToolId, std::size_t> tools;                // how often each is prepared
  std::uint32_t last_connection = 0, last_token = 0;

  [[nodiscard]] std::size_t tool_count() const {
    std::size_t count = 0;
    for (const auto& [id, times] : tools) count += times;
    return count;
  }

  /// Of an endpoint. A credential may be in the query, or in a subprotocol after the first.
  static std::string key_of(std::string_view url, std::string_view protocol, const std::string* header) {
    return std::string(url.substr(0, url.find('?'))) + " " + std::string(protocol) +
           (header == nullptr ? " -" : " " + *header);
  }
  static constexpr TimePoint kNever = TimePoint::max();
  static std::uint32_t number(CallId id) { return static_cast<std::uint32_t>(id); }
  static std::uint32_t number(ConnectionId id) { return static_cast<std::uint32_t>(id); }

  /// Takes all commands, then checks. `frame`: during `handle_message`.
  void drain(const FrameModel* frame = nullptr) {
    frame_ = frame;
    while (const Command* command = session_.poll_command()) {
      std::visit([this](const auto& what) { carry_out(what); }, *command);
    }
    if (given_up_) REQUIRE(!sockets.contains(number(*given_up_)));  // with all its calls: `check`
    given_up_.reset();
    frame_ = nullptr;
    check();
  }

  /// Before the frame is handled. A first answer is no item, and gives more time.
  void may_be_first(const FrameModel& frame) {
    for (auto& [id, call] : calls) {
      if (call.value.empty() || call.connection != frame.connection || frame.id != std::to_string(id)) continue;
      call.is_told_by_value = true;
      call.deadline = live(frame.connection).paused ? kNever : answer_due(call);
    }
  }

  /// After `handle_timeout(now)`: nothing is late.
  void check_deadlines() const {
    REQUIRE(!session_.poll_timeout() || *session_.poll_timeout() > now);
    for (const auto& [id, call] : calls) REQUIRE(call.deadline > now);
  }

  void check_empty() const {
    REQUIRE(sockets.empty() && calls.empty() && tokens.empty());
    const Session::Counts counts = session_.counts();
    REQUIRE(counts == Session::Counts{0, 0, 0, 0, tool_count(), 0} && !session_.poll_timeout());
  }

 private:
  // Commands that this model does not know: whatever they name must be alive.
  template <class What>
  void carry_out(const What& what) {
    if constexpr (requires { what.connection; }) (void)live(what.connection);
    if constexpr (requires { what.call; }) (void)live(what.call);
  }
  void carry_out(const OpenSocket& what) {
    const std::uint32_t id = number(what.connection);
    REQUIRE(used_.insert(id).second);
    last_connection = std::max(last_connection, id);
    const std::string* header = nullptr;
    for (const Header& each : what.handshake.headers) {
      REQUIRE(is_token(each.first) && is_field_value(each.second));
      if (each.first == "X-A") header = &each.second;
    }
    REQUIRE(options_.handshake.can_set_headers || what.handshake.headers.empty());
    SocketModel& socket = sockets[id];
    const std::vector<std::string>& protocols = what.handshake.protocols;
    socket.key = key_of(what.handshake.url, protocols.empty() ? "" : protocols.front(), header);
    socket.given = what.handshake.url;
    for (const Header& each : what.handshake.headers) socket.given += " " + each.second;
  }
  void carry_out(const FetchToken& what) {
    last_token = static_cast<std::uint32_t>(what.token);
    REQUIRE(tokens.insert(last_token).second && !what.request.url.empty() && !what.request.body.empty());
  }
  void carry_out(const CancelToken& what) { REQUIRE(tokens.erase(static_cast<std::uint32_t>(what.token)) == 1); }
  void carry_out(const SendPing& what) {
    SocketModel& socket = live(what.connection);
    REQUIRE(socket.open && !socket.paused && what.plan.empty() == options_.can_ping);
    if (what.plan.empty()) return;
    socket.awaits_echo = socket.may_be_spoilt =
        true;  // which frame is the echo stays open: it is the unit tests' and the simulation's
    for (const std::uint32_t call : socket.calls) REQUIRE(calls.at(call).shared);
  }
  void carry_out(const SetReading& what) {
    SocketModel& socket = live(what.connection);
    REQUIRE(options_.can_pause && socket.paused == what.on);
    socket.paused = !what.on;
    for (const std::uint32_t id : socket.calls) {
      CallModel& call = calls.at(id);
      call.deadline = what.on ? answer_due(call) : kNever;
    }
  }
  void carry_out(const SendMessage& what) {
    CallModel& call = live(what.call);
    SocketModel& socket = live(what.connection);
    REQUIRE(!call.connection && socket.open && (socket.acknowledged || !call.tool.needs_ack));
    REQUIRE(socket.key == call.key);
    for (const std::uint32_t other : socket.calls) {
      REQUIRE(call.shared && calls.at(other).shared);
      REQUIRE(call.value.empty() || call.value != calls.at(other).value);
    }
    call.is_told_by_value = !call.value.empty() && socket.values.insert(call.value).second;
    REQUIRE(call.shared || (!socket.owes && !socket.tainted && !socket.awaits_echo));
    REQUIRE(!socket.paused && !socket.doubted);
    socket.tainted = socket.tainted || call.shared;
    socket.calls.insert(number(what.call));
    call.connection = what.connection;
    if (call.has_leave && call.has_begun) may_leave.emplace(number(what.call), what.connection);
    call.deadline = answer_due(call);
  }
  void carry_out(const SendGreeting& what) { REQUIRE(live(what.connection).open && !what.plan.empty()); }
  void carry_out(const SendLeaveMessage& what) {
    REQUIRE(live(what.connection).open && !what.plan.empty());
    REQUIRE(may_leave.contains(number(what.call)) && may_leave.at(number(what.call)) == what.connection);
    may_leave.erase(number(what.call));  // told once
  }
  void carry_out(const SendDisconnectMessage& what) {
    REQUIRE(live(what.connection).open && !what.plan.empty());
    live(what.connection).open = false;  // nothing follows it
  }
  void carry_out(const SendReply& what) {
    REQUIRE(live(what.connection).open && frame_ != nullptr && frame_->connection == what.connection);
  }
  void carry_out(const CloseSocket& what) {
    (void)live(what.connection);
    REQUIRE(what.code == 1000 || (what.code >= 3000 && what.code <= 4999));
    sockets.erase(number(what.connection));
  }
  void carry_out(const DeliverFrame& what) {
    CallModel& call = live(what.call);
    REQUIRE(frame_ != nullptr && call.connection == frame_->connection);
    const bool is_told = call.is_told_by_value && frame_->value == call.value;
    if (call.shared && !is_told)
      REQUIRE(frame_->id == (call.tool.by_uuid ? "u" : "") + std::to_string(number(what.call)));
    if (what.is_progress) {
      if (!live(frame_->connection).paused) call.deadline = answer_due(call);
      return;
    }
    ++call.delivered;
    ++call.queued;
    REQUIRE(call.expected == 0 || call.delivered <= call.expected);
    REQUIRE(call.expected == 1 || call.queued <= options_.max_stream_items);
    REQUIRE((what.decoding == Decoding::json_member) == !what.path.empty());
    call.deadline = live(frame_->connection).paused ? kNever : answer_due(call);
  }
  void carry_out(const SettleCall& what) {
    const CallModel& call = live(what.call);
    const bool tool_failed = what.error && what.error->code == ErrorCode::tool_failed;
    REQUIRE(what.connection == call.connection);
    REQUIRE(tool_failed || what.path.empty());
    REQUIRE(!tool_failed || frame_ != nullptr);
    if (frame_ != nullptr && what.error && what.error->code == ErrorCode::connection_closed)
      given_up_ = what.connection;
    if (what.error) {
      REQUIRE(!what.error->message.empty() && what.error->message.find(kSecret) == std::string::npos);
    }
    if (what.error && what.error->code == ErrorCode::response_timeout && call.connection) {
      REQUIRE(call.deadline <= now);
      ++live(*call.connection).unanswered;
    }
    forget(number(what.call), call.expects_nothing || (frame_ != nullptr && (!what.error || tool_failed)));
  }
  void carry_out(const Report& what) {
    REQUIRE(what.endpoint.find(kSecret) == std::string::npos && what.text.find(kSecret) == std::string::npos);
  }

 public:
  /// How far the host is with the messages of a call, before it says so.
  void uploads(std::uint32_t id, Upload progress) {
    const auto entry = calls.find(id);
    if (entry == calls.end() || !entry->second.connection) return;
    CallModel& call = entry->second;
    call.upload = progress;
    if (!call.has_begun && (progress == Upload::waiting || progress == Upload::done)) {
      call.has_begun = true;
      if (call.has_leave) may_leave.emplace(id, *call.connection);
    }
    call.deadline = live(*call.connection).paused ? kNever : answer_due(call);
  }

  /// A call is over; `answered`: nothing more will come for it.
  void forget(std::uint32_t id, bool answered) {
    const auto call = calls.find(id);
    if (call->second.connection) {
      const auto socket = sockets.find(number(*call->second.connection));
      if (socket != sockets.end()) {
        socket->second.calls.erase(id);
        if (!answered || call->second.upload != Upload::done) socket->second.owes = true;
      }
    }
    calls.erase(call);
  }

 private:
  CallModel& live(CallId id) {
    REQUIRE(calls.contains(number(id)));  // settled once, and not after an abort
    return calls.at(number(id));
  }
  SocketModel& live(ConnectionId id) {
    REQUIRE(sockets.contains(number(id)));  // closed once, and nothing after
    return sockets.at(number(id));
  }
  CallModel* live(const std::optional<CallId>& id) { return id ? &live(*id) : nullptr; }
  SocketModel* live(const std::optional<ConnectionId>& id) { return id ? &live(*id) : nullptr; }

  // The peer is not late while the call's caller is waited for.
  [[nodiscard]] TimePoint answer_due(const CallModel& call) const {
    return call.upload < Upload::held ? kNever : now + call.tool.response_timeout;
  }

  void check() const {
    std::map<std::string, std::size_t> connections;
    std::map<std::string, std::size_t> waiting;
    std::size_t all_waiting = 0;
    for (const auto& entry : sockets) REQUIRE(++connections[entry.second.key] <= options_.max_connections);
    for (const auto& [id, call] : calls) {
      if (call.connection) {
        REQUIRE(sockets.contains(number(*call.connection)));
      } else {
        REQUIRE(++waiting[call.key] <= options_.max_waiting);
        ++all_waiting;
        check_waits_for_a_reason(call);
      }
    }
    const Session::Counts counts = session_.counts();
    REQUIRE(counts.calls == calls.size());
    REQUIRE(tokens.empty() ? counts.connections == sockets.size() : counts.connections > sockets.size());
    REQUIRE(counts.waiting == all_waiting && counts.tools == tool_count());
    REQUIRE(counts.endpoints <= calls.size() + counts.connections);
    const bool has_idle =
        std::any_of(sockets.begin(), sockets.end(), [](const auto& entry) { return entry.second.calls.empty(); });
    const bool has_clock =
        std::any_of(calls.begin(), calls.end(), [](const auto& entry) { return entry.second.deadline != kNever; });
    REQUIRE(session_.poll_timeout().has_value() || (!has_idle && !has_clock));
  }

  // No connection that this call may use stands idle.
  void check_waits_for_a_reason(const CallModel& call) const {
    for (const auto& [id, socket] : sockets) {
      if (socket.key != call.key || !socket.open || (call.tool.needs_ack && !socket.acknowledged)) continue;
      if (socket.unanswered > 1 || socket.doubted) continue;  // its peer may be gone
      if (!call.shared) {
        REQUIRE(!socket.calls.empty() || socket.owes || socket.tainted || socket.may_be_spoilt);
      } else {
        REQUIRE(!socket.calls.empty() && (!calls.at(*socket.calls.begin()).shared || has_value_of(socket, call)));
      }
    }
  }

  // Whether its frames would be another's, too.
  [[nodiscard]] bool has_value_of(const SocketModel& socket, const CallModel& call) const {
    return std::any_of(socket.calls.begin(), socket.calls.end(), [this, &call](std::uint32_t id) {
      return !call.value.empty() && calls.at(id).value == call.value;
    });
  }

  Session& session_;
  const SessionOptions& options_;
  std::optional<ConnectionId> given_up_{};  // by the frame that is handled
  std::set<std::uint32_t> used_;            // ids of connections
  const FrameModel* frame_ = nullptr;
};

}  // namespace utcp::ws::fuzz
