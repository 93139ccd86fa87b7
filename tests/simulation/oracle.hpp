// Owns a judgement of its own: the peer stamps each frame with the call that it says it for, and a user must get what
// is stamped for their call, once, in order, and nothing else. Must not know rules of the session or of the model: that
// both could have wrong together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <utcp_websocket/session.hpp>

#include "model.hpp"

namespace utcp::ws::simulation {

class Oracle {
 public:
  void call_starts(std::uint32_t call) { calls_[call] = {}; }
  /// Nobody wants to hear of it any more.
  void call_is_aborted(std::uint32_t call) { calls_.erase(call); }

  /// A frame comes, stamped with the call that the peer says it for: 0 for none.
  void frame_comes(std::uint32_t stamp, std::uint64_t serial) {
    stamp_ = stamp;
    serial_ = serial;
  }
  void frame_is_over() { stamp_.reset(); }

  void on(const DeliverFrame& command) {
    Heard& heard = heard_by(command.call, "delivered to");
    if (!stamp_) wrong("something is delivered although no frame came", command.call);
    if (*stamp_ != static_cast<std::uint32_t>(command.call)) {
      wrong("a frame said for call " + std::to_string(*stamp_) + " reaches", command.call);
    }
    if (serial_ <= heard.last) wrong("a frame comes twice, or after a later one, to", command.call);
    heard.last = serial_;
  }
  void on(const SettleCall& command) {
    (void)heard_by(command.call, "settled");
    const bool is_said_by_tool = command.error && command.error->code == ErrorCode::tool_failed;
    if (is_said_by_tool && stamp_ != static_cast<std::uint32_t>(command.call)) {
      wrong("what another's tool says fails", command.call);
    }
    calls_.erase(static_cast<std::uint32_t>(command.call));
  }
  void on(const SendMessage& command) {
    if (heard_by(command.call, "sent").is_sent) wrong("a message goes out twice, of", command.call);
    heard_by(command.call, "sent").is_sent = true;
  }
  template <class Other>
  void on(const Other& /*of no call*/) {}

  /// Whether every call has ended.
  [[nodiscard]] bool is_at_rest() const { return calls_.empty(); }

 private:
  struct Heard {
    std::uint64_t last = 0;
    bool is_sent = false;
  };

  [[noreturn]] static void wrong(const std::string& what, CallId call) {
    throw Violation("the oracle: " + what + " call " + std::to_string(static_cast<std::uint32_t>(call)));
  }
  Heard& heard_by(CallId call, const char* what) {
    const auto entry = calls_.find(static_cast<std::uint32_t>(call));
    if (entry == calls_.end()) wrong(std::string(what) + " although it is over, or never was:", call);
    return entry->second;
  }

  std::map<std::uint32_t, Heard> calls_;
  std::optional<std::uint32_t> stamp_;  // while a frame is handled
  std::uint64_t serial_ = 0;
};

}  // namespace utcp::ws::simulation
