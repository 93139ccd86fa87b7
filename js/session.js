// Owns one session of the core: starting it when it is needed, entering it, ending it, and its death with the instance.
// Must not know calls or sockets.
import { start } from './module.js';
import { findWebSocket } from './websocket.js';

/** @typedef {import('./module.js').Instance} Instance */
/** @typedef {import('../dist/core.js').CoreModule} CoreModule */
/** @typedef {import('./websocket.js').HostWebSocket} HostWebSocket */
/**
 * @template T
 * @typedef {(core: CoreModule, session: number) => T} Entry
 */

/** Frees the session of a protocol that was dropped without `close()`. */
const dropped = new FinalizationRegistry(
  (/** @type {{ instance: Instance, handle: number, user: WeakRef<Session> }} */ { instance, handle, user }) => {
    instance.users.delete(user);
    if (!instance.dead) instance.run(() => instance.core.deleteSession(handle));
  },
);

/** What Emscripten gets for a received message: the core asks for what it needs of the real one. */
const STAND_IN = { data: '' };

export class Session {
  /** What opens connections, once the session runs. @type {HostWebSocket | undefined} */
  host = undefined;

  #options;
  #inbox;
  #onFailure;
  #reporting = false;
  /** @type {Instance | undefined} */
  #instance;
  /** @type {CoreModule | undefined} */
  #core;
  #handle = 0;
  /** @type {Promise<void> | undefined} */
  #starting;

  /**
   * @param {import('./options.js').CheckedOptions} options
   * @param {import('./inbox.js').Inbox} inbox what the core speaks to while it is entered
   * @param {(error: Error) => void} onFailure the session is gone, and what was in flight with it
   */
  constructor(options, inbox, onFailure) {
    this.#options = options;
    this.#inbox = inbox;
    this.#onFailure = onFailure;
  }

  get running() {
    return this.#core !== undefined;
  }

  /** Loads what is missing and starts the session. All who wait get on in the order in which they came. */
  ready() {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Resolves when no start is under way, however it ended. */
  async settled() {
    await this.#starting?.catch(() => {});
  }

  /** Enters the core, if the session runs. @param {Entry<void>} entry */
  tell(entry) {
    const core = this.#core;
    if (!core) return;
    core.host.current = this.#inbox;
    try {
      entry(core, this.#handle);
    } catch (cause) {
      this.#instance?.fail(cause);
    }
    core.host.current = null;
  }

  // The two entries of every call, written out: they are the hot path.

  /** @param {number} id @param {number} tool @param {number} mode */
  startCall(id, tool, mode) {
    const core = /** @type {CoreModule} */ (this.#core);
    core.host.current = this.#inbox;
    try {
      core._utcp_ws_start_call(this.#handle, performance.now(), id, tool, mode);
    } catch (cause) {
      this.#instance?.fail(cause);
    }
    core.host.current = null;
  }

  /** @param {import('./socket.js').Socket} socket */
  receive(socket) {
    const core = this.#core;
    if (!core) return;
    core.host.current = this.#inbox;
    try {
      socket.onmessage?.(STAND_IN);
    } catch (cause) {
      this.#instance?.fail(cause);
    }
    core.host.current = null;
  }

  /** Asks the core, which must run. @param {Entry<string>} question @returns {any} the JSON that it answers */
  ask(question) {
    const instance = /** @type {Instance} */ (this.#instance);
    return JSON.parse(instance.run(() => question(instance.core, this.#handle)));
  }

  /** From now on, what happens is reported. */
  report() {
    this.#reporting = true;
    this.tell((core, session) => core.setReporting(session, true));
  }

  /** Ends the session, if it runs. */
  end() {
    this.tell((core, session) => core.deleteSession(session));
    this.#forget();
  }

  /** The instance is dead. @param {Error} error */
  moduleFailed(error) {
    this.#forget();
    this.#onFailure(error);
  }

  /** Bytes of the wasm heap in use, by all protocols. */
  get heap() {
    return this.#core?.heapInUse() ?? 0;
  }

  async #start() {
    await start();
    this.host ??= await findWebSocket(this.#options);
    const instance = await start(); // again: it may have failed meanwhile
    const [high, low] = globalThis.crypto.getRandomValues(new Uint32Array(2));
    const options = JSON.stringify({
      ...this.#options.session,
      canSetHeaders: Number(this.host.canSetHeaders),
      canPing: Number(this.host.canPing),
      canPause: Number(this.host.canPause),
      seed: (high % 2 ** 21) * 2 ** 32 + low,
    });
    const handle = instance.run(() => instance.core.newSession(options));
    this.#instance = instance;
    this.#core = instance.core;
    this.#handle = handle;
    const user = new WeakRef(this);
    instance.users.add(user);
    dropped.register(this, { instance, handle, user }, this);
    if (this.#reporting) this.report();
  }

  #forget() {
    dropped.unregister(this);
    this.#core = undefined;
    this.#instance = undefined;
    this.#handle = 0;
  }
}
