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
} from '../base/errors.js';
export { UtcpWebSocketEvent } from '../core/events.js';
export { ready } from '../core/module.js';
export {
  isSecureTokenUrl,
  isSecureWebSocketUrl,
  parseManual,
  renderMessage,
  validateCallTemplate,
} from '../core/pure.js';
export { WebSocketCommunicationProtocol } from './protocol.js';
