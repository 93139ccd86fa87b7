#include "engine.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <random>

#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/message_template.hpp>
#include <utcp_websocket/text.hpp>

#include "clock_and_ids.hpp"
#include "options.hpp"

namespace utcp::ws::native {
namespace {

std::string_view name_in(std::string_view tool_name) {
  const std::size_t dot = tool_name.find('.');
  return dot == std::string_view::npos ? tool_name : tool_name.substr(dot + 1);
}

ErrorPtr aborted() { return make_error(ErrorCode::aborted, "the call was aborted"); }

}  // namespace

Engine::Engine(Executor executor, ClientOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      proxies_(options_.proxy),
      options_error_(check_options(options_)),
      session_(session_options(options_)),
      tls_(std::make_shared<TlsContext>(options_.tls)),
      timer_(executor_) {
  if (options_error_ == nullptr && proxies_.error() != nullptr) options_error_ = on_heap(*proxies_.error());
  session_.set_reporting(static_cast<bool>(options_.on_event));
}

TimePoint Engine::now() {
  return TimePoint(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

// --- Entering, turns ---

void Engine::enter(Operation operation) {
  {
    const std::scoped_lock lock(mutex_);
    inbox_.push_back(std::move(operation));
    if (is_scheduled_ || is_current()) return;  // a turn empties the inbox before it ends
    is_scheduled_ = true;
  }
  boost::asio::post(executor_, [self = shared_from_this()] {
    {
      const std::scoped_lock lock(self->mutex_);
      self->is_scheduled_ = false;
    }
    self->turn();
  });
}

bool Engine::take_inbox() {
  std::vector<Operation> operations;
  {
    const std::scoped_lock lock(mutex_);
    operations.swap(inbox_);
  }
  for (Operation& operation : operations) operation();
  return !operations.empty();
}

void Engine::turn() {
  if (is_current()) return;
  struct Mark {
    explicit Mark(std::atomic<std::thread::id>& given) : turning(given) { turning = std::this_thread::get_id(); }
    ~Mark() { turning = std::thread::id(); }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    std::atomic<std::thread::id>& turning;
  } const mark(turning_);
  bool more = true;
  while (more) {
    while (const Command* command = session_.poll_command()) {
      std::visit([this](const auto& one) { run(one); }, *command);
    }
    message_ = nullptr;
    cause_.clear();
    refusal_.reset();
    std::vector<Operation> completions;
    completions.swap(completed_);
    for (Operation& completion : completions) completion();
    more = take_inbox() || !completions.empty();
  }
  for (const std::shared_ptr<Connection>& connection : unflushed_) connection->flush();
  unflushed_.clear();
  arm_timer();
}

// A deadline that has moved away is looked at when the timer fires: most calls are over long before.
void Engine::arm_timer() {
  const std::optional<TimePoint> deadline = session_.poll_timeout();
  if (!deadline) {
    if (armed_) timer_.cancel();
    armed_.reset();
    return;
  }
  if (armed_ && *armed_ <= *deadline) return;
  armed_ = deadline;
  timer_.expires_at(std::chrono::steady_clock::time_point(deadline->time_since_epoch()));
  timer_.async_wait([self = shared_from_this(), armed = *deadline](const ErrorCondition& error) {
    if (error || self->armed_ != armed) return;
    self->armed_.reset();
    self->session_.handle_timeout(now());
    self->turn();
  });
}

// --- What a client asks for ---

detail::PreparedCall Engine::prepare(CallMode mode, std::string_view tool_name, const Json& arguments,
                                     const Json& call_template, const CallOptions& options) {
  auto call = std::make_shared<Prepared>();
  call->mode = mode;
  call->options = options;
  if (options_error_ != nullptr) {
    call->error = on_heap(*options_error_);
    return call;
  }
  Result<Templates::Entry> entry = templates_.find(options.caller, tool_name, call_template);
  if (!entry) {
    call->error = entry.take_error();
    return call;
  }
  call->call_template = std::move(*entry);
  const bool is_discovery = mode == CallMode::discovery;
  call->error = options.chunks && !is_discovery
                    ? take_arguments_beside(*options.chunks, *call, arguments, options_.limits.json_depth)
                    : take_arguments(*call, arguments, options_.limits.json_depth);
  return call;
}

void Engine::discover(detail::PreparedCall call, detail::ManualCompletion completion) {
  watch_slot(completion.slot(), call);
  enter(Operation([this, call = std::move(call), completion = std::move(completion)]() mutable {
    start({.handle = std::move(call), .manual = std::move(completion)});
  }));
}

void Engine::call(detail::PreparedCall call, detail::JsonCompletion completion) {
  watch_slot(completion.slot(), call);
  enter(Operation([this, call = std::move(call), completion = std::move(completion)]() mutable {
    start({.handle = std::move(call), .value = std::move(completion)});
  }));
}

void Engine::watch_slot(const boost::asio::cancellation_slot& given, const detail::PreparedCall& call) {
  boost::asio::cancellation_slot slot = given;
  if (!slot.is_connected()) return;
  slot.assign([stop = StopCall{weak_from_this(), call}](boost::asio::cancellation_type) { stop(); });
}

void Engine::StopCall::operator()() const {
  if (const std::shared_ptr<Engine> running = engine.lock()) {
    running->enter(Operation([running = running.get(), call = call] { running->abort(call); }));
  }
}

std::uint32_t Engine::new_id() {
  do {
    ++last_id_;
  } while (last_id_ == 0 || calls_.contains(last_id_));
  return last_id_;
}

void Engine::start(Call call) {
  const detail::PreparedCall handle = call.handle;
  if (handle->error != nullptr) {
    finish(std::move(call), std::move(handle->error));
    return;
  }
  if (handle->is_over || handle->options.stop.stop_requested()) {
    finish(std::move(call), aborted());
    return;
  }
  release_dropped(templates_.take_dropped());
  Template& used = *handle->call_template;
  if (!used.tool) {
    CallTemplate given = used.parsed;
    used.tool = session_.prepare(CallerId{used.caller}, used.tool_name, given);
  }
  CallRequest request{.tool = *used.tool, .mode = handle->mode};
  request.timeout = handle->options.timeout;
  const std::uint32_t id = new_id();
  if (ErrorPtr error = render(call, request, id)) {
    call.upload.reset();  // which hears nothing
    finish(std::move(call), std::move(error));
    return;
  }
  handle->id = id;
  Call& running = calls_.emplace(id, std::move(call)).first->second;
  if (handle->options.stop.stop_possible()) {
    running.watch = std::make_unique<StopWatch>(handle->options.stop, StopCall{weak_from_this(), handle});
  }
  session_.start_call(now(), CallId{id}, request);
  if (used.is_dropped) release_dropped({handle->call_template});
}

ErrorPtr Engine::render(Call& call, CallRequest& request, std::uint32_t id) {
  const Prepared& handle = *call.handle;
  const Template& used = *handle.call_template;
  if (used.uses_uuid) request.uuid = random_uuid();
  const std::string digits = to_text(id);
  const std::string time = used.uses_now ? iso_time() : std::string();
  const auto fresh_id = [this](bool is_taken) { return is_taken ? to_text(new_id()) : std::string(); };
  const bool is_discovery = handle.mode == CallMode::discovery;
  const std::string other = fresh_id(is_discovery ? used.parsed.discovery_message.holds_new_id() : used.uses_new_id);
  BuiltIns built_ins{
      .request_id = digits, .uuid = request.uuid, .now = time, .tool_name = name_in(used.tool_name), .new_id = other};
  if (!is_discovery) {
    built_ins.traceparent = handle.options.traceparent;
    built_ins.tracestate = handle.options.tracestate;
  }
  const MissingArguments missing = used.parsed.missing_arguments;
  if (is_discovery) {
    Outgoing& out = call.messages.emplace_back();
    if (ErrorPtr error =
            render_one(call, used.parsed.discovery_message, built_ins, MissingArguments::keep, out.content, out.late))
      return error;
  } else if (handle.options.chunks) {
    request.uploads = true;
    if (ErrorPtr error = render_upload(call, built_ins)) return error;
  } else {
    if (ErrorPtr error = add_message(call, used.parsed.message, built_ins, call.messages)) return error;
    for (const MessageTemplate& message : used.parsed.more_messages) {
      if (ErrorPtr error = add_message(call, message, built_ins, call.messages)) return error;
    }
  }
  if (used.filters && handle.mode != CallMode::discovery) {
    std::string filter;
    if (ErrorPtr error = render_one(call, used.parsed.filter_message, built_ins, missing, filter, request.late_filter))
      return error;
    if (request.late_filter.empty()) request.message_filter = std::move(filter);
  }
  if (used.parsed.leave_message && !is_discovery) {
    built_ins.new_id = {};  // it has one when it goes out
    if (ErrorPtr error =
            render_one(call, *used.parsed.leave_message, built_ins, missing, request.leave_message, request.late_leave))
      return error;
  }
  if (used.parsed.header_fields.empty()) return nullptr;
  const json::Members arguments = json::members_of(handle.arguments);
  for (const std::string& name : used.parsed.header_fields) {
    std::optional<std::string>& value = request.header_values.emplace_back();
    if (const std::string_view text = json::find(arguments, name.c_str()); !text.empty()) value = json::text_of(text);
  }
  return nullptr;
}

// As a text or, where values are known later, as a plan of what is left to be filled in.
ErrorPtr Engine::render_one(const Call& call, const MessageTemplate& message, const BuiltIns& built_ins,
                            MissingArguments missing, std::string& text, Plan& late) {
  const Prepared& handle = *call.handle;
  if (handle.call_template->captures || (message.holds_new_id() && built_ins.new_id.empty())) {
    Result<Plan> plan = fill(message, handle.arguments, built_ins, missing);
    if (plan && is_text(*plan)) {
      text = text_with(*plan, {});
    } else {
      late = std::move(*plan);
    }
    return plan.take_error();
  }
  Result<std::string> rendered = utcp::ws::render(message, handle.arguments, built_ins, missing);
  text = std::move(*rendered);
  return rendered.take_error();
}

// Of several messages only those that are one argument are binary, and each has a new id of its own.
ErrorPtr Engine::add_message(const Call& call, const MessageTemplate& message, BuiltIns built_ins,
                             std::vector<Outgoing>& messages) {
  const Prepared& handle = *call.handle;
  const CallTemplate& used = handle.call_template->parsed;
  const bool is_only = used.more_messages.empty();
  const std::string lone(message.lone_argument());
  Outgoing& out = messages.emplace_back();
  out.is_binary = used.sends_binary && (is_only || !lone.empty());
  if (const auto bytes = handle.bytes.find(lone); bytes != handle.bytes.end()) {
    out.content = bytes->second;
    return nullptr;
  }
  const std::string id = !is_only && message.holds_new_id() ? to_text(new_id()) : std::string(built_ins.new_id);
  built_ins.new_id = id;
  return render_one(call, message, built_ins, used.missing_arguments, out.content, out.late);
}

void Engine::abort(const detail::PreparedCall& handle) { abandon(handle, aborted()); }

void Engine::abandon(const detail::PreparedCall& handle, ErrorPtr error) {
  handle->is_over = true;
  const auto entry = calls_.find(handle->id);
  if (entry == calls_.end() || entry->second.handle != handle) return;
  Call call = std::move(entry->second);
  calls_.erase(entry);
  session_.abort_call(now(), CallId{handle->id}, call.is_sent);
  finish(std::move(call), std::move(error));
}

void Engine::release_dropped(std::vector<Templates::Entry> dropped) {
  for (const Templates::Entry& entry : dropped) {
    entry->is_dropped = true;
    if (entry->tool) session_.release(*entry->tool);
    entry->tool.reset();
  }
}

void Engine::deregister(std::string manual, std::uint32_t caller, Operation done) {
  enter(Operation([this, manual = std::move(manual), caller, done = std::move(done)]() mutable {
    session_.deregister(CallerId{caller}, manual);
    when_closed(std::move(done));
  }));
}

void Engine::close(Operation done) {
  enter(Operation([this, done = std::move(done)]() mutable {
    session_.close();
    release_dropped(templates_.take_all());
    when_closed(std::move(done));
  }));
}

void Engine::count(UniqueFunction<void(Client::Counts)> done) {
  enter(Operation([this, done = std::move(done)]() mutable {
    later(Operation([this, done = std::move(done)]() mutable { done(counts()); }));
  }));
}

Client::Counts Engine::counts() const {
  const Session::Counts core = session_.counts();
  return {core.endpoints, core.connections,    core.calls,      core.waiting, core.tools,
          core.timers,    connections_.size(), closing_.size(), calls_.size()};
}

}  // namespace utcp::ws::native
