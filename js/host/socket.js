// Owns one WebSocket of the host: opening it, its events, and its closing handshake. Errors that the host throws
// become error events. Must not know calls, or the content of messages.
import { sizeOf, wellFormed } from '../base/values.js';

const CLOSED = 3;
/** How long a peer may take over the closing handshake. */
const CLOSING_MS = 2000;
/** A host that fired `error` on an open connection must fire `close`; after this time, the connection counts as closed anyway. */
const ERROR_WITHOUT_CLOSE_MS = 500;

/**
 * @typedef {object} SocketEvents what a socket tells the driver; never below a wasm frame
 * @property {(socket: Socket, protocol: string) => void} opened `protocol`: the subprotocol that the peer has chosen
 * @property {(socket: Socket, data: any) => void} received
 * @property {(socket: Socket) => void} ponged
 * @property {(socket: Socket, error: unknown) => void} failed an open connection broke, or its `send` threw
 * @property {(socket: Socket, error: unknown, httpStatus: number) => void} openingFailed `httpStatus`: of a refused handshake, or 0
 * @property {(socket: Socket, error: unknown) => void} notAllowed the host threw instead of opening
 * @property {(socket: Socket, code: number, reason: string, wasClean: boolean) => void} closed
 */

/** @typedef {{ url: string, protocols: string[], headers: Record<string, string>, manual: string, terminator: string }} Handshake */

export class Socket {
  /**
   * The host's events while reading is paused, in order: hosts do not stop at once (`ws` still delivers what it has already
   * received, which can be hundreds of messages if compressed).
   * @type {{ bytes: number, tell: () => void }[]}
   */
  #held = [];
  #heldBytes = 0;
  #paused = false;
  #draining = false;
  #gathering = false;

  /**
   * @param {SocketEvents} events where it reports to
   * @param {number} connection the core's number
   * @param {Handshake} handshake
   * @param {any} wire what its owner has in its place
   */
  constructor(events, connection, handshake, wire) {
    this.events = events;
    this.connection = connection;
    this.wire = wire;
    this.handshake = handshake;
    /** The result of the option `credentials`, which must not be shown: JSON text, or nothing. */
    this.given = '';
    /** Aborted when nobody wants the opening any more. @type {AbortController | undefined} */
    this.asking = undefined;
    this.mostHeld = Infinity;
    /** @type {any} */
    this.real = null;
    /** What is learned of the opening besides what the host's socket tells. @type {ReturnType<typeof import('./undici.js').watchOpening> | undefined} */
    this.opening = undefined;
    /** The error event that came on an open connection, until its `close` comes. @type {unknown} */
    this.broken = undefined;
    /** The TCP connection below, where Node shows it. @type {any} */
    this.tcp = undefined;
    /** What the host has said last. */
    this.isOpen = false;
    /** Whether the core has closed it. */
    this.released = false;
    /** @type {Promise<void> | undefined} */
    this.closing = undefined;
    /** @type {() => void} */
    this.gone = () => {};
  }

  /** @param {import('./websocket.js').HostWebSocket} host */
  open({ constructor: given, canSetHeaders, canPing, extra, watchOpening, mostHeld = Infinity }) {
    const Real = /** @type {new (...given: any[]) => any} */ (given);
    const { url, protocols, headers } = this.handshake;
    const pairs = Object.entries(headers);
    this.handshake.headers = {}; // may hold secrets
    this.mostHeld = mostHeld;
    try {
      this.opening = watchOpening?.(url, pairs);
      // Always one object for `ws`, so that subclasses see one form only.
      if (canSetHeaders && (pairs.length > 0 || extra)) {
        this.real = new Real(url, { protocols, headers, ...extra });
      } else if (extra) {
        this.real = new Real(url, protocols, extra);
      } else {
        this.real = protocols.length > 0 ? new Real(url, protocols) : new Real(url);
      }
      this.real.onerror = (/** @type {any} */ event) => this.#failed(event);
      this.real.onopen = () => this.#opened();
      this.real.onmessage = (/** @type {MessageEvent} */ event) => this.#received(event);
      this.real.onclose = (/** @type {CloseEvent} */ event) => this.#closed(event);
      this.real.binaryType = 'arraybuffer';
      // `ws`, and Bun
      if (canPing)
        this.real[this.real.on ? 'on' : 'addEventListener']('pong', () => this.released || this.events.ponged(this));
    } catch (error) {
      const { real } = this;
      this.real = null;
      attempt(() => real?.close());
      queueMicrotask(() => this.released || this.events.notAllowed(this, error));
    }
  }

  /** @param {string | Uint8Array<ArrayBuffer>} message @returns {boolean} whether the host took it; if not, its `close` is on the way or comes now */
  transmit(message) {
    try {
      this.#gather();
      this.real.send(typeof message === 'string' ? message + this.handshake.terminator : message);
      return true;
    } catch (error) {
      queueMicrotask(() => this.released || this.events.failed(this, error));
      return false;
    }
  }

  /** Bytes that were sent and have not left yet, if the host reports them. */
  get buffered() {
    return read(() => Number(this.real.bufferedAmount));
  }

  /**
   * In Node, all frames of one turn of the event loop leave in one system call, which costs more than all the rest of a call.
   */
  #gather() {
    const { tcp } = this;
    const later = globalThis.process?.nextTick;
    if (this.#gathering || !later || !tcp?.cork || !attempt(() => tcp.cork())) return;
    this.#gathering = true;
    later(() => {
      this.#gathering = false;
      attempt(() => tcp.uncork());
    });
  }

  /** Only where the host can: stops reading, or goes on. @param {boolean} on */
  read(on) {
    this.#paused = !on;
    if (!on) attempt(() => this.real.pause());
    // Later: handling one message may pause reading again.
    else queueMicrotask(() => this.#drain());
  }

  /** Only if the host can. A failure shows as a missing pong. */
  ping() {
    attempt(() => this.real.ping());
  }

  /**
   * The core has closed it: completes the closing handshake.
   * @param {number} [code] @param {string} [reason]
   * @returns {Promise<void>} when the host's socket is closed, at the latest after two seconds
   */
  shut(code, reason) {
    this.released = true;
    this.asking?.abort();
    this.opening?.end();
    this.#held = [];
    if (this.#paused) attempt(() => this.real.resume()); // to read the answer of the closing handshake
    this.closing ??= new Promise((resolve) => {
      const { real } = this;
      if (!real || read(() => real.readyState) === CLOSED) return resolve();
      // `close` may never fire: Node 22 fires none if opening fails or is given up, workerd none after a close of the peer.
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

  // --- Events of the host. They may come twice, too late, or with invalid values. ---

  #opened() {
    if (this.released || this.isOpen) return;
    this.isOpen = true;
    const protocol = textOf(read(() => this.real.protocol));
    // An idle connection must not keep a process alive; while calls are in flight, the driver's timer does. (`ws`, undici)
    this.tcp = read(() => this.real._socket) ?? this.opening?.tcp;
    attempt(() => this.tcp?.unref?.());
    this.opening?.end();
    this.events.opened(this, protocol);
  }

  /** @param {any} event */
  #received(event) {
    if (this.released) return;
    let data;
    let size = 0;
    try {
      data = event.data;
      size = sizeOf(data);
    } catch {
      data = undefined; // counts as empty
    }
    const { terminator } = this.handshake;
    if (!terminator || typeof data !== 'string') {
      this.#hand(data, size);
      return;
    }
    let parts = 0;
    for (let at = 0; at < size; ) {
      if (parts === MOST_PARTS) {
        this.#inTurn(() => this.events.received(this, OVERSIZED));
        return;
      }
      const end = data.indexOf(terminator, at);
      const part = data.slice(at, end < 0 ? size : end);
      // Line breaks alone are not a message: STOMP brokers send one after each frame, and as heartbeats.
      if (/[^\r\n]/.test(part)) this.#hand(part, part.length);
      at += part.length + terminator.length;
      parts += 1;
    }
  }

  /** @param {any} data @param {number} size */
  #hand(data, size) {
    if (this.#mustWait) this.#hold(size, () => this.events.received(this, data));
    else if (!this.released) this.events.received(this, data);
  }

  // The listener is never removed: `ws` throws errors without a listener, for instance when closed while connecting.
  /** @param {any} event */
  #failed(event) {
    if (this.released) return;
    const message = read(() => event.message);
    const told = this.isOpen ? undefined : this.opening?.error;
    const error = told ?? read(() => event.error) ?? (message ? new Error(textOf(message)) : undefined);
    if (!this.isOpen) {
      this.events.openingFailed(this, error, this.opening?.status || statusIn(error));
      return;
    }
    if (read(() => error.code) === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      this.#inTurn(() => this.events.received(this, OVERSIZED)); // over `maxPayload`
      return;
    }
    // The following `close` has more details; without it, the error has to suffice.
    this.broken = error;
    const timer = setTimeout(() => {
      this.#inTurn(() => this.events.failed(this, error));
    }, ERROR_WITHOUT_CLOSE_MS);
    this.gone = () => clearTimeout(timer);
  }

  /** @param {any} event */
  #closed(event) {
    this.gone();
    if (this.released) return;
    const code = read(() => Number(event.code));
    const reason = textOf(read(() => event.reason));
    const wasClean = read(() => event.wasClean) === true;
    this.#inTurn(() => {
      this.isOpen = false;
      this.events.closed(this, code >= 1000 && code < 5000 ? code : 1006, reason, wasClean);
    });
  }

  /** Whether events are currently deferred. */
  get #mustWait() {
    return this.#paused || this.#draining || this.#held.length > 0;
  }

  /** Tells the driver, in its turn. @param {() => void} tell */
  #inTurn(tell) {
    if (this.#mustWait) this.#hold(0, tell);
    else if (!this.released) tell();
  }

  /** @param {number} bytes @param {() => void} tell */
  #hold(bytes, tell) {
    this.#held.push({ bytes, tell });
    this.#heldBytes += bytes;
    // A peer may make the host buffer up to the size of one message. More exceeds a stream's limits, too, and the core reports it.
    if (this.#heldBytes > this.mostHeld) this.#drain(true);
  }

  /** @param {boolean} [evenPaused] */
  #drain(evenPaused = false) {
    if (this.#draining) return;
    this.#draining = true;
    while (!this.released && (evenPaused || !this.#paused)) {
      const next = this.#held.shift();
      if (!next) break;
      this.#heldBytes -= next.bytes;
      next.tell();
    }
    this.#draining = false;
    if (!this.#paused && !this.released) attempt(() => this.real.resume());
  }
}

/** Limit of messages in a frame with a terminator: all are handled in one turn. The same natively (connection.cpp). */
const MOST_PARTS = 10_000;

/** Stands for a message that the host refused as too large. */
const OVERSIZED = { byteLength: 2 ** 32 - 1 };

/**
 * Hosts report the status of a refused handshake in the error's text, if at all; workerd adds the expected one, 101.
 * @param {any} error
 */
function statusIn(error) {
  const text = textOf(read(() => error.message));
  return Number(/(?:status|response|received)\D{0,20}([2-5]\d\d)\b/i.exec(text)?.[1] ?? 0);
}

/** @param {unknown} text @returns {string} */
function textOf(text) {
  return typeof text === 'string' ? wellFormed(text) : '';
}

/** @param {() => any} property of what the host gave, where it can be read @returns {any} */
function read(property) {
  try {
    return property();
  } catch {
    return undefined;
  }
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
