// Owns the error classes and how an error of the core becomes one of them. Must not know when which error happens: the
// codes, classes and faults come from the core's table (src/base/error.cpp).
import { ERRORS } from '../../dist/constants.js';

/**
 * @import { AuthCode, CodeOf, ErrorCode, ErrorFacts, Fault, OpeningCode } from '../types/shared.js'
 */

/**
 * An error as the core reports it.
 * @typedef {{ code: string, message: string, field?: string, closeCode?: number, reason?: string, wasClean?: boolean,
 *   httpStatus?: number }} CoreError
 */

/**
 * The base class of all errors of this library. An abort rejects with the signal's reason instead.
 * @template {ErrorCode} [Code=ErrorCode] the codes that it may have
 */
export class UtcpWebSocketError extends Error {
  /**
   * @param {string} message what happened and what to do; never contains a secret
   * @param {ErrorFacts} [facts] further properties
   */
  constructor(message, facts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    /** Stable name of the error, for instance `response_timeout`. @type {CodeOf<Code, ErrorCode>} */
    this.code = /** @type {any} */ (facts.code ?? 'module_failed');
    /** Who has to act: `caller`, `peer`, `network`, `host` or `library`. @type {Fault} */
    this.fault = facts.fault ?? 'library';
    /** The field of the call template that caused it (`auth.location`), if there is one. @type {string | undefined} */
    this.field = facts.field;
  }
}

/**
 * A call template has a field of the wrong type or out of range; `field` names it.
 * @extends {UtcpWebSocketError<'invalid_call_template'>}
 */
export class CallTemplateError extends UtcpWebSocketError {}

/**
 * A URL was refused: not encrypted, or ambiguous between parsers.
 * @extends {UtcpWebSocketError<'url_refused'>}
 */
export class WebSocketSecurityError extends UtcpWebSocketError {}

/**
 * An endpoint sent an invalid manual.
 * @extends {UtcpWebSocketError<'invalid_manual'>}
 */
export class ManualError extends UtcpWebSocketError {}

/**
 * The connection could not be opened.
 * @template {OpeningCode | AuthCode} [Code=OpeningCode | AuthCode] the codes that it may have
 * @extends {UtcpWebSocketError<CodeOf<Code, OpeningCode | AuthCode>>}
 */
export class WebSocketConnectionError extends UtcpWebSocketError {
  /**
   * @param {string} message what happened and what to do; never contains a secret
   * @param {ErrorFacts} [facts] further properties
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** The status of the refused handshake, if the host reveals it. @type {number | undefined} */
    this.httpStatus = facts.httpStatus;
  }
}

/**
 * The credential was refused, or this host cannot send it.
 * @extends {WebSocketConnectionError<AuthCode>}
 */
export class WebSocketAuthError extends WebSocketConnectionError {
  /**
   * @param {string} message what happened and what to do; never contains a secret
   * @param {ErrorFacts} [facts] further properties
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** RFC 6455 close code, if the peer refused the credential by closing. @type {number | undefined} */
    this.closeCode = facts.closeCode;
    /** The peer's reason, if it gave one. @type {string | undefined} */
    this.reason = facts.reason;
  }
}

/**
 * A timeout expired; `timeout` says which.
 * @extends {UtcpWebSocketError<'connection_timeout' | 'response_timeout'>}
 */
export class WebSocketTimeoutError extends UtcpWebSocketError {
  /**
   * @param {string} message what happened and what to do; never contains a secret
   * @param {ErrorFacts} [facts] further properties
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** Which timeout: waiting for a connection, or for the response. @type {'connection' | 'response'} */
    this.timeout = facts.code === 'connection_timeout' ? 'connection' : 'response';
  }
}

/**
 * The connection closed before the call was answered.
 * @extends {UtcpWebSocketError<'connection_closed'>}
 */
export class WebSocketClosedError extends UtcpWebSocketError {
  /**
   * @param {string} message what happened and what to do; never contains a secret
   * @param {ErrorFacts} [facts] further properties
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** RFC 6455 close code; 1006 if the connection broke. */
    this.closeCode = facts.closeCode ?? 1006;
    /** The peer's reason; empty if it gave none. */
    this.reason = facts.reason ?? '';
    /** Whether the closing handshake was completed. */
    this.wasClean = facts.wasClean ?? false;
  }
}

/**
 * The peer violated the protocol.
 * @extends {UtcpWebSocketError<'subprotocol_mismatch' | 'invalid_frame'>}
 */
export class WebSocketProtocolError extends UtcpWebSocketError {}

/**
 * A limit was exceeded: a frame's size, items queued for a stream's consumer, calls waiting for a connection.
 * @extends {UtcpWebSocketError<'frame_too_large' | 'stream_overflow' | 'queue_full'>}
 */
export class WebSocketOverflowError extends UtcpWebSocketError {}

/**
 * The tool answered with an error; `detail` is its content, as parsed JSON.
 * @extends {UtcpWebSocketError<'tool_failed'>}
 */
export class ToolError extends UtcpWebSocketError {
  /**
   * @param {string} message what happened and what to do; never contains a secret
   * @param {ErrorFacts} [facts] further properties
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** The tool's error, as parsed JSON. */
    this.detail = facts.detail;
  }
}

/**
 * The protocol was closed, or the call's manual deregistered, while the call was in flight.
 * @extends {UtcpWebSocketError<'protocol_closed' | 'manual_deregistered'>}
 */
export class ProtocolClosedError extends UtcpWebSocketError {}

/**
 * Whether a caught value is an error of this library. In TypeScript, its `code` then narrows it:
 * `if (isUtcpWebSocketError(error) && error.code === 'connection_closed') console.log(error.closeCode);`
 * @param {unknown} error the caught value
 * @returns {error is import('../types/shared.js').UtcpWebSocketErrorUnion} whether it is one
 */
export function isUtcpWebSocketError(error) {
  return /** @type {any} */ (error)?.[MARK] === true;
}

/** @typedef {new (message: string, facts?: ErrorFacts) => UtcpWebSocketError} ErrorClass */

/** @type {Record<string, ErrorClass>} */
const classes = {
  UtcpWebSocketError,
  CallTemplateError,
  WebSocketSecurityError,
  ManualError,
  WebSocketConnectionError,
  WebSocketAuthError,
  WebSocketTimeoutError,
  WebSocketClosedError,
  WebSocketProtocolError,
  WebSocketOverflowError,
  ToolError,
  ProtocolClosedError,
};

/** On the errors of every copy of the package: where `require` and `import` are mixed, or under Jest, a process may hold two. */
const MARK = Symbol.for('utcp-websocket/error');
Object.defineProperty(UtcpWebSocketError.prototype, MARK, { value: true });

// Not the constructors' own names: minifiers change those.
for (const [name, { prototype }] of Object.entries(classes)) {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true });
}

/** @type {Map<string, { class: ErrorClass, fault: Fault }>} */
const kinds = new Map();
for (const [code, className, fault] of ERRORS) {
  kinds.set(code, { class: classes[className], fault: /** @type {Fault} */ (fault) });
}

/**
 * Creates the error for a code of the core's table.
 * @param {CoreError} error
 * @param {{ cause?: unknown, detail?: unknown }} [known] facts that only the host knows
 */
export function createError(error, known = {}) {
  const kind = kinds.get(error.code) ?? { class: UtcpWebSocketError, fault: /** @type {Fault} */ ('library') };
  const { message, ...facts } = error;
  return new kind.class(message, { ...facts, fault: kind.fault, ...known });
}
