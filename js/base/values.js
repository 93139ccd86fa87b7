// Owns checks of arbitrary values: kind, size, and whether they are text. Must not know their purpose.

/** What a caller gave in place of something else, in words. Reads nothing of it. @param {unknown} value */
export function kindOf(value) {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
  return isArray(value) ? 'an array' : 'an object';
}

/** `Array.isArray` throws on a proxy that was revoked. @param {unknown} value */
export function isArray(value) {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** @param {unknown} value @returns {value is object} */
export function isObject(value) {
  return kindOf(value) === 'an object';
}

/** Never throws. @param {unknown} value @returns {value is ArrayBuffer | ArrayBufferView} */
export function isBytes(value) {
  if (typeof value !== 'object') return false;
  try {
    return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
  } catch {
    return false; // a proxy of the caller's
  }
}

/** Whether it gives its values one by one, later. Never throws. @param {unknown} value @returns {value is AsyncIterable<unknown>} */
export function isAsyncIterable(value) {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return typeof (/** @type {any} */ (value)[Symbol.asyncIterator]) === 'function';
  } catch {
    return false; // as above
  }
}

/** @param {unknown} data @returns {number} bytes, of a text UTF-16 code units */
export function sizeOf(data) {
  if (typeof data === 'string') return data.length;
  const size = /** @type {ArrayBuffer | null | undefined} */ (data)?.byteLength;
  return typeof size === 'number' ? size : 0;
}

/** Lone surrogates have no UTF-8. @param {string} text */
export function wellFormed(text) {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
