#include "error.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace utcp::ws {
namespace {

// In the order of `ErrorCode`; error_test walks the table against the enumerators.
constexpr std::array kErrorTable = {
    ErrorKind{ErrorCode::invalid_json, Fault::caller, "invalid_json", "UtcpWebSocketError"},
    ErrorKind{ErrorCode::invalid_call_template, Fault::caller, "invalid_call_template", "CallTemplateError"},
    ErrorKind{ErrorCode::invalid_argument, Fault::caller, "invalid_argument", "UtcpWebSocketError"},
    ErrorKind{ErrorCode::url_refused, Fault::caller, "url_refused", "WebSocketSecurityError"},
    ErrorKind{ErrorCode::invalid_manual, Fault::peer, "invalid_manual", "ManualError"},
    ErrorKind{ErrorCode::connection_failed, Fault::network, "connection_failed", "WebSocketConnectionError"},
    ErrorKind{ErrorCode::handshake_refused, Fault::peer, "handshake_refused", "WebSocketConnectionError"},
    ErrorKind{ErrorCode::websocket_unavailable, Fault::host, "websocket_unavailable", "WebSocketConnectionError"},
    ErrorKind{ErrorCode::auth_failed, Fault::peer, "auth_failed", "WebSocketAuthError"},
    ErrorKind{ErrorCode::auth_unsupported, Fault::host, "auth_unsupported", "WebSocketAuthError"},
    ErrorKind{ErrorCode::token_unavailable, Fault::network, "token_unavailable", "WebSocketAuthError"},
    ErrorKind{ErrorCode::connection_timeout, Fault::network, "connection_timeout", "WebSocketTimeoutError"},
    ErrorKind{ErrorCode::response_timeout, Fault::peer, "response_timeout", "WebSocketTimeoutError"},
    ErrorKind{ErrorCode::connection_closed, Fault::peer, "connection_closed", "WebSocketClosedError"},
    ErrorKind{ErrorCode::subprotocol_mismatch, Fault::peer, "subprotocol_mismatch", "WebSocketProtocolError"},
    ErrorKind{ErrorCode::invalid_frame, Fault::peer, "invalid_frame", "WebSocketProtocolError"},
    ErrorKind{ErrorCode::frame_too_large, Fault::peer, "frame_too_large", "WebSocketOverflowError"},
    ErrorKind{ErrorCode::stream_overflow, Fault::caller, "stream_overflow", "WebSocketOverflowError"},
    ErrorKind{ErrorCode::queue_full, Fault::caller, "queue_full", "WebSocketOverflowError"},
    ErrorKind{ErrorCode::tool_failed, Fault::peer, "tool_failed", "ToolError"},
    ErrorKind{ErrorCode::manual_deregistered, Fault::caller, "manual_deregistered", "ProtocolClosedError"},
    ErrorKind{ErrorCode::protocol_closed, Fault::caller, "protocol_closed", "ProtocolClosedError"},
    ErrorKind{ErrorCode::aborted, Fault::caller, "aborted", "UtcpWebSocketError"},
    ErrorKind{ErrorCode::module_failed, Fault::library, "module_failed", "UtcpWebSocketError"},
};

// By themselves, so that the wasm module, which needs nothing else of the table, does not hold the rest.
constexpr auto kErrorNames = [] {
  std::array<const char*, kErrorTable.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kErrorTable[i].name;
  return names;
}();

}  // namespace

#ifndef __EMSCRIPTEN__
BadResult::BadResult(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}

void throw_bad_result(const Error& error) {
#ifdef __cpp_exceptions
  throw BadResult(error);
#else
  std::fputs(error.message.c_str(), stderr);
  std::abort();
#endif
}
#endif

ErrorPtr on_heap(Error error) { return std::make_unique<Error>(std::move(error)); }

ErrorPtr make_error(ErrorCode code, std::string message, TextRef field) {
  return on_heap({code, std::move(message), std::string(field.view())});
}

std::span<const ErrorKind> error_table() { return kErrorTable; }

const ErrorKind& describe(ErrorCode code) { return kErrorTable[static_cast<std::size_t>(code)]; }

const char* error_name(ErrorCode code) { return kErrorNames[static_cast<std::size_t>(code)]; }

const char* fault_name(Fault fault) {
  constexpr std::array kNames = {"caller", "peer", "network", "host", "library"};
  return kNames[static_cast<std::size_t>(fault)];
}

}  // namespace utcp::ws
