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
  argumentsOf,
  isSecureTokenUrl,
  isSecureWebSocketUrl,
  parseManual,
  renderMessage,
  validateCallTemplate,
} from '../core/pure.js';
export { connect, Endpoint } from './connect.js';
export { WebSocketCommunicationProtocol } from './protocol.js';
