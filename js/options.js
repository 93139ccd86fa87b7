// Owns checking the options of a protocol, and how they reach the core. Must not know what the core does with them.

/** @typedef {import('./types.js').ProtocolOptions} ProtocolOptions */

/**
 * What stays in JavaScript, and what goes to the core.
 * @typedef {object} CheckedOptions
 * @property {import('./types.js').WebSocketConstructor | undefined} WebSocket
 * @property {boolean | undefined} canSetHeaders
 * @property {import('./types.js').CredentialSource | undefined} credentials
 * @property {typeof fetch | undefined} fetch
 * @property {boolean} allowLoopbackTools
 * @property {number} manualTools
 * @property {number} jsonDepth
 * @property {number} frameBytes
 * @property {Record<string, unknown>} session
 */

/** RFC 9110 section 5.6.2. */
export const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
const LARGEST = 2 ** 31 - 1;
const WEEK = 7 * 24 * 3600;

const seconds = {
  what: `a number of seconds above 0 and up to ${WEEK}`,
  holds: (/** @type {unknown} */ v) => isNumber(v) && v > 0 && v <= WEEK,
};
const count = {
  what: `an integer from 1 to ${LARGEST}`,
  holds: (/** @type {unknown} */ v) => isNumber(v) && Number.isInteger(v) && v >= 1 && v <= LARGEST,
};
const flag = { what: 'true or false', holds: (/** @type {unknown} */ v) => typeof v === 'boolean' };
export const headers = {
  what: 'an object of header names and values (RFC 9110), without line breaks',
  holds: areHeaders,
  isSecret: true,
};
const browserAuth = {
  what: '"query" or "subprotocol"',
  holds: (/** @type {unknown} */ v) => v === 'query' || v === 'subprotocol',
};
const subprotocolPrefix = {
  what: 'the start of a subprotocol name (RFC 9110 token)',
  holds: (/** @type {unknown} */ v) => typeof v === 'string' && TOKEN.test(v),
};
const source = { what: 'a function', holds: (/** @type {unknown} */ v) => typeof v === 'function' };
const webSocket = { what: 'a WebSocket constructor', holds: (/** @type {unknown} */ v) => typeof v === 'function' };
const group = { what: 'an object', holds: isObject };
const retry = { what: 'false or an object', holds: (/** @type {unknown} */ v) => v === false || isObject(v) };

const known = {
  WebSocket: webSocket,
  headers,
  credentials: source,
  fetch: source,
  browserAuth,
  subprotocolPrefix,
  canSetHeaders: flag,
  idleTimeout: seconds,
  maxConnections: count,
  retry,
  allowLoopbackTools: flag,
  limits: group,
};
const knownLimits = {
  frameBytes: count,
  jsonDepth: count,
  streamItems: count,
  streamBytes: count,
  waitingCalls: count,
  manualTools: count,
};
const knownRetry = { baseDelay: seconds, maxDelay: seconds };

/**
 * Throws a TypeError that names the option, what it got and what it takes.
 * @param {ProtocolOptions} [options]
 * @returns {CheckedOptions}
 */
export function checkOptions(options = {}) {
  check('options', options, known);
  const limits = options.limits ?? {};
  check('options.limits', limits, knownLimits);
  if (options.retry) check('options.retry', options.retry, knownRetry);
  const { manualTools = 10_000, ...coreLimits } = limits;
  return {
    WebSocket: options.WebSocket,
    canSetHeaders: options.canSetHeaders,
    credentials: options.credentials,
    fetch: options.fetch,
    allowLoopbackTools: options.allowLoopbackTools ?? false,
    manualTools,
    jsonDepth: limits.jsonDepth ?? 512,
    frameBytes: limits.frameBytes ?? 64 * 1024 * 1024,
    session: {
      ...coreLimits,
      idleTimeout: options.idleTimeout,
      maxConnections: options.maxConnections,
      retry: options.retry,
      browserAuth: options.browserAuth && ['query', 'subprotocol'].indexOf(options.browserAuth) + 1,
      subprotocolPrefix: options.subprotocolPrefix,
      headers: Object.entries(options.headers ?? {}),
    },
  };
}

/**
 * @param {string} where
 * @param {unknown} values
 * @param {Record<string, { what: string, holds: (value: unknown) => boolean, isSecret?: boolean }>} rules
 */
export function check(where, values, rules) {
  if (!isObject(values)) throw new TypeError(`${where} must be an object, not ${show(values)}`);
  for (const [name, value] of Object.entries(values)) {
    const rule = rules[name];
    if (!rule) throw new TypeError(`${where}.${name} is unknown; known are ${Object.keys(rules).join(', ')}`);
    if (value !== undefined && !rule.holds(value)) {
      throw new TypeError(`${where}.${name} must be ${rule.what}, not ${rule.isSecret ? 'this' : show(value)}`);
    }
  }
}

/** @param {unknown} value @returns {value is number} */
function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/** @param {unknown} value @returns {value is object} */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
function areHeaders(value) {
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([name, text]) => TOKEN.test(name) && typeof text === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(text),
    )
  );
}

/** @param {unknown} value */
function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? 'an array'
      : 'an object'
    : String(value);
}
