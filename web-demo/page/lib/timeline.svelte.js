// Owns the timeline: one row for each event of the package, with what the frame held, its size, and how long the answer took.
// Events say what happened and never hold content; that comes from the socket that the page gives to the package.
// Must not know tools or calls.
import { hide } from './secrets.js';
import { setup } from './setup.svelte.js';

/** So many rows are kept. */
const mostRows = 2000;
/** So much of a frame's content is kept. */
const mostContent = 4096;

/**
 * @typedef {'open' | 'close' | 'send' | 'message' | 'unsolicited' | 'retry' | 'token' | 'warning'} Kind
 * @typedef {{ number: number, at: number, kind: Kind, connection?: number, request?: string, size?: number,
 *   endpoint?: string, latency?: number, note: string, content: string, own?: boolean }} Row
 * `own`: a frame of the connection's own, not of a call
 */

const kinds = /** @type {const} */ (['open', 'close', 'send', 'message', 'unsolicited', 'retry', 'token', 'warning']);

/** Rows by group: what a filter shows. @type {Record<string, readonly Kind[]>} */
export const groups = {
  all: kinds,
  sent: ['send'],
  received: ['message'],
  dropped: ['unsolicited'],
  connection: ['open', 'close', 'retry', 'token', 'warning'],
};

/** @param {unknown} data */
const sizeOf = (data) => (typeof data === 'string' ? data.length : /** @type {ArrayBuffer} */ (data).byteLength);

/** @param {unknown} data */
function contentOf(data) {
  if (typeof data !== 'string') {
    const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (data), 0, Math.min(64, sizeOf(data)));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return sizeOf(data) > 64 ? `${hex} …` : hex;
  }
  return data.length > mostContent ? `${data.slice(0, mostContent)} …` : data;
}

class Timeline {
  /** @type {Row[]} oldest first; a new array whenever it changes */
  rows = $state.raw([]);
  /** How many frames there were, and how many bytes. */
  counts = $state.raw({ sent: 0, received: 0, dropped: 0, sentBytes: 0, receivedBytes: 0 });
  /** Called for each row, for who counts. @type {(row: Row) => void} */
  onRow = () => {};

  /** Called with each frame that was no answer. @type {(content: string) => void} */
  onDropped = () => {};

  #all = /** @type {Row[]} */ ([]);
  #counts = this.counts;
  #number = 0;
  #start = performance.now();
  #due = false;
  /** When each request was sent. @type {Map<string, number>} */
  #sent = new Map();
  /** The frame that went through a socket just now, until an event speaks of it. @type {{ kind: 'send' | 'message', data: unknown } | undefined} */
  #passing;

  clear() {
    this.#all = [];
    this.#counts = { sent: 0, received: 0, dropped: 0, sentBytes: 0, receivedBytes: 0 };
    this.#start = performance.now();
    this.#show();
  }

  /** A WebSocket that shows the timeline what passes through it. */
  get socketClass() {
    const seen = (/** @type {'send' | 'message'} */ kind, /** @type {unknown} */ data) => {
      this.#noteOwn();
      const frame = { kind, data };
      this.#passing = frame;
      setTimeout(() => this.#passing === frame && this.#noteOwn());
    };
    return class extends WebSocket {
      /** @param {[url: string, protocols?: string | string[]]} args */
      constructor(...args) {
        super(...args);
        // Before the package's own listener, whose event then finds what came.
        this.addEventListener('message', ({ data }) => seen('message', data));
      }

      /** @param {any} data */
      send(data) {
        seen('send', data);
        super.send(data);
      }
    };
  }

  /** Frames of the template's own (connect_message, its answer, heartbeats) have no event. */
  #noteOwn() {
    if (!this.#passing) return;
    const { kind, data } = this.#passing;
    this.#passing = undefined;
    const note = kind === 'send' ? 'connect_message or ping_message' : 'for the connection, not for a call';
    this.#add(kind, { size: sizeOf(data), note, content: contentOf(data), own: true });
  }

  /** @param {EventTarget} protocol */
  follow(protocol) {
    for (const kind of kinds) {
      protocol.addEventListener(kind, (event) => this.#note(kind, /** @type {any} */ (event)));
    }
  }

  /** @param {Kind} kind @param {import('utcp-websocket').UtcpWebSocketEvent} event */
  #note(kind, event) {
    const frame = kind === 'send' || kind === 'message' || kind === 'unsolicited' ? this.#passing : undefined;
    this.#passing = undefined;
    const now = performance.now();
    const request = event.requestId;
    let latency;
    if (request !== undefined) {
      if (kind === 'send') {
        if (this.#sent.size > mostRows) this.#sent.clear();
        this.#sent.set(request, now);
      }
      if (kind === 'message') latency = now - (this.#sent.get(request) ?? now);
    }
    this.#add(kind, {
      connection: event.connectionId,
      endpoint: event.endpoint,
      request,
      size: event.size ?? (frame && sizeOf(frame.data)),
      latency,
      note: noteOf(kind, event),
      content: frame ? contentOf(frame.data) : '',
    });
  }

  /** @param {Kind} kind @param {Omit<Row, 'number' | 'at' | 'kind'>} what */
  #add(kind, what) {
    this.#number += 1;
    const row = { number: this.#number, at: performance.now() - this.#start, kind, ...what };
    row.content = hide(row.content, setup.secret);
    this.#all.push(row);
    if (this.#all.length > mostRows * 1.5) this.#all = this.#all.slice(-mostRows);
    this.#count(row);
    this.onRow(row);
    if (row.kind === 'unsolicited') this.onDropped(row.content);
    if (this.#due) return;
    this.#due = true;
    // Thousands of frames may come between two pictures of the screen.
    setTimeout(() => this.#show(), 50);
  }

  /** @param {Row} row */
  #count({ kind, size = 0 }) {
    const counts = { ...this.#counts };
    if (kind === 'send') {
      counts.sent += 1;
      counts.sentBytes += size;
    } else if (kind === 'message') {
      counts.received += 1;
      counts.receivedBytes += size;
    } else if (kind === 'unsolicited') counts.dropped += 1;
    this.#counts = counts;
  }

  #show() {
    this.#due = false;
    this.rows = this.#all.slice(-mostRows);
    this.counts = this.#counts;
  }
}

/** @param {Kind} kind @param {import('utcp-websocket').UtcpWebSocketEvent} event */
function noteOf(kind, { message, endpoint, closeCode, reason, attempt, delay }) {
  if (kind === 'open') return endpoint;
  if (kind === 'close') return `${closeCode}${reason ? ` ${reason}` : ''}`;
  if (kind === 'retry') return `attempt ${attempt} failed, next in ${Math.round(delay ?? 0)} ms: ${message}`;
  return message;
}

export const timeline = new Timeline();
