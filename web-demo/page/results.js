// Owns how results and errors look: JSON, text, images, other bytes, progress, what went wrong.
// Must not know where a result came from.

import { byId, make } from './dom.js';

/** So many items of a stream stay in the page; older ones are taken out. */
const mostItems = 200;

/** @type {{ type: string, extension: string, first: number[] }[]} */
const imageKinds = [
  { type: 'image/png', extension: 'png', first: [0x89, 0x50, 0x4e, 0x47] },
  { type: 'image/jpeg', extension: 'jpg', first: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', extension: 'gif', first: [0x47, 0x49, 0x46] },
];

/** Who has to act, by the `fault` of the package's errors. @type {Record<string, string>} */
const advice = {
  caller: 'Change the arguments or the call template.',
  peer: 'It comes from the provider: change the arguments as the message says, or ask who runs it.',
  network: 'Check that the provider runs and can be reached, then try again.',
  host: 'This browser cannot do it; the message says what it could do instead.',
  library: 'This is a defect of the package: please report it.',
};

/** @type {string[]} addresses of pictures, to be given back when the results are cleared */
const pictures = [];

/**
 * @param {Uint8Array} bytes
 * @returns {HTMLElement}
 */
function bytesElement(bytes) {
  const kind = imageKinds.find(({ first }) => first.every((byte, index) => bytes[index] === byte));
  if (kind === undefined) {
    const start = Array.from(bytes.subarray(0, 256), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return make('pre', {}, [`${bytes.length} bytes: ${start}${bytes.length > 256 ? ' …' : ''}`]);
  }
  const address = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (bytes)], { type: kind.type }));
  pictures.push(address);
  const image = make('img', { src: address, alt: `Image of ${bytes.length} bytes that the tool answered with` });
  const save = make('a', { href: address, download: `result.${kind.extension}` }, ['save']);
  const about = make('figcaption', { className: 'about' }, [`${kind.type}, ${bytes.length} bytes, `, save]);
  return make('figure', {}, [image, about]);
}

/**
 * @param {unknown} value
 * @param {boolean} compact
 * @returns {HTMLElement}
 */
function element(value, compact) {
  if (value instanceof Uint8Array) return bytesElement(value);
  if (typeof value === 'string') return make('pre', {}, [value]);
  return make('pre', {}, [JSON.stringify(value, null, compact ? 0 : 2) ?? String(value)]);
}

export function clearResults() {
  for (const address of pictures.splice(0)) URL.revokeObjectURL(address);
  byId('result').replaceChildren();
  byId('error').hidden = true;
  byId('error').replaceChildren();
  byId('progress').hidden = true;
}

/**
 * @param {unknown} value
 * @param {boolean} [compact] one of many: takes little room
 */
export function addResult(value, compact = false) {
  const list = byId('result');
  const kind = value instanceof Uint8Array ? 'bytes' : typeof value === 'string' ? 'text' : 'json';
  const item = make('li', {}, [element(value, compact)]);
  item.dataset.kind = kind;
  list.append(item);
  while (list.childElementCount > mostItems) list.firstElementChild?.remove();
  list.scrollTop = list.scrollHeight;
  if (typeof value === 'object' && value !== null && 'percent' in value && typeof value.percent === 'number') {
    const bar = byId('progress');
    bar.hidden = false;
    bar.setAttribute('value', String(value.percent));
  }
}

/**
 * @param {'idle' | 'running' | 'done' | 'failed' | 'stopped'} state
 * @param {string} text
 */
export function showState(state, text) {
  const status = byId('result-status');
  status.dataset.state = state;
  status.textContent = text;
}

/** What showError says anyway. */
const said = new Set(['name', 'code', 'message', 'fault', 'cause', 'stack']);

/**
 * The class, its code, the sentence that the package made of it, and what it holds besides.
 * @param {unknown} error
 */
export function showError(error) {
  const box = byId('error');
  const about = error instanceof Error ? error : new Error(String(error));
  const code = 'code' in about && typeof about.code === 'string' ? ` (${about.code})` : '';
  box.replaceChildren(
    make('p', {}, [make('strong', { id: 'error-name' }, [`${about.name}${code}`])]),
    make('p', { id: 'error-message' }, [about.message]),
  );
  if ('fault' in about) {
    box.append(make('p', { id: 'error-advice', className: 'about' }, [advice[String(about.fault)] ?? '']));
  }
  const facts = Object.entries(about).filter(
    ([name, value]) => !said.has(name) && value !== undefined && value !== '' && !about.message.includes(String(value)),
  );
  const shown = facts.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  if (shown.length > 0) box.append(make('p', { className: 'about' }, [shown.join(', ')]));
  box.hidden = false;
}
