// Owns what the package exports. Loading it has no side effect.
export {
  CallTemplateError,
  isUtcpWebSocketError,
  ManualError,
  ProtocolClosedError,
  ToolError,
  UtcpWebSocketError,
  WebSocketAuthError,
  WebSocketClosedError,
  WebSocketConnectionError,
  WebSocketOverflowError,
  WebSocketProtocolError,
  WebSocketSecurityError,
  WebSocketTimeoutError,
} from './errors.js';
export { UtcpWebSocketEvent } from './events.js';
export { ready } from './module.js';
export { WebSocketCommunicationProtocol } from './protocol.js';
export { isSecureTokenUrl, isSecureWebSocketUrl, parseManual, renderMessage, validateCallTemplate } from './pure.js';
