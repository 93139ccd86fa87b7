// Owns full-text search: an inverted index with BM25 ranking, and snippets around the words that were found.
// Must not know where the documents come from, nor how an answer is sent.

import { InputError } from './errors.js';

/** @typedef {import('./documents.js').Document} Document */
/** @typedef {{ id: string, title: string, source: string, line: number, score: number, snippet: string }} Hit */

const saturation = 1.2;
const lengthWeight = 0.75;
/** A word in a title counts as this many in the text. */
const titleWeight = 8;

/**
 * @param {string} text
 * @returns {string[]} words in lower case; `bufferedAmount` is itself and its parts
 */
export function words(text) {
  const found = [];
  for (const [word] of text.matchAll(/[\p{L}\p{N}_]{2,40}/gu)) {
    found.push(word.toLowerCase());
    const parts = word.split(/_|(?<=[a-z])(?=[A-Z])/).filter((part) => part.length > 1);
    if (parts.length > 1) for (const part of parts) found.push(part.toLowerCase());
  }
  return found;
}

export class SearchIndex {
  /** @type {Map<string, Map<number, number>>} word → number of a document → how often */
  #postings = new Map();
  /** @type {Document[]} */
  #documents;
  /** @type {number[]} */
  #lengths = [];
  #averageLength;

  /** @param {Document[]} documents */
  constructor(documents) {
    this.#documents = documents;
    documents.forEach((document, number) => {
      const body = words(document.text);
      this.#lengths.push(body.length);
      for (const word of body) this.#count(word, number, 1);
      for (const word of words(document.title)) this.#count(word, number, titleWeight);
    });
    const total = this.#lengths.reduce((sum, length) => sum + length, 0);
    this.#averageLength = Math.max(1, total / Math.max(1, documents.length));
  }

  get size() {
    return this.#documents.length;
  }

  /**
   * @param {string} word
   * @param {number} number
   * @param {number} weight
   */
  #count(word, number, weight) {
    let places = this.#postings.get(word);
    if (places === undefined) {
      places = new Map();
      this.#postings.set(word, places);
    }
    places.set(number, (places.get(number) ?? 0) + weight);
  }

  /**
   * @param {string} query
   * @param {number} limit
   * @returns {{ total: number, hits: Hit[] }}
   */
  search(query, limit) {
    const wanted = [...new Set(words(query))];
    if (wanted.length === 0) throw new InputError('"query" holds no word to look for', 'query');
    /** @type {Map<number, number>} */
    const scores = new Map();
    for (const word of wanted) {
      const places = this.#postings.get(word);
      if (places === undefined) continue;
      const rarity = Math.log(1 + (this.size - places.size + 0.5) / (places.size + 0.5));
      for (const [number, count] of places) {
        const length = (this.#lengths[number] ?? 0) / this.#averageLength;
        const share = (count * (saturation + 1)) / (count + saturation * (1 - lengthWeight + lengthWeight * length));
        scores.set(number, (scores.get(number) ?? 0) + rarity * share);
      }
    }
    const ranked = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const hits = [];
    for (const [number, score] of ranked.slice(0, limit)) {
      const document = this.#documents[number];
      if (document === undefined) continue;
      const { text, ...about } = document;
      hits.push({ ...about, score: Number(score.toFixed(3)), snippet: snippet(text, wanted) });
    }
    return { total: ranked.length, hits };
  }

  /**
   * @param {string} id
   * @returns {Document}
   */
  get(id) {
    const found = this.#documents.find((document) => document.id === id);
    if (found === undefined) {
      throw new InputError(`there is no document ${JSON.stringify(id)}; search_docs answers with ids`, 'id');
    }
    return found;
  }
}

/**
 * The stretch of a text that holds most of the words.
 * @param {string} text
 * @param {string[]} wanted
 * @param {number} [width]
 * @returns {string}
 */
export function snippet(text, wanted, width = 160) {
  const flat = text.replace(/\s+/g, ' ').trim();
  const lower = flat.toLowerCase();
  let best = { start: 0, found: -1 };
  for (const word of wanted) {
    const at = lower.indexOf(word);
    if (at === -1) continue;
    const start = Math.max(0, at - 40);
    const piece = lower.slice(start, start + width);
    const found = wanted.filter((one) => piece.includes(one)).length;
    if (found > best.found) best = { start, found };
  }
  let start = best.start;
  if (start > 0) start = flat.indexOf(' ', start) + 1 || start;
  let end = Math.min(flat.length, start + width);
  if (end < flat.length) end = Math.max(flat.lastIndexOf(' ', end), start + 1);
  return `${start > 0 ? '… ' : ''}${flat.slice(start, end)}${end < flat.length ? ' …' : ''}`;
}
