// Owns the error classes and how an error of the core becomes one of them. Must not know when which error happens: the
// codes, classes and faults come from the core's table (src/error.cpp).

/**
 * @typedef {import('./types.js').Fault} Fault
 * @typedef {import('./types.js').CoreError} CoreError
 * @typedef {{ code?: string, fault?: Fault, cause?: unknown, field?: string, closeCode?: number, reason?: string,
 *   wasClean?: boolean, httpStatus?: number, detail?: unknown }} ErrorFacts
 */

/** What all errors of this library extend. An abort rejects with the signal's reason instead. */
export class UtcpWebSocketError extends Error {
  /**
   * @param {string} message what happened and what to do; never holds a secret
   * @param {ErrorFacts} [facts]
   */
  constructor(message, facts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    /** Stable name of what happened, for instance `response_timeout`. */
    this.code = facts.code ?? 'module_failed';
    /** Who has to act: `caller`, `peer`, `network`, `host` or `library`. @type {Fault} */
    this.fault = facts.fault ?? 'library';
    /** The call template's field that is to blame (`auth.location`), where one is. @type {string | undefined} */
    this.field = facts.field;
  }
}

/** A call template has a field of the wrong type or out of range; `field` names it. */
export class CallTemplateError extends UtcpWebSocketError {}

/** A URL was refused: not encrypted, or read differently by different parsers. */
export class WebSocketSecurityError extends UtcpWebSocketError {}

/** What an endpoint sent as its manual is not one. */
export class ManualError extends UtcpWebSocketError {}

/** The connection could not be opened. `httpStatus`: of the refused handshake, where the host shows it, else undefined. */
export class WebSocketConnectionError extends UtcpWebSocketError {
  /**
   * @param {string} message
   * @param {ErrorFacts} [facts]
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** @type {number | undefined} */
    this.httpStatus = facts.httpStatus;
  }
}

/** The credential was refused, or this host cannot send it. */
export class WebSocketAuthError extends WebSocketConnectionError {}

/** One of the two timeouts passed; `timeout` says which: `connection` or `response`. */
export class WebSocketTimeoutError extends UtcpWebSocketError {
  /**
   * @param {string} message
   * @param {ErrorFacts} [facts]
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** @type {'connection' | 'response'} */
    this.timeout = facts.code === 'connection_timeout' ? 'connection' : 'response';
  }
}

/** The connection closed before the call was answered. */
export class WebSocketClosedError extends UtcpWebSocketError {
  /**
   * @param {string} message
   * @param {ErrorFacts} [facts]
   */
  constructor(message, facts = {}) {
    super(message, facts);
    /** RFC 6455 close code; 1006 where the connection broke. */
    this.closeCode = facts.closeCode ?? 1006;
    /** The peer's reason, empty where it gave none. */
    this.reason = facts.reason ?? '';
    /** Whether the closing handshake was completed. */
    this.wasClean = facts.wasClean ?? false;
  }
}

/** The peer broke the rules of its protocol. */
export class WebSocketProtocolError extends UtcpWebSocketError {}

/** A limit was passed: a frame's size, items waiting for a stream's consumer, calls waiting for a connection. */
export class WebSocketOverflowError extends UtcpWebSocketError {}

/** The tool answered with an error; `detail` is what it said, as parsed JSON. */
export class ToolError extends UtcpWebSocketError {
  /**
   * @param {string} message
   * @param {ErrorFacts} [facts]
   */
  constructor(message, facts = {}) {
    super(message, facts);
    this.detail = facts.detail;
  }
}

/** The protocol was closed, or the call's manual deregistered, while the call was in flight. */
export class ProtocolClosedError extends UtcpWebSocketError {}

/** @type {Record<string, typeof UtcpWebSocketError>} */
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

// Not the constructors' own names: minifiers change those.
for (const [name, { prototype }] of Object.entries(classes)) {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true });
}

/** @type {Map<string, { class: typeof UtcpWebSocketError, fault: Fault }>} */
const kinds = new Map();

/**
 * Takes over the core's error table, once it is there.
 * @param {[code: string, className: string, fault: Fault][]} rows
 */
export function setErrorTable(rows) {
  for (const [code, className, fault] of rows)
    kinds.set(code, { class: classes[className] ?? UtcpWebSocketError, fault });
}

/**
 * Makes the error for a code of the core's table.
 * @param {CoreError} error
 * @param {{ cause?: unknown, detail?: unknown }} [known] what only the host knows
 */
export function createError(error, known = {}) {
  const kind = kinds.get(error.code) ?? { class: UtcpWebSocketError, fault: /** @type {Fault} */ ('library') };
  const { message, ...facts } = error;
  return new kind.class(message, { ...facts, fault: kind.fault, ...known });
}
