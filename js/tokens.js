// Owns asking token endpoints over HTTP: what is sent and what an answer means is the core's. Must not know connections.
import { wellFormed } from './tools.js';

/** An answer with a token has some kilobytes; more is not one. */
const LARGEST_ANSWER = 2 ** 20;

/** @typedef {{ token: number, url: string, authorization: string, body: string }} TokenRequest */

export class TokenFetcher {
  /** By token. @type {Map<number, AbortController>} */
  #running = new Map();
  #fetch;
  #onAnswer;

  /**
   * @param {typeof fetch | undefined} injected default: the host's
   * @param {(token: number, status: number, body: string) => void} onAnswer status 0: there was none, and `body` says why
   */
  constructor(injected, onAnswer) {
    this.#fetch = injected ?? globalFetch;
    this.#onAnswer = onAnswer;
  }

  /** @param {TokenRequest} request */
  async fetch(request) {
    this.#running.get(request.token)?.abort();
    const aborter = new AbortController();
    this.#running.set(request.token, aborter);
    const { status, body } = await this.#ask(request, aborter);
    if (this.#running.get(request.token) !== aborter) return; // cancelled
    this.#running.delete(request.token);
    this.#onAnswer(request.token, status, wellFormed(body));
  }

  /** @param {number} token */
  cancel(token) {
    this.#running.get(token)?.abort();
    this.#running.delete(token);
  }

  cancelAll() {
    for (const token of [...this.#running.keys()]) this.cancel(token);
  }

  /** @param {TokenRequest} request @param {AbortController} aborter */
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
        return { status: 0, body: 'sent an answer of over a megabyte' };
      }
      // A browser hides which redirect it was.
      return { status: response.type === 'opaqueredirect' ? 302 : response.status, body: text };
    } catch (error) {
      return { status: 0, body: `could not be reached${codeOf(error)}` };
    }
  }
}

/** Looked up late: the host's may be replaced. @type {typeof fetch} */
const globalFetch = (resource, init) => globalThis.fetch(resource, init);

/**
 * Hosts without cookies and caches may refuse to hear of them: workerd. Looked up late: in Node it loads all of `fetch`.
 * @returns {RequestInit}
 */
function unshared() {
  return 'credentials' in (globalThis.Request?.prototype ?? {}) ? { credentials: 'omit', cache: 'no-store' } : {};
}

/** What Node says of a failed request: ` (ECONNREFUSED)`. Other hosts say nothing. @param {any} error */
function codeOf(error) {
  const code = error?.cause?.code;
  return typeof code === 'string' && /^\w+$/.test(code) ? ` (${code})` : '';
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
