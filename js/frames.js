// Owns received messages on the JavaScript side: their size, the stand-in that goes into wasm for them, and decoding them as
// the core said. Must not know which call a message answers.

/**
 * A message as the host gave it, and how the core wants it decoded.
 * @typedef {object} Item
 * @property {unknown} data
 * @property {number} size
 * @property {number} decoding
 * @property {string} path JSON Pointer, for `JSON_MEMBER`
 * @property {number} connection the number of the connection that it came on
 */

// `Decoding` of the core.
const BYTES = 1;
const JSON_VALUE = 2;
const JSON_OR_TEXT = 3;
const JSON_MEMBER = 4;

/** @param {unknown} data @returns {number} bytes, of a text UTF-16 code units */
export function sizeOf(data) {
  if (typeof data === 'string') return data.length;
  return /** @type {ArrayBuffer} */ (data)?.byteLength ?? 0;
}

/**
 * @param {Item} item
 * @param {(why: string) => void} warn
 * @returns {unknown}
 */
export function decode({ data, decoding, path }, warn) {
  switch (decoding) {
    case BYTES:
      return toBytes(data);
    case JSON_VALUE:
    case JSON_OR_TEXT:
      try {
        return JSON.parse(/** @type {string} */ (data));
      } catch {
        warn('response_format is json and this is not JSON');
        return data;
      }
    case JSON_MEMBER:
      return memberOf(/** @type {string} */ (data), path);
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
  if (path === '') return value;
  for (const token of path.slice(1).split('/')) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return value;
}

/** @param {unknown} data */
function toBytes(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  // A view: the host may use its memory again.
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return new Uint8Array();
}

/** The stand-in for a received message: what `StandIn` in bindings/session_host.cpp reads. */
export class StandIn {
  #buffer = new ArrayBuffer(32);
  #now = new Float64Array(this.#buffer, 0, 1);
  #numbers = new Uint32Array(this.#buffer, 8, 6);
  /** What Emscripten's onmessage takes. */
  event = { data: this.#buffer };

  /** @param {number} now @param {unknown} data */
  set(now, data) {
    this.#now[0] = now;
    this.#numbers[0] = typeof data === 'string' ? 1 : 0;
    this.#numbers[1] = sizeOf(data);
  }

  /**
   * The consumer of a stream has taken items: the core hears of it with the next message, which is when it counts.
   * @param {number} call @param {number} items @param {number} bytes
   * @returns {{ call: number, items: number, bytes: number } | undefined} another stream's that must be told now
   */
  addConsumed(call, items, bytes) {
    const numbers = this.#numbers;
    const other = numbers[2];
    let before;
    if (other !== call) {
      if (other !== 0) before = { call: other, items: numbers[3], bytes: numbers[4] };
      this.clearConsumed();
    }
    numbers[2] = call;
    numbers[3] += items;
    numbers[4] += bytes;
    return before;
  }

  clearConsumed() {
    this.#numbers.fill(0, 2, 5);
  }
}
