// Owns one session of the core: starting it on demand, entering it, ending it, and its end with the instance.
// Must not know calls or sockets.

import { longestPingInterval } from '../host/extension.js';
import { findWebSocket } from '../host/websocket.js';
import { Channel } from './channel.js';
import { start } from './module.js';

/** @typedef {import('./module.js').Instance} Instance */
/** @typedef {import('../../dist/core.js').CoreModule} CoreModule */
/** @typedef {import('../host/websocket.js').HostWebSocket} HostWebSocket */
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

/** Stands for a received message in Emscripten: the core requests what it needs of the real one. */
const STAND_IN = { data: '' };

export class Session {
  /** What opens connections, once the session runs. @type {HostWebSocket | undefined} */
  host = undefined;

  #options;
  #onFailure;
  #reporting = false;
  /** @type {Instance | undefined} */
  #instance;
  /** @type {CoreModule | undefined} */
  #core;
  #handle = 0;
  /** @type {Channel | undefined} */
  #channel;
  /** How the instance knows this session. @type {WeakRef<Session> | undefined} */
  #user;
  /** @type {Promise<void> | undefined} */
  #starting;

  /**
   * @param {import('../base/check.js').CheckedOptions} options
   * @param {(error: Error) => void} onFailure the session is gone, and what was in flight with it
   */
  constructor(options, onFailure) {
    this.#options = options;
    this.#onFailure = onFailure;
  }

  get running() {
    return this.#core !== undefined;
  }

  /** Loads what is missing and starts the session. Waiting callers continue in their order. */
  ready() {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Resolves when no start is in progress, whether or not it succeeded. */
  async settled() {
    await this.#starting?.catch(() => {});
  }

  /** Enters the core, if the session runs. @param {Entry<void>} entry */
  tell(entry) {
    const core = this.#core;
    if (!core) return;
    try {
      entry(core, this.#handle);
    } catch (cause) {
      this.#instance?.fail(cause);
    }
  }

  // The two entries of every call, written out: they are the hot path.

  /** @param {number} id @param {number} tool @param {number} mode */
  startCall(id, tool, mode) {
    const core = /** @type {CoreModule} */ (this.#core);
    try {
      core._utcp_ws_start_call(this.#handle, performance.now(), id, tool, mode);
    } catch (cause) {
      this.#instance?.fail(cause);
    }
  }

  /** @param {import('./wire.js').Wire} wire @param {unknown} data @param {import('./frames.js').Consumed} consumed */
  receive(wire, data, consumed) {
    const instance = this.#instance;
    if (!instance) return;
    this.#channel?.describeMessage(data, consumed);
    instance.payload.data = data;
    try {
      wire.onmessage?.(STAND_IN);
    } catch (cause) {
      instance.fail(cause);
    }
    instance.payload.data = undefined;
  }

  /**
   * Returns the commands of the last entry.
   * @param {import('./channel.js').Command[]} commands to whose end it goes
   * @param {import('./channel.js').Subject} [subject]
   */
  take(commands, subject) {
    try {
      this.#channel?.take(commands, subject);
    } catch (cause) {
      this.#instance?.fail(cause);
    }
  }

  /** The core's next deadline, in ms of `performance.now()`. */
  get deadline() {
    return this.#channel?.deadline ?? Infinity;
  }

  /** Asks the core, which must run. @param {Entry<string>} question @returns {any} the JSON that it answers */
  ask(question) {
    const instance = /** @type {Instance} */ (this.#instance);
    return JSON.parse(instance.run(() => question(instance.core, this.#handle)));
  }

  /** Turns on reports. */
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

  /** Whether to end it once nothing of it is running, so that it restarts on another instance. */
  get outgrown() {
    this.#instance?.review();
    return this.#instance?.retired ?? false;
  }

  /** Counts of live objects in the module, for leak tests. */
  counts() {
    const core = this.#core;
    if (!core) return { heap: 0 };
    return { ...this.ask((core, session) => core.counts(session)), table: core.socketCount(), heap: core.heapInUse() };
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
      longestPingInterval: longestPingInterval(),
      seed: (high % 2 ** 21) * 2 ** 32 + low,
    });
    const handle = instance.run(() => instance.core.newSession(options));
    this.#instance = instance;
    this.#core = instance.core;
    this.#handle = handle;
    this.#channel = new Channel(instance.memory, instance.wireNotes, instance.core.channel(handle));
    this.#user = new WeakRef(this);
    instance.users.add(this.#user);
    dropped.register(this, { instance, handle, user: this.#user }, this);
    if (this.#reporting) this.report();
  }

  #forget() {
    dropped.unregister(this);
    if (this.#user) this.#instance?.users.delete(this.#user);
    this.#core = undefined;
    this.#channel = undefined;
    this.#instance = undefined;
    this.#handle = 0;
  }
}
