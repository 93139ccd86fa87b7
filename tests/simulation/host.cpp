#include "host.hpp"

#include <algorithm>
#include <utility>

namespace utcp::ws::simulation {
namespace {

// A session that goes on and on in one step is a defect of its own.
constexpr std::size_t kMaxCommands = 100'000;

std::string number(std::uint32_t id) { return std::to_string(id); }

class SimulatedFrame final : public Frame {
 public:
  explicit SimulatedFrame(const Payload& payload) : Frame(payload.is_text, payload.size), payload_(payload) {}
  [[nodiscard]] std::string_view text() const override { return payload_.text; }

 private:
  const Payload& payload_;
};

std::string describe(const Command& command) {
  const auto id = [](auto strong) { return number(static_cast<std::uint32_t>(strong)); };
  if (const auto* open = std::get_if<OpenSocket>(&command)) {
    return "OpenSocket " + id(open->connection) + " to " + open->handshake.url;
  }
  if (const auto* send = std::get_if<SendMessage>(&command)) {
    return "SendMessage of call " + id(send->call) + " on " + id(send->connection);
  }
  if (const auto* greeting = std::get_if<SendGreeting>(&command)) return "SendGreeting on " + id(greeting->connection);
  if (const auto* leave = std::get_if<SendLeaveMessage>(&command)) {
    return "SendLeaveMessage of call " + id(leave->call) + " on " + id(leave->connection);
  }
  if (const auto* bye = std::get_if<SendDisconnectMessage>(&command)) {
    return "SendDisconnectMessage on " + id(bye->connection);
  }
  if (const auto* ping = std::get_if<SendPing>(&command)) return "SendPing on " + id(ping->connection);
  if (const auto* reply = std::get_if<SendReply>(&command)) return "SendReply on " + id(reply->connection);
  if (const auto* reading = std::get_if<SetReading>(&command)) {
    return "SetReading of " + id(reading->connection) + (reading->on ? " on" : " off");
  }
  if (const auto* close = std::get_if<CloseSocket>(&command)) {
    return "CloseSocket " + id(close->connection) + " with " + std::to_string(close->code);
  }
  if (const auto* frame = std::get_if<DeliverFrame>(&command)) {
    return (frame->is_progress ? "DeliverFrame, progress, to call " : "DeliverFrame to call ") + id(frame->call);
  }
  if (const auto* settle = std::get_if<SettleCall>(&command)) {
    return "SettleCall " + id(settle->call) + (settle->error ? ": " + settle->error->message : ": fine");
  }
  if (const auto* fetch = std::get_if<FetchToken>(&command)) {
    return "FetchToken " + id(fetch->token) + (fetch->request.authorization.empty() ? "" : " with Basic");
  }
  if (const auto* cancel = std::get_if<CancelToken>(&command)) return "CancelToken " + id(cancel->token);
  const auto& report = std::get<Report>(command);
  return "Report " + std::to_string(static_cast<int>(report.kind)) + " " + report.text +
         (report.attempt > 0 ? ", attempt " + std::to_string(report.attempt) + ", again in " +
                                   std::to_string(report.delay.count()) + " us"
                             : "");
}

// The same messages, but for what the first answer has to tell.
void capture(CallRequest& request) {
  const Piece job{.kind = Piece::Kind::captured, .encoding = Encoding::json_value, .text = "answer.job"};
  if (!request.message_filter)
    request.late_filter = {{.text = R"([{"kind":"answer","job":)"}, job, {.text = "},{},{}]"}};
  if (request.leave_message.empty()) return;
  request.late_leave = {{.text = "leave "}, job};
  request.late_leave.back().encoding = Encoding::text;
  request.leave_message.clear();
}

}  // namespace

Host::Host(const Scenario& scenario, const Schedule& schedule, Trace* trace)
    : scenario_(scenario),
      schedule_(schedule),
      trace_(trace),
      session_(scenario.options),
      model_(scenario_),
      checker_(scenario_, session_, model_),
      last_call_(scenario.first_call_id) {
  session_.set_reporting(scenario.reporting);
  for (const ToolPlan& tool : scenario.tools) tools_.push_back(prepare(tool));
}

ToolId Host::prepare(const ToolPlan& tool) {
  Result<CallTemplate> parsed = parse_call_template(tool.json);
  if (!parsed) throw Violation("a template is refused: " + parsed.error().message + ": " + tool.json);
  ++tool_count_;
  if (trace_ != nullptr)
    note("prepare for caller " + number(static_cast<std::uint32_t>(tool.caller)) + ' ' + tool.name + ' ' + tool.json);
  return session_.prepare(tool.caller, tool.name, parsed.value());
}

void Host::note(std::string text) {
  const std::string time = std::to_string(schedule_.now().time_since_epoch().count());
  trace_->push_back(std::string(time.size() < 12 ? 12 - time.size() : 0, ' ') + time + " us  " + std::move(text));
}

std::uint32_t Host::start_call(std::size_t index, CallMode mode, const std::optional<std::string>& header,
                               bool uploads) {
  const ToolPlan& tool = scenario_.tools[index];
  const std::uint32_t id = ++last_call_;
  if (trace_ != nullptr) {
    note("start_call " + number(id) + " of tool " + std::to_string(index) + " in mode " +
         std::to_string(static_cast<int>(mode)) + (header ? ", header " + *header : "") +
         (uploads ? ", in chunks" : ""));
  }
  CallRequest request{.tool = tools_[index], .mode = mode};
  request.uploads = uploads;
  if (tool.has_header_field) request.header_values = {header};
  if (tool.has_leave) request.leave_message = leave_message_of(id);
  std::string filter = "{}";
  if (tool.filter == Filter::per_call) filter = R"({"kind":"answer","n":")" + number(id) + "\"}";
  if (tool.filter == Filter::fixed || tool.filter == Filter::by_topic) filter = R"({"kind":"answer"})";
  const std::uint32_t topic = !tool.has_topic(mode) ? 0 : id % 5 == 0 ? 1 : free_topic();
  if (tool.filter == Filter::per_call || tool.gives_value() || topic != 0)
    request.message_filter = "[" + filter + ",{},{},\"" + (topic != 0 ? topic_name(topic) : uuid_of(id)) + "\"]";
  if (tool.captures(mode)) capture(request);
  if (tool.correlation == Correlation::uuid) request.uuid = uuid_of(id);
  oracle_.call_starts(id);
  checker_.call_starts(schedule_.now(), id, tool, mode, tool.has_header_field ? header : std::nullopt, false, uploads,
                       topic);
  session_.start_call(schedule_.now(), CallId{id}, request);
  finish_step();
  return id;
}

// One that no call has: those of former calls come again. Some calls ask for the same at once.
std::uint32_t Host::free_topic() const {
  std::set<std::uint32_t> taken;
  for (const std::uint32_t id : model_.calls()) taken.insert(model_.live_call(id)->topic);
  std::uint32_t topic = 1;
  while (taken.contains(topic)) ++topic;
  return topic;
}

void Host::call_released_tool(std::size_t index) {
  const ToolId released = tools_[index];
  if (std::count(tools_.begin(), tools_.end(), released) > 1) {
    renew_tool(index);  // another one is the same to calls
    return;
  }
  const std::uint32_t id = ++last_call_;
  if (trace_ != nullptr) note("start_call " + number(id) + " of a released tool");
  session_.release(released);
  --tool_count_;
  oracle_.call_starts(id);
  checker_.call_starts(schedule_.now(), id, scenario_.tools[index], CallMode::single, std::nullopt, true);
  session_.start_call(schedule_.now(), CallId{id}, {.tool = released});
  finish_step();
  tools_[index] = prepare(scenario_.tools[index]);
}

void Host::renew_tool(std::size_t index) {
  session_.release(tools_[index]);
  --tool_count_;
  tools_[index] = prepare(scenario_.tools[index]);
}

void Host::release_tools() {
  for (const ToolId tool : tools_) session_.release(tool);
  tool_count_ = 0;
}

void Host::upload(std::uint32_t call, Upload progress) {
  if (trace_ != nullptr) note("handle_upload " + number(call) + ": " + std::to_string(static_cast<int>(progress)));
  checker_.uploaded(schedule_.now(), call, progress);
  session_.handle_upload(schedule_.now(), CallId{call}, progress);
  finish_step();
}

void Host::abort(std::uint32_t call) {
  if (trace_ != nullptr) note("abort_call " + number(call));
  oracle_.call_is_aborted(call);
  checker_.call_aborted(schedule_.now(), call);
  session_.abort_call(schedule_.now(), CallId{call});
  finish_step();
}

void Host::consume(std::uint32_t call, std::size_t items, std::size_t bytes) {
  if (trace_ != nullptr) note("handle_consumed " + number(call) + ": " + std::to_string(items) + " items");
  checker_.consumed(schedule_.now(), call, items, bytes);
  session_.handle_consumed(schedule_.now(), CallId{call}, items, bytes);
  finish_step();
}

void Host::open(std::uint32_t connection, const std::string& protocol) {
  if (trace_ != nullptr) note("handle_open " + number(connection) + ' ' + protocol);
  checker_.opened(schedule_.now(), connection, protocol);
  session_.handle_open(schedule_.now(), ConnectionId{connection}, protocol);
  finish_step();
}

void Host::message(std::uint32_t connection, const Payload& payload) {
  if (trace_ != nullptr) {
    note("handle_message " + number(connection) + ": meaning " + std::to_string(static_cast<int>(payload.meaning)) +
         ", of call " + number(payload.owner) + ": " + payload.text);
  }
  frame_size_ = payload.size;
  oracle_.frame_comes(payload.owner, ++frames_);
  checker_.received(schedule_.now(), connection, payload);
  session_.handle_message(schedule_.now(), ConnectionId{connection}, SimulatedFrame(payload));
  finish_step();
  oracle_.frame_is_over();
}

void Host::pong(std::uint32_t connection) {
  if (trace_ != nullptr) note("handle_pong " + number(connection));
  checker_.ponged(schedule_.now(), connection);
  session_.handle_pong(schedule_.now(), ConnectionId{connection});
  finish_step();
}

void Host::wake() {
  if (trace_ != nullptr) note("handle_wake");
  checker_.woke(schedule_.now());
  session_.handle_wake(schedule_.now());
  finish_step();
}

void Host::token(std::uint32_t id, int http_status, const std::string& body, const std::string& granted,
                 Duration lifetime) {
  if (trace_ != nullptr) note("handle_token " + number(id) + ": " + std::to_string(http_status) + ' ' + body);
  checker_.token_came(schedule_.now(), id, http_status, granted, lifetime);
  session_.handle_token(schedule_.now(), TokenId{id}, http_status, body);
  finish_step();
}

void Host::token_failed(std::uint32_t id, const OpeningFailure& failure) {
  if (trace_ != nullptr) note("handle_token_failed " + number(id));
  checker_.token_came(schedule_.now(), id, 0, {}, Duration{0});
  session_.handle_token_failed(schedule_.now(), TokenId{id}, failure);
  finish_step();
}

void Host::error(std::uint32_t connection) {
  if (trace_ != nullptr) note("handle_error " + number(connection));
  checker_.failed(schedule_.now(), connection, {});
  session_.handle_error(schedule_.now(), ConnectionId{connection});
  finish_step();
}

void Host::opening_failed(std::uint32_t connection, const OpeningFailure& failure) {
  if (trace_ != nullptr) {
    note("handle_opening_failed " + number(connection) + ": kind " + std::to_string(static_cast<int>(failure.kind)) +
         ", status " + std::to_string(failure.http_status));
  }
  checker_.failed(schedule_.now(), connection, failure);
  session_.handle_opening_failed(schedule_.now(), ConnectionId{connection}, failure);
  finish_step();
}

void Host::close(std::uint32_t connection, int code) {
  if (trace_ != nullptr) note("handle_close " + number(connection) + ": " + std::to_string(code));
  checker_.closed(schedule_.now(), connection, code);
  session_.handle_close(schedule_.now(), ConnectionId{connection}, code, "because", code == 1000);
  finish_step();
}

void Host::fire_timers() {
  if (trace_ != nullptr) note("handle_timeout");
  checker_.timer_fires(schedule_.now());
  session_.handle_timeout(schedule_.now());
  finish_step();
}

void Host::deregister(CallerId caller, const std::string& manual) {
  if (trace_ != nullptr) note("deregister " + manual + " of caller " + number(static_cast<std::uint32_t>(caller)));
  checker_.deregistered(schedule_.now(), caller, manual);
  session_.deregister(caller, manual);
  finish_step();
}

void Host::close_all() {
  if (trace_ != nullptr) note("close");
  checker_.protocol_closed(schedule_.now());
  session_.close();
  finish_step();
}

void Host::finish_step() {
  std::size_t commands = 0;
  while (const Command* command = session_.poll_command()) {
    if (++commands > kMaxCommands) throw Violation("commands without end");
    if (trace_ != nullptr) note("    " + describe(*command));
    std::visit(
        [this](const auto& what) {
          oracle_.on(what);
          checker_.on(what);
        },
        *command);
    carry_out(*command);
  }
  checker_.step_ends(tool_count_);
  ++steps_;
}

void Host::carry_out(const Command& command) {
  const auto id = [](auto strong) { return static_cast<std::uint32_t>(strong); };
  if (const auto* open = std::get_if<OpenSocket>(&command)) {
    listener_->socket_opens(id(open->connection), model_.live_connection(id(open->connection))->site);
  } else if (const auto* greeting = std::get_if<SendGreeting>(&command)) {
    listener_->greeting_sent(id(greeting->connection));
  } else if (const auto* send = std::get_if<SendMessage>(&command)) {
    listener_->message_sent(id(send->connection), *model_.live_call(id(send->call)));
  } else if (const auto* leave = std::get_if<SendLeaveMessage>(&command)) {
    listener_->leave_sent(id(leave->connection), !model_.live_connection(id(leave->connection))->exclusive);
  } else if (const auto* fetch = std::get_if<FetchToken>(&command)) {
    listener_->token_asked(id(fetch->token));
  } else if (const auto* ping = std::get_if<SendPing>(&command)) {
    listener_->ping_sent(id(ping->connection), !ping->plan.empty());
  } else if (const auto* reading = std::get_if<SetReading>(&command)) {
    listener_->reading_set(id(reading->connection), reading->on);
  } else if (const auto* close = std::get_if<CloseSocket>(&command)) {
    listener_->socket_closed(id(close->connection));
  } else if (const auto* frame = std::get_if<DeliverFrame>(&command)) {
    if (!frame->is_progress) listener_->item_delivered(*model_.live_call(id(frame->call)), frame_size_);
  } else if (const auto* settle = std::get_if<SettleCall>(&command)) {
    outcomes_[id(settle->call)] = settle->error ? std::optional(settle->error->code) : std::nullopt;
  }
}

}  // namespace utcp::ws::simulation
