// Owns calling the option `credentials` before a connection is opened, and passing its result to the core, which has the rules.
// Must not know where credentials come from, or how the connection continues.
import { check, copyOf } from '../base/check.js';
import { createError } from '../base/errors.js';
import { isObject } from '../base/values.js';
import { forCore } from './tools.js';

/** The call rejects with exactly this error; any other error becomes a cause. */
export class Refusal {
  /** @param {Error} error */
  constructor(error) {
    this.error = error;
  }
}

const isText = (/** @type {unknown} */ v) => typeof v === 'string';
const areTexts = (/** @type {object} */ v) => Object.values(v).every(isText);
const texts = {
  what: 'an object of strings',
  holds: (/** @type {unknown} */ v) => isObject(v) && areTexts(v),
  isSecret: true,
};
const known = {
  url: { what: 'a URL', holds: (/** @type {unknown} */ v) => isText(v) && v !== '', isSecret: true },
  headers: texts,
  query: texts,
  protocols: {
    ...texts,
    what: 'an array of strings',
    holds: (/** @type {unknown} */ v) => Array.isArray(v) && areTexts(v),
  },
};

/**
 * Rejects with the error of the source, or with the error in its result: a `Refusal` if the core has a code for it.
 * @param {import('../types/shared.js').CredentialSource} ask
 * @param {import('../host/socket.js').Socket} socket not yet open
 * @param {(given: string) => { value?: object, error?: import('../base/errors.js').CoreError }} add asks the core
 */
export async function addCredentials(ask, socket, add) {
  socket.asking = new AbortController();
  const { url, protocols, manual } = socket.handshake;
  const answer = (await ask({ url, protocols: [...protocols], manual, signal: socket.asking.signal })) ?? {};
  if (socket.released) return;
  if (!isObject(answer)) throw new TypeError('the option credentials must return an object or nothing');
  // Copies, because a getter may return another value after the check.
  const given = copyOf('credentials', answer);
  for (const name of ['headers', 'query']) {
    if (isObject(given[name])) given[name] = copyOf(`credentials.${name}`, given[name]);
  }
  if (Array.isArray(given.protocols)) given.protocols = [...given.protocols];
  check('credentials', given, known);
  socket.given = forCore(JSON.stringify(given), 'the result of the option credentials');
  const { value, error } = add(socket.given);
  if (error) throw error.code === 'invalid_argument' ? new TypeError(error.message) : new Refusal(createError(error));
  Object.assign(socket.handshake, value);
}
