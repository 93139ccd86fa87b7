// Fuzzes a session with lists of operations: the bytes of an input choose options, then one operation after the other,
// in any order and with ids of any age. After each one the commands are taken and the model is checked; at the end the
// host falls silent, and every call must come to its end by itself.
#include "session_inputs.hpp"
#include "session_model.hpp"

namespace utcp::ws::fuzz {
namespace {

using namespace std::chrono_literals;

/// The input, byte by byte; 0 after its end.
class Bytes {
 public:
  explicit Bytes(std::string_view text) : left_(text) {}
  [[nodiscard]] bool empty() const { return left_.empty(); }
  std::uint8_t next() {
    if (left_.empty()) return 0;
    const char c = left_.front();
    left_.remove_prefix(1);
    return static_cast<std::uint8_t>(c);
  }
  /// One of `count`.
  std::uint8_t next(std::size_t count) { return static_cast<std::uint8_t>(next() % count); }

 private:
  std::string_view left_;
};

SessionOptions options_from(Bytes& bytes) {
  SessionOptions options;
  options.max_connections = 1U + bytes.next(3);
  options.max_waiting = bytes.next(4);
  options.max_frame = kMaxFrame;
  options.max_depth = kMaxDepth;
  options.max_stream_items = 1U + bytes.next(4);
  options.max_stream_bytes = 1000;
  options.idle_timeout = 1s * (1 + bytes.next(10));
  const std::uint8_t flags = bytes.next();
  options.retry.enabled = (flags & 1) == 0;
  options.retry.base = 1ms * (flags >> 4);
  options.handshake.can_set_headers = (flags & 2) == 0;
  if ((flags & 4) != 0) options.handshake.headers.emplace_back("X-Host", "1");
  options.handshake.browser_auth = static_cast<BrowserAuth>(bytes.next(3));
  const std::uint8_t abilities = bytes.next(4);
  options.can_pause = (abilities & 1) != 0;
  options.can_ping = (abilities & 2) != 0;
  options.seed = flags;
  return options;
}

class Run {
 public:
  explicit Run(std::string_view input)
      : bytes_(input), options_(options_from(bytes_)), session_(options_), model_(session_, options_) {}

  void all() {
    for (int i = 0; i < 3; ++i) prepare(0);
    while (!bytes_.empty()) operation();
    fall_silent();
  }

 private:
  void operation() {
    switch (bytes_.next(20)) {
      case 0:
        return prepare(bytes_.next());
      case 1:
      case 2:
      case 3:
        return start_call();
      case 4:
        return abort_call();
      case 5:
      case 6:
        return open();
      case 7:
      case 8:
      case 9:
        return message();
      case 10:
        return opening_failed();
      case 11: {
        const int code = kCodes[bytes_.next(std::size(kCodes))];
        session_.handle_close(model_.now, connection_id(), code, code == 1000 ? "" : "why", code != 1006);
        return model_.drain();
      }
      case 12:
        return time_passes();
      case 13:
        return consume();
      case 14:
        return end_of_something();
      case 15:
        return pong();
      case 16:
        return token();
      case 17:
        return wake();
      case 18:
        return upload(call_id(), static_cast<Upload>(bytes_.next(4)));
      default:
        session_.set_reporting(bytes_.next(2) == 0);
    }
  }

  void prepare(std::uint8_t where) {
    const std::size_t number = bytes_.next(std::size(kRules));
    ToolModel tool;
    tool.caller = CallerId{where & 1U};
    tool.manual = (where & 2) != 0 ? "m" : "n";
    const Rules& rules = kRules[number];
    const std::string url = "wss://h.example/" + std::to_string(where & 1) + tool.manual +
                            (rules.own_url ? std::to_string(number) : std::string());
    const Prepared& made = prepared(url, rules);
    const CallTemplate& parsed = made.call_template;
    tool.rules = &made.rules;
    tool.url = url;
    tool.protocol = parsed.protocol;
    tool.shared = parsed.id_message().id_place().has_value();
    tool.has_value = parsed.correlates_by_value;
    tool.by_uuid = tool.shared && parsed.id_message().id_place()->is_uuid;
    tool.needs_ack = parsed.connect && (parsed.connect->next || !parsed.connect->expect.empty());
    tool.connection_timeout = parsed.connection_timeout;
    tool.response_timeout = parsed.response_timeout;
    CallTemplate given = parsed;
    tool.id = session_.prepare(tool.caller, tool.manual + ".t", given);
    REQUIRE(session_.find_template(tool.id) != nullptr);
    ++model_.tools[tool.id];
    tools_.push_back(tool);
    model_.drain();
  }

  void start_call() {
    const ToolModel& tool = tools_[bytes_.next(tools_.size())];
    const std::uint8_t choice = bytes_.next();
    const std::uint32_t id = ++last_call_;
    CallRequest request{.tool = tool.id, .mode = static_cast<CallMode>(choice % 3)};
    request.uuid = "u" + std::to_string(id);
    const CallTemplate* call_template = session_.find_template(tool.id);
    const bool has_header = call_template != nullptr && !call_template->header_fields.empty();
    const char* const values[] = {nullptr, "a", "b", "a\r\nb"};
    const char* value = has_header ? values[choice / 3 % 4] : nullptr;
    if (value != nullptr) request.header_values.emplace_back(value);
    if (call_template != nullptr && !call_template->message_filter.empty())
      request.message_filter = R"([{"k":"v"},{},{}])";
    const std::string given = tool.has_value && request.mode != CallMode::discovery ? value_of(std::to_string(id)) : "";
    if (!given.empty()) request.message_filter = R"([{},{},{},")" + given + "\"]";

    const std::string header = value == nullptr ? "" : value;
    // Of its own, for some: shorter and longer than the templates'.
    constexpr std::optional<Duration> kTimeouts[] = {std::nullopt, 200ms, 3s, 40s};
    request.timeout = kTimeouts[choice >> 6U];
    CallModel call{.tool = tool, .key = Model::key_of(tool.url, tool.protocol, value == nullptr ? nullptr : &header)};
    call.tool.connection_timeout = request.timeout.value_or(tool.connection_timeout);
    call.tool.response_timeout = request.timeout.value_or(tool.response_timeout);
    call.deadline = model_.now + call.tool.connection_timeout;
    call.value = given;
    call.shared = tool.shared && request.mode != CallMode::discovery;
    call.expected = tool.rules->expected(request.mode);
    call.expects_nothing = tool.rules->expects_nothing(request.mode);
    call.has_leave = call_template != nullptr && call_template->leave_message && request.mode != CallMode::discovery;
    if (call.has_leave) request.leave_message = "leave";
    request.uploads = request.mode != CallMode::discovery && (choice & 0x30U) == 0x30;
    if (request.uploads) {
      call.upload = Upload::unsent;
      call.has_begun = false;
    }
    model_.calls.emplace(id, call);
    session_.start_call(model_.now, CallId{id}, request);
    model_.drain();
  }

  void upload(std::uint32_t id, Upload progress) {
    model_.uploads(id, progress);
    session_.handle_upload(model_.now, CallId{id}, progress);
    model_.drain();
  }

  // Who gives the chunks has no more.
  void end_uploads() {
    std::vector<std::uint32_t> ids;
    for (const auto& [id, call] : model_.calls) {
      if (call.connection && call.upload != Upload::done) ids.push_back(id);
    }
    for (const std::uint32_t id : ids) upload(id, Upload::done);
    if (!ids.empty()) end_uploads();  // others may have got their connections
  }

  void abort_call() {
    const std::uint32_t id = call_id();
    if (model_.calls.contains(id)) model_.forget(id, false);
    const bool was_sent = (id & 3U) != 3;
    if (!was_sent) model_.may_leave.erase(id);
    session_.abort_call(model_.now, CallId{id}, was_sent);
    model_.drain();
  }

  void open() {
    const ConnectionId id = connection_id();
    const char* protocol = bytes_.next(4) == 0 ? "" : "p";
    const auto socket = model_.sockets.find(Model::number(id));
    if (socket != model_.sockets.end()) socket->second.open = true;
    session_.handle_open(model_.now, id, protocol);
    model_.drain();
  }

  void message() {
    FrameModel frame{.connection = connection_id()};
    const std::string id = std::to_string(call_id());
    const std::uint8_t kind = bytes_.next(kFrameKinds);
    const bool is_text = bytes_.next(8) != 7;
    const bool has_id = kind == 1 || kind == 2 || kind == 5 || kind == 8 || kind == 10 || (kind >= 13 && kind <= 15);
    if (is_text && has_id) frame.id = id;
    if (is_text && kind == 3) frame.id = "u" + id;
    if (is_text && kind == 19) frame.value = value_of(id);
    model_.may_be_first(frame);
    const auto socket = model_.sockets.find(Model::number(frame.connection));
    if (is_text && kind == 7 && socket != model_.sockets.end() && socket->second.open)
      socket->second.acknowledged = true;
    if (socket != model_.sockets.end()) socket->second.is_heard();
    if (socket != model_.sockets.end() && socket->second.calls.empty()) {
      socket->second.awaits_echo = false;
      socket->second.may_be_spoilt = true;
    }
    const Part payload(payload_of(kind, id));
    session_.handle_message(model_.now, frame.connection, TextFrame(is_text, payload.text()));
    model_.drain(&frame);
  }

  void wake() {
    for (auto& [id, socket] : model_.sockets) {
      if (socket.open && socket.calls.empty()) socket.doubted = true;
    }
    session_.handle_wake(model_.now);
    model_.drain();
  }

  void pong() {
    const ConnectionId id = connection_id();
    const auto socket = model_.sockets.find(Model::number(id));
    if (socket != model_.sockets.end()) socket->second.is_heard();
    session_.handle_pong(model_.now, id);
    model_.drain();
  }

  void opening_failed() {
    const ConnectionId id = connection_id();
    const std::uint8_t choice = bytes_.next();
    const auto kind = static_cast<OpeningFailure::Kind>(choice % 9);
    if (choice >= 200) {
      session_.handle_error(model_.now, id);
    } else {
      const auto socket = model_.sockets.find(Model::number(id));
      const std::string text = socket == model_.sockets.end() ? "no" : socket->second.given;
      session_.handle_opening_failed(model_.now, id, {kind, kStatuses[choice / 9 % std::size(kStatuses)], text});
    }
    model_.drain();
  }

  void token() {
    const std::uint32_t id = recent(model_.last_token);
    const Answer& answer = kAnswers[bytes_.next(std::size(kAnswers))];
    model_.tokens.erase(id);
    if (answer.status == 0) {
      session_.handle_token_failed(model_.now, TokenId{id},
                                   {static_cast<OpeningFailure::Kind>(bytes_.next(9)), 0, "no"});
    } else {
      session_.handle_token(model_.now, TokenId{id}, answer.status, answer.body);
    }
    model_.drain();
  }

  void time_passes() {
    constexpr Duration kSteps[] = {0us, 1us, 1ms, 100ms, 1s, 10s, 1h};
    const std::uint8_t choice = bytes_.next();
    const std::optional<TimePoint> due = session_.poll_timeout();
    if ((choice & 8) != 0 && due) {
      model_.now = std::max(model_.now, *due - ((choice & 16) != 0 ? 1us : 0us));
    } else {
      model_.now += kSteps[(choice & 7) % std::size(kSteps)];
    }
    if ((choice & 32) == 0) handle_timeout();
  }

  void handle_timeout() {
    session_.handle_timeout(model_.now);
    model_.drain();
    model_.check_deadlines();
  }

  void consume() {
    const std::uint32_t id = call_id();
    const std::uint8_t items = bytes_.next(4);
    const auto call = model_.calls.find(id);
    if (call != model_.calls.end()) call->second.queued -= std::min<std::size_t>(call->second.queued, items);
    session_.handle_consumed(model_.now, CallId{id}, items, std::size_t{items} * kMaxFrame);
    model_.drain();
  }

  void end_of_something() {
    const std::uint8_t choice = bytes_.next();
    const ToolModel tool = tools_[choice % tools_.size()];
    switch (choice >> 6) {
      case 0:
        session_.close();
        model_.drain();
        return model_.check_empty();
      case 1:
        if (model_.tools[tool.id] > 0) --model_.tools[tool.id];
        session_.release(tool.id);
        REQUIRE((session_.find_template(tool.id) != nullptr) == (model_.tools[tool.id] > 0));
        return model_.drain();
      default:
        session_.deregister(tool.caller, tool.manual);
        model_.drain();
        for (const auto& [id, call] : model_.calls) {
          REQUIRE(call.tool.caller != tool.caller || call.tool.manual != tool.manual);
        }
        for (const auto& [id, socket] : model_.sockets) {
          REQUIRE(!socket.key.starts_with("wss://h.example/" + std::to_string(static_cast<std::uint32_t>(tool.caller)) +
                                          tool.manual));
        }
    }
  }

  // Nothing comes from the host any more but the time, once the consumers of streams have taken what they have.
  void fall_silent() {
    std::vector<std::uint32_t> ids;
    for (const auto& [id, call] : model_.calls) ids.push_back(id);
    for (const std::uint32_t id : ids) {
      session_.handle_consumed(model_.now, CallId{id}, 1'000'000, 1'000'000);
      model_.drain();
    }
    end_uploads();
    constexpr Duration kLongest = 5min;  // of a call, with all its timeouts
    const TimePoint end = model_.now + kLongest;
    for (int steps = 0; session_.poll_timeout(); ++steps) {
      REQUIRE(steps < 10'000);
      REQUIRE(model_.calls.empty() || model_.now <= end);
      model_.now = std::max(model_.now, *session_.poll_timeout());
      handle_timeout();
      end_uploads();
    }
    model_.check_empty();
  }

  // Ids of now, of the past and of the future.
  std::uint32_t call_id() { return recent(last_call_); }
  ConnectionId connection_id() { return ConnectionId{recent(model_.last_connection)}; }
  std::uint32_t recent(std::uint32_t last) {
    const std::uint32_t back = bytes_.next(16);
    return back == 15 ? last + 1 : last - std::min(last, back);
  }

  struct Answer {
    int status;
    const char* body;
  };
  static constexpr Answer kAnswers[] = {
      {200, R"({"access_token":"s3cr3t-1","expires_in":1})"},
      {200, R"({"access_token":"s3cr3t-2","expires_in":100000})"},
      {200, R"({"access_token":"s3cr3t-3","expires_in":0})"},
      {401, R"({"error":"invalid_client"})"},
      {503, ""},
      {0, ""},
  };
  static constexpr int kStatuses[] = {0, 0, 0, 200, 401, 403, 404, 500, 503};
  static constexpr int kCodes[] = {1000, 1001, 1006, 1008, 4000};

  Bytes bytes_;
  SessionOptions options_;
  Session session_;
  Model model_;
  std::vector<ToolModel> tools_;
  std::uint32_t last_call_ = 0;
};

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  utcp::ws::fuzz::Run({reinterpret_cast<const char*>(data), size}).all();
  return 0;
}
