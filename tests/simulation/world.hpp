// Owns one seed's run: users that do what users do, readers of streams, timers of the host, and the end, at which the
// network heals and everything has to come to rest.
#pragma once

#include <deque>
#include <map>

#include "network.hpp"

namespace utcp::ws::simulation {

class World final : public HostListener {
 public:
  explicit World(std::uint64_t seed, Trace* trace = nullptr);

  /// Throws a `Violation`.
  void run();
  [[nodiscard]] const Host& host() const { return host_; }

  void socket_opens(std::uint32_t connection, std::size_t site) override { network_.socket_opens(connection, site); }
  void greeting_sent(std::uint32_t connection) override { network_.greeting_sent(connection); }
  void message_sent(std::uint32_t connection, const ModelCall& call) override;
  void ping_sent(std::uint32_t connection, bool is_message) override { network_.ping_sent(connection, is_message); }
  void leave_sent(std::uint32_t connection, bool is_shared) override { network_.leave_sent(connection, is_shared); }
  void token_asked(std::uint32_t token) override { network_.token_asked(token); }
  void reading_set(std::uint32_t connection, bool on) override { network_.reading_set(connection, on); }
  void socket_closed(std::uint32_t connection) override { network_.socket_closed(connection); }
  void item_delivered(const ModelCall& call, std::size_t bytes) override;

 private:
  /// Who reads a stream.
  struct Reader {
    Duration pace{};
    bool is_stuck = false;  // never reads
    bool is_planned = false;
    std::deque<std::size_t> queue{};  // bytes of each item
  };

  void operate();
  void call_tool();
  void jump();
  void read(std::uint32_t call);
  void plan_upload(std::uint32_t connection, std::uint32_t call, bool is_known);
  void upload(std::uint32_t connection, std::uint32_t call, bool is_known);
  void plan_reading(std::uint32_t call, Reader& reader);
  void pass_until(TimePoint end);
  void pass_until_calls_end();
  void pass_one();
  void come_to_rest();
  void call_each_tool_until_it_answers();
  void call_each_tool_in_peace();
  [[nodiscard]] bool answers(std::size_t tool);
  void shut_down();
  [[nodiscard]] TimePoint next_timer();
  [[nodiscard]] std::uint32_t any_call();
  [[nodiscard]] std::uint32_t any_connection();

  Random random_;
  Scenario scenario_;
  Schedule schedule_;
  Host host_;
  Network network_;
  std::map<std::uint32_t, Reader> readers_;
  std::size_t operations_left_;
  std::optional<TimePoint> timer_asked_{};  // the deadline for which the host has set its timer
  TimePoint timer_due_{};                   // when that timer fires
  bool is_calm_ = false;
};

}  // namespace utcp::ws::simulation
