// Owns what undici's WebSockets, Node's built-in one among them, do not expose: the HTTP status of a refused handshake, why a
// connection failed, and the TCP connection, which must not keep a process alive. Loaded in Node only. Must not know calls.
//
// Undici publishes them on diagnostics channels, for all requests of the process. Ours are those with the URL and headers of a
// handshake; if two handshakes are equal, events of one are assigned to both, which does no harm.

/** @typedef {{ origin: string, path: string, upgrade: unknown, headers: string[] }} UndiciRequest */

/** @type {Set<Opening>} */
const openings = new Set();

const channels = {
  /** @param {any} message */
  'undici:client:sendHeaders': ({ request, socket }) => {
    for (const opening of openingsOf(request)) opening.tcp = socket;
  },
  /** @param {any} message */
  'undici:request:headers': ({ request, response }) => {
    if (response.statusCode === 101) return;
    for (const opening of openingsOf(request)) opening.status = response.statusCode;
  },
  /** @param {any} message */
  'undici:client:connectError': ({ connectParams: { protocol, host }, error }) => {
    for (const opening of openings) {
      if (opening.origin === `${protocol}//${host}`) opening.error = error;
    }
  },
};

/** A WebSocket from before its construction to the end of its handshake. */
class Opening {
  /** The status of a refusal; 0: none. */
  status = 0;
  /** @type {{ unref(): void } | undefined} */
  tcp = undefined;
  /** Why there is no connection. @type {unknown} */
  error = undefined;

  /** @param {string} url @param {[string, string][]} headers */
  constructor(url, headers) {
    const { protocol, host, pathname, search } = new URL(url);
    this.origin = `${protocol === 'wss:' ? 'https:' : 'http:'}//${host}`;
    this.path = pathname + search;
    this.headers = headers;
  }

  /** @param {UndiciRequest} request */
  isOf({ origin, path, upgrade, headers }) {
    if (upgrade !== 'websocket' || String(origin) !== this.origin || path !== this.path) return false;
    return this.headers.every(([name, value]) => headers.some((text, i) => text === name && headers[i + 1] === value));
  }

  /** Stops watching. */
  end() {
    this.headers = []; // may hold secrets
    openings.delete(this);
    if (openings.size === 0) setListening('unsubscribe');
  }
}

/** @param {UndiciRequest} request */
function openingsOf(request) {
  return [...openings].filter((opening) => opening.isOf(request));
}

/**
 * Called before a WebSocket is constructed; the result is updated until its `end()`.
 * @param {string} url @param {[string, string][]} headers
 */
export function watchOpening(url, headers) {
  const opening = new Opening(url, headers);
  if (openings.size === 0) setListening('subscribe');
  openings.add(opening);
  return opening;
}

/** Only while openings are watched: listeners slow down every request of the process a little. @param {'subscribe' | 'unsubscribe'} how */
function setListening(how) {
  // Not imported: bundlers for browsers complain of modules of Node. Node before 20.16 lacks this function.
  const diagnostics = /** @type {any} */ (globalThis).process.getBuiltinModule?.('node:diagnostics_channel');
  for (const [name, listener] of Object.entries(channels)) diagnostics?.[how](name, listener);
}
