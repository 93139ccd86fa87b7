// Owns checking the options of a protocol, and how they reach the core. Must not know what the core does with them.
import { DEFAULT_FRAME_BYTES } from '../../dist/constants.js';
import { check, copyOf, headers, TOKEN } from '../base/check.js';
import { isObject, kindOf } from '../base/values.js';
import { MANUAL } from '../core/pure.js';

/** @typedef {import('../types/shared.js').ProtocolOptions} ProtocolOptions */

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
  traceContext: source,
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
  unsolicitedFrames: count,
  manualTools: count,
  manualBytes: count,
};
const knownRetry = { baseDelay: seconds, maxDelay: seconds, firstOpening: seconds };

/**
 * Throws a TypeError that names the option, its value and the accepted values.
 * @param {ProtocolOptions} [given]
 * @returns {import('../base/check.js').CheckedOptions}
 */
export function checkOptions(given = {}) {
  // Copies, because a getter may return another value after the check.
  const options = copyOf('options', given);
  for (const name of /** @type {const} */ (['limits', 'retry', 'headers'])) {
    if (isObject(options[name])) options[name] = copyOf(`options.${name}`, options[name]);
  }
  check('options', options, known);
  const limits = options.limits ?? {};
  check('options.limits', limits, knownLimits);
  if (options.retry) check('options.retry', options.retry, knownRetry);
  const { manualTools = MANUAL.manualTools, ...coreLimits } = limits;
  return {
    WebSocket: options.WebSocket,
    canSetHeaders: options.canSetHeaders,
    credentials: options.credentials,
    traceContext: options.traceContext,
    fetch: options.fetch,
    allowLoopbackTools: options.allowLoopbackTools ?? false,
    manualTools,
    manualBytes: limits.manualBytes ?? MANUAL.manualBytes,
    jsonDepth: limits.jsonDepth ?? MANUAL.jsonDepth,
    frameBytes: limits.frameBytes ?? DEFAULT_FRAME_BYTES,
    session: {
      ...coreLimits,
      idleTimeout: options.idleTimeout,
      maxConnections: options.maxConnections,
      retry: options.retry,
      browserAuth: options.browserAuth && ['query', 'subprotocol'].indexOf(options.browserAuth) + 1,
      subprotocolPrefix: options.subprotocolPrefix,
      headers: options.headers,
    },
  };
}

const LONGEST_CALL = 2_147_483; // seconds, as in a call template
const knownOfCall = {
  // Not `instanceof`: signals may come from another realm.
  signal: { what: 'an AbortSignal', holds: isSignal },
  timeout: {
    what: `a number of seconds from 0 (none) to ${LONGEST_CALL}`,
    holds: (/** @type {unknown} */ v) => isNumber(v) && v >= 0 && v <= LONGEST_CALL,
  },
  onProgress: source,
};

/** @type {import('../types/shared.js').CallOptions} */
const NO_OPTIONS = {};

/**
 * @param {import('../types/shared.js').CallOptions | null | undefined} given
 * @returns {import('../types/shared.js').CallOptions} throws a TypeError that says what to pass
 */
export function callOptions(given) {
  if (given === undefined || given === null) return NO_OPTIONS;
  if (isSignal(given)) throw new TypeError('options must be an object with a signal: pass { signal }');
  if (!isObject(given)) throw new TypeError(`options must be an object, not ${kindOf(given)}`);
  // An AbortController works, too: its signal is not an own property.
  const { signal, timeout, onProgress } = given;
  const options = { signal: signal ?? undefined, timeout, onProgress };
  check('options', { ...copyOf('options', given), ...options }, knownOfCall);
  return options;
}

/** @param {any} value @returns {boolean} */
export function isSignal(value) {
  return (
    kindOf(value) === 'an object' &&
    typeof value.aborted === 'boolean' &&
    typeof value.addEventListener === 'function' &&
    typeof value.removeEventListener === 'function'
  );
}

/** @param {unknown} value @returns {value is number} */
function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}
