// Owns the JavaScript side of one call: its message until it is sent, its abort signal, its promise.
// Must not know connections or wasm. A stream's call is in stream.js.
import { MODE_SINGLE } from '../../dist/constants.js';
import { decode } from './frames.js';

/** @typedef {import('./frames.js').Item} Item */
/**
 * Pieces: values captured by its connection are still missing.
 * @typedef {string | Uint8Array<ArrayBuffer> | import('./message.js').Piece[]} Message
 */

/**
 * The interface of a call for the driver.
 * @typedef {object} Call
 * @property {number} id 0 until it is started
 * @property {number} mode
 * @property {Message} message dropped once it is sent
 * @property {import('./outbox.js').Outbox | undefined} outbox in place of the message, where it is not one
 * @property {boolean} isSent
 * @property {boolean} over
 * @property {{ text: string } | undefined} given takes what the option `credentials` gave to the connection that its answer came on
 * @property {((value: any) => void) | undefined} onProgress
 * @property {import('./tools.js').PreparedTool | undefined} tool
 * @property {import('../host/diagnostics.js').CallTracing | undefined} tracing where somebody listens
 * @property {(item: Item) => void} deliver
 * @property {() => void} finish
 * @property {(error: unknown) => void} fail
 */

/** Watches a signal for as long as a call runs, so that long-lived signals collect no listeners. */
export class AbortWatch {
  /** @param {AbortSignal | undefined} signal @param {(reason: unknown) => void} onAbort */
  constructor(signal, onAbort) {
    this.signal = signal;
    this.listener = () => onAbort(/** @type {AbortSignal} */ (signal).reason);
    signal?.addEventListener('abort', this.listener, { once: true });
  }

  stop() {
    try {
      this.signal?.removeEventListener('abort', this.listener);
    } catch {
      // A signal implemented by the caller. The call is over all the same.
    }
  }
}

/**
 * Errors of the caller's code are thrown like a listener's: asynchronously, as uncaught errors.
 * @param {Call | undefined} call undefined: it is over @param {Item} item
 */
export function tellProgress(call, item) {
  const { onProgress } = call ?? {};
  try {
    onProgress?.(decode(item, () => {}));
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** A call that resolves once, with its response, or with all if several are expected. */
export class SingleCall {
  id = 0;
  /** @type {Message} */
  message = '';
  /** @type {import('./outbox.js').Outbox | undefined} */
  outbox = undefined;
  isSent = false;
  over = false;
  /** @type {{ text: string } | undefined} */
  given = undefined;
  /** @type {((value: any) => void) | undefined} */
  onProgress = undefined;
  /** @type {import('./tools.js').PreparedTool | undefined} */
  tool = undefined;
  /** @type {import('../host/diagnostics.js').CallTracing | undefined} */
  tracing = undefined;
  /** @type {unknown} */
  #result = undefined;
  /** @type {unknown[] | undefined} */
  #results = undefined;
  /** @type {AbortWatch | undefined} */
  #watch;
  #resolve;
  #reject;
  #owner;

  /**
   * @param {number} mode
   * @param {AbortSignal | undefined} signal
   * @param {(value: unknown) => void} resolve
   * @param {(reason: unknown) => void} reject
   * @param {{ abandon: (call: Call) => void, warn: (call: Call, item: Item, why: string) => void }} owner
   */
  constructor(mode, signal, resolve, reject, owner) {
    this.mode = mode;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#owner = owner;
    if (signal) {
      this.#watch = new AbortWatch(signal, (reason) => {
        owner.abandon(this);
        this.fail(reason);
      });
    }
  }

  /** @param {Item} item */
  deliver(item) {
    const value = decode(item, (why) => this.#owner.warn(this, item, why));
    if (!this.tool?.many) {
      this.#result = value;
    } else {
      this.#results ??= [];
      this.#results.push(value);
    }
  }

  finish() {
    if (!this.#end()) return;
    const many = this.tool?.many && this.mode === MODE_SINGLE;
    this.tracing?.finished();
    this.#resolve(many ? (this.#results ?? []) : this.#result);
  }

  /** @param {unknown} error */
  fail(error) {
    if (!this.#end()) return;
    this.tracing?.failed(error);
    this.#reject(error);
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
