// Owns streaming calls: the queue between received frames and the consumer, as an async generator.
// Must not know connections, or when a stream ends: the core decides that.

import { MODE_STREAM } from '../../dist/constants.js';
import { AbortWatch } from './calls.js';
import { decode } from './frames.js';

/** @typedef {import('./frames.js').Item} Item */
/** @typedef {IteratorResult<unknown, any>} Result */
/** @typedef {{ resolve: (result: Result) => void, reject: (reason: unknown) => void }} Waiter */

/**
 * @typedef {object} StreamOwner what a stream asks of the driver
 * @property {(call: StreamCall, request: import('./driver.js').Request) => void} launch starts the call
 * @property {(call: StreamCall) => void} abandon the consumer has lost interest
 * @property {(call: StreamCall, items: number, bytes: number) => void} consumed
 * @property {(call: import('./calls.js').Call, item: Item, why: string) => void} warn
 */

/** The driver's side of a streaming call. */
export class StreamCall {
  id = 0;
  mode = MODE_STREAM;
  message = '';
  /** @type {import('./outbox.js').Outbox | undefined} */
  outbox = undefined;
  isSent = false;
  over = false;
  started = false;
  /** @type {import('./tools.js').PreparedTool | undefined} */
  tool = undefined;
  /** @type {{ text: string } | undefined} */
  given = undefined;
  /** @type {((value: any) => void) | undefined} */
  onProgress = undefined;
  /** @type {import('../host/diagnostics.js').CallTracing | undefined} */
  tracing = undefined;
  /** @type {Item[]} */
  #items = [];
  #taken = 0; // of #items, from its front
  /** @type {Waiter[]} */
  #waiters = [];
  /** Thrown once, after the items before it. @type {{ error: unknown } | undefined} */
  #failure;
  /** @type {AbortWatch | undefined} */
  #watch;
  #signal;
  #owner;
  #request;
  #refusal;

  /**
   * @param {StreamOwner} owner
   * @param {import('./driver.js').Request | undefined} request
   * @param {AbortSignal | undefined} signal
   * @param {unknown} refusal where there is no request: why, for the first `next`
   */
  constructor(owner, request, signal, refusal) {
    this.#owner = owner;
    this.#request = request;
    this.#signal = signal;
    this.#refusal = refusal;
  }

  // --- Methods for the driver ---

  /** @param {Item} item */
  deliver(item) {
    const waiter = this.#waiters.shift();
    if (waiter) this.#give(waiter, item);
    else this.#items.push(item);
  }

  finish() {
    if (!this.#end()) return;
    this.tracing?.finished();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
  }

  /** @param {unknown} error */
  fail(error) {
    if (!this.#end()) return;
    this.tracing?.failed(error);
    this.#failure = { error };
    this.#waiters.shift()?.reject(this.#takeFailure());
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
  }

  // --- Methods for the consumer ---

  /** @returns {Promise<Result>} */
  next() {
    return new Promise((resolve, reject) => {
      if (!this.started) this.#start();
      // Items from before the end wait for the consumer, but not beyond an abort. Nothing listens to the signal any more.
      if (this.over && this.#signal?.aborted && (this.#failure || this.#items.length > 0))
        this.#cut(this.#signal.reason);
      const item = this.#shift();
      if (item) this.#give({ resolve, reject }, item);
      else if (this.#failure) reject(this.#takeFailure());
      else if (this.over) resolve({ done: true, value: undefined });
      else this.#waiters.push({ resolve, reject });
    });
  }

  /** Ends the stream from the consumer's side; queued items are dropped. */
  stop() {
    this.started = true;
    if (!this.over) this.#owner.abandon(this);
    this.#drop();
    this.finish();
  }

  #start() {
    this.started = true;
    try {
      if (this.#signal?.aborted) {
        this.fail(this.#signal.reason);
        return;
      }
      if (this.#signal) {
        this.#watch = new AbortWatch(this.#signal, (reason) => {
          this.#owner.abandon(this);
          this.#drop();
          this.fail(reason);
        });
      }
    } catch (error) {
      this.fail(error); // a signal implemented by the caller
      return;
    }
    if (this.#request) this.#owner.launch(this, this.#request);
    else this.fail(this.#refusal);
  }

  /** @param {unknown} reason */
  #cut(reason) {
    this.#drop();
    this.#failure = { error: reason };
    this.#signal = undefined; // it has been reported
  }

  /** @returns {Item | undefined} */
  #shift() {
    if (this.#taken === this.#items.length) return undefined;
    const item = this.#items[this.#taken++];
    if (this.#taken === this.#items.length) {
      this.#items = [];
      this.#taken = 0;
    } else if (this.#taken >= 1024) {
      this.#items.splice(0, this.#taken);
      this.#taken = 0;
    }
    return item;
  }

  /** @param {Waiter} waiter @param {Item} item */
  #give(waiter, item) {
    if (!this.over) this.#owner.consumed(this, 1, item.size);
    try {
      waiter.resolve({ done: false, value: decode(item, (why) => this.#owner.warn(this, item, why)) });
    } catch (error) {
      waiter.reject(error);
      this.stop();
    }
  }

  #takeFailure() {
    const error = this.#failure?.error;
    this.#failure = undefined;
    return error;
  }

  #drop() {
    this.#items = [];
    this.#taken = 0;
    this.#failure = undefined;
  }

  #end() {
    if (this.over) return false;
    this.over = true;
    this.message = '';
    this.outbox?.stop();
    this.#watch?.stop();
    return true;
  }
}

/**
 * The consumer's side: an async generator whose `return` and `throw` take effect at once, also while a `next` is waiting (a
 * native one would let them wait for it). The call starts with the first `next`.
 * @implements {AsyncGenerator<any, void, unknown>}
 */
export class ToolStream {
  #call;

  /** @param {StreamCall} call */
  constructor(call) {
    this.#call = call;
    becomeIterator();
  }

  next() {
    return this.#call.next();
  }

  /** @param {any} [value] @returns {Promise<IteratorResult<any, void>>} */
  async return(value) {
    this.#call.stop();
    return { done: true, value: await value };
  }

  /** @param {unknown} error @returns {Promise<IteratorResult<any, void>>} */
  async throw(error) {
    this.#call.stop();
    throw error;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async [Symbol.asyncDispose]() {
    this.#call.stop();
  }

  get [Symbol.toStringTag]() {
    return 'AsyncGenerator';
  }
}

/** Not in the class: otherwise bundlers could not drop it from an app that does not stream. */
function becomeIterator() {
  if (Object.getPrototypeOf(ToolStream.prototype) !== Object.prototype) return;
  const generator = (async function* () {})();
  const asyncIterator = Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(generator)));
  Object.setPrototypeOf(ToolStream.prototype, asyncIterator);
}
