// Calls one of whose arguments comes in chunks. In JavaScript js/core/outbox.js does it.
#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

#include "clock_and_ids.hpp"
#include "engine.hpp"

namespace utcp::ws::native {
namespace {

/// What may wait to be sent when the next chunk is asked for.
constexpr std::size_t kMostUnsent = std::size_t{1024} * 1024;

bool takes_all(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(),
                     [](const Piece& piece) { return piece.kind == Piece::Kind::all_arguments; });
}

bool is_argument(const Piece& piece, const std::string& name) {
  return piece.kind == Piece::Kind::argument && piece.text == name;
}

bool takes(const Plan& plan, const std::string& name) {
  return std::any_of(plan.begin(), plan.end(), [&](const Piece& piece) { return is_argument(piece, name); });
}

ErrorPtr misplaced(const std::string& name) {
  return make_error(ErrorCode::invalid_argument,
                    concat({path_to(name), " comes in chunks, which can only stand in one message, by its name"}),
                    name);
}

}  // namespace

// --- Before the call starts ---

ErrorPtr Engine::render_upload(Call& call, const BuiltIns& built_ins) {
  Prepared& handle = *call.handle;
  const CallTemplate& used = handle.call_template->parsed;
  const json::Members arguments = json::members_of(handle.arguments);
  call.upload = std::make_unique<CallUpload>(std::move(*handle.options.chunks));
  handle.options.chunks.reset();
  CallUpload& upload = *call.upload;
  const std::string& name = upload.source.name;

  std::vector<const MessageTemplate*> messages{&used.message};
  for (const MessageTemplate& message : used.more_messages) messages.push_back(&message);
  std::size_t places = 0;
  for (const MessageTemplate* message : messages) {
    Result<Plan> plan = plan_for(*message, arguments, built_ins, used.missing_arguments);
    if (!plan) return plan.take_error();
    if (takes_all(*plan)) return misplaced(name);
    if (!takes(*plan, name)) {
      std::vector<Outgoing>& beside = places == 0 ? call.messages : upload.behind;
      if (ErrorPtr error = add_message(call, *message, built_ins, beside)) return error;
      continue;
    }
    ++places;
    upload.is_binary = used.sends_binary && (messages.size() == 1 || !message->lone_argument().empty());
    for (const Piece& piece : *plan) {
      const bool is_own = is_argument(piece, name) || piece.kind == Piece::Kind::captured ||
                          piece.kind == Piece::Kind::new_id || piece.kind == Piece::Kind::now;
      upload.message.push_back(
          is_own ? piece : Piece{.text = utcp::ws::render({piece}, handle.arguments, arguments, built_ins)});
    }
  }
  if (places != 1) {
    return make_error(ErrorCode::invalid_argument,
                      concat({path_to(name), " comes in chunks: just one message of the template has to name it, not ",
                              to_text(places)}),
                      name);
  }
  std::vector<const MessageTemplate*> others;
  if (handle.call_template->filters) others.push_back(&used.filter_message);
  if (used.leave_message) others.push_back(&*used.leave_message);
  for (const MessageTemplate* other : others) {
    const Result<Plan> plan = plan_for(*other, arguments, built_ins, MissingArguments::keep);
    if (plan && (takes_all(*plan) || takes(*plan, name))) return misplaced(name);
  }
  const bool is_header =
      std::find(used.header_fields.begin(), used.header_fields.end(), name) != used.header_fields.end();
  return is_header ? misplaced(name) : nullptr;
}

// --- While it runs ---

// Null where nothing more is wanted of the source.
Engine::Call* Engine::find_upload(const detail::PreparedCall& handle) {
  const auto entry = calls_.find(handle->id);
  if (entry == calls_.end() || entry->second.handle != handle) return nullptr;
  return entry->second.upload && !entry->second.upload->has_ended ? &entry->second : nullptr;
}

void Engine::begin_upload(Call& call, const SendMessage& command) {
  CallUpload& upload = *call.upload;
  upload.connection = command.connection;
  upload.captured = command.captured;
  call.is_sent = !call.messages.empty();
  for (const Outgoing& message : std::exchange(call.messages, {})) send_message(call, message);
  // Later: this is one of the core's commands.
  later(Operation([this, handle = call.handle] {
    const Call* const running = find_upload(handle);
    if (running == nullptr) return;
    if (running->is_sent) session_.handle_upload(now(), CallId{handle->id}, Upload::waiting);
    ask_for_chunk(handle);
  }));
}

void Engine::send_message(const Call& call, const Outgoing& message) {
  const CallUpload& upload = *call.upload;
  const std::string& content = message.late.empty() ? message.content : text_with(message.late, upload.captured);
  send(upload.connection, content, message.is_binary);
  if (!options_.on_event) return;
  Event event{};
  event.kind = Event::Kind::send;
  event.time = std::chrono::system_clock::now();
  event.endpoint = call.handle->call_template->parsed.url.label();
  event.connection = static_cast<std::uint32_t>(upload.connection);
  event.call = call.handle->id;
  event.size = content.size();
  later(Operation([this, event = std::move(event)] { options_.on_event(event); }));
}

// Each chunk has a turn of its own, so that what comes meanwhile is heard, and what is sent leaves.
void Engine::ask_for_chunk(const detail::PreparedCall& handle) {
  boost::asio::post(executor_, [self = shared_from_this(), handle] {
    const Call* const call = self->find_upload(handle);
    if (call == nullptr) return;
    Connection* const connection = self->find(call->upload->connection);
    if (connection != nullptr && connection->unsent() > kMostUnsent) {
      self->session_.handle_upload(now(), CallId{handle->id}, Upload::held);
      connection->when_unsent(kMostUnsent, UniqueFunction<void()>([weak = self->weak_from_this(), handle] {
                                const std::shared_ptr<Engine> engine = weak.lock();
                                const Call* const held = engine == nullptr ? nullptr : engine->find_upload(handle);
                                if (held == nullptr) return;
                                engine->session_.handle_upload(now(), CallId{handle->id},
                                                               held->is_sent ? Upload::waiting : Upload::unsent);
                                engine->ask_for_chunk(handle);
                                engine->turn();
                              }));
    } else {
      self->later(Operation([engine = self.get(), handle] { engine->ask_source(handle); }));
    }
    self->turn();
  });
}

// Runs code of the caller's, which may answer at once or never, from any thread.
void Engine::ask_source(const detail::PreparedCall& handle) {
  Call* const call = find_upload(handle);
  if (call == nullptr) return;
  const ChunkReply reply = [engine = weak_from_this(), handle,
                            answered = std::make_shared<std::atomic_flag>()](Result<std::optional<Json>> chunk) {
    const std::shared_ptr<Engine> running = engine.lock();
    if (running == nullptr || answered->test_and_set()) return;
    running->enter(Operation([running = running.get(), handle, chunk = std::move(chunk)]() mutable {
      running->take_chunk(handle, std::move(chunk));
    }));
  };
  try {
    call->upload->source.next(reply);
  } catch (const std::exception& error) {
    reply(Error{.code = ErrorCode::invalid_argument, .message = error.what()});
  } catch (...) {
    reply(Error{.code = ErrorCode::invalid_argument, .message = {}});
  }
}

void Engine::take_chunk(const detail::PreparedCall& handle, Result<std::optional<Json>> chunk) {
  Call* const call = find_upload(handle);
  if (call == nullptr) return;
  CallUpload& upload = *call->upload;
  upload.has_ended = !chunk || !*chunk;
  if (!chunk) {
    const std::string& name = upload.source.name;
    ErrorPtr error =
        make_error(ErrorCode::invalid_argument, concat({path_to(name), " failed to yield its next chunk"}), name);
    error->cause = chunk.error().message;
    abandon(handle, std::move(error));
  } else if (!*chunk) {
    for (const Outgoing& message : upload.behind) send_message(*call, message);
    call->is_sent = call->is_sent || !upload.behind.empty();
    session_.handle_upload(now(), CallId{handle->id}, Upload::done);
  } else {
    const Result<Outgoing> message = chunk_message(*call, std::move(**chunk));
    if (!message) return abandon(handle, on_heap(message.error()));
    send_message(*call, *message);
    if (!std::exchange(call->is_sent, true)) session_.handle_upload(now(), CallId{handle->id}, Upload::waiting);
    ask_for_chunk(handle);
  }
}

Result<Outgoing> Engine::chunk_message(const Call& call, Json chunk) {
  const CallUpload& upload = *call.upload;
  const std::string& name = upload.source.name;
  Prepared own;
  own.mode = call.handle->mode;
  own.call_template = call.handle->call_template;
  Json arguments = Json::object();
  arguments[name] = std::move(chunk);
  Result<Outgoing> message;
  message.fail(take_arguments(own, arguments, options_.limits.json_depth));
  if (!message) return message;
  message->is_binary = upload.is_binary;
  if (const auto bytes = own.bytes.find(name); bytes != own.bytes.end()) {
    message->content = std::move(bytes->second);
    return message;
  }
  const bool takes_id = std::any_of(upload.message.begin(), upload.message.end(),
                                    [](const Piece& piece) { return piece.kind == Piece::Kind::new_id; });
  const std::string id = takes_id ? to_text(new_id()) : std::string();
  const std::string time = call.handle->call_template->uses_now ? iso_time() : std::string();
  const Plan filled = fill(upload.message, own.arguments, json::members_of(own.arguments),
                           {.request_id = {}, .uuid = {}, .now = time, .tool_name = {}, .new_id = id});
  message->content = text_with(filled, upload.captured);
  return message;
}

// The call is no longer in the table.
void Engine::stop_upload(Call& call) {
  if (!call.upload || call.upload->has_ended || !call.upload->source.stop) return;
  later(Operation([upload = std::move(call.upload)] {
    try {
      upload->source.stop();
    } catch (...) {
      // Nobody waits for it.
    }
  }));
}

}  // namespace utcp::ws::native
