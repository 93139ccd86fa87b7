// Owns what a search finds in the rows of the timeline. Must not know how rows look.

const utf8 = new TextDecoder();

/** The start of bytes, as it stands in a row. @param {Uint8Array} bytes */
export const hexStart = (bytes) =>
  Array.from(bytes.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Where these words stand in a text, in capitals or not. @param {string} words */
export const patternOf = (words) => new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');

/**
 * @param {RegExp} pattern
 * @returns {(row: import('./timeline.svelte.js').Row) => boolean} which looks once into each row, since contents may be large
 */
export function finder(pattern) {
  /** @type {WeakMap<object, boolean>} */
  const known = new WeakMap();
  return (row) => {
    const { note, content = '' } = row;
    let found = known.get(row);
    if (found === undefined) {
      const texts = typeof content === 'string' ? [note, content] : [note, hexStart(content), utf8.decode(content)];
      found = texts.some((text) => pattern.test(text));
      known.set(row, found);
    }
    return found;
  };
}
