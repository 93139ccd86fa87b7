// Owns one WebSocket on its way between Emscripten and the host: what Emscripten sees as a WebSocket (the upper half), the
// host's real one (the lower half). Must not know calls, or what is sent.
//
// Emscripten calls the upper half below wasm frames, so that half only notes down what is to be done; the driver calls the
// lower half afterwards. Whatever the host throws becomes an error event.

const CLOSED = 3;
/** How long a peer may take over the closing handshake. */
const CLOSING_MS = 2000;
/** A host that has fired `error` on an open connection owes a `close`; one that does not is helped after this time. */
const ERROR_WITHOUT_CLOSE_MS = 500;

/**
 * @typedef {object} SocketEvents what a socket tells the driver; never below a wasm frame
 * @property {(socket: Socket) => void} opened
 * @property {(socket: Socket, data: any) => void} received
 * @property {(socket: Socket) => void} ponged
 * @property {(socket: Socket, error: unknown, httpStatus?: number) => void} failed `httpStatus`: of a refused handshake
 * @property {(socket: Socket, code: number, reason: string, wasClean: boolean) => void} closed
 */

export class Socket {
  // --- What Emscripten sees ---

  /** @type {((event: object) => void) | null} */
  onopen = null;
  /** @type {((event: object) => void) | null} */
  onmessage = null;
  /** @type {((event: object) => void) | null} */
  onerror = null;
  /** @type {((event: object) => void) | null} */
  onclose = null;
  binaryType = '';
  protocol = '';

  /** @param {import('./inbox.js').Inbox} inbox @param {string} url @param {string[]} [protocols] */
  constructor(inbox, url, protocols = []) {
    this.inbox = inbox;
    this.events = inbox.events;
    this.url = url;
    this.protocols = protocols;
    const { connection, headers, manual } = inbox.takeOpening();
    this.connection = connection;
    this.headers = headers;
    this.manual = manual;
    /** Aborted when nobody wants the opening any more. @type {AbortController | undefined} */
    this.asking = undefined;
    /** @type {any} */
    this.real = null;
    /** What is learned of the opening besides what the host's socket tells. @type {ReturnType<typeof import('./undici.js').watchOpening> | undefined} */
    this.opening = undefined;
    /** The error event that came on an open connection, until its `close` comes. @type {unknown} */
    this.broken = undefined;
    /** What the host has said last. */
    this.isOpen = false;
    /** Whether the core is done with it. */
    this.released = false;
    /** @type {Promise<void> | undefined} */
    this.closing = undefined;
    /** @type {() => void} */
    this.gone = () => {};
    inbox.noteOpen(this);
  }

  /** The core has said what it sends: the text that Emscripten gives is empty. */
  send() {
    this.inbox.noteSend(this);
  }

  /** @param {number} [code] @param {string} [reason] */
  close(code, reason) {
    this.inbox.noteClose(this, code, reason);
  }

  // --- What the driver does with the host's ---

  /** @param {import('./websocket.js').HostWebSocket} host */
  open({ constructor: Real, canSetHeaders, canPing, extra, watchOpening }) {
    try {
      this.opening = watchOpening?.(this.url, this.headers);
      const options = { ...extra, ...(this.headers.length > 0 && { headers: Object.fromEntries(this.headers) }) };
      if (canSetHeaders && Object.keys(options).length > 0) {
        this.real = new Real(this.url, { protocols: this.protocols, ...options });
      } else {
        this.real = this.protocols.length > 0 ? new Real(this.url, this.protocols) : new Real(this.url);
      }
      this.headers = [];
      this.real.binaryType = 'arraybuffer';
      this.real.onopen = () => this.#opened();
      this.real.onmessage = (/** @type {MessageEvent} */ event) => {
        if (!this.released) this.events.received(this, event.data);
      };
      this.real.onerror = (/** @type {any} */ event) => this.#failed(event);
      this.real.onclose = (/** @type {CloseEvent} */ event) => this.#closed(event);
      // `ws`, and Bun
      if (canPing)
        this.real[this.real.on ? 'on' : 'addEventListener']('pong', () => this.released || this.events.ponged(this));
    } catch (error) {
      this.real = null;
      queueMicrotask(() => this.events.failed(this, error));
    }
  }

  /** @param {string} text @returns {boolean} whether the host took it; if not, its `close` is on the way or comes now */
  transmit(text) {
    try {
      this.real.send(text);
      return true;
    } catch (error) {
      queueMicrotask(() => this.events.failed(this, error));
      return false;
    }
  }

  /** Only where the host can: stops reading, or goes on. @param {boolean} on */
  read(on) {
    attempt(() => (on ? this.real.resume() : this.real.pause()));
  }

  /** Only where the host can. What goes wrong shows in the pong that does not come. */
  ping() {
    attempt(() => this.real.ping());
  }

  /**
   * The core is done with it: sees the closing handshake through.
   * @param {number} [code] @param {string} [reason]
   * @returns {Promise<void>} when the host's socket is closed, at the latest after two seconds
   */
  shut(code, reason) {
    this.released = true;
    this.asking?.abort();
    this.opening?.end();
    this.closing ??= new Promise((resolve) => {
      const { real } = this;
      if (!real || real.readyState === CLOSED) return resolve();
      // No `close` may come: Node 22 fires none for an opening that fails or is given up, workerd none after one of the peer's.
      if (!this.isOpen) {
        attempt(() => real.close());
        return resolve();
      }
      const timer = setTimeout(() => {
        attempt(() => real.terminate?.());
        this.gone();
      }, CLOSING_MS);
      this.gone = () => {
        clearTimeout(timer);
        resolve();
      };
      if (!attempt(() => (reason ? real.close(code, reason) : real.close(code)))) attempt(() => real.close());
    });
    return this.closing;
  }

  #opened() {
    if (this.released) return;
    this.isOpen = true;
    this.protocol = this.real.protocol ?? '';
    // An idle connection must not keep a process alive; while calls are in flight, the driver's timer does. (`ws`, undici)
    (this.real._socket ?? this.opening?.tcp)?.unref?.();
    this.opening?.end();
    this.events.opened(this);
  }

  // The listener stays to the end: `ws` raises an error that nobody listens to, for instance when closed while connecting.
  /** @param {any} event */
  #failed(event) {
    if (this.released) return;
    const error = event?.error ?? (event?.message ? new Error(event.message) : undefined);
    if (!this.isOpen) {
      this.events.failed(this, error, this.opening?.status || statusIn(error));
      return;
    }
    // The `close` that follows knows more; where it fails to come, the error has to do.
    this.broken = error;
    const timer = setTimeout(() => {
      if (!this.released) this.events.failed(this, error);
    }, ERROR_WITHOUT_CLOSE_MS);
    this.gone = () => clearTimeout(timer);
  }

  /** @param {any} event */
  #closed(event) {
    this.gone();
    if (this.released) return;
    this.isOpen = false;
    this.events.closed(this, event?.code || 1006, event?.reason ?? '', event?.wasClean ?? false);
  }
}

/**
 * Hosts show the status of a refused handshake in the error's text, if at all; workerd also what it should have been, 101.
 * @param {any} error
 */
function statusIn(error) {
  return Number(/(?:status|response|received)\D{0,20}([2-5]\d\d)\b/i.exec(error?.message ?? '')?.[1] ?? 0);
}

/** @param {() => void} action @returns {boolean} whether it worked */
function attempt(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
