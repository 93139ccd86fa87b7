// Owns what the package exports. Loading it has no side effect.
export {
  CallTemplateError,
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

/**
 * @typedef {import('./types.js').WebSocketCallTemplate} WebSocketCallTemplate
 * @typedef {import('./types.js').ProtocolOptions} ProtocolOptions
 * @typedef {import('./types.js').Limits} Limits
 * @typedef {import('./types.js').RetryOptions} RetryOptions
 * @typedef {import('./types.js').CallOptions} CallOptions
 * @typedef {import('./types.js').Manual} Manual
 * @typedef {import('./types.js').Tool} Tool
 * @typedef {import('./types.js').RegisterManualResult} RegisterManualResult
 */
