// Owns the servers and the hostile network between them and the host: what each message meets on its way, what is
// answered, and all the ways in which a connection can end. Messages of one connection keep their order (it is TCP).
#pragma once

#include <deque>
#include <map>

#include "host.hpp"

namespace utcp::ws::simulation {

class Network {
 public:
  Network(const Scenario& scenario, Random& random, Schedule& schedule, Host& host)
      : scenario_(scenario), random_(random), schedule_(schedule), host_(host), hostility_(scenario.hostility) {}

  /// From now on servers answer at once and nothing gets lost; what is broken stays broken.
  void heal();

  void socket_opens(std::uint32_t connection, std::size_t site);
  void greeting_sent(std::uint32_t connection);
  void message_sent(std::uint32_t connection, const ModelCall& call);
  void leave_sent(std::uint32_t connection, bool is_shared);
  void ping_sent(std::uint32_t connection, bool is_message);
  void token_asked(std::uint32_t token);
  void reading_set(std::uint32_t connection, bool on);
  void socket_closed(std::uint32_t connection);
  /// A frame that nobody asked for, on a connection where the session can tell.
  void send_unsolicited(std::uint32_t connection);
  /// The server, or something on the way, ends it.
  void end(std::uint32_t connection);
  /// Nothing comes any more, and nothing is said about it.
  /// Some servers give up a connection by a frame, in so many of a hundred such moments.
  void may_give_up(std::uint32_t connection, std::size_t percent, const Addressee* to = nullptr, Duration delay = {});
  void go_silent(std::uint32_t connection) { sockets_.at(connection).is_silent = true; }

 private:
  struct Socket {
    std::size_t site;
    bool is_forgotten = false;  // the host has closed it
    bool is_ended = false;      // the server has
    bool is_silent = false;
    bool is_paused = false;
    std::deque<std::function<void()>> unread{};  // what waits until the host reads again
    TimePoint free{};                            // when the last frame arrives that is under way to the host
  };

  void fail_opening(std::uint32_t connection);
  void read_on(std::uint32_t connection);
  void reach(std::uint32_t connection, const std::function<void()>& what);
  void arrive(std::uint32_t connection, Duration delay, std::function<void()> what);
  void send(std::uint32_t connection, Duration delay, Payload payload);
  [[nodiscard]] bool is_anothers(std::uint32_t connection, const Payload& payload);
  void answer(std::uint32_t connection, const Addressee& to);
  void send_late_end(std::uint32_t connection, const Addressee& to, Duration delay);
  void conclude(std::uint32_t connection, const Addressee& to, Duration delay);
  void say_last_words(std::uint32_t connection, Duration delay);
  void close(std::uint32_t connection, Duration delay, int code);
  void send_welcome(std::uint32_t connection);
  void ask(std::uint32_t connection, std::uint32_t call, Duration delay);
  [[nodiscard]] Duration latency();
  [[nodiscard]] Duration pause_before(const Addressee& to);

  const Scenario& scenario_;
  Random& random_;
  Schedule& schedule_;
  Host& host_;
  Hostility hostility_;
  bool is_healed_ = false;
  std::map<std::uint32_t, Socket> sockets_;
  std::size_t tokens_given_ = 0;
};

}  // namespace utcp::ws::simulation
