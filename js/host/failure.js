// Owns analyzing a host's error when a handshake or a token request fails: its kind, and what of it may be
// shown. The core decides the consequences. Must not know connections.

import {
  FAILURE_CERTIFICATE,
  FAILURE_NOBODY_LISTENS,
  FAILURE_NOT_ALLOWED,
  FAILURE_UNKNOWN,
  FAILURE_UNKNOWN_HOST,
  FAILURE_UNREADABLE_URL,
  FAILURE_WRONG_PROTOCOL,
} from '../../dist/constants.js';

/** @typedef {{ kind: number, text: string }} Failure `text`: as the host says it, for the core to mask */

/** By code of the error, as in Node and Bun, then by its text, as in Deno and workerd. @type {[number, RegExp, RegExp][]} */
const signs = [
  [FAILURE_NOBODY_LISTENS, /^(ECONNREFUSED|ConnectionRefused)$/, /connection refused/i],
  [
    FAILURE_UNKNOWN_HOST,
    /^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_NONAME|ENODATA|ENONAME)$/,
    /failed to lookup address|name (or service )?not (known|resolved)|dns lookup failed/i,
  ],
  [
    FAILURE_CERTIFICATE,
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY_LEAF|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED/,
    /certificate|self[- ]signed/i,
  ],
  [
    FAILURE_WRONG_PROTOCOL,
    /^(EPROTO|HPE_\w+|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|UNSUPPORTED_PROTOCOL))$/,
    /wrong version number|corrupt message|InvalidContentType|packet length too long|invalid (upgrade|sec-websocket-accept) header|Parse Error: Expected HTTP/i,
  ],
];

/**
 * For a constructor that threw. Without its text, which contains the URL.
 * @param {string} url @param {unknown} error
 * @returns {Failure}
 */
export function failureOfOpening(url, error) {
  try {
    new URL(url);
  } catch {
    return { kind: FAILURE_UNREADABLE_URL, text: '' };
  }
  return { kind: FAILURE_NOT_ALLOWED, text: failureOf(error).text };
}

/** How many causes are followed: an error may be its own cause. */
const DEEPEST = 5;

/**
 * @param {any} error what the host says went wrong, if anything
 * @returns {Failure}
 */
export function failureOf(error) {
  const chain = causesOf(error);
  for (const one of chain) {
    const code = codeOf(one);
    for (const [kind, codes] of signs) {
      if (codes.test(code)) return { kind, text: code };
    }
  }
  for (const one of chain) {
    const text = textOf(one);
    for (const [kind, , texts] of signs) {
      if (texts.test(text)) return { kind, text };
    }
  }
  const code = chain.map(codeOf).find((text) => text !== '');
  return { kind: FAILURE_UNKNOWN, text: code ?? textOf(chain[0]) };
}

/** The error, its causes, and those that it stands for (Node tries each address of a host). @param {any} error @returns {any[]} */
function causesOf(error) {
  const chain = [];
  for (const level = [error]; level.length > 0 && chain.length < DEEPEST; ) {
    const one = level.shift();
    if (typeof one !== 'object' || one === null) continue;
    chain.push(one);
    level.push(read(one, 'cause'));
    const several = read(one, 'errors');
    if (Array.isArray(several)) level.push(...several.slice(0, DEEPEST));
  }
  return chain;
}

/** @param {any} error @returns {string} */
function codeOf(error) {
  const code = read(error, 'code');
  return typeof code === 'string' && /^\w{3,60}$/.test(code) ? code : '';
}

/** @param {any} error @returns {string} */
function textOf(error) {
  const text = read(error, 'message');
  return typeof text === 'string' ? text : '';
}

/** Errors of hosts are objects like others: reading them may fail. @param {any} holder @param {string} name @returns {any} */
function read(holder, name) {
  try {
    return holder?.[name];
  } catch {
    return undefined;
  }
}

/**
 * A copy of the error that may be shown: its name, code, text, stack and causes, each masked. Other properties are dropped: they may
 * contain the URL, or the request with its headers.
 * @param {unknown} error
 * @param {(text: string) => string} mask
 * @returns {Error | undefined}
 */
export function shownCause(error, mask, depth = 0) {
  if (typeof error !== 'object' || error === null || depth === DEEPEST) return undefined;
  const cause = shownCause(read(error, 'cause'), mask, depth + 1);
  const shown = new Error(mask(textOf(error)), cause && { cause });
  /** @param {string} name @param {unknown} value */
  const add = (name, value) => {
    const text = typeof value === 'string' ? mask(value) : undefined;
    if (text !== undefined) Object.defineProperty(shown, name, { value: text, configurable: true, writable: true });
  };
  add('name', read(error, 'name'));
  add('stack', read(error, 'stack'));
  if (codeOf(error) !== '') add('code', codeOf(error));
  return shown;
}
