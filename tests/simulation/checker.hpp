// Owns the invariants. Each step has three parts: what happens is told to the model, which works out what the session
// must do and what it may do; each command is held against that; at the end nothing may be missing.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model.hpp"

namespace utcp::ws::simulation {

/// What is wrong, and of which call or connection.
inline std::string name(const char* what, std::uint32_t id) { return std::string(what) + ' ' + std::to_string(id); }

class Checker {
 public:
  Checker(const Scenario& scenario, const Session& session, Model& model)
      : scenario_(scenario), options_(scenario.options), session_(session), model_(model) {}

  // Before the session is told.
  void call_starts(TimePoint now, std::uint32_t id, const ToolPlan& tool, CallMode mode,
                   const std::optional<std::string>& header, bool is_released, bool uploads = false,
                   std::uint32_t topic = 0);
  void uploaded(TimePoint now, std::uint32_t id, Upload progress);
  void call_aborted(TimePoint now, std::uint32_t id);
  void consumed(TimePoint now, std::uint32_t id, std::size_t items, std::size_t bytes);
  void opened(TimePoint now, std::uint32_t connection, std::string_view protocol);
  void received(TimePoint now, std::uint32_t connection, const Payload& payload);
  void ponged(TimePoint now, std::uint32_t connection);
  void woke(TimePoint now);
  /// `granted`: the token that came, empty where none did.
  void token_came(TimePoint now, std::uint32_t id, int http_status, const std::string& granted, Duration lifetime);
  void failed(TimePoint now, std::uint32_t connection, const OpeningFailure& failure);
  void closed(TimePoint now, std::uint32_t connection, int code);
  void timer_fires(TimePoint now);
  void deregistered(TimePoint now, CallerId caller, std::string_view manual);
  void protocol_closed(TimePoint now);

  // While its commands are carried out.
  void on(const OpenSocket& command);
  void on(const SendMessage& command);
  void on(const SendGreeting& command);
  void on(const SendLeaveMessage& command);
  void on(const SendDisconnectMessage& command);
  void on(const SendPing& command);
  void on(const SendReply& command);
  void on(const SetReading& command);
  void on(const CloseSocket& command);
  void on(const FetchToken& command);
  void on(const CancelToken& command);
  void on(const DeliverFrame& command);
  void on(const SettleCall& command);
  void on(const Report& command);

  // After them.
  void step_ends(std::size_t tools);

 private:
  enum class Ending : std::uint8_t { answered, by_peer, left };

  void step_begins(TimePoint now);
  void step_is_silent() { silent_ = true; }
  void is_heard() const;
  void leave(ModelCall& call, Ending ending);
  bool must_tell(const ModelCall& call, Ending ending);
  [[nodiscard]] bool is_first_answer(ModelConnection& connection, ModelCall& call, const Payload& payload);
  [[nodiscard]] bool is_late_first_answer(ModelConnection& connection, const Payload& payload);
  void stop_waiting(ModelCall& call);
  void becomes_ready(ModelConnection& connection);
  void opening_fails(ModelConnection& connection, ErrorCode code, bool worth_retrying, bool is_certain = true);
  void question_for(ModelConnection& connection, const Payload& payload);
  [[nodiscard]] static bool gives_up(const ModelCall* owner, const Payload& payload);
  void connection_given_up(ModelConnection& connection);
  void note_last_words(ModelConnection& connection, const Payload& payload);
  [[nodiscard]] bool is_one_too_many(ModelConnection::Flow& flow, const Payload& payload) const;
  void frame_for(ModelConnection& connection, ModelCall& call, const Payload& payload);
  [[nodiscard]] bool holds_more_than(const ModelCall& call, std::size_t part) const;
  [[nodiscard]] bool is_silent(const ModelConnection& connection) const;
  void keep_beat();
  [[nodiscard]] bool waits_alone(const Group& group) const;
  [[nodiscard]] bool waits_for(const Group& group, const ModelConnection& connection) const;
  [[nodiscard]] bool other_waits_at(std::size_t site) const;
  void drop_group(std::size_t group, ErrorCode code);
  void unforeseen(ModelCall& call, const SettleCall& command);
  void check_token(ModelConnection& connection, const std::vector<Header>& headers);
  void token_is_refused(const ModelConnection& connection);
  void may_fail_unseen(ErrorCode code);
  void check_goodbye(const ModelConnection& connection, int code);
  void check_close_reason(const ModelConnection& connection) const;
  void check_lease(const ModelConnection& connection, const ModelCall& call) const;
  void check_decoding(const DeliverFrame& command) const;
  void check_counts(std::size_t tools) const;
  void check_deadlines() const;
  void check_group(const Group& group) const;

  /// An opening that failed in this step.
  struct FailedOpening {
    ErrorCode code;
    bool ends_all;    // no retry, and nothing else works: all that wait are rejected
    TimePoint limit;  // those that end by then need not wait for the next attempt
  };

  const Scenario& scenario_;
  const SessionOptions& options_;
  const Session& session_;
  Model& model_;

  TimePoint now_{};
  bool silent_ = false, in_timeout_ = false, in_shutdown_ = false, was_granted_ = false;
  bool must_cancel_all_ = false;  // requests for tokens
  std::uint32_t starting_ = 0;
  std::optional<std::uint32_t> must_greet_{};
  const Payload* must_deliver_ = nullptr;                          // to its owner
  std::string error_path_{};                                       // of the frame that is a tool's error
  std::map<std::uint32_t, std::optional<ErrorCode>> must_settle_;  // none: without an error
  std::optional<std::string> must_reply_{};                        // so, where the frame came from
  std::set<std::uint32_t> must_ping_;                              // since the host was away
  std::map<std::uint32_t, int> must_close_;                        // with this code
  std::map<std::uint32_t, std::uint32_t> must_tell_;               // that a call is left: on this connection
  std::set<std::uint32_t> ended_by_peer_;                          // connections
  std::set<std::uint32_t> said_goodbye_;                           // connections that have to be closed next
  std::map<std::uint32_t, bool> must_set_reading_;                 // on or off
  std::map<std::size_t, FailedOpening> failed_openings_;           // by group
};

}  // namespace utcp::ws::simulation
