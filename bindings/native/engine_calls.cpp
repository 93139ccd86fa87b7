#include <utility>

#include <utcp_websocket/text.hpp>

#include "engine.hpp"
#include "manual_values.hpp"

namespace utcp::ws::native {

void Engine::deliver(Call& call, const DeliverFrame& command) {
  const std::string_view content = message_->text();
  DecodingPlan plan{command.decoding, command.path, call.handle->options.as_text, options_.limits.json_depth};
  bool not_json = false;
  if (command.is_progress) {
    if (!call.handle->options.on_progress) return;
    later(Operation([handle = call.handle, value = decode(content, plan, not_json)] {
      if (!handle->is_over) handle->options.on_progress(value);
    }));
    return;
  }
  if (call.stream) {
    call.stream->items.push_back({std::string(content), std::move(plan)});
    if (call.stream->waiting) give(*call.stream, std::move(call.stream->waiting));
    return;
  }
  if (call.manual) {
    call.text = content;
    return;
  }
  Json value = decode(content, plan, not_json);
  if (not_json) warn(call.handle->id, "response_format is json, but this is not JSON");
  if (call.handle->call_template->many) {
    call.result.push_back(std::move(value));
  } else {
    call.result = std::move(value);
  }
}

void Engine::warn(std::uint32_t id, std::string text) {
  if (!options_.on_event) return;
  Event event{};
  event.kind = Event::Kind::warning;
  event.time = std::chrono::system_clock::now();
  event.call = id;
  const auto call = calls_.find(id);
  if (call != calls_.end()) event.endpoint = call->second.handle->call_template->parsed.url.label();
  event.size = message_ == nullptr ? 0 : message_->size();
  event.message = std::move(text);
  later(Operation([this, event = std::move(event)] { options_.on_event(event); }));
}

// The call is no longer in the table.
void Engine::finish(Call call, ErrorPtr error) {
  call.handle->is_over = true;
  call.watch.reset();
  stop_upload(call);
  if (call.stream) {
    finish_stream(*call.stream, std::move(error));
  } else if (call.manual) {
    complete_manual(call, std::move(error));
  } else {
    Result<Json> result;
    if (error != nullptr) {
      result.fail(std::move(error));
    } else {
      *result = std::move(call.result);
      if (result->is_null() && call.handle->call_template->many) *result = Json::array();
    }
    later(
        Operation([value = std::move(call.value), result = std::move(result)]() mutable { value(std::move(result)); }));
  }
}

void Engine::complete_manual(Call& call, ErrorPtr error) {
  Result<Manual> result;
  if (error != nullptr) {
    result.fail(std::move(error));
  } else {
    const Template& used = *call.handle->call_template;
    result = read_manual(call.text, used.parsed.url, used.auth, used.parsed.discovery, options_);
  }
  later(Operation(
      [manual = std::move(call.manual), result = std::move(result)]() mutable { manual(std::move(result)); }));
}

// --- Streams ---

void Engine::take(const std::shared_ptr<StreamQueue>& queue, detail::ItemCompletion completion) {
  watch_slot(completion.slot(), queue->call);
  enter(Operation([this, queue, completion = std::move(completion)]() mutable {
    if (queue->waiting) {
      Result<std::optional<Json>> result;
      result.fail(
          make_error(ErrorCode::invalid_argument, "a stream yields one item at a time: wait for the pending one"));
      later(Operation([completion = std::move(completion), result = std::move(result)]() mutable {
        completion(std::move(result));
      }));
      return;
    }
    if (!std::exchange(queue->is_started, true)) {
      queue->waiting = std::move(completion);
      start({.handle = queue->call, .stream = queue});
    } else if (!queue->items.empty() || queue->is_over) {
      give(*queue, std::move(completion));
    } else {
      queue->waiting = std::move(completion);
    }
  }));
}

// There is an item, or the end.
void Engine::give(StreamQueue& queue, detail::ItemCompletion completion) {
  Result<std::optional<Json>> result;
  if (!queue.items.empty()) {
    const StreamQueue::Item item = std::move(queue.items.front());
    queue.items.pop_front();
    if (!queue.is_over) session_.handle_consumed(now(), CallId{queue.call->id}, 1, item.content.size());
    bool not_json = false;
    *result = decode(item.content, item.plan, not_json);
    if (not_json) warn(queue.call->id, "response_format is json, but this is not JSON");
  } else if (queue.failure != nullptr) {
    result.fail(std::move(queue.failure));
  }
  later(Operation(
      [completion = std::move(completion), result = std::move(result)]() mutable { completion(std::move(result)); }));
}

void Engine::finish_stream(StreamQueue& queue, ErrorPtr error) {
  queue.is_over = true;
  // An abort drops what has come and was not taken.
  if (error != nullptr && error->code == ErrorCode::aborted) queue.items.clear();
  queue.failure = std::move(error);
  if (queue.waiting) give(queue, std::move(queue.waiting));
}

void Engine::leave(const std::shared_ptr<StreamQueue>& queue) {
  enter(Operation([this, queue] {
    queue->is_started = true;
    if (!queue->is_over) abort(queue->call);
    queue->is_over = true;
    queue->items.clear();
    queue->failure.reset();
    if (queue->waiting) give(*queue, std::move(queue->waiting));
  }));
}

}  // namespace utcp::ws::native
