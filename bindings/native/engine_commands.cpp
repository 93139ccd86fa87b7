#include <algorithm>
#include <atomic>
#include <utility>

#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

#include "clock_and_ids.hpp"
#include "decode.hpp"
#include "engine.hpp"
#include "utf8.hpp"

namespace utcp::ws::native {

// --- Events of connections ---

void Engine::opened(ConnectionId connection, std::string_view subprotocol) {
  session_.handle_open(now(), connection, subprotocol);
  turn();
}

void Engine::received(ConnectionId connection, const Message& message) {
  message_ = &message;
  // A message that is too large is not kept.
  const std::string_view content = message.text();
  if (content.size() == message.size()) show_frame(connection, false, message.is_text(), content);
  session_.handle_message(now(), connection, message);
  turn();
}

void Engine::ponged(ConnectionId connection) {
  session_.handle_pong(now(), connection);  // asks for nothing
}

void Engine::failed(ConnectionId connection, const Failure& failure) {
  cause_ = failure.cause;
  session_.handle_opening_failed(now(), connection, for_core(failure));
  turn();
}

void Engine::closed(ConnectionId connection, int code, std::string_view reason, bool was_clean,
                    const std::string& cause) {
  cause_ = cause;
  session_.handle_close(now(), connection, code, reason, was_clean);
  turn();
}

// --- What the core wants ---

void Engine::run(const OpenSocket& command) {
  const ConnectionSettings settings{options_.limits.frame_bytes, options_.compression, command.terminator};
  connections_.emplace(command.connection, make_connection(executor_, command.connection, *this, settings));
  if (options_.credentials) {
    ask_for_credentials(command);
  } else {
    open(command.connection, command.handshake);
  }
}

void Engine::ask_for_credentials(const OpenSocket& command) {
  const ConnectionId connection = command.connection;
  CredentialRequest request{command.handshake.url, command.manual, command.handshake.protocols};
  CredentialReply reply = [engine = weak_from_this(), connection,
                           answered = std::make_shared<std::atomic_flag>()](Result<Credentials> given) {
    const std::shared_ptr<Engine> running = engine.lock();
    if (running == nullptr || answered->test_and_set()) return;
    running->enter(Operation([running = running.get(), connection, given = std::move(given)]() mutable {
      running->take_credentials(connection, std::move(given));
    }));
  };
  later(Operation(
      [this, request = std::move(request), reply = std::move(reply)] { options_.credentials(request, reply); }));
}

void Engine::take_credentials(ConnectionId connection, Result<Credentials> given) {
  if (!given) {
    fail_for_good(connection, given.take_error(), false);
    return;
  }
  Result<Handshake> handshake = session_.add_credentials(connection, std::move(*given));
  if (handshake) {
    open(connection, *handshake);
  } else {
    const bool is_what_calls_get = handshake.error().code != ErrorCode::invalid_argument;
    fail_for_good(connection, handshake.take_error(), is_what_calls_get);
  }
}

void Engine::open(ConnectionId connection, const Handshake& handshake) {
  Connection* opening = find(connection);
  if (opening == nullptr) return;
  Result<Route> route = route_to(handshake.url);
  if (route) {
    opening->open(handshake, std::move(*route));
  } else {
    fail_for_good(connection, route.take_error(), true);
  }
}

// There is no point in trying again. Later: this may be one of the core's commands.
void Engine::fail_for_good(ConnectionId connection, ErrorPtr error, bool is_what_calls_get) {
  enter(Operation([this, connection, error = std::move(error), is_what_calls_get]() mutable {
    if (find(connection) == nullptr) return;
    const std::string cause = error->message;
    if (is_what_calls_get) refusal_ = std::move(error);
    failed(connection, {Failure::Kind::no_credentials, 0, cause});
  }));
}

Result<Route> Engine::route_to(std::string_view text) {
  Result<Route> result;
  const Result<Url> url = parse_url(text);  // was checked
  result->proxy = proxies_.proxy_for(*url);
  result->host = url->host.starts_with('[') ? url->host.substr(1, url->host.size() - 2) : url->host;
  result->port = url->port;
  if (url->scheme == "wss" || url->scheme == "https") {
    auto context = tls_->get();
    result->tls = std::move(*context);
    result.fail(context.take_error());
  }
  return result;
}

Connection* Engine::find(ConnectionId connection) {
  const auto entry = connections_.find(connection);
  return entry == connections_.end() ? nullptr : entry->second.get();
}

void Engine::send(ConnectionId connection, std::string_view message, bool is_binary) {
  const auto entry = connections_.find(connection);
  if (entry == connections_.end()) return;
  entry->second->send(message, is_binary);
  show_frame(connection, true, !is_binary, message);
  if (unflushed_.empty() || unflushed_.back() != entry->second) unflushed_.push_back(entry->second);
}

void Engine::show_frame(ConnectionId connection, bool is_sent, bool is_text, std::string_view content) {
  if (!options_.on_frame) return;
  later(Operation([this, frame = WireFrame{is_sent, is_text, std::string(content),
                                           static_cast<std::uint32_t>(connection)}] { options_.on_frame(frame); }));
}

void Engine::run(const SendMessage& command) {
  const auto call = calls_.find(static_cast<std::uint32_t>(command.call));
  if (call == calls_.end()) return;
  if (call->second.upload) {
    begin_upload(call->second, command);
    return;
  }
  sent_size_ = 0;
  call->second.is_sent = true;
  for (Outgoing& message : std::exchange(call->second.messages, {})) {
    if (!message.late.empty()) message.content = text_with(message.late, command.captured);
    sent_size_ += message.content.size();
    send(command.connection, message.content, message.is_binary);
  }
}

void Engine::send_own(ConnectionId connection, const Plan& plan) {
  const std::string uuid = random_uuid();
  const std::string time = iso_time();
  const bool takes_id =
      std::any_of(plan.begin(), plan.end(), [](const Piece& piece) { return piece.kind == Piece::Kind::new_id; });
  const std::string id = takes_id ? to_text(new_id()) : std::string();
  send(connection,
       utcp::ws::render(plan, "{}", {}, {.request_id = "", .uuid = uuid, .now = time, .tool_name = "", .new_id = id}));
}

void Engine::run(const SendGreeting& command) { send_own(command.connection, command.plan); }

void Engine::run(const SendLeaveMessage& command) { send_own(command.connection, command.plan); }

void Engine::run(const SendDisconnectMessage& command) { send_own(command.connection, command.plan); }

// A peer that asks and does not read would have this side hold replies without end: they are left out.
void Engine::run(const SendReply& command) {
  const Connection* to = find(command.connection);
  if (to != nullptr && to->unsent() <= options_.limits.frame_bytes) send_own(command.connection, command.plan);
}

void Engine::run(const SendPing& command) {
  if (!command.plan.empty()) {
    send_own(command.connection, command.plan);
    return;
  }
  const auto entry = connections_.find(command.connection);
  if (entry == connections_.end()) return;
  entry->second->ping();
  unflushed_.push_back(entry->second);
}

void Engine::run(const SetReading& command) {
  if (Connection* connection = find(command.connection)) connection->set_reading(command.on);
}

void Engine::run(const CloseSocket& command) {
  const auto entry = connections_.find(command.connection);
  if (entry == connections_.end()) return;
  const std::uint64_t closing = ++last_closing_;
  const std::shared_ptr<Connection> connection = std::move(entry->second);
  connections_.erase(entry);
  closing_.emplace(closing, connection);
  connection->shut(command.code, command.reason,
                   UniqueFunction<void()>([self = shared_from_this(), closing] { self->settled_closing(closing); }));
}

void Engine::settled_closing(std::uint64_t closing) {
  closing_.erase(closing);
  std::vector<std::pair<std::uint64_t, Operation>> waiting;
  waiting.swap(waiting_for_closing_);
  for (auto& [last, done] : waiting) {
    if (closing_.empty() || closing_.begin()->first > last) {
      later(std::move(done));
    } else {
      waiting_for_closing_.emplace_back(last, std::move(done));
    }
  }
  turn();
}

void Engine::when_closed(Operation done) {
  // What the core wants closed is still among its commands: it is carried out before this.
  later(Operation([this, done = std::move(done)]() mutable {
    if (closing_.empty()) {
      done();
    } else {
      waiting_for_closing_.emplace_back(last_closing_, std::move(done));
    }
  }));
}

void Engine::run(const FetchToken& command) {
  Result<Route> route = route_to(command.request.url);
  if (!route) {
    OpeningFailure failure{OpeningFailure::Kind::not_allowed, 0, route.error().message};
    enter(Operation([this, token = command.token, failure = std::move(failure)] {
      session_.handle_token_failed(now(), token, failure);
    }));
    return;
  }
  const auto answered = [this, token = command.token](TokenFetch::Answer answer) {
    const std::unique_ptr<TokenFetch> kept = std::move(fetches_[token]);  // it is what tells
    fetches_.erase(token);
    if (answer.status == 0) {
      session_.handle_token_failed(now(), token, answer.failure);
    } else {
      session_.handle_token(now(), token, answer.status, well_formed(std::move(answer.body)));
    }
    turn();
  };
  fetches_[command.token] = fetch_token(executor_, std::move(*route), command.request, TokenFetch::Done(answered));
}

void Engine::run(const CancelToken& command) { fetches_.erase(command.token); }

void Engine::run(const DeliverFrame& command) {
  const auto call = calls_.find(static_cast<std::uint32_t>(command.call));
  if (call != calls_.end() && message_ != nullptr) deliver(call->second, command);
}

void Engine::run(const SettleCall& command) {
  const auto entry = calls_.find(static_cast<std::uint32_t>(command.call));
  if (entry == calls_.end()) return;
  Call call = std::move(entry->second);
  calls_.erase(entry);
  finish(std::move(call), error_of(command));
}

ErrorPtr Engine::error_of(const SettleCall& command) {
  if (command.error == nullptr) return nullptr;
  if (refusal_ != nullptr) return on_heap(*refusal_);
  ErrorPtr error = on_heap(*command.error);
  if (error->code == ErrorCode::tool_failed && message_ != nullptr) {
    // Where the core gives a detail itself, what stands in the frame holds a secret, or is no JSON.
    error->detail =
        command.detail.empty() ? slice_at(message_->text(), command.path, options_.limits.json_depth) : command.detail;
  } else {
    error->cause = cause_;
  }
  return error;
}

void Engine::run(const Report& command) {
  if (command.kind == Report::Kind::send && command.call) {
    const auto call = calls_.find(static_cast<std::uint32_t>(*command.call));
    if (call != calls_.end() && call->second.upload) return;  // which tells of each message
  }
  Event event{};
  event.kind = static_cast<Event::Kind>(command.kind);
  event.time = std::chrono::system_clock::now();
  event.endpoint = command.endpoint;
  if (command.connection) event.connection = static_cast<std::uint32_t>(*command.connection);
  if (command.call) event.call = static_cast<std::uint32_t>(*command.call);
  event.size = command.kind == Report::Kind::send ? sent_size_ : command.size;
  event.close_code = command.close_code;
  const bool is_close = command.kind == Report::Kind::close;
  (is_close ? event.reason : event.message) = command.text;
  event.attempt = command.attempt;
  event.delay = std::chrono::duration_cast<std::chrono::milliseconds>(command.delay);
  later(Operation([this, event = std::move(event)] { options_.on_event(event); }));
}

}  // namespace utcp::ws::native
