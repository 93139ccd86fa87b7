// Owns one session on the Emscripten side: its sockets, and carrying out the core's commands with
// emscripten_websocket_*. Must not decide anything: that is the core's. Must not know promises: that is
// js/core/driver.js's.
//
// Memory: the session owns a `Socket` per connection; Emscripten's callbacks carry a pointer to it, and get none once
// it is gone. The text of a received frame is copied into `scratch_` only when the core asks for it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/session.hpp>

#include "channel.hpp"
#include "scratch.hpp"

namespace utcp::ws {

inline std::uint32_t number(CallId id) { return static_cast<std::uint32_t>(id); }
inline std::uint32_t number(ConnectionId id) { return static_cast<std::uint32_t>(id); }
inline std::uint32_t number(TokenId id) { return static_cast<std::uint32_t>(id); }

class SessionHost {
 public:
  /// `options`: see `parse_options`.
  explicit SessionHost(const std::string& options);
  ~SessionHost();
  SessionHost(const SessionHost&) = delete;
  SessionHost& operator=(const SessionHost&) = delete;

  /// `{"value":{tool, messages?, name, endpoint, headerFields, many, plan?, more?, bytes?, base64?, discovery}}` or
  /// `{"error":…}`.
  [[nodiscard]] std::string prepare(std::uint32_t caller, const std::string& tool_name,
                                    const std::string& call_template);
  void release(std::uint32_t tool, std::uint32_t messages);
  /// The pieces of the tool's message (`of` is 0), `message_filter` (1), `leave_message` (2) or its second message (3)
  /// and so on, for arguments of these names (a JSON array of strings).
  [[nodiscard]] std::string plan(std::uint32_t tool, std::uint32_t messages, const std::string& names, int of) const;

  void start_call(double now, std::uint32_t call, std::uint32_t tool, int mode);
  /// `extras`: `{"headers":[value or null, …],"uuid":"…","filter":…,"leave":"…","uploads":true}`.
  void start_call_with(double now, std::uint32_t call, std::uint32_t tool, int mode, const std::string& extras);
  void abort_call(double now, std::uint32_t call, bool was_sent);
  void handle_consumed(double now, std::uint32_t call, std::uint32_t items, std::uint32_t bytes);
  /// `progress`: a number of `Upload`.
  void handle_upload(double now, std::uint32_t call, int progress);
  void handle_pong(double now, std::uint32_t connection);
  /// `kind`: a number of `OpeningFailure::Kind`.
  void handle_opening_failed(double now, std::uint32_t connection, int kind, int http_status, const std::string& text);
  void handle_token(double now, std::uint32_t token, int http_status, const std::string& body);
  void handle_token_failed(double now, std::uint32_t token, int kind, const std::string& text);
  /// `{"value":handshake}` or `{"error":…}`. `given`: the result of the option `credentials` (JSON text).
  [[nodiscard]] std::string add_credentials(std::uint32_t connection, const std::string& given);
  /// `text` without secrets: those of a connection, or, if that is 0, of a call template (JSON
  /// text) and of `given` as above, or empty.
  [[nodiscard]] std::string mask(std::uint32_t connection, const std::string& call_template, const std::string& given,
                                 const std::string& text) const;
  void handle_timeout(double now);
  void handle_wake(double now);
  void deregister(std::uint32_t caller, const std::string& manual);
  void close();
  void set_reporting(bool on);
  /// The address of `ChannelWords`.
  [[nodiscard]] std::uint32_t channel() const {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&channel_.words));
  }
  /// JSON with counts of live objects, for leak tests.
  [[nodiscard]] std::string counts() const;

 private:
  struct Socket {
    SessionHost& host;
    ConnectionId connection;
    int handle;
  };
  friend struct SocketEvents;

  /// Everything during its lifetime is one entry: at the end, the core's commands are in the channel.
  class Entry {
   public:
    explicit Entry(SessionHost& host) : host_(host) { host.channel_.begin(); }
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    SessionHost& host_;
  };

  void start(const CallRequest& request, double now, std::uint32_t call);
  void run(const OpenSocket& command);
  void run(const SendMessage& command);
  void run(const SendGreeting& command);
  void run(const SendLeaveMessage& command);
  void run(const SendDisconnectMessage& command);
  void run(const SendPing& command);
  void run(const SendReply& command);
  void run(const SetReading& command);
  void send(ConnectionId connection, const std::string& what);
  void run(const CloseSocket& command);
  void run(const FetchToken& command);
  void run(const CancelToken& command);
  void run(const DeliverFrame& command);
  void run(const SettleCall& command);
  void run(const Report& command);
  [[nodiscard]] const Socket* find(ConnectionId connection) const;
  void forget(ConnectionId connection);

  Session session_;
  Channel channel_;
  Scratch scratch_;
  std::map<ConnectionId, std::unique_ptr<Socket>> sockets_;
  /// Of tools whose plans JavaScript asks for: `message`, and those behind it.
  struct Messages {
    MessageTemplate first;
    std::vector<MessageTemplate> more;
  };
  std::map<std::uint32_t, Messages> messages_;
  std::uint32_t last_messages_ = 0;
};

}  // namespace utcp::ws
