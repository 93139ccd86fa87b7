#include "network.hpp"

#include <algorithm>
#include <utility>

namespace utcp::ws::simulation {

using namespace std::chrono_literals;

void Network::heal() {
  hostility_ = {.slowest = 1ms};
  is_healed_ = true;
}

Duration Network::latency() {
  if (random_.percent(20)) return 0us;
  const Duration slowest = random_.percent(80) ? std::min<Duration>(hostility_.slowest, 5ms) : hostility_.slowest;
  return random_.between(0us, slowest);
}

// Something reaches the host, after all that is under way to it.
void Network::arrive(std::uint32_t id, Duration delay, std::function<void()> what) {
  Socket& socket = sockets_.at(id);
  socket.free = std::max(socket.free, schedule_.now() + delay + latency());
  schedule_.at(socket.free, [this, id, what = std::move(what)] { reach(id, what); });
}

void Network::reach(std::uint32_t id, const std::function<void()>& what) {
  Socket& socket = sockets_.at(id);
  if (socket.is_silent || (socket.is_forgotten && !random_.percent(hostility_.late))) return;
  // A little may have been read before reading stopped.
  if (!socket.unread.empty() || (socket.is_paused && !socket.is_forgotten && random_.percent(50))) {
    socket.unread.push_back(what);
  } else {
    what();
  }
}

// One after the other, before anything that comes later.
void Network::read_on(std::uint32_t id) {
  Socket& socket = sockets_.at(id);
  if (socket.unread.empty() || (socket.is_paused && !socket.is_forgotten)) return;
  const std::function<void()> what = std::move(socket.unread.front());
  socket.unread.pop_front();
  schedule_.after(0us, [this, id] { read_on(id); });
  if (!socket.is_silent && !(socket.is_forgotten && !random_.percent(hostility_.late))) what();
}

void Network::reading_set(std::uint32_t id, bool on) {
  Socket& socket = sockets_.at(id);
  socket.is_paused = !on;
  if (!on) may_give_up(id, hostility_.message / 4);
  if (on) schedule_.after(0us, [this, id] { read_on(id); });
}

void Network::token_asked(std::uint32_t id) {
  if (random_.percent(hostility_.token)) {
    if (random_.percent(20)) return;  // never answered
    const int status = random_.pick({0, 200, 302, 400, 400, 401, 429, 500});
    schedule_.after(latency(), [this, id, status] {
      if (status != 0) return host_.token(id, status, R"({"error":"no"})", {}, 0us);
      host_.token_failed(id, {static_cast<OpeningFailure::Kind>(random_.below(9)), 0, "because"});
    });
    if (random_.percent(80)) return;
  }
  const auto seconds = random_.pick({0, 1, 10, 3600});
  const std::string granted = std::string(kSecret) + '-' + std::to_string(++tokens_given_);
  const std::string body = R"({"access_token":")" + granted + R"(","expires_in":)" + std::to_string(seconds) + '}';
  schedule_.after(latency(), [this, id, body, granted, seconds] {
    host_.token(id, 200, body, granted, std::chrono::seconds(seconds));
  });
}

void Network::ping_sent(std::uint32_t id, bool is_message) {
  schedule_.after(latency(), [this, id, is_message] {
    const Socket& socket = sockets_.at(id);
    if (socket.is_ended || socket.is_silent || random_.percent(hostility_.message / 8)) return;
    const Duration delay = random_.percent(hostility_.message) ? random_.between(0us, 1s) : 0us;
    if (is_message) return send(id, delay, make_echo());
    arrive(id, delay, [this, id] { host_.pong(id); });
  });
}

void Network::send(std::uint32_t id, Duration delay, Payload payload) {
  arrive(id, delay, [this, id, payload = std::move(payload)] {
    if (!is_anothers(id, payload)) host_.message(id, payload);
  });
}

// What is still under way of a topic when another call has taken it up: the same to that call.
bool Network::is_anothers(std::uint32_t id, const Payload& payload) {
  const ModelConnection* connection = host_.model().live_connection(id);
  if (payload.topic == 0 || !payload.by_answer || connection == nullptr) return false;
  return std::any_of(connection->calls.begin(), connection->calls.end(), [this, &payload](std::uint32_t other) {
    const ModelCall& call = *host_.model().live_call(other);
    return call.topic == payload.topic && call.id != payload.owner && call.is_known;
  });
}

void Network::socket_opens(std::uint32_t id, std::size_t site) {
  sockets_.emplace(id, Socket{.site = site});
  if (random_.percent(hostility_.opening)) return fail_opening(id);
  const std::string& protocol = scenario_.sites[site].protocol;
  arrive(id, 0us, [this, id, protocol] { host_.open(id, protocol); });
  const Site& there = scenario_.sites[site];
  if (there.acks && (!there.greets || there.challenges)) send_welcome(id);
}

void Network::fail_opening(std::uint32_t id) {
  const std::string protocol = scenario_.sites[sockets_.at(id).site].protocol;
  const auto open = [this, id](std::string chosen) {
    return [this, id, chosen = std::move(chosen)] { host_.open(id, chosen); };
  };
  switch (random_.below(9)) {
    case 0:
    case 1: {  // refused, as each host tells it
      const int status = random_.pick({0, 0, 200, 401, 403, 404, 429, 500, 503});
      const auto kind = static_cast<OpeningFailure::Kind>(status == 0 ? random_.below(9) : 0);
      arrive(id, 0us, [this, id, status, kind] { host_.opening_failed(id, {kind, status, "because"}); });
      if (random_.percent(60)) arrive(id, 0us, [this, id] { host_.close(id, 1006); });
      break;
    }
    case 2: {
      const int code = random_.pick({0, 1002, 1006, 1015});
      arrive(id, 0us, [this, id, code] { host_.close(id, code); });
      if (random_.percent(30)) arrive(id, 0us, [this, id] { host_.error(id); });
      break;
    }
    case 3:  // never anything
      break;
    case 4:
      arrive(id, 0us, open("another"));
      break;
    case 5:
      arrive(id, 0us, open(protocol));
      end(id);
      break;
    case 6:  // long after everybody has given up
      arrive(id, 40s, open(protocol));
      break;
    case 7:
      send(id, 0us, make_welcome(random_, id));
      arrive(id, 0us, open(protocol));
      arrive(id, 0us, open(protocol));
      break;
    default:  // open, but deaf
      arrive(id, 0us, open(protocol));
      arrive(id, 1ms, [this, id] { go_silent(id); });
      break;
  }
}

void Network::greeting_sent(std::uint32_t id) {
  const Site& site = scenario_.sites[sockets_.at(id).site];
  if (site.acks && !site.challenges) send_welcome(id);
}

// Some servers ask, more often than a limit may allow, whoever waits.
void Network::ask(std::uint32_t id, std::uint32_t call, Duration delay) {
  if (is_healed_ || !scenario_.sites[sockets_.at(id).site].asks || !random_.percent(30)) return;
  for (std::size_t left = 1 + random_.below(3); left > 0; --left) send(id, delay, make_question(random_, call));
}

void Network::send_welcome(std::uint32_t id) {
  ask(id, 0, 0us);
  may_give_up(id, hostility_.message / 4);
  if (random_.percent(hostility_.opening)) {
    switch (random_.below(4)) {
      case 0:
        return;
      case 1:
        if (scenario_.sites[sockets_.at(id).site].challenges) send(id, 0us, make_denied());
        return end(id);
      case 2:
        return send(id, 0us, make_oversize(random_, scenario_.options));
      default:
        send(id, 0us, make_garbage(random_));
    }
  }
  send(id, 0us, make_welcome(random_, id));
}

// Some servers answer it, in a frame that is nobody's.
void Network::leave_sent(std::uint32_t id, bool is_shared) {
  const bool is_answered = random_.percent(50);
  schedule_.after(latency(), [this, id, is_shared, is_answered] {
    const Socket& socket = sockets_.at(id);
    if (socket.is_ended || socket.is_silent || socket.is_forgotten || !is_answered) return;
    may_give_up(id, hostility_.message / 2);
    Payload answer = make_garbage(random_);
    if (!is_shared) answer.text = "left";
    send(id, 0us, std::move(answer));
  });
}

void Network::message_sent(std::uint32_t id, const ModelCall& call) {
  if (call.tool->expects_nothing(call.mode)) return;
  const Addressee to{call.id, call.tool, call.mode, call.topic};
  schedule_.after(latency(), [this, id, to] {
    const Socket& socket = sockets_.at(id);
    if (socket.is_ended || socket.is_silent || socket.is_forgotten) return;
    if (!random_.percent(hostility_.message)) return answer(id, to);
    may_give_up(id, 20, &to);
    switch (random_.below(6)) {
      case 0:  // forgotten
        return;
      case 1:
        return end(id);
      case 2:
        return send(id, 0us, make_oversize(random_, scenario_.options));
      case 3:
        return go_silent(id);
      case 4:
        if (can_be_too_deep(to)) return send(id, 0us, make_too_deep(to, scenario_.options));
        return;
      default:  // late, perhaps too late
        sockets_.at(id).free = std::max(sockets_.at(id).free, schedule_.now() + to.tool->response_timeout);
        answer(id, to);
    }
  });
}

Duration Network::pause_before(const Addressee& to) {
  if (!random_.percent(hostility_.message)) return random_.between(1ms, 5ms);
  return random_.between(0us, to.tool->response_timeout + to.tool->response_timeout / 4);
}

void Network::answer(std::uint32_t id, const Addressee& to) {
  const std::uint32_t expected = to.tool->items(to.mode);
  const std::size_t items = expected != 0 ? expected : random_.below(random_.percent(20) ? 40 : 6);
  Duration delay{};
  if (to.tool->captures(to.mode)) {
    if (random_.percent(hostility_.message / 4)) {
      if (!can_fail(to) || random_.percent(50)) return send(id, 0us, make_bad_first(random_, to));
      Payload refusal = make_refusal(random_, to);
      if (scenario_.sites[to.tool->site].gives_up && random_.percent(50)) add_give_up(refusal);
      return send(id, 0us, std::move(refusal));
    }
    if (random_.percent(hostility_.message / 4)) send(id, 0us, make_item(random_, to, scenario_.options));
    send(id, 0us, make_first(random_, to));
    if (random_.percent(hostility_.late / 4)) send(id, 0us, make_first(random_, to));
  }
  for (std::size_t i = 0; i < items; ++i) {
    delay += pause_before(to);
    ask(id, to.call, delay);
    may_give_up(id, hostility_.message / 8, &to, delay);
    if (to.tool->can_reject(to.mode) && random_.percent(hostility_.message)) send(id, delay, make_noise(random_, to));
    for (std::size_t left = random_.below(4); left > 0 && can_progress(to); --left) {
      send(id, delay, make_progress(random_, to));
      delay += pause_before(to);
    }
    if (random_.percent(hostility_.message / 4) && can_fail(to)) {
      Payload error = make_tool_error(random_, to);
      if (scenario_.sites[to.tool->site].gives_up && random_.percent(50)) add_give_up(error);
      send(id, delay, std::move(error));
      return send_late_end(id, to, delay);
    }
    if (random_.percent(hostility_.message / 8)) return schedule_.after(delay, [this, id] { end(id); });
    send(id, delay, make_item(random_, to, scenario_.options));
  }
  if (expected == 0) {
    conclude(id, to, delay + pause_before(to));
  } else {
    send_late_end(id, to, delay);
  }
  ask(id, to.call, delay);
  // Answers that come again belong to nobody. Against them a call that takes any frame has no defence.
  if (to.tool->shares(to.mode) && random_.percent(hostility_.late / 4)) {
    send(id, delay, make_item(random_, to, scenario_.options));
  }
}

// A stream that a count or an error has ended: the server may still say that it is over.
void Network::send_late_end(std::uint32_t id, const Addressee& to, Duration delay) {
  if (to.mode == CallMode::stream && random_.percent(hostility_.late)) send(id, delay + pause_before(to), make_end(to));
}

void Network::conclude(std::uint32_t id, const Addressee& to, Duration delay) {
  if (can_end(to) && (to.tool->shares(to.mode) || random_.percent(70))) return send(id, delay, make_end(to));
  const int code = random_.pick({1000, 1001});
  sockets_.at(id).is_ended = true;
  if (random_.percent(hostility_.message)) say_last_words(id, delay);
  close(id, delay, code);
}

// Where it is uncertain whether the frame before counts as the reason, it ends in a way to which that means nothing.
void Network::close(std::uint32_t id, Duration delay, int code) {
  arrive(id, delay, [this, id, code] {
    const ModelConnection* connection = host_.model().live_connection(id);
    const bool is_unsure = connection != nullptr && connection->last_words == ModelConnection::LastWords::unsure;
    host_.close(id, is_unsure ? 1006 : code);
  });
}

// Only where no call takes any frame for its own.
void Network::say_last_words(std::uint32_t id, Duration delay) {
  arrive(id, delay, [this, id] {
    const ModelConnection* connection = host_.model().live_connection(id);
    if (connection != nullptr && connection->exclusive && !connection->calls.empty()) return;
    host_.message(id, make_last_words());
  });
}

void Network::may_give_up(std::uint32_t id, std::size_t percent, const Addressee* to, Duration delay) {
  const Site& site = scenario_.sites[sockets_.at(id).site];
  if (is_healed_ || !site.gives_up || !random_.percent(percent)) return;
  send(id, delay, make_give_up(random_, to, site.secret));
}

void Network::end(std::uint32_t id) {
  Socket& socket = sockets_.at(id);
  socket.is_ended = true;
  const bool has_error = random_.percent(40);
  const bool has_close = !has_error || random_.percent(60);
  if (has_error) arrive(id, 0us, [this, id] { host_.error(id); });
  if (has_close) {
    const int code = random_.pick({0, 1000, 1001, 1005, 1006, 1008, 1011, 3000, 4001, 4401});
    if (random_.percent(hostility_.message)) say_last_words(id, 0us);
    close(id, 0us, code);
  }
  if (random_.percent(hostility_.late)) send(id, 0us, make_garbage(random_));
}

void Network::socket_closed(std::uint32_t id) {
  Socket& socket = sockets_.at(id);
  socket.is_forgotten = true;
  if (!socket.unread.empty()) schedule_.after(0us, [this, id] { read_on(id); });
  // What hosts fire although nobody listens any more.
  if (!random_.percent(hostility_.late)) return;
  arrive(id, 0us, [this, id] { host_.close(id, 1000); });
  if (random_.percent(30)) arrive(id, 0us, [this, id] { host_.error(id); });
  if (random_.percent(30)) send(id, 0us, make_garbage(random_));
}

void Network::send_unsolicited(std::uint32_t id) {
  const ModelConnection* connection = host_.model().live_connection(id);
  if (connection == nullptr || sockets_.at(id).is_ended) return;
  may_give_up(id, 20);
  if (connection->exclusive && !connection->calls.empty()) {
    const ModelCall& call = *host_.model().live_call(connection->calls.front());
    if (call.tool->can_reject(call.mode))
      host_.message(id, make_noise(random_, {call.id, call.tool, call.mode, call.topic}));
    return;
  }
  host_.message(id, make_garbage(random_));
}

}  // namespace utcp::ws::simulation
