// Owns the messages of a call that sends more than one: several in order, one of which may be sent for each chunk of an async
// iterable. The next chunk is requested when the last has left. Must not know when a call ends: whoever ends it stops the outbox.
import {
  PIECE_ARGUMENT,
  PIECE_NEW_ID,
  PIECE_NOW,
  REPORT_SEND,
  UPLOAD_DONE,
  UPLOAD_HELD,
  UPLOAD_UNSENT,
  UPLOAD_WAITING,
} from '../../dist/constants.js';
import { createError } from '../base/errors.js';
import { kindOf, sizeOf } from '../base/values.js';
import { Arguments, LONGEST_MESSAGE, pathTo, renderPlan } from './message.js';
import { isCaptured, renderEarly } from './plan.js';

/** @typedef {import('./message.js').Piece} Piece */
/** @typedef {string | Uint8Array<ArrayBuffer>} Message */
/** A message, or the plan of what is left to be filled in of it: captured values. @typedef {Message | Piece[]} Early */
/**
 * The connections to the peer and to the caller.
 * @typedef {object} Line
 * @property {(message: Message) => void} send
 * @property {() => boolean | undefined} hasRoom whether most of what was sent has left; undefined: the host does not say
 * @property {(progress: number) => void} tell how far it is
 * @property {(error: unknown) => void} fail ends the call
 */

/** How often, in ms, to check whether the host's buffer has drained: no host reports it. */
const LOOK_AGAIN_MS = 5;

/** Yields to the event loop. @param {number} ms @returns {Promise<void>} */
const passed = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Outbox {
  /** @type {Early[]} */
  #before = [];
  /** @type {Early[]} */
  #behind = [];
  /** What gives the chunks, until it has ended. @type {AsyncIterable<unknown> | undefined} */
  #chunks;
  /** @type {AsyncIterator<unknown> | undefined} */
  #iterator;
  #name;
  /** @type {(chunk: unknown) => Message} */
  #messageOf;
  /** @type {(message: Early) => Message} */
  #complete;
  #builtIns;
  #over = false;

  /**
   * @param {import('./tools.js').PreparedTool} tool
   * @param {Piece[][]} plans of its messages
   * @param {Arguments} values
   * @param {string | undefined} name of the argument that comes in chunks
   * @param {import('./message.js').BuiltIns} builtIns
   */
  constructor(tool, plans, values, name, builtIns) {
    this.#name = name ?? '';
    this.#chunks = name === undefined ? undefined : values.chunks(name);
    const isChunk = (/** @type {Piece} */ piece) => piece[0] === PIECE_ARGUMENT && piece[2] === name;
    const places = name === undefined ? [] : plans.filter((plan) => plan.some(isChunk));
    if (name !== undefined && places.length !== 1) {
      throw new TypeError(
        `${pathTo(name)} is an async iterable: exactly one message of the template must name it, not ${places.length}`,
      );
    }
    let size = 0;
    let messages = this.#before;
    for (const plan of plans) {
      if (plan === places[0]) {
        messages = this.#behind;
        continue;
      }
      const message = render(tool, plan, values, builtIns);
      messages.push(message);
      if (!Array.isArray(message)) size += sizeOf(message);
      if (size > LONGEST_MESSAGE)
        throw new TypeError(`the messages would have more than ${LONGEST_MESSAGE} characters`);
    }
    // All values are read now, except those of each chunk.
    const open = places[0]?.map((piece) => {
      const isOwn = isChunk(piece) || isCaptured(piece) || piece[0] === PIECE_NEW_ID || piece[0] === PIECE_NOW;
      return isOwn || typeof piece === 'string' ? piece : renderPlan([piece], values, builtIns);
    });
    this.#messageOf = (chunk) => {
      const given = new Arguments({ [this.#name]: chunk }, {}, tool.base64);
      if (given.names().length === 0) throw new TypeError(`${pathTo(this.#name)} gave ${kindOf(chunk)} as a chunk`);
      return /** @type {Message} */ (render(tool, open, given, builtIns));
    };
    this.#builtIns = builtIns;
    this.#complete = (message) =>
      Array.isArray(message) ? /** @type {Message} */ (render(tool, message, new Arguments({}), builtIns)) : message;
  }

  /** The call has its connection. @param {Line} line @param {Record<string, string>} captured JSON texts by name */
  begin(line, captured) {
    this.#builtIns.captured = captured;
    for (const message of this.#before) line.send(this.#complete(message));
    if (!this.#chunks) return;
    if (this.#before.length > 0) line.tell(UPLOAD_WAITING);
    // The caller's code must not run while the connection is being assigned.
    queueMicrotask(() => this.#upload(line).catch((error) => this.#over || line.fail(error)));
  }

  /** The call is over: sends nothing more, and ends the iterable. */
  stop() {
    this.#over = true;
    const chunks = this.#chunks;
    this.#chunks = undefined;
    if (!chunks) return;
    queueMicrotask(async () => {
      try {
        await (this.#iterator ?? chunks[Symbol.asyncIterator]()).return?.();
      } catch {
        // Nobody awaits it.
      }
    });
  }

  /** @param {Line} line */
  async #upload(line) {
    let isSent = this.#before.length > 0;
    for (;;) {
      const hasRoom = this.#over || line.hasRoom();
      if (hasRoom === false) {
        line.tell(UPLOAD_HELD);
        while (!this.#over && line.hasRoom() === false) await passed(LOOK_AGAIN_MS);
        if (!this.#over) line.tell(isSent ? UPLOAD_WAITING : UPLOAD_UNSENT);
      } else if (hasRoom === undefined && isSent) {
        await passed(0); // so that it can send what it was given
      }
      if (this.#over) return;
      const { done, value } = await this.#next();
      if (this.#over) return;
      if (done) break;
      const message = this.#messageOf(value);
      if (this.#over) return;
      line.send(message);
      if (!isSent) line.tell(UPLOAD_WAITING);
      isSent = true;
    }
    for (const message of this.#behind) line.send(this.#complete(message));
    line.tell(UPLOAD_DONE);
  }

  /** @returns {Promise<{ done?: boolean | undefined, value: unknown }>} */
  async #next() {
    try {
      this.#iterator ??= /** @type {AsyncIterable<unknown>} */ (this.#chunks)[Symbol.asyncIterator]();
      const { done, value } = await this.#iterator.next();
      if (done) this.#chunks = undefined;
      return { done, value };
    } catch (cause) {
      this.#chunks = undefined; // it has ended
      const message = `${pathTo(this.#name)} failed to yield its next chunk`;
      throw createError({ code: 'invalid_argument', message, field: this.#name }, { cause });
    }
  }
}

/**
 * @param {import('./tools.js').PreparedTool} tool
 * @param {Piece[]} plan
 * @param {Arguments} values
 * @param {import('./message.js').BuiltIns} builtIns
 * @returns {Early}
 */
function render(tool, plan, values, builtIns) {
  const [first] = plan;
  const lone = plan.length === 1 && first[0] === PIECE_ARGUMENT ? /** @type {string} */ (first[2]) : undefined;
  // Of several messages, only those that are one argument are binary; the messages around the bytes are text.
  const isBinary = tool.bytes !== undefined && (lone !== undefined || tool.more === 0);
  const bytes = isBinary && lone !== undefined ? values.bytes(lone) : undefined;
  if (bytes) return bytes;
  const own = { ...builtIns, newId: undefined, now: undefined };
  const text = builtIns.captured ? renderPlan(plan, values, own) : renderEarly(plan, values, own);
  return isBinary && typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/**
 * @param {import('./calls.js').Call} call
 * @param {number} connection
 * @param {{ tell: (entry: import('./session.js').Entry<void>) => void, abandon: (call: import('./calls.js').Call) => void }} driver
 * @param {import('./connections.js').Connections} connections
 * @param {import('./observers.js').Observers} observers
 * @returns {Line}
 */
export function lineOf(call, connection, driver, connections, observers) {
  const endpoint = call.tool?.endpoint ?? '';
  return {
    send(message) {
      if (call.over) return; // a listener has ended it, between two messages
      connections.send(connection, message);
      call.isSent = true;
      observers.tell({ kind: REPORT_SEND, endpoint, connection, call: call.id, size: sizeOf(message), text: '' });
    },
    hasRoom: () => connections.hasRoom(connection),
    tell: (progress) =>
      driver.tell((core, session) => core.handleUpload(session, performance.now(), call.id, progress)),
    fail(error) {
      driver.abandon(call);
      call.fail(error);
    },
  };
}
