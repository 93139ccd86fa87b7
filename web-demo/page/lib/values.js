// Owns what a result is: which ways of showing it fit, and what each of them needs to know.
// Must not know how anything looks.
export { sizeText, timeText } from './units.js';

const imageKinds = [
  { type: 'image/png', extension: 'png', first: [0x89, 0x50, 0x4e, 0x47] },
  { type: 'image/jpeg', extension: 'jpg', first: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', extension: 'gif', first: [0x47, 0x49, 0x46] },
  { type: 'image/webp', extension: 'webp', first: [0x52, 0x49, 0x46, 0x46, -1, -1, -1, -1, 0x57, 0x45, 0x42, 0x50] },
];

/** @param {Uint8Array} bytes */
export const imageKind = (bytes) =>
  imageKinds.find(({ first }) => first.every((byte, index) => byte === -1 || bytes[index] === byte));

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {string} text @returns {unknown} undefined where it is no JSON object or array */
function structureOf(text) {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Names of the ways to show a value, the best first. @param {unknown} value @returns {string[]} */
export function viewsOf(value) {
  if (value instanceof Uint8Array) return imageKind(value) ? ['image', 'hex'] : ['hex'];
  if (typeof value === 'string') return structureOf(value) === undefined ? ['text'] : ['text', 'tree'];
  if (typeof value !== 'object' || value === null) return ['text'];
  return rowsIn(value) ? ['tree', 'table', 'text'] : ['tree', 'text'];
}

/** @param {unknown} value what the tree shows of it */
export const treeOf = (value) => (typeof value === 'string' ? structureOf(value) : value);

/** @param {unknown} value */
export function textOf(value) {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return JSON.stringify(value, null, 2) ?? String(value);
}

/** One line for one of many. @param {unknown} value */
export function lineOf(value) {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

/** The list of objects that a result is, or holds. @param {unknown} value @returns {Record<string, unknown>[] | undefined} */
function rowsIn(value) {
  const lists = Array.isArray(value) ? [value] : isObject(value) ? Object.values(value) : [];
  const fitting = lists.filter((list) => Array.isArray(list) && list.length > 0 && list.every(isObject));
  return fitting.length === 1 ? /** @type {any} */ (fitting[0]) : undefined;
}

/**
 * @param {unknown} value a result, or the items of a stream
 * @returns {{ columns: string[], rows: unknown[][], total: number }}
 */
export function tableOf(value, most = 500) {
  const all = rowsIn(value) ?? [];
  const flat = all.slice(-most).map((row) => flatten(row));
  const columns = [...new Set(flat.flatMap((row) => [...row.keys()]))].slice(0, 24);
  return { columns, rows: flat.map((row) => columns.map((column) => row.get(column))), total: all.length };
}

/** Members by dotted path, two levels deep. @param {Record<string, unknown>} object @returns {Map<string, unknown>} */
function flatten(object, before = '', depth = 2) {
  /** @type {Map<string, unknown>} */
  const flat = new Map();
  for (const [name, value] of Object.entries(object)) {
    if (isObject(value) && depth > 1) {
      for (const [path, one] of flatten(value, `${before}${name}.`, depth - 1)) flat.set(path, one);
    } else flat.set(before + name, value);
  }
  return flat;
}

/**
 * The numbers in the items of a stream, by where they stand. @param {readonly unknown[]} items
 * @returns {{ name: string, values: (number | null)[] }[]}
 */
export function seriesOf(items) {
  /** @type {Map<string, (number | null)[]>} */
  const series = new Map();
  items.forEach((item, index) => {
    const numbers = typeof item === 'number' ? new Map([['value', item]]) : isObject(item) ? flatten(item) : new Map();
    for (const [name, value] of numbers) {
      if (typeof value !== 'number') continue;
      let values = series.get(name);
      if (!values) {
        values = Array(items.length).fill(null);
        series.set(name, values);
      }
      values[index] = value;
    }
  });
  return [...series].map(([name, values]) => ({ name, values }));
}

/** Constant, or only counting. @param {(number | null)[]} values */
export function isDull(values) {
  const first = values[0] ?? 0;
  const step = (values[1] ?? first) - first;
  return values.length > 2 && values.every((value, index) => value === first + index * step);
}

/** @param {Uint8Array} bytes @returns {string} sixteen to a line */
export function hexOf(bytes, most = 4096) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += 16) {
    const part = [...bytes.subarray(at, Math.min(at + 16, most))];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });

/** A number of any size in little room. @param {number | null | undefined} number */
export const numberText = (number) => (typeof number === 'number' ? compact.format(number) : '');

/**
 * How times are spread: steps that are as wide as each other, from the shortest to the longest.
 * @param {readonly number[]} sorted @returns {{ from: number, to: number, count: number }[]} `to` is not part of a step
 */
export function binsOf(sorted) {
  const first = sorted[0] ?? 0;
  const width = ((sorted.at(-1) ?? 0) - first) / 24 || 1;
  const steps = Math.floor(((sorted.at(-1) ?? 0) - first) / width) + 1;
  const bins = Array.from({ length: Math.min(24, steps) }, (_, index) => {
    return { from: first + index * width, to: first + (index + 1) * width, count: 0 };
  });
  for (const one of sorted) {
    const bin = bins[Math.min(bins.length - 1, Math.floor((one - first) / width))];
    if (bin) bin.count += 1;
  }
  return bins;
}

/** @param {string} text */
export const bytesOf = (text) => new TextEncoder().encode(text).length;

/** @param {readonly number[]} sorted @param {number} share from 0 to 1 */
export const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
