// Owns checking options, and the messages for wrong ones. Must not know which options exist.
import { isObject, kindOf } from './values.js';

/**
 * The options of a protocol: those used in JavaScript, and `session` for the core.
 * @typedef {object} CheckedOptions
 * @property {import('../types/shared.js').WebSocketConstructor | undefined} WebSocket
 * @property {boolean | undefined} canSetHeaders
 * @property {import('../types/shared.js').CredentialSource | undefined} credentials
 * @property {import('../types/shared.js').TraceContextSource | undefined} traceContext
 * @property {typeof fetch | undefined} fetch
 * @property {boolean} allowLoopbackTools
 * @property {number} manualTools
 * @property {number} manualBytes
 * @property {number} jsonDepth
 * @property {number} frameBytes
 * @property {Record<string, unknown>} session
 */

// The rules of the core (src/template/auth.hpp), which is not loaded yet when options are checked; a test compares them.
/** `is_token` */
export const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** `is_handshake_header` */
const OWN_HEADER =
  /^(connection|upgrade|content-length|transfer-encoding|host|keep-alive|te|trailer|expect|proxy-connection|sec-websocket-.*)$/i;
/** `is_field_value` */
const FIELD_VALUE = /^(?![\t ])[\t\x20-\x7e\x80-\xff]*(?<![\t ])$/;
export const headers = {
  what: 'an object of header names and values (RFC 9110), without line breaks, blanks at the ends, and headers that the handshake sets itself',
  holds: areHeaders,
  isSecret: true,
};

/** @param {string} where @param {unknown} values @returns {any} */
export function copyOf(where, values) {
  if (!isObject(values)) throw new TypeError(`${where} must be an object, not ${show(values)}`);
  try {
    return { ...values };
  } catch (cause) {
    throw new TypeError(`${where} cannot be read`, { cause });
  }
}

/**
 * @param {string} where
 * @param {unknown} values
 * @param {Record<string, { what: string, holds: (value: unknown) => boolean, isSecret?: boolean }>} rules
 */
export function check(where, values, rules) {
  if (!isObject(values)) throw new TypeError(`${where} must be an object, not ${show(values)}`);
  for (const [name, value] of Object.entries(values)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) throw new TypeError(`${where}.${name} is unknown; known are ${Object.keys(rules).join(', ')}`);
    if (value !== undefined && !rule.holds(value)) {
      throw new TypeError(`${where}.${name} must be ${rule.what}, not ${rule.isSecret ? 'this' : show(value)}`);
    }
  }
}

/** @param {unknown} value */
function areHeaders(value) {
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([name, text]) =>
        TOKEN.test(name) && !OWN_HEADER.test(name) && typeof text === 'string' && FIELD_VALUE.test(text),
    )
  );
}

/** @param {unknown} value */
function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' || typeof value === 'function' ? kindOf(value) : String(value);
}
