// Owns the list of what the wasm module gives to JavaScript: the session and the pure functions, by Embind.
// Everything crosses as numbers and as text; nothing throws.
#include <emscripten/bind.h>
#include <malloc.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "call_template.hpp"
#include "manual.hpp"
#include "replies.hpp"
#include "session_host.hpp"
#include "url.hpp"

namespace utcp::ws {
namespace {

std::string validate_call_template(const std::string& text) {
  Result<Json> parsed = json::parse(text);
  if (!parsed) return error_text(parsed.error());
  Result<Json> normalized = normalize_call_template(parsed.value());
  return normalized ? value_text(std::move(normalized).value()) : error_text(normalized.error());
}

// `message`: JSON text, empty where the template has none. `names`: JSON array of the arguments' names.
std::string plan_message(const std::string& message, const std::string& names) {
  const Result<Json> list = json::parse(names);
  if (!list) return error_text(list.error());
  const std::vector<std::string> known(list.value().begin(), list.value().end());
  if (message.empty()) return value_text(plan_reply(MessageTemplate().plan(known)));
  const Result<Json> parsed = json::parse(message);
  if (!parsed) return error_text(parsed.error());
  return value_text(plan_reply(MessageTemplate::compile(parsed.value()).plan(known)));
}

// `source`: the URL that the manual came from; empty: nothing is left out.
std::string parse_manual_text(const std::string& text, std::uint32_t max_tools, std::uint32_t max_depth,
                              const std::string& source) {
  Result<Manual> parsed = parse_manual(text, {.max_tools = max_tools, .max_depth = max_depth});
  if (!parsed) return error_text(parsed.error());
  Manual manual = std::move(parsed).value();
  if (!source.empty()) {
    const Result<Url> url = parse_url(source);
    if (!url) return error_text(url.error());
    leave_out_loopback_tools(manual, url.value());
  }
  return value_text(Json{{"manual", std::move(manual.json)}, {"leftOut", std::move(manual.left_out)}});
}

std::string error_table_text() {
  Json rows = Json::array();
  for (const ErrorKind& kind : error_table()) {
    rows.push_back(Json::array({kind.name, kind.class_name, fault_name(kind.fault)}));
  }
  return json::dump(rows);
}

bool secure_websocket_url(const std::string& url) { return is_secure_websocket_url(url); }
bool secure_token_url(const std::string& url) { return is_secure_token_url(url); }

// Bytes of the heap that are in use, for leak tests.
std::uint32_t heap_in_use() { return static_cast<std::uint32_t>(mallinfo().uordblks); }

EMSCRIPTEN_BINDINGS(utcp_websocket) {
  using namespace emscripten;
  class_<SessionHost>("SessionHost")
      .constructor<std::string>()
      .function("prepare", &SessionHost::prepare)
      .function("release", &SessionHost::release)
      .function("plan", &SessionHost::plan)
      .function("startCall", &SessionHost::start_call)
      .function("startCallWith", &SessionHost::start_call_with)
      .function("abortCall", &SessionHost::abort_call)
      .function("handleConsumed", &SessionHost::handle_consumed)
      .function("handleTimeout", &SessionHost::handle_timeout)
      .function("deregister", &SessionHost::deregister)
      .function("close", &SessionHost::close)
      .function("setReporting", &SessionHost::set_reporting)
      .function("counts", &SessionHost::counts);
  function("isSecureWebSocketUrl", &secure_websocket_url);
  function("isSecureTokenUrl", &secure_token_url);
  function("validateCallTemplate", &validate_call_template);
  function("planMessage", &plan_message);
  function("parseManual", &parse_manual_text);
  function("errorTable", &error_table_text);
  function("heapInUse", &heap_in_use);
}

}  // namespace
}  // namespace utcp::ws
