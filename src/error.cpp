#include "error.hpp"

#include <array>

namespace utcp::ws {
namespace {

// In the order of `ErrorCode`; error_test walks the table against the enumerators.
constexpr std::array kErrorTable = {
    ErrorKind{ErrorCode::invalid_json, "invalid_json", "UtcpWebSocketError", Fault::caller,
              "A text that must be JSON is not, or nests too deeply."},
    ErrorKind{ErrorCode::invalid_call_template, "invalid_call_template", "CallTemplateError", Fault::caller,
              "A field of a call template has the wrong type or is out of range."},
    ErrorKind{ErrorCode::invalid_argument, "invalid_argument", "UtcpWebSocketError", Fault::caller,
              "An argument or option cannot be used."},
    ErrorKind{ErrorCode::url_refused, "url_refused", "WebSocketSecurityError", Fault::caller,
              "A URL is not secure, or URL parsers could read it differently."},
    ErrorKind{ErrorCode::invalid_manual, "invalid_manual", "ManualError", Fault::peer,
              "What an endpoint sent as its manual is not one."},
    ErrorKind{ErrorCode::connection_failed, "connection_failed", "WebSocketConnectionError", Fault::network,
              "The connection could not be opened."},
    ErrorKind{ErrorCode::handshake_refused, "handshake_refused", "WebSocketConnectionError", Fault::peer,
              "The endpoint answered the opening handshake with an HTTP error."},
    ErrorKind{ErrorCode::websocket_unavailable, "websocket_unavailable", "WebSocketConnectionError", Fault::host,
              "The host has no WebSocket, or refuses to create one."},
    ErrorKind{ErrorCode::auth_failed, "auth_failed", "WebSocketAuthError", Fault::peer,
              "A credential was refused, by the endpoint or by the token endpoint."},
    ErrorKind{ErrorCode::auth_unsupported, "auth_unsupported", "WebSocketAuthError", Fault::host,
              "The host cannot send the credential that the call template asks for."},
    ErrorKind{ErrorCode::token_unavailable, "token_unavailable", "WebSocketAuthError", Fault::network,
              "The token endpoint did not answer, or not with a token or an error of its own."},
    ErrorKind{ErrorCode::connection_timeout, "connection_timeout", "WebSocketTimeoutError", Fault::network,
              "The connection was not open within `connection_timeout`."},
    ErrorKind{ErrorCode::response_timeout, "response_timeout", "WebSocketTimeoutError", Fault::peer,
              "No response came within `response_timeout`."},
    ErrorKind{ErrorCode::connection_closed, "connection_closed", "WebSocketClosedError", Fault::peer,
              "The connection closed before the call was answered."},
    ErrorKind{ErrorCode::subprotocol_mismatch, "subprotocol_mismatch", "WebSocketProtocolError", Fault::peer,
              "The endpoint did not choose the subprotocol that was offered."},
    ErrorKind{ErrorCode::invalid_frame, "invalid_frame", "WebSocketProtocolError", Fault::peer,
              "A frame breaks the rules of its protocol."},
    ErrorKind{ErrorCode::frame_too_large, "frame_too_large", "WebSocketOverflowError", Fault::peer,
              "A frame is larger than the limit."},
    ErrorKind{ErrorCode::stream_overflow, "stream_overflow", "WebSocketOverflowError", Fault::caller,
              "More stream items waited for their consumer than the limit allows."},
    ErrorKind{ErrorCode::queue_full, "queue_full", "WebSocketOverflowError", Fault::caller,
              "More calls waited for one endpoint than the limit allows."},
    ErrorKind{ErrorCode::tool_failed, "tool_failed", "ToolError", Fault::peer, "The tool answered with an error."},
    ErrorKind{ErrorCode::manual_deregistered, "manual_deregistered", "ProtocolClosedError", Fault::caller,
              "The call's manual was deregistered while the call was in flight."},
    ErrorKind{ErrorCode::protocol_closed, "protocol_closed", "ProtocolClosedError", Fault::caller,
              "The protocol was closed while the call was in flight."},
    ErrorKind{ErrorCode::aborted, "aborted", "UtcpWebSocketError", Fault::caller,
              "The caller's signal was aborted; what rejects is the signal's own reason."},
    ErrorKind{ErrorCode::module_failed, "module_failed", "UtcpWebSocketError", Fault::library,
              "The WebAssembly module trapped or ran out of memory; the next call starts a new one."},
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
