// Owns received messages on the JavaScript side: their size, decoding, and how many were consumed. Must not know which call a message answers.
import {
  DECODING_BASE64,
  DECODING_BYTES,
  DECODING_INSTEAD,
  DECODING_JSON,
  DECODING_JSON_MEMBER,
  DECODING_JSON_OR_TEXT,
} from '../../dist/constants.js';

/**
 * A message from the host, and how to decode it.
 * @typedef {object} Item
 * @property {unknown} data
 * @property {number} size
 * @property {number} decoding
 * @property {string} path JSON Pointer, for `DECODING_JSON_MEMBER`; for `DECODING_INSTEAD` the JSON of the value
 * @property {number} connection the number of the connection that it came on
 */

/**
 * @param {Item} item
 * @param {(why: string) => void} warn
 * @returns {unknown}
 */
export function decode({ data, decoding, path }, warn) {
  switch (decoding) {
    case DECODING_BYTES:
      return toBytes(data);
    case DECODING_BASE64:
      return base64(toBytes(data));
    case DECODING_JSON:
    case DECODING_JSON_OR_TEXT:
      try {
        return JSON.parse(/** @type {string} */ (data));
      } catch {
        warn('response_format is json, but this is not JSON');
        return data;
      }
    case DECODING_JSON_MEMBER:
      return memberOf(/** @type {string} */ (data), path);
    case DECODING_INSTEAD:
      return JSON.parse(path);
    default:
      return data;
  }
}

/**
 * @param {string} text JSON
 * @param {string} path JSON Pointer (RFC 6901)
 * @returns {unknown} null where there is none
 */
export function memberOf(text, path) {
  let value = JSON.parse(text);
  for (const name of tokensOf(path)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return value;
}

/** The pointer that was parsed last: all items of a stream have the same. */
let lastPath = '';
/** @type {string[]} */
let lastTokens = [];

/** @param {string} path @returns {string[]} */
function tokensOf(path) {
  if (path === lastPath) return lastTokens;
  lastTokens = path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  lastPath = path;
  return lastTokens;
}

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  const step = 32_768; // some engines accept no more arguments of a function
  let text = '';
  for (let i = 0; i < bytes.length; i += step) text += String.fromCharCode(...bytes.subarray(i, i + step));
  return btoa(text);
}

/** @param {unknown} data */
export function toBytes(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  // A view: the host may reuse its memory.
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return new Uint8Array();
}

/** Items that consumers of streams have taken, not reported to the core yet: the next message, when they matter, reports them. */
export class Consumed {
  call = 0;
  items = 0;
  bytes = 0;

  /**
   * @param {number} call @param {number} items @param {number} bytes
   * @returns {{ call: number, items: number, bytes: number } | undefined} another stream's, that must be told now
   */
  add(call, items, bytes) {
    const before = this.call !== 0 && this.call !== call ? this.take() : undefined;
    this.call = call;
    this.items += items;
    this.bytes += bytes;
    return before;
  }

  /** Returns the counts, which are thereby reported. */
  take() {
    const { call, items, bytes } = this;
    this.clear();
    return { call, items, bytes };
  }

  clear() {
    this.call = 0;
    this.items = 0;
    this.bytes = 0;
  }
}
