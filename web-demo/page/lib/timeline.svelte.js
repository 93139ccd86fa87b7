// Owns the timeline: one row for each event of the package, with what the frame held, its size, and how long it took; and which
// connections are open, or why none is. Events say what happened and never hold content; that comes from the socket that the page gives to the
// package. Must not know tools or calls.
import { contentOf, sizeOf, startOf } from './frame.js';
import { hide } from './secrets.js';
import { setup } from './setup.svelte.js';

/** So many rows are kept. */
const mostRows = 2000;
/** So many bytes of contents are kept; of what is older, this much of each content. */
export const mostBytes = 16_000_000;
const mostOfOld = 240;

/**
 * @typedef {'open' | 'close' | 'send' | 'message' | 'unsolicited' | 'retry' | 'token' | 'warning'} Kind
 * @typedef {{ number: number, at: number, time: number, kind: Kind, connection?: number, request?: string, size?: number,
 *   endpoint?: string, took?: number, note: string, content?: string | Uint8Array, own?: boolean, cut?: boolean }} Row
 * `at`: milliseconds since the timeline's start; `time`: since 1970. `size`: bytes of the frame on the wire. `took`: milliseconds
 * since the request was sent, or since the message before it. `own`: a frame of the connection's own, not of a call. `cut`: only
 * the start of the content is kept
 * @typedef {{ connection: number, endpoint: string }} Open
 * @typedef {{ said: string, why: string }} Gone
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

class Timeline {
  /** @type {Row[]} oldest first; a new array whenever it changes */
  rows = $state.raw([]);
  /** How many frames there were, and how many bytes. */
  counts = $state.raw({ sent: 0, received: 0, dropped: 0, sentBytes: 0, receivedBytes: 0 });
  /** The connections that are open. @type {readonly Open[]} */
  open = $state.raw([]);
  /** Why none is open, where it was not the page that closed the last one. @type {Gone | undefined} */
  gone = $state.raw(undefined);
  /** Called for each row, for who counts. @type {(row: Row) => void} */
  onRow = () => {};

  /** Called with each frame that was no answer. @type {(content: string) => void} */
  onDropped = () => {};

  #all = /** @type {Row[]} */ ([]);
  #counts = this.counts;
  #number = 0;
  #start = performance.now();
  #due = false;
  /** Bytes of the contents that are whole, and the number of the first row that has one. */
  #bytes = 0;
  #firstWhole = 1;
  /** How many connections there were. */
  #connections = 0;
  /** @type {Map<number, Open>} */
  #open = new Map();
  /** The connection of a socket, for frames that no event speaks of. @type {WeakMap<WebSocket, Open>} */
  #ofSocket = new WeakMap();
  /** The socket that opens just now. @type {WebSocket | undefined} */
  #opening;
  /** The connection whose socket has closed without being told to. @type {Open | undefined} */
  #ended;
  /** When each request was sent, or got its last message. @type {Map<string, number>} */
  #last = new Map();
  /** The frame that went through a socket just now, until an event speaks of it.
   * @type {{ kind: 'send' | 'message', data: any, socket: WebSocket } | undefined} */
  #passing;

  clear() {
    this.#all = [];
    this.#bytes = 0;
    this.#counts = { sent: 0, received: 0, dropped: 0, sentBytes: 0, receivedBytes: 0 };
    this.#start = performance.now();
    this.#show();
  }

  /** A WebSocket that shows the timeline what passes through it. */
  get socketClass() {
    const opens = (/** @type {WebSocket} */ socket) => {
      this.#opening = socket;
    };
    const ends = (/** @type {WebSocket} */ socket) => {
      this.#ended = this.#ofSocket.get(socket);
    };
    const seen = (/** @type {'send' | 'message'} */ kind, /** @type {any} */ data, /** @type {WebSocket} */ socket) => {
      this.#noteOwn();
      const frame = { kind, data, socket };
      this.#passing = frame;
      setTimeout(() => this.#passing === frame && this.#noteOwn());
    };
    return class extends WebSocket {
      /** @param {[url: string, protocols?: string | string[]]} args */
      constructor(...args) {
        super(...args);
        // Before the package's own listeners, whose events then find what came.
        this.addEventListener('open', () => opens(this));
        this.addEventListener('close', () => ends(this));
        this.addEventListener('message', ({ data }) => seen('message', data, this));
      }

      /** @param {any} data */
      send(data) {
        seen('send', data, this);
        super.send(data);
      }
    };
  }

  /** Frames of the template's own (connect_message, its answer, heartbeats) have no event. */
  #noteOwn() {
    if (!this.#passing) return;
    const { kind, data, socket } = this.#passing;
    this.#passing = undefined;
    const note = kind === 'send' ? 'connect_message or ping_message' : 'for the connection, not for a call';
    this.#add(kind, { ...this.#ofSocket.get(socket), note, own: true }, data);
  }

  /** @param {EventTarget} protocol */
  follow(protocol) {
    this.gone = undefined;
    // Each protocol counts its connections from 1; here no two have one number.
    const numbers = /** @type {Map<number, number>} */ (new Map());
    const numberOf = (/** @type {number} */ id) => {
      const number = numbers.get(id) ?? ++this.#connections;
      numbers.set(id, number);
      return number;
    };
    for (const kind of kinds) {
      protocol.addEventListener(kind, (/** @type {any} */ event) => {
        this.#note(kind, event, event.connectionId === undefined ? undefined : numberOf(event.connectionId));
      });
    }
  }

  /** @param {Kind} kind @param {import('utcp-websocket').UtcpWebSocketEvent} event @param {number} [connection] */
  #note(kind, event, connection) {
    const { endpoint, requestId: request } = event;
    if (connection !== undefined && kind === 'open') {
      const open = { connection, endpoint };
      this.#open.set(connection, open);
      if (this.#opening) this.#ofSocket.set(this.#opening, open);
    }
    if (connection !== undefined && kind === 'close') this.#open.delete(connection);
    this.#watch(kind, event, connection);
    // Others, a warning for one, may come before the event that speaks of the frame.
    const isFrame = kind === 'send' || kind === 'message' || kind === 'unsolicited';
    const data = isFrame ? this.#passing?.data : undefined;
    if (isFrame) this.#passing = undefined;
    const took = request === undefined ? undefined : this.#tookOf(kind, `${connection} ${request}`);
    this.#add(kind, { connection, endpoint, request, took, note: noteOf(kind, event) }, data);
  }

  /** @param {Kind} kind @param {import('utcp-websocket').UtcpWebSocketEvent} event @param {number} [connection] */
  #watch(kind, event, connection) {
    if (kind === 'open') this.gone = undefined;
    if (this.#open.size > 0) return;
    // Of one that the page leaves itself the package tells before its socket closes; of a silent peer it says 1006.
    const lost = kind === 'close' && (this.#ended?.connection === connection || event.closeCode === 1006);
    const note = hide(noteOf(kind, event), setup.secret);
    const who = event.closeCode === 1006 ? 'It broke without a closing handshake' : 'The endpoint closed it';
    if (lost) this.gone = { said: 'Connection lost', why: `${who} (${note}). The next call connects again.` };
    if (kind === 'retry') this.gone = { said: 'Not connected', why: note };
  }

  /** @param {Kind} kind @param {string} request @returns {number | undefined} */
  #tookOf(kind, request) {
    if (kind !== 'send' && kind !== 'message') return undefined;
    const now = performance.now();
    const last = kind === 'message' ? this.#last.get(request) : undefined;
    this.#last.delete(request); // so that it comes to the end, and the oldest is the first
    this.#last.set(request, now);
    for (const oldest of this.#last.keys()) {
      if (this.#last.size <= mostRows) break;
      this.#last.delete(oldest);
    }
    return last === undefined ? undefined : now - last;
  }

  /** @param {Kind} kind @param {Omit<Row, 'number' | 'at' | 'time' | 'kind'>} what @param {any} data of the frame */
  #add(kind, what, data) {
    this.#number += 1;
    /** @type {Row} */
    const row = { number: this.#number, at: performance.now() - this.#start, time: Date.now(), kind, ...what };
    row.note = hide(row.note, setup.secret);
    if (data !== undefined) {
      row.size = sizeOf(data);
      row.content = contentOf(data, setup.secret);
      this.#bytes += row.size;
    }
    this.#all.push(row);
    this.#makeRoom();
    this.#count(row);
    this.onRow(row);
    if (kind === 'unsolicited' && row.content) this.onDropped(textOf(row.content));
    if (this.#due) return;
    this.#due = true;
    // Thousands of frames may come between two pictures of the screen.
    setTimeout(() => this.#show(), 50);
  }

  /** Lets go of the oldest rows, and cuts the oldest contents. */
  #makeRoom() {
    if (this.#all.length > mostRows * 1.5) {
      for (const { number, size = 0 } of this.#all.splice(0, this.#all.length - mostRows)) {
        if (number >= this.#firstWhole) this.#bytes -= size;
      }
    }
    const first = this.#all[0]?.number ?? 0;
    this.#firstWhole = Math.max(this.#firstWhole, first);
    for (; this.#bytes > mostBytes; this.#firstWhole += 1) {
      const index = this.#firstWhole - first;
      const row = this.#all[index];
      if (!row) break;
      this.#bytes -= row.size ?? 0;
      if (row.content === undefined || row.content.length <= mostOfOld) continue;
      this.#all[index] = { ...row, content: startOf(row.content, mostOfOld), cut: true };
    }
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
    this.open = [...this.#open.values()];
  }
}

/** @param {string | Uint8Array} content */
const textOf = (content) => (typeof content === 'string' ? content.slice(0, 4096) : `${content.length} bytes`);

/** @param {Kind} kind @param {import('utcp-websocket').UtcpWebSocketEvent} event */
function noteOf(kind, { message, endpoint, closeCode, reason, attempt, delay }) {
  if (kind === 'open') return endpoint;
  if (kind === 'close') return `${closeCode}${reason ? ` ${reason}` : ''}`;
  if (kind === 'retry') return `attempt ${attempt} failed, next in ${Math.round(delay ?? 0)} ms: ${message}`;
  return message;
}

export const timeline = new Timeline();
