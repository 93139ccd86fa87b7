#include "error.hpp"

#include <array>

namespace utcp::ws {
namespace {

// In the order of `ErrorCode`; error_test walks the table against the enumerators.
constexpr std::array kErrorTable = {
    ErrorKind{ErrorCode::invalid_json, "invalid_json", "UtcpWebSocketError", Fault::caller},
    ErrorKind{ErrorCode::invalid_call_template, "invalid_call_template", "CallTemplateError", Fault::caller},
    ErrorKind{ErrorCode::invalid_argument, "invalid_argument", "UtcpWebSocketError", Fault::caller},
    ErrorKind{ErrorCode::url_refused, "url_refused", "WebSocketSecurityError", Fault::caller},
    ErrorKind{ErrorCode::invalid_manual, "invalid_manual", "ManualError", Fault::peer},
    ErrorKind{ErrorCode::connection_failed, "connection_failed", "WebSocketConnectionError", Fault::network},
    ErrorKind{ErrorCode::handshake_refused, "handshake_refused", "WebSocketConnectionError", Fault::peer},
    ErrorKind{ErrorCode::websocket_unavailable, "websocket_unavailable", "WebSocketConnectionError", Fault::host},
    ErrorKind{ErrorCode::auth_failed, "auth_failed", "WebSocketAuthError", Fault::peer},
    ErrorKind{ErrorCode::auth_unsupported, "auth_unsupported", "WebSocketAuthError", Fault::host},
    ErrorKind{ErrorCode::token_unavailable, "token_unavailable", "WebSocketAuthError", Fault::network},
    ErrorKind{ErrorCode::connection_timeout, "connection_timeout", "WebSocketTimeoutError", Fault::network},
    ErrorKind{ErrorCode::response_timeout, "response_timeout", "WebSocketTimeoutError", Fault::peer},
    ErrorKind{ErrorCode::connection_closed, "connection_closed", "WebSocketClosedError", Fault::peer},
    ErrorKind{ErrorCode::subprotocol_mismatch, "subprotocol_mismatch", "WebSocketProtocolError", Fault::peer},
    ErrorKind{ErrorCode::invalid_frame, "invalid_frame", "WebSocketProtocolError", Fault::peer},
    ErrorKind{ErrorCode::frame_too_large, "frame_too_large", "WebSocketOverflowError", Fault::peer},
    ErrorKind{ErrorCode::stream_overflow, "stream_overflow", "WebSocketOverflowError", Fault::caller},
    ErrorKind{ErrorCode::queue_full, "queue_full", "WebSocketOverflowError", Fault::caller},
    ErrorKind{ErrorCode::tool_failed, "tool_failed", "ToolError", Fault::peer},
    ErrorKind{ErrorCode::manual_deregistered, "manual_deregistered", "ProtocolClosedError", Fault::caller},
    ErrorKind{ErrorCode::protocol_closed, "protocol_closed", "ProtocolClosedError", Fault::caller},
    ErrorKind{ErrorCode::aborted, "aborted", "UtcpWebSocketError", Fault::caller},
    ErrorKind{ErrorCode::module_failed, "module_failed", "UtcpWebSocketError", Fault::library},
};

}  // namespace

ErrorPtr on_heap(Error error) { return std::make_unique<Error>(std::move(error)); }

std::span<const ErrorKind> error_table() { return kErrorTable; }

const ErrorKind& describe(ErrorCode code) { return kErrorTable[static_cast<std::size_t>(code)]; }

std::string_view fault_name(Fault fault) {
  switch (fault) {
    case Fault::caller:
      return "caller";
    case Fault::peer:
      return "peer";
    case Fault::network:
      return "network";
    case Fault::host:
      return "host";
    case Fault::library:
      return "library";
  }
  return "library";
}

}  // namespace utcp::ws
