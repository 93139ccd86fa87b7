// Owns counting in a text that the caller sends. Must not know how the text came.

import { words } from './search.js';

/**
 * @param {string} text
 * @returns {object}
 */
export function textStatistics(text) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const all = words(text);
  for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5);
  return {
    characters: [...text].length,
    utf8_bytes: Buffer.byteLength(text),
    lines: text.split('\n').length,
    words: all.length,
    different_words: counts.size,
    most_frequent: frequent.map(([word, count]) => ({ word, count })),
  };
}
