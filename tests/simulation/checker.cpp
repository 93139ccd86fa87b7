// Holds each command against what the model foresaw.
#include "checker.hpp"

#include <algorithm>
#include <string_view>

namespace utcp::ws::simulation {
namespace {

void holds_no_secret(std::string_view text) {
  require(text.find(kSecret) == std::string_view::npos, "a secret is told: " + std::string(text));
}

// The longest connection_timeout of any tool.
constexpr Duration kLongestTimeout = std::chrono::seconds(30);

bool is_opening_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::connection_failed:
    case ErrorCode::handshake_refused:
    case ErrorCode::websocket_unavailable:
    case ErrorCode::url_refused:
    case ErrorCode::auth_failed:
    case ErrorCode::token_unavailable:
    case ErrorCode::subprotocol_mismatch:
    case ErrorCode::connection_timeout:
    case ErrorCode::frame_too_large:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Checker::is_heard() const {
  if (silent_) throw Violation("a command where nothing was to be done");
}

void Checker::on(const OpenSocket& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.connection);
  require(!in_shutdown_, name("opened during shutdown: connection", id));
  require(!model_.was_connection(id), name("an id used twice: connection", id));
  const auto site = std::find_if(scenario_.sites.begin(), scenario_.sites.end(),
                                 [&command](const Site& known) { return known.opened == command.handshake.url; });
  require(site != scenario_.sites.end() &&
              (command.handshake.protocols.empty() ? "" : command.handshake.protocols.front()) == site->protocol,
          name("wrong URL or subprotocol: connection", id));
  const auto index = static_cast<std::size_t>(site - scenario_.sites.begin());
  const std::vector<std::size_t> candidates = model_.candidates(index, command);
  require(!candidates.empty(), name("opened for no call: connection", id));

  ModelConnection& connection = model_.add_connection({.id = id, .site = index});
  bool any_may = false;
  Duration shortest = Duration::max();
  Duration longest{};
  for (const std::size_t candidate : candidates) {
    const Group& group = model_.group(candidate);
    const bool probing = group.is_failing && !site->needs_token &&
                         std::any_of(group.connections.begin(), group.connections.end(), [this](std::uint32_t other) {
                           return model_.live_connection(other)->state != ModelConnection::State::ready;
                         });
    any_may = any_may || (group.connections.size() < options_.max_connections && !probing);
    for (const std::uint32_t call : group.waiting) {
      shortest = std::min(shortest, model_.live_call(call)->tool->connection_timeout);
      longest = std::max(longest, model_.live_call(call)->tool->connection_timeout);
    }
  }
  require(any_may, name("more connections than allowed, or two attempts while the peer is away: connection", id));
  if (candidates.size() == 1) model_.assign(connection, candidates.front());
  if (!site->needs_token) {
    connection.give_up_from = now_ + shortest;
    connection.give_up_by = now_ + longest;
    return;
  }
  // Its time has begun with the wait for the token; who waited may have been served since.
  connection.give_up_from = now_;
  connection.give_up_by = now_ + kLongestTimeout;
  check_token(connection, command.handshake.headers);
}

void Checker::on(const SendGreeting& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.connection);
  require(must_greet_ == id, name("a greeting that was not due: connection", id));
  require(!command.plan.empty(), name("an empty greeting: connection", id));
  const ModelConnection& connection = *model_.live_connection(id);
  const std::string answer = R"({"type":"hello","n":)" + std::to_string(id) + '}';
  require(!model_.site_of(connection).challenges || command.plan[0].text == answer,
          name("a challenge is not answered: connection", id));
  must_greet_.reset();
}

void Checker::woke(TimePoint now) {
  step_begins(now);
  for (const std::uint32_t id : model_.connections()) {
    ModelConnection& connection = *model_.live_connection(id);
    if (connection.state != ModelConnection::State::ready || !connection.calls.empty()) continue;
    const Site& site = model_.site_of(connection);
    if (!options_.can_ping && !site.has_ping_message) {
      must_close_[id] = 1000;
      continue;
    }
    must_ping_.insert(id);
    connection.doubted_until = now + std::chrono::seconds(1);
    if (site.keeps_alive) connection.next_beat = now + site.ping_interval;
  }
}

void Checker::on(const SendPing& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.connection);
  ModelConnection* connection = model_.live_connection(id);
  require(connection != nullptr && !must_close_.contains(id), name("a ping on a dead connection", id));
  require(!said_goodbye_.contains(id), name("a ping after the goodbye", id));
  const bool is_check = must_ping_.erase(id) > 0;
  require(is_check || (in_timeout_ && connection->next_beat <= now_), name("a ping that was not due: connection", id));
  require(!is_silent(*connection), name("a peer pinged once more instead of left: connection", id));
  require(!connection->paused, name("a ping whose answer cannot be seen: connection", id));
  require(command.plan.empty() == options_.can_ping, name("the wrong kind of ping: connection", id));
  require(options_.can_ping || connection->calls.empty() || !connection->exclusive,
          name("a ping whose echo could be taken for an answer: connection", id));
  connection->pinged_at = now_;
  if (!is_check) connection->next_beat = now_ + model_.site_of(*connection).ping_interval;
  if (!options_.can_ping) {
    ++connection->owed_echoes;
    connection->knows_echo = connection->knows_echo && connection->echo.has_value();
  }
}

// A ping is unanswered for a whole interval. Who looks much later than that was away and cannot judge.
bool Checker::is_silent(const ModelConnection& connection) const {
  if (!connection.pinged_at || connection.heard_at >= *connection.pinged_at || connection.next_beat > now_)
    return false;
  const Duration interval = model_.site_of(connection).ping_interval;
  return now_ - *connection.pinged_at <= interval + interval / 8;
}

void Checker::on(const SetReading& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.connection);
  ModelConnection* connection = model_.live_connection(id);
  const auto foreseen = must_set_reading_.find(id);
  require(connection != nullptr && foreseen != must_set_reading_.end() && foreseen->second == command.on,
          name("reading stops or goes on without a reason: connection", id));
  must_set_reading_.erase(foreseen);
  connection->paused = !command.on;
  connection->pinged_at.reset();  // what was not read cannot be missed
}

void Checker::on(const FetchToken& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.token);
  require(!in_shutdown_, name("fetched during shutdown: token", id));
  require(!was_granted_, name("fetched again instead of used: token", id));
  const auto fetch = model_.fetches.find(id);
  if (fetch != model_.fetches.end()) {
    require(!fetch->second.is_second && !command.request.authorization.empty(), name("asked for too often: token", id));
    fetch->second.is_second = true;
    return;
  }
  require(command.request.authorization.empty(), name("asked for with Basic first: token", id));
  for (std::size_t site = 0; site < scenario_.sites.size(); ++site) {
    const std::string secret = "client_secret=" + std::string(kSecret) + std::to_string(site);
    if (command.request.body.find(secret) != std::string::npos) model_.fetches[id] = {.site = site};
  }
  require(model_.fetches.contains(id), name("asked for with another's secret: token", id));
}

void Checker::on(const CancelToken& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.token);
  require(model_.fetches.erase(id) == 1, name("cancelled although nothing is under way: token", id));
}

// Its own, of its own caller and manual, still good.
void Checker::check_token(ModelConnection& connection, const std::vector<Header>& headers) {
  const std::string both = name(": connection", connection.id);
  constexpr std::string_view kBearer = "Bearer ";
  const auto header =
      std::find_if(headers.begin(), headers.end(), [](const Header& known) { return known.first == "Authorization"; });
  require(header != headers.end() && header->second.starts_with(kBearer), "opened without a token" + both);
  connection.token = header->second.substr(kBearer.size());
  const auto token = model_.tokens.find(connection.token);
  require(token != model_.tokens.end() && token->second.site == connection.site, "opened with another's token" + both);
  require(was_granted_ || now_ < token->second.expires_at, "opened with a token that has expired" + both);
  require(!token->second.refused, "opened with a token that was refused" + both);
  if (!connection.group) return;
  const auto [owner, is_new] = model_.token_groups.try_emplace(token->second.id, *connection.group);
  const Group& own = model_.group(*connection.group);
  const Group& other = model_.group(owner->second);
  require(own.caller == other.caller && own.manual == other.manual, "opened with another caller's token" + both);
}

void Checker::on(const SendMessage& command) {
  is_heard();
  const auto connection_id = static_cast<std::uint32_t>(command.connection);
  const auto call_id = static_cast<std::uint32_t>(command.call);
  ModelConnection* connection = model_.live_connection(connection_id);
  ModelCall* call = model_.live_call(call_id);
  require(call != nullptr, name("sent for a dead call", call_id));
  require(connection != nullptr && !must_close_.contains(connection_id),
          name("sent on a dead connection", connection_id));
  require(!said_goodbye_.contains(connection_id), name("sent after the goodbye on connection", connection_id));
  check_lease(*connection, *call);

  Group& group = model_.group(call->group);
  const auto first = std::find_if(group.waiting.begin(), group.waiting.end(), [&](std::uint32_t other) {
    const ModelCall& there = *model_.live_call(other);
    return there.shares() == call->shares() && !model_.is_taken(*connection, there);
  });
  require(first != group.waiting.end() && *first == call_id, name("sent out of turn: call", call_id));
  group.waiting.erase(first);
  if (!connection->group) model_.assign(*connection, call->group);
  connection->calls.push_back(call_id);
  connection->exclusive = !call->shares();
  connection->tainted = connection->tainted || call->shares();
  call->state = ModelCall::State::sent;
  call->connection = connection_id;
  call->is_first_of_topic = call->topic != 0 && connection->topics.insert(call->topic).second;
  call->deadline = call->due(now_);
  if (!call->tool->expects_nothing(call->mode) || call->upload != Upload::done) return;
  must_settle_[call_id] = std::nullopt;
  leave(*call, Ending::answered);
}

void Checker::check_lease(const ModelConnection& connection, const ModelCall& call) const {
  const std::string both = name(": call", call.id) + name(", connection", connection.id);
  require(call.state == ModelCall::State::waiting, "a message sent twice" + both);
  require(!must_settle_.contains(call.id), "sent for a call that is over" + both);
  require(connection.state == ModelConnection::State::ready, "sent before the connection was ready" + both);
  require(!connection.is_deaf(), "sent although the peer has fallen silent" + both);
  require(must_greet_ != connection.id, "sent before the greeting" + both);
  require(connection.group ? *connection.group == call.group : connection.site == call.tool->site,
          "sent on another endpoint's connection" + both);
  if (call.shares()) {
    require(!connection.exclusive, "sent while another call has the connection to itself" + both);
    require(!model_.is_taken(connection, call), "sent where another call has its topic" + both);
  } else {
    require(connection.calls.empty(), "two calls on a connection that only one may use" + both);
    require(!connection.tainted, "sent where another call's answer may still come" + both);
    require(connection.owed_echoes == 0 && connection.knows_echo, "sent where a ping's echo may still come" + both);
  }
}

void Checker::on(const DeliverFrame& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.call);
  require(model_.live_call(id) != nullptr, name("a frame for a dead call", id));
  require(must_deliver_ != nullptr && must_deliver_->owner == id, name("another's frame: call", id));
  require(command.is_progress == (must_deliver_->meaning == Meaning::progress),
          name("progress for an item, or an item for progress: call", id));
  check_decoding(command);
  must_deliver_ = nullptr;
}

void Checker::check_decoding(const DeliverFrame& command) const {
  const std::string_view text = must_deliver_->text;
  const bool is_object = text.starts_with('{');
  bool fits = false;
  switch (must_deliver_->value) {
    case Value::bytes:
      fits = command.decoding == Decoding::bytes;
      break;
    case Value::text:
      fits = command.decoding == Decoding::text || (command.decoding == Decoding::json_or_text && !is_object);
      break;
    case Value::parsed:
      fits = command.decoding == Decoding::json || command.decoding == Decoding::json_or_text;
      break;
    case Value::member:
      fits = command.decoding == Decoding::json_member && command.path == must_deliver_->path;
      break;
  }
  require(fits, name("decoded in the wrong way: a frame of call", must_deliver_->owner));
}

void Checker::on(const SettleCall& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.call);
  ModelCall* call = model_.live_call(id);
  require(call != nullptr, name("settled twice, or after its abort: call", id));
  if (command.error) holds_no_secret(command.error->message);
  const auto foreseen = must_settle_.find(id);
  if (foreseen == must_settle_.end()) {
    unforeseen(*call, command);
  } else {
    const bool owes_item = must_deliver_ != nullptr && must_deliver_->owner == id;
    require(!owes_item, name("settled before its last item: call", id));
    const std::optional<ErrorCode> code = command.error ? std::optional(command.error->code) : std::nullopt;
    require(code == foreseen->second, name("settled with the wrong outcome: call", id));
    if (code == ErrorCode::tool_failed) require(command.path == error_path_, name("wrong error path: call", id));
    must_settle_.erase(foreseen);
  }
  model_.end_call(*call);
}

// What the model cannot know beforehand: timeouts of many at once, full queues, what a failed opening means.
void Checker::unforeseen(ModelCall& call, const SettleCall& command) {
  require(command.error != nullptr, name("settled without an answer: call", call.id));
  const ErrorCode code = command.error->code;
  const bool is_due = in_timeout_ && call.deadline <= now_;
  if (call.state == ModelCall::State::sent) {
    const bool is_left = in_timeout_ && is_silent(*model_.live_connection(call.connection));
    if (is_left && code == ErrorCode::connection_closed) {
      must_close_[call.connection] = 1000;
      return;
    }
    require(is_due && code == ErrorCode::response_timeout, name("settled without a reason: call", call.id));
    ModelConnection& connection = *model_.live_connection(call.connection);
    if (connection.heard_at + call.tool->response_timeout <= now_) ++connection.unheard;
    return leave(call, Ending::left);
  }
  if (code == ErrorCode::queue_full) {
    require(starting_ == call.id && model_.group(call.group).waiting.size() > options_.max_waiting,
            name("no full queue: call", call.id));
    return leave(call, Ending::left);
  }
  require(is_opening_error(code), name("an error from nowhere: waiting call", call.id));
  if (is_due) return leave(call, Ending::left);
  const auto failure = failed_openings_.find(call.group);
  require(failure != failed_openings_.end(), name("given up too early: waiting call", call.id));
  require(failure->second.ends_all || call.deadline <= failure->second.limit,
          name("given up although it has time: waiting call", call.id));
  require(code == failure->second.code, name("another failure's error: waiting call", call.id));
}

void Checker::on(const CloseSocket& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.connection);
  ModelConnection* connection = model_.live_connection(id);
  require(connection != nullptr, name("closed twice: connection", id));
  require(command.code == 1000 || (command.code >= 3000 && command.code <= 4999),
          name("a close code that hosts refuse: connection", id));
  require(command.reason.size() <= 123, name("a closing reason that is too long: connection", id));
  for (const std::uint32_t call : connection->calls) {
    require(model_.live_call(call) == nullptr, name("closed while a call is on it: connection", id));
  }

  check_goodbye(*connection, command.code);
  const auto foreseen = must_close_.find(id);
  if (foreseen != must_close_.end()) {
    require(command.code == foreseen->second, name("closed with the wrong code: connection", id));
    must_close_.erase(foreseen);
  } else {
    const bool is_opening = connection->state != ModelConnection::State::ready;
    if (is_opening && in_timeout_ && connection->give_up_from <= now_) {
      opening_fails(*connection, ErrorCode::connection_timeout, true);
      must_close_.erase(id);
    } else {
      check_close_reason(*connection);
    }
  }
  model_.end_connection(*connection);
}

void Checker::check_close_reason(const ModelConnection& connection) const {
  const bool is_known = connection.group.has_value();
  const Group* group = is_known ? &model_.group(*connection.group) : nullptr;
  if (connection.state != ModelConnection::State::ready) {
    const bool is_unwanted = !is_known || group->waiting.empty();
    const auto failure = is_known ? failed_openings_.find(*connection.group) : failed_openings_.end();
    require(is_unwanted || (failure != failed_openings_.end() && failure->second.ends_all),
            name("given up while a call waits for it: connection", connection.id));
    return;
  }
  if (in_timeout_ && is_silent(connection)) return;
  // It may make room for a call that cannot use it.
  const bool may_be_full = !is_known || group->may_be_full(options_.max_connections) || model_.may_have_more(*group) ||
                           model_.site_of(connection).needs_token;
  const bool is_needed = is_known ? waits_alone(*group) : other_waits_at(connection.site);
  const bool may_be_sent_more = connection.tainted || connection.owed_echoes > 0 || !connection.knows_echo;
  if (may_be_full && is_needed && (may_be_sent_more || connection.is_doubted())) return;
  const bool is_idle =
      in_timeout_ && std::min(connection.since + options_.idle_timeout, connection.doubted_until) <= now_;
  require(is_idle || (in_shutdown_ && !is_known), name("closed without a reason: connection", connection.id));
}

void Checker::on(const Report& command) {
  is_heard();
  require(scenario_.reporting, "a report that nobody asked for");
  holds_no_secret(command.endpoint);
  holds_no_secret(command.text);
  if (command.connection && command.kind != Report::Kind::token) {  // else its socket is still to come
    const auto id = static_cast<std::uint32_t>(*command.connection);
    require(model_.live_connection(id) != nullptr, name("a report about a dead connection", id));
  }
  if (command.call) {
    const auto id = static_cast<std::uint32_t>(*command.call);
    require(model_.live_call(id) != nullptr, name("a report about a dead call", id));
  }
}

}  // namespace utcp::ws::simulation
