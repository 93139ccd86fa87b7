#include "scenario.hpp"

#include <utility>

namespace utcp::ws::simulation {
namespace {

using namespace std::chrono_literals;

std::string seconds(Duration duration) { return std::to_string(static_cast<double>(duration.count()) / 1e6); }

Site make_site(Random& random, std::size_t number) {
  Site site;
  site.url = site.opened = "wss://h" + std::to_string(number) + ".example/ws";
  if (random.percent(20)) site.protocol = "v1.sim";
  const bool has_query_secret = random.percent(15);
  const bool has_header_secret = !has_query_secret && random.percent(15);
  if (has_query_secret || has_header_secret) {
    site.auth = R"({"auth_type":"api_key","var_name":"key","api_key":")";
    site.auth += kSecret;
    site.auth += R"(","location":")";
    site.auth += has_query_secret ? "query\"}" : "header\"}";
    site.needs_headers = has_header_secret;
    site.secret = kSecret;
    if (has_query_secret) site.opened += "?key=" + std::string(kSecret);
  }
  site.needs_token = site.auth.empty() && random.percent(30);
  if (site.needs_token) {
    site.auth = R"({"auth_type":"oauth2","token_url":"https://id.example/token","client_id":"me","client_secret":")";
    site.secret = std::string(kSecret) + std::to_string(number);
    site.auth += site.secret + "\"}";
    site.needs_headers = true;
  }
  site.greets = random.percent(35);
  site.acks = random.percent(site.greets ? 80 : 5);
  site.challenges = site.greets && site.acks && number % 2 == 1;
  site.keeps_alive = random.percent(85);
  site.has_ping_message = random.percent(30);
  site.ping_interval = random.pick<Duration>({100ms, 3s, 30s});
  site.says_goodbye = random.percent(20);
  site.asks = random.percent(30);
  site.gives_up = random.percent(30);
  return site;
}

std::string message_of(Correlation correlation) {
  switch (correlation) {
    case Correlation::text:
      return R"({"id":"{{request_id}}","n":"UTCP_ARG_n_UTCP_ARG"})";
    case Correlation::number:
      return R"("{\"id\":{{request_id}},\"n\":UTCP_ARG_n_UTCP_ARG}")";
    case Correlation::uuid:
      return R"({"u":"{{uuid}}","n":"UTCP_ARG_n_UTCP_ARG"})";
    case Correlation::pointer:
      return R"({"text":"call {{request_id}} of it","n":"UTCP_ARG_n_UTCP_ARG"})";
    case Correlation::none:
      break;
  }
  return {};
}

void write_json(ToolPlan& tool, const Site& site, std::string_view format) {
  std::string& json = tool.json;
  json = R"({"call_template_type":"websocket","url":")" + site.url + '"';
  const auto add = [&json](std::string_view name, std::string_view value) {
    json += ",\"" + std::string(name) + "\":" + std::string(value);
  };
  if (!site.protocol.empty()) add("protocol", '"' + site.protocol + '"');
  if (!site.auth.empty()) add("auth", site.auth);
  if (site.challenges) {
    add("connect",
        R"([{"expect":{"type":"welcome","deep":{"ok":true}},"error":{"$prefix":"DENIED"},"capture":{"n":"/n"},)"
        R"("send":{"type":"hello","n":"{{connect.n}}"}}])");
  }
  if (site.greets && !site.challenges) add("connect_message", R"({"type":"hello"})");
  if (site.acks && !site.challenges) add("connect_ack", R"({"type":"welcome","deep":{"ok":true}})");
  if (tool.correlation != Correlation::none) add("message", message_of(tool.correlation));
  if (tool.correlation == Correlation::pointer) add("correlation", R"(["/meta/0/id","/alt"])");
  if (tool.gives_value()) add("correlation", R"({"/u":"UTCP_ARG_u_UTCP_ARG"})");
  if (tool.filter == Filter::fixed) add("message_filter", R"({"kind":"answer"})");
  if (tool.filter == Filter::per_call) add("message_filter", R"({"kind":"answer","n":"UTCP_ARG_n_UTCP_ARG"})");
  if (tool.filter == Filter::by_topic) {
    add("capture", R"({"job":"/job/id"})");
    add("correlation", R"({"/topic":"UTCP_ARG_topic_UTCP_ARG"})");
    add("message_filter", R"({"kind":"answer"})");
  }
  if (tool.filter == Filter::by_answer) {
    add("capture", R"({"job":"/job/id"})");
    add("message_filter", R"({"kind":"answer","job":"{{answer.job}}"})");
  }
  if (tool.progress == Progress::by_member) add("progress_filter", R"({"status":"busy"})");
  if (tool.progress == Progress::by_id) add("progress_filter", R"({"status":"busy","of":"{{request_id}}"})");
  if (tool.has_result_path) add("result_path", "\"/payload/result\"");
  if (tool.has_error_path) add("error_path", "\"/error\"");
  if (tool.stream_end == StreamEnd::own) add("stream_end", R"({"event":"done"})");
  if (tool.stream_end == StreamEnd::none) add("stream_end", "{}");
  if (tool.expected) add("expected_responses", std::to_string(*tool.expected));
  if (!format.empty()) add("response_format", '"' + std::string(format) + '"');
  if (!site.keeps_alive) add("keep_alive", "false");
  if (site.says_goodbye) add("disconnect_message", R"({"type":"bye","id":"{{new_id}}"})");
  if (site.gives_up) add("connection_error", R"([{"gone":"yes"},{"$prefix":"GONE"}])");
  if (site.asks)
    add("replies", R"([{"match":{"$prefix":"PING"},"send":"PONG"},
                       {"match":{"ask":"who"},"send":{"told":"{{frame:/id}}","id":"{{new_id}}"}}])");
  if (tool.has_leave) add("leave_message", R"({"type":"leave","id":"{{request_id}}"})");  // the host renders another
  if (tool.leaves_always) add("leave_when", "\"always\"");
  if (site.has_ping_message) add("ping_message", R"({"type":"ping"})");
  add("ping_interval", seconds(site.ping_interval));
  if (tool.close_after == site.keeps_alive) add("close_after_response", tool.close_after ? "true" : "false");
  if (tool.has_header_field) add("header_fields", R"(["X-Who"])");
  add("connection_timeout", seconds(tool.connection_timeout));
  add("response_timeout", seconds(tool.response_timeout));
  json += '}';
}

ToolPlan make_tool(Random& random, const std::vector<Site>& sites) {
  ToolPlan tool;
  tool.site = random.below(sites.size());
  tool.caller = CallerId{static_cast<std::uint32_t>(random.below(2))};
  tool.manual = random.pick({"alpha", "beta"});
  tool.name = tool.manual + ".tool";
  if (random.percent(55)) {
    tool.correlation = random.pick(
        {Correlation::text, Correlation::text, Correlation::number, Correlation::uuid, Correlation::pointer});
  }
  if (random.percent(30)) tool.filter = random.pick({Filter::fixed, Filter::per_call});
  const bool sends_id = tool.correlation != Correlation::none && tool.correlation != Correlation::uuid;
  if (sends_id && random.percent(35)) {
    const bool may_have_topic = tool.correlation != Correlation::pointer;
    tool.filter = may_have_topic && random.percent(40) ? Filter::by_topic : Filter::by_answer;
  }
  if (random.percent(30)) tool.progress = sends_id && random.percent(70) ? Progress::by_id : Progress::by_member;
  tool.has_result_path = random.percent(25);
  tool.has_error_path = random.percent(25);
  tool.stream_end = random.pick({StreamEnd::standard, StreamEnd::standard, StreamEnd::own, StreamEnd::none});
  if (random.percent(40)) tool.expected = random.pick({1, 2, 3, 7, kUntilPeerEnds, kNothing});
  tool.close_after = random.percent(sites[tool.site].keeps_alive ? 10 : 80);
  tool.has_header_field = random.percent(10);
  tool.has_leave = random.percent(40);
  tool.leaves_always = tool.has_leave && random.percent(30);
  tool.connection_timeout = random.pick<Duration>({40ms, 700ms, 5s, 30s});
  tool.response_timeout = random.pick<Duration>({30ms, 300ms, 2s, 30s});
  const std::string_view format = random.pick<std::string_view>({"", "json", "json", "text", "raw"});
  tool.wants_json = format == "json";
  tool.wants_raw = format == "raw";
  write_json(tool, sites[tool.site], format);
  return tool;
}

}  // namespace

std::uint32_t ToolPlan::items(CallMode mode) const {
  if (mode == CallMode::discovery) return 1;
  if (!expected) return mode == CallMode::single ? 1 : 0;
  return *expected == kUntilPeerEnds ? 0 : static_cast<std::uint32_t>(*expected);
}

bool ToolPlan::is_open_ended(CallMode mode) const {
  return mode == CallMode::stream || (mode == CallMode::single && items(mode) == 0);
}

bool ToolPlan::can_reject(CallMode mode) const {
  return mode == CallMode::discovery || filter != Filter::none || has_result_path || shares(mode);
}

Scenario make_scenario(Random& random) {
  Scenario scenario;
  SessionOptions& options = scenario.options;
  options.max_connections = random.pick<std::size_t>({1, 1, 2, 3, 8});
  options.max_waiting = random.percent(3) ? 0 : random.pick<std::size_t>({1, 3, 10, 100});
  options.max_frame = random.pick<std::size_t>({1000, 100'000});
  options.max_depth = random.pick<std::size_t>({8, 64});
  options.max_unsolicited = random.pick<std::size_t>({1, 2, 5, 1000});
  options.max_stream_items = random.pick<std::size_t>({1, 3, 10, 1000});
  options.max_stream_bytes = random.pick<std::size_t>({200, 2000, 1'000'000});
  options.idle_timeout = random.pick<Duration>({1ms, 200ms, 5s, 300s});
  options.retry.enabled = random.percent(80);
  options.retry.base = random.pick<Duration>({1ms, 50ms, 200ms, 3s});
  options.retry.cap = random.pick<Duration>({10ms, 1s, 10s});
  options.handshake.can_set_headers = random.percent(85);
  options.can_pause = random.percent(50);
  options.can_ping = random.percent(50);
  options.seed = random.next();
  if (options.handshake.can_set_headers && random.percent(10)) options.handshake.headers.emplace_back("X-All", "1");

  const std::size_t sites = 1 + random.below(3);
  for (std::size_t i = 0; i < sites; ++i) scenario.sites.push_back(make_site(random, i));
  const std::size_t tools = 1 + random.below(6);
  for (std::size_t i = 0; i < tools; ++i) scenario.tools.push_back(make_tool(random, scenario.sites));

  Hostility& hostility = scenario.hostility;
  hostility.opening = random.pick<std::size_t>({0, 10, 50, 95});
  hostility.message = random.pick<std::size_t>({0, 5, 20, 60});
  hostility.closing = random.pick<std::size_t>({0, 2, 10});
  hostility.token = random.pick<std::size_t>({0, 20, 70});
  hostility.late = random.pick<std::size_t>({0, 30, 100});
  hostility.slowest = random.pick<Duration>({1ms, 30ms, 500ms, 4s});
  scenario.timer_lag = random.pick<Duration>({0ms, 0ms, 1ms, 300ms});
  scenario.pace = random.pick<Duration>({1ms, 20ms, 100ms, 400ms, 10s});
  scenario.operations = 20 + random.below(400);
  scenario.first_call_id = random.pick<std::uint32_t>({1, 4'294'900'000, 2'147'483'600});
  scenario.reporting = random.percent(30);
  return scenario;
}

}  // namespace utcp::ws::simulation
