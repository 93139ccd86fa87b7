// Owns HTTP requests to token endpoints; the core defines the request and interprets the answer. Must not know connections.

import { FAILURE_TOO_LARGE } from '../../dist/constants.js';
import { wellFormed } from '../base/values.js';
import { failureOf } from './failure.js';

/** An answer with a token has some kilobytes; a larger one is invalid. */
const LARGEST_ANSWER = 2 ** 20;

/** @typedef {{ url: string, authorization: string, body: string }} TokenRequest */

export class TokenFetcher {
  /** By token. @type {Map<number, AbortController>} */
  #running = new Map();
  #fetch;
  #onAnswer;
  #onFailure;

  /**
   * @param {typeof fetch | undefined} injected default: the host's
   * @param {(token: number, status: number, body: string) => void} onAnswer
   * @param {(token: number, failure: import('./failure.js').Failure) => void} onFailure there was none, or it cannot be read
   */
  constructor(injected, onAnswer, onFailure) {
    this.#fetch = injected ?? globalFetch;
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
  }

  /** @param {number} token @param {TokenRequest} request */
  async fetch(token, request) {
    const aborter = new AbortController();
    this.#running.set(token, aborter);
    const { status, body, failure } = await this.#ask(request, aborter);
    if (this.#running.get(token) !== aborter) return; // cancelled
    this.#running.delete(token);
    if (failure) this.#onFailure(token, failure);
    else this.#onAnswer(token, status, wellFormed(body));
  }

  /** @param {number} token */
  cancel(token) {
    this.#running.get(token)?.abort();
    this.#running.delete(token);
  }

  cancelAll() {
    for (const token of [...this.#running.keys()]) this.cancel(token);
  }

  /**
   * @param {TokenRequest} request @param {AbortController} aborter
   * @returns {Promise<{ status: number, body: string, failure?: import('./failure.js').Failure }>}
   */
  async #ask({ url, authorization, body }, aborter) {
    try {
      const response = await this.#fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          ...(authorization && { authorization }),
        },
        body,
        redirect: 'manual', // the secret is for this URL alone
        ...unshared(),
        signal: aborter.signal,
      });
      const text = await readText(response);
      if (text === undefined) {
        aborter.abort();
        return { status: 0, body: '', failure: { kind: FAILURE_TOO_LARGE, text: '' } };
      }
      // A browser hides which redirect it was.
      return { status: response.type === 'opaqueredirect' ? 302 : Number(response.status) | 0, body: text };
    } catch (error) {
      return { status: 0, body: '', failure: failureOf(error) };
    }
  }
}

/** Looked up late: the host's may be replaced. @type {typeof fetch} */
const globalFetch = (resource, init) => globalThis.fetch(resource, init);

/**
 * Hosts without cookies and caches may refuse these options: workerd. Checked late: in Node it loads all of `fetch`.
 * @returns {RequestInit}
 */
function unshared() {
  return 'credentials' in (globalThis.Request?.prototype ?? {}) ? { credentials: 'omit', cache: 'no-store' } : {};
}

/** @param {Response} response @returns {Promise<string | undefined>} undefined: too large */
async function readText(response) {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const reader = response.body.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    size += chunk.value.byteLength;
    if (size > LARGEST_ANSWER) return undefined;
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
}
