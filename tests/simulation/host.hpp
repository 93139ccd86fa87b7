// Owns the session under test: each event goes to the checker, to the session, and the commands that follow back to the
// checker and on to the network. One event is one step.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker.hpp"
#include "oracle.hpp"
#include "schedule.hpp"

namespace utcp::ws::simulation {

/// Where commands lead. Whoever listens only plans: nothing happens to the session before the step is over.
class HostListener {
 public:
  HostListener() = default;
  virtual ~HostListener() = default;
  HostListener(const HostListener&) = delete;
  HostListener& operator=(const HostListener&) = delete;

  virtual void socket_opens(std::uint32_t connection, std::size_t site) = 0;
  virtual void greeting_sent(std::uint32_t connection) = 0;
  virtual void message_sent(std::uint32_t connection, const ModelCall& call) = 0;
  virtual void leave_sent(std::uint32_t connection, bool is_shared) = 0;
  virtual void ping_sent(std::uint32_t connection, bool is_message) = 0;
  virtual void reading_set(std::uint32_t connection, bool on) = 0;
  virtual void token_asked(std::uint32_t token) = 0;
  virtual void socket_closed(std::uint32_t connection) = 0;
  virtual void item_delivered(const ModelCall& call, std::size_t bytes) = 0;
};

using Trace = std::vector<std::string>;

class Host {
 public:
  /// `trace`: null, or where each event and command is written down.
  Host(const Scenario& scenario, const Schedule& schedule, Trace* trace);

  void listen(HostListener& listener) { listener_ = &listener; }
  [[nodiscard]] Model& model() { return model_; }
  [[nodiscard]] const Oracle& oracle() const { return oracle_; }
  [[nodiscard]] const Session& session() const { return session_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::optional<ErrorCode> outcome_of(std::uint32_t call) const { return outcomes_.at(call); }
  /// How the calls ended that were not aborted.
  [[nodiscard]] const std::map<std::uint32_t, std::optional<ErrorCode>>& outcomes() const { return outcomes_; }

  std::uint32_t start_call(std::size_t tool, CallMode mode, const std::optional<std::string>& header,
                           bool uploads = false);
  void upload(std::uint32_t call, Upload progress);
  /// With the id of a tool that was released.
  void call_released_tool(std::size_t tool);
  void abort(std::uint32_t call);
  void consume(std::uint32_t call, std::size_t items, std::size_t bytes);
  void open(std::uint32_t connection, const std::string& protocol);
  void message(std::uint32_t connection, const Payload& payload);
  void pong(std::uint32_t connection);
  void wake();
  /// `granted`: the token in `body`, empty where there is none.
  void token(std::uint32_t id, int http_status, const std::string& body, const std::string& granted, Duration lifetime);
  void token_failed(std::uint32_t id, const OpeningFailure& failure);
  void error(std::uint32_t connection);
  void opening_failed(std::uint32_t connection, const OpeningFailure& failure);
  void close(std::uint32_t connection, int code);
  void fire_timers();
  void deregister(CallerId caller, const std::string& manual);
  void close_all();
  void renew_tool(std::size_t tool);
  void release_tools();

 private:
  [[nodiscard]] std::uint32_t free_topic() const;
  [[nodiscard]] ToolId prepare(const ToolPlan& tool);
  void finish_step();
  void carry_out(const Command& command);
  void note(std::string text);

  const Scenario& scenario_;
  const Schedule& schedule_;
  Trace* trace_;
  Session session_;
  Model model_;
  Checker checker_;
  Oracle oracle_;
  std::uint64_t frames_ = 0;
  HostListener* listener_ = nullptr;
  std::vector<ToolId> tools_;
  std::size_t tool_count_ = 0;
  std::uint32_t last_call_;
  std::uint64_t steps_ = 0;
  std::size_t frame_size_ = 0;  // of the frame being handled
  std::map<std::uint32_t, std::optional<ErrorCode>> outcomes_;
};

}  // namespace utcp::ws::simulation
