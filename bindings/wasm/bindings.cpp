// Owns the exports of the wasm module: the session and the pure functions, by Embind.
// All values cross as numbers and text; nothing throws.
#include <emscripten/bind.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/manual.hpp>
#include <utcp_websocket/message_template.hpp>
#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

#include "replies.hpp"
#include "session_host.hpp"

namespace utcp::ws {
namespace {

std::string validate_call_template(const std::string& text) {
  const Result<std::string> normalized = normalize_call_template(text);
  return normalized ? value_reply(normalized.value()) : error_reply(normalized.error());
}

// `message`: JSON text, empty where the template has none. `names`: JSON array of the arguments' names.
std::string plan_message(const std::string& message, const std::string& names, int missing) {
  const std::vector<std::string> known = parse_names(names);
  if (message.empty()) return value_reply(plan_json(MessageTemplate().plan(known)));
  const Result<MessageTemplate> compiled = MessageTemplate::compile(message);
  if (!compiled) return error_reply(compiled.error());
  return plan_reply(compiled.value().plan(known, static_cast<MissingArguments>(missing)));
}

std::string argument_names(const std::string& text) {
  const Result<CallTemplate> parsed = parse_call_template(text);
  if (!parsed) return error_reply(parsed.error());
  const CallTemplate& call_template = parsed.value();
  std::vector<std::string> names = call_template.message.argument_names();
  const auto add = [&names](const MessageTemplate& message) {
    for (std::string& name : message.argument_names()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
  };
  for (const MessageTemplate& message : call_template.more_messages) add(message);
  add(call_template.filter_message);
  if (call_template.leave_message) add(*call_template.leave_message);
  return value_reply(strings_json(names));
}

// `source`: the call template that the manual was asked for with; empty: unknown, nothing is left out or lent.
std::string parse_manual_text(const std::string& text, std::uint32_t max_bytes, std::uint32_t max_tools,
                              std::uint32_t max_depth, const std::string& source, bool keep_loopback) {
  const Result<CallTemplate> asked = parse_call_template(source);
  if (!asked && !source.empty()) return error_reply(asked.error());
  // The size of the text was limited before it came here, in characters.
  const ManualLimits limits{
      .max_bytes = std::max<std::size_t>(text.size(), max_bytes), .max_tools = max_tools, .max_depth = max_depth};
  Result<ManualText> parsed = parse_manual(text, limits, asked->discovery);
  if (!parsed) return error_reply(parsed.error());
  ManualText manual = std::move(parsed).value();
  if (!source.empty() && asked->discovery.places.empty()) {
    const std::string_view auth = json::find(json::members_of(source), "auth");
    if (!keep_loopback) leave_out_loopback_tools(manual, asked->url);
    if (auth.starts_with('{')) lend_auth(manual, asked->url, auth);
  }
  Reply reply;
  reply.json("manual", manual.text());
  reply.json("leftOut", strings_json(manual.left_out));
  return value_reply(reply.take());
}

bool secure_websocket_url(const std::string& url) { return is_secure_websocket_url(url); }
bool secure_token_url(const std::string& url) { return is_secure_token_url(url); }

// Bytes of the heap that are in use, for leak tests.
std::uint32_t heap_in_use() { return static_cast<std::uint32_t>(mallinfo().uordblks); }

// A session is a number in JavaScript: Embind's classes would cost kilobytes and time, and nobody inherits here.
using Handle = std::uintptr_t;

Handle new_session(const std::string& options) { return reinterpret_cast<Handle>(new SessionHost(options)); }
void delete_session(Handle session) { delete reinterpret_cast<SessionHost*>(session); }

/// A method of the session as a function whose first argument is the session.
template <auto Method>
struct Entry;
template <class R, class... A, R (SessionHost::*Method)(A...)>
struct Entry<Method> {
  static R call(Handle session, A... arguments) {
    return (reinterpret_cast<SessionHost*>(session)->*Method)(arguments...);
  }
};
template <class R, class... A, R (SessionHost::*Method)(A...) const>
struct Entry<Method> {
  static R call(Handle session, A... arguments) {
    return (reinterpret_cast<SessionHost*>(session)->*Method)(arguments...);
  }
};

EMSCRIPTEN_BINDINGS(utcp_websocket) {
  using emscripten::function;
  function("newSession", &new_session);
  function("deleteSession", &delete_session);
  function("prepare", &Entry<&SessionHost::prepare>::call);
  function("release", &Entry<&SessionHost::release>::call);
  function("plan", &Entry<&SessionHost::plan>::call);
  function("startCallWith", &Entry<&SessionHost::start_call_with>::call);
  function("abortCall", &Entry<&SessionHost::abort_call>::call);
  function("handleConsumed", &Entry<&SessionHost::handle_consumed>::call);
  function("handleUpload", &Entry<&SessionHost::handle_upload>::call);
  function("handlePong", &Entry<&SessionHost::handle_pong>::call);
  function("handleOpeningFailed", &Entry<&SessionHost::handle_opening_failed>::call);
  function("handleToken", &Entry<&SessionHost::handle_token>::call);
  function("handleTokenFailed", &Entry<&SessionHost::handle_token_failed>::call);
  function("addCredentials", &Entry<&SessionHost::add_credentials>::call);
  function("mask", &Entry<&SessionHost::mask>::call);
  function("handleTimeout", &Entry<&SessionHost::handle_timeout>::call);
  function("handleWake", &Entry<&SessionHost::handle_wake>::call);
  function("deregister", &Entry<&SessionHost::deregister>::call);
  function("close", &Entry<&SessionHost::close>::call);
  function("setReporting", &Entry<&SessionHost::set_reporting>::call);
  function("channel", &Entry<&SessionHost::channel>::call);
  function("counts", &Entry<&SessionHost::counts>::call);

  function("isSecureWebSocketUrl", &secure_websocket_url);
  function("isSecureTokenUrl", &secure_token_url);
  function("validateCallTemplate", &validate_call_template);
  function("planMessage", &plan_message);
  function("argumentNames", &argument_names);
  function("parseManual", &parse_manual_text);
  function("heapInUse", &heap_in_use);
}

}  // namespace
}  // namespace utcp::ws
