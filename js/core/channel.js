// Owns the channel from the core: reading the commands that an entry left in the module's memory, and writing
// the data of the next event there (bindings/wasm/channel.hpp). Must not know how commands are carried out.

import {
  CHANNEL_COMMANDS,
  CHANNEL_CONSUMED_BYTES,
  CHANNEL_CONSUMED_CALL,
  CHANNEL_CONSUMED_ITEMS,
  CHANNEL_DEADLINE,
  CHANNEL_FRAME_SIZE,
  CHANNEL_IS_TEXT,
  CHANNEL_SIZE,
  COMMAND_CANCEL,
  COMMAND_DELIVER,
  COMMAND_FETCH,
  COMMAND_OPEN,
  COMMAND_PING,
  COMMAND_PROGRESS,
  COMMAND_READ,
  COMMAND_REJECT,
  COMMAND_REPORT,
  COMMAND_SETTLE,
  COMMAND_WIRE,
} from '../../dist/constants.js';
import { sizeOf } from '../base/values.js';

/** @typedef {import('./wire.js').Wire} Wire */

/**
 * The data of an event, to which its commands may refer.
 * @typedef {object} Subject
 * @property {unknown} [data] the message, where it is one
 * @property {number} [connection]
 * @property {unknown} [cause] what the host says went wrong
 * @property {Opener} [opener] the call that it started
 */

/**
 * A call that may open a connection, with the data for its handshake and its reports.
 * @typedef {import('./trace_context.js').TraceContext & { call: number, endpoint: string }} Opener
 */

/**
 * @typedef {object} Rejection
 * @property {import('../base/errors.js').CoreError} error
 * @property {string} [path] `tool_failed`: JSON Pointer to what the tool says
 * @property {unknown} [detail] in its place: what the tool says, without the secrets in it
 */

/**
 * A command of the core. Each is complete in itself.
 * @typedef {{ kind: typeof COMMAND_DELIVER, call: number, item: import('./frames.js').Item, last: boolean }
 *   | { kind: typeof COMMAND_PROGRESS, call: number, item: import('./frames.js').Item }
 *   | { kind: typeof COMMAND_SETTLE, call: number }
 *   | { kind: typeof COMMAND_REJECT, call: number, rejection: Rejection, data: unknown, cause: unknown }
 *   | { kind: typeof COMMAND_OPEN, connection: number, handshake: import('../host/socket.js').Handshake, wire: Wire,
 *       opener: Opener | undefined }
 *   | { kind: typeof COMMAND_PING, connection: number }
 *   | { kind: typeof COMMAND_READ, connection: number, on: boolean }
 *   | { kind: typeof COMMAND_FETCH, token: number, request: import('../host/tokens.js').TokenRequest }
 *   | { kind: typeof COMMAND_CANCEL, token: number }
 *   | { kind: typeof COMMAND_REPORT, report: import('../types/shared.js').EventFacts }
 *   | import('./wire.js').WireNote} Command
 */

const decoder = new TextDecoder();
/** @type {Subject} */
const nothing = {};

export class Channel {
  #memory;
  #wireNotes;
  #address;
  /** Views of the memory, recreated when it has grown. */
  #words = new Uint32Array();
  #bytes = new Uint8Array();
  #numbers = new Float64Array();
  /** The text that was read last, and its words in memory: the items of a stream have the same path. */
  #lastText = { from: new Uint32Array(), size: 0, text: '' };

  /**
   * @param {WebAssembly.Memory} memory
   * @param {import('./wire.js').WireNote[]} wireNotes what Emscripten notes down during entries
   * @param {number} address of `ChannelWords`
   */
  constructor(memory, wireNotes, address) {
    this.#memory = memory;
    this.#wireNotes = wireNotes;
    this.#address = address;
  }

  /** The core's next deadline: ms of `performance.now()`, `Infinity`: none. */
  get deadline() {
    this.#look();
    return this.#numbers[this.#address / 8 + CHANNEL_DEADLINE];
  }

  /** Of the message that is handed over next. @param {unknown} data @param {import('./frames.js').Consumed} consumed */
  describeMessage(data, consumed) {
    this.#look();
    const words = this.#words;
    const at = this.#address / 4;
    words[at + CHANNEL_IS_TEXT] = typeof data === 'string' ? 1 : 0;
    words[at + CHANNEL_FRAME_SIZE] = sizeOf(data);
    words[at + CHANNEL_CONSUMED_CALL] = consumed.call;
    if (consumed.call === 0) return;
    words[at + CHANNEL_CONSUMED_ITEMS] = consumed.items;
    words[at + CHANNEL_CONSUMED_BYTES] = consumed.bytes;
    consumed.clear();
  }

  /** Takes the commands that the last entry has left. @param {Command[]} commands to whose end they go @param {Subject} subject */
  take(commands, { data, connection = 0, cause, opener } = nothing) {
    this.#look();
    const words = this.#words;
    const head = this.#address / 4;
    let at = words[head + CHANNEL_COMMANDS] / 4;
    const end = at + words[head + CHANNEL_SIZE];
    words[head + CHANNEL_SIZE] = 0;
    while (at < end) {
      const kind = words[at];
      switch (kind) {
        case COMMAND_WIRE:
          commands.push(/** @type {Command} */ (this.#wireNotes.shift()));
          at += 1;
          break;
        case COMMAND_DELIVER:
        case COMMAND_PROGRESS: {
          const path = this.#text(at + 3);
          const item = { data, size: sizeOf(data), decoding: words[at + 2], path, connection };
          commands.push({ kind, call: words[at + 1], item, last: false });
          at = this.#behindText(at + 3);
          break;
        }
        case COMMAND_SETTLE: {
          const call = words[at + 1];
          const last = commands.at(-1);
          if (last?.kind === COMMAND_DELIVER && last.call === call) last.last = true;
          else commands.push({ kind, call });
          at += 2;
          break;
        }
        case COMMAND_REJECT:
          commands.push({ kind, call: words[at + 1], rejection: this.#json(at + 2), data, cause });
          at = this.#behindText(at + 2);
          break;
        case COMMAND_OPEN: {
          const { wire } = /** @type {import('./wire.js').WireNote} */ (this.#wireNotes.shift());
          commands.push({ kind, connection: words[at + 1], handshake: this.#json(at + 2), wire, opener });
          at = this.#behindText(at + 2);
          break;
        }
        case COMMAND_PING:
          commands.push({ kind, connection: words[at + 1] });
          at += 2;
          break;
        case COMMAND_READ:
          commands.push({ kind, connection: words[at + 1], on: words[at + 2] !== 0 });
          at += 3;
          break;
        case COMMAND_FETCH:
          commands.push({ kind, token: words[at + 1], request: this.#json(at + 2) });
          at = this.#behindText(at + 2);
          break;
        case COMMAND_CANCEL:
          commands.push({ kind, token: words[at + 1] });
          at += 2;
          break;
        case COMMAND_REPORT:
          commands.push({ kind, report: this.#json(at + 1) });
          at = this.#behindText(at + 1);
          break;
        default:
          throw new Error(`the module left a command of kind ${kind}`);
      }
    }
  }

  #look() {
    // Views become empty when the memory grows. Reading the memory's buffer each time costs more.
    if (this.#words.length > 0) return;
    const { buffer } = this.#memory;
    this.#words = new Uint32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#numbers = new Float64Array(buffer);
  }

  /** @param {number} at where its size is */
  #behindText(at) {
    return at + 1 + Math.ceil(this.#words[at] / 4);
  }

  /** @param {number} at where its size is @returns {any} */
  #json(at) {
    return JSON.parse(this.#decode(at));
  }

  /** @param {number} at where its size is */
  #text(at) {
    const words = this.#words;
    const size = words[at];
    if (size === 0) return '';
    const last = this.#lastText;
    if (size === last.size) {
      let i = last.from.length;
      while (i > 0 && last.from[i - 1] === words[at + i]) i -= 1;
      if (i === 0) return last.text;
    }
    const text = this.#decode(at);
    this.#lastText = { from: words.slice(at + 1, this.#behindText(at)), size, text };
    return text;
  }

  /** @param {number} at where its size is */
  #decode(at) {
    const start = (at + 1) * 4;
    return decoder.decode(this.#bytes.subarray(start, start + this.#words[at]));
  }
}
