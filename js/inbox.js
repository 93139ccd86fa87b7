// Owns what the core says while it runs: notes of what is to be done, in order, and what it may look at meanwhile.
// Everything here is called below a wasm frame, so nothing here throws, calls back or touches the host.
// Must not know how the notes are carried out: js/driver.js does that after the entry has returned.
import { Consumed, sizeOf } from './frames.js';

/** @typedef {import('../dist/core.js').CoreHost} CoreHost */
/** @typedef {import('./socket.js').Socket} Socket */

// What a note says.
export const DELIVER = 0;
export const SETTLE = 1;
export const REJECT = 2;
export const SEND = 3;
export const OPEN = 4;
export const CLOSE = 5;
export const REPORT = 6;
export const PING = 7;
export const READ = 8;
export const FETCH = 9;
export const CANCEL = 10;

/**
 * @typedef {object} RejectCommand
 * @property {number} call
 * @property {import('./errors.js').CoreError} error
 * @property {string} [path] `tool_failed`: JSON Pointer to what the tool says
 */

/**
 * @typedef {{ kind: typeof DELIVER, call: number, item: import('./frames.js').Item, last: boolean }
 *   | { kind: typeof SETTLE, call: number }
 *   | { kind: typeof REJECT, command: RejectCommand, data: unknown, cause: unknown }
 *   | { kind: typeof SEND, socket: Socket, call: number, own: import('./message.js').Piece[] | undefined }
 *   | { kind: typeof OPEN, socket: Socket }
 *   | { kind: typeof PING, connection: number }
 *   | { kind: typeof FETCH, request: import('./tokens.js').TokenRequest }
 *   | { kind: typeof CANCEL, token: number }
 *   | { kind: typeof READ, connection: number, on: boolean }
 *   | { kind: typeof CLOSE, socket: Socket, code: number | undefined, reason: string | undefined }
 *   | { kind: typeof REPORT, report: import('./types.js').EventFacts }} Note
 */

/** In place of a status: the option `credentials` gave none. */
export const NO_CREDENTIALS = -1;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** @implements {CoreHost} */
export class Inbox {
  /** @type {Note[]} */
  notes = [];

  // The event being handled.
  /** The message, where it is one. @type {unknown} */
  data = undefined;
  connection = 0;
  /** Of a refused handshake; 0: not shown; `NO_CREDENTIALS`. */
  httpStatus = 0;
  /** What the host says went wrong. @type {unknown} */
  cause = undefined;
  /** The call whose message is sent next, 0: one of the template's own. */
  nextCall = 0;
  consumed = new Consumed();

  #path = '';
  /** @type {import('./message.js').Piece[] | undefined} */
  #own;
  /** @type {{ connection: number, headers: [string, string][], manual: string }} */
  #opening = { connection: 0, headers: [], manual: '' };
  /** @type {{ heap: Uint8Array, out: number, capacity: number, bytes: Uint8Array } | undefined} */
  #view;
  #onDeadline;

  /**
   * @param {import('./socket.js').SocketEvents} events where sockets report to
   * @param {(milliseconds: number) => void} onDeadline
   */
  constructor(events, onDeadline) {
    this.events = events;
    this.#onDeadline = onDeadline;
  }

  // --- Called by bindings/host.js ---

  /** @param {Uint32Array} words @param {number} at */
  describeFrame(words, at) {
    const { data, consumed } = this;
    words[at] = typeof data === 'string' ? 1 : 0;
    words[at + 1] = sizeOf(data);
    words[at + 2] = consumed.call;
    if (consumed.call === 0) return;
    words[at + 3] = consumed.items;
    words[at + 4] = consumed.bytes;
    consumed.clear();
  }

  /** @param {number} call @param {number} decoding @param {Uint8Array | null} path null: the one before */
  deliver(call, decoding, path) {
    if (path) this.#path = decoder.decode(path);
    const { data, connection } = this;
    const item = { data, size: sizeOf(data), decoding, path: this.#path, connection };
    this.notes.push({ kind: DELIVER, call, item, last: false });
  }

  /** @param {number} call */
  settle(call) {
    const last = this.notes.at(-1);
    if (last?.kind === DELIVER && last.call === call) last.last = true;
    else this.notes.push({ kind: SETTLE, call });
  }

  /** @param {Uint8Array} text */
  command(text) {
    const command = JSON.parse(decoder.decode(text));
    switch (command.type) {
      case 'open':
        this.#opening = command;
        break;
      case 'own':
        this.#own = command.plan;
        break;
      case 'ping':
        this.notes.push({ kind: PING, connection: command.connection });
        break;
      case 'fetch':
        this.notes.push({ kind: FETCH, request: command });
        break;
      case 'cancel':
        this.notes.push({ kind: CANCEL, token: command.token });
        break;
      case 'read':
        this.notes.push({ kind: READ, connection: command.connection, on: command.on });
        break;
      case 'reject':
        this.notes.push({ kind: REJECT, command, data: this.data, cause: this.cause });
        break;
      case 'report':
        this.notes.push({ kind: REPORT, report: command });
        break;
    }
  }

  /** @param {number} milliseconds */
  deadline(milliseconds) {
    this.#onDeadline(milliseconds);
  }

  /** @param {Uint8Array} heap @param {number} out @param {number} capacity @param {number} from */
  readText(heap, out, capacity, from) {
    // The core gives the same memory for one frame after another; a view of it is expensive to make.
    let view = this.#view;
    if (view?.heap !== heap || view.out !== out || view.capacity !== capacity) {
      view = { heap, out, capacity, bytes: heap.subarray(out, out + capacity) };
      this.#view = view;
    }
    const text = /** @type {string} */ (this.data);
    return encoder.encodeInto(from === 0 ? text : text.slice(from), view.bytes);
  }

  // --- Called by the half of js/socket.js that Emscripten sees ---

  takeOpening() {
    return this.#opening;
  }

  /** @param {Socket} socket */
  noteOpen(socket) {
    this.notes.push({ kind: OPEN, socket });
  }

  /** @param {Socket} socket */
  noteSend(socket) {
    const call = this.nextCall;
    this.notes.push({ kind: SEND, socket, call, own: call === 0 ? this.#own : undefined });
  }

  /** @param {Socket} socket @param {number | undefined} code @param {string | undefined} reason */
  noteClose(socket, code, reason) {
    this.notes.push({ kind: CLOSE, socket, code, reason });
  }
}
