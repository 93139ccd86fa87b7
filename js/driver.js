// Owns what a protocol has running: one session of the core, its sockets, its timer, its calls by id. It hands the core what
// happens and carries out what the core decides. Must not know what a call template, a frame or a URL says.
//
// No code of the host or the user runs below a wasm frame: there, the core's commands only become notes in the inbox. They
// are carried out after the entry has returned, in their order.
import { DISCOVERY, SingleCall } from './calls.js';
import { createError } from './errors.js';
import { UtcpWebSocketEvent, WARNING } from './events.js';
import { memberOf, StandIn } from './frames.js';
import { CLOSE, DELIVER, Inbox, OPEN, REJECT, REPORT, SEND, SETTLE } from './inbox.js';
import { Arguments, randomUuid, renderPlan } from './message.js';
import { start } from './module.js';
import { StreamCall, ToolStream } from './stream.js';
import { DeadlineTimer } from './timer.js';
import { Tools, templateText, wellFormed } from './tools.js';
import { findWebSocket } from './websocket.js';

/** @typedef {import('./calls.js').Call} Call */
/** @typedef {import('./module.js').Instance} Instance */
/** @typedef {import('./socket.js').Socket} Socket */
/** @typedef {import('./socket.js').SocketEvents} SocketEvents */
/** @typedef {import('../dist/core.js').CoreSession} CoreSession */
/** @typedef {{ caller: number, toolName: string, args: unknown, template: unknown }} Request */

/** Frees the session of a protocol that was dropped without `close()`. */
const dropped = new FinalizationRegistry(
  (/** @type {{ instance: Instance, session: CoreSession, user: WeakRef<Driver> }} */ { instance, session, user }) => {
    instance.users.delete(user);
    if (!instance.dead) session.delete();
  },
);

/** @implements {SocketEvents} */
export class Driver {
  #options;
  #emit;
  #reporting = false;
  /** @type {import('./websocket.js').HostWebSocket | undefined} */
  #host;
  /** @type {Instance | undefined} */
  #instance;
  /** @type {CoreSession | undefined} */
  #session;
  /** @type {Promise<void> | undefined} */
  #starting;
  #tools = new Tools();
  #timer = new DeadlineTimer(() => this.tell((core) => core.handleTimeout(performance.now())));
  #inbox = new Inbox(this, (milliseconds) => this.#timer.set(milliseconds));
  #carryingOut = false;
  /** @type {Map<number, Call>} */
  #calls = new Map();
  #lastId = 0;
  /** The core's. @type {Set<Socket>} */
  #sockets = new Set();
  /** The closing handshakes under way. @type {Set<Promise<void>>} */
  #closing = new Set();
  #standIn = new StandIn();

  /**
   * @param {import('./options.js').CheckedOptions} options
   * @param {(event: UtcpWebSocketEvent) => void} emit
   */
  constructor(options, emit) {
    this.#options = options;
    this.#emit = emit;
  }

  // --- What a protocol asks for ---

  /**
   * @param {number} mode
   * @param {Request} request
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  call(mode, request, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) reject(signal.reason);
      else this.launch(new SingleCall(mode, signal, resolve, reject, this), request);
    });
  }

  /** @param {Request} request @param {AbortSignal} [signal] */
  stream(request, signal) {
    return new ToolStream(new StreamCall(this, request, signal));
  }

  /** @param {number} caller @param {string} manual */
  async deregister(caller, manual) {
    await this.#starting?.catch(() => {});
    this.tell((core) => core.deregister(caller, wellFormed(manual)));
    await Promise.all(this.#closing);
  }

  async close() {
    await this.#starting?.catch(() => {});
    this.tell((core) => core.close());
    const session = this.#session;
    const instance = this.#instance;
    this.#forgetSession();
    dropped.unregister(this);
    if (session && instance && !instance.dead) instance.run(() => session.delete());
    await Promise.all(this.#closing);
  }

  /** From now on, what happens is reported. */
  report() {
    if (this.#reporting) return;
    this.#reporting = true;
    this.tell((core) => core.setReporting(true));
  }

  /** What is alive, for leak tests. @returns {Record<string, number>} */
  counts() {
    return {
      ...(this.#session && this.ask((core) => core.counts())),
      heap: this.#instance?.core.heapInUse() ?? 0,
      hostCalls: this.#calls.size,
      hostSockets: this.#sockets.size,
      hostClosing: this.#closing.size,
      hostTools: this.#tools.size,
    };
  }

  // --- Calls ---

  /** Starts a call; what goes wrong comes by its `fail`. @param {Call} call @param {Request} request */
  launch(call, request) {
    try {
      const template = templateText(request.template);
      if (this.#session) {
        this.#start(call, request, template);
        return;
      }
      // While the module loads, the caller may change what it gave.
      const snapshot = { ...request, template: JSON.parse(template), args: JSON.parse(new Arguments(request.args).all()) };
      this.#ready().then(
        () => call.over || this.launch(call, snapshot),
        (error) => call.fail(error),
      );
    } catch (error) {
      call.fail(error);
    }
  }

  /** @param {Call} call @param {Request} request @param {string} template */
  #start(call, { caller, toolName, args }, template) {
    const tool = this.#tools.prepare(this, caller, toolName, template);
    const values = new Arguments(args);
    const plan = call.mode === DISCOVERY ? tool.discovery : this.#tools.planFor(this, tool, values);
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#lastId === 0 || this.#calls.has(this.#lastId));
    const id = this.#lastId;
    const uuid = tool.usesUuid ? randomUuid() : '';
    call.message = plan ? renderPlan(plan, values, { requestId: String(id), toolName: tool.name, uuid }) : values.all();
    call.tool = tool;
    call.id = id;
    this.#calls.set(id, call);
    this.#timer.keepAlive(true);
    if (tool.headerFields.length === 0 && !tool.usesUuid) {
      this.tell((core) => core.startCall(performance.now(), id, tool.tool, call.mode));
    } else {
      const extras = JSON.stringify({ headers: tool.headerFields.map((name) => values.text(name) ?? null), uuid });
      this.tell((core) => core.startCallWith(performance.now(), id, tool.tool, call.mode, extras));
    }
  }

  /** Nobody waits for the call any more. @param {Call} call */
  abandon(call) {
    if (this.#take(call.id)) this.tell((core) => core.abortCall(performance.now(), call.id));
  }

  /** @param {Call} call @param {number} items @param {number} bytes */
  consumed(call, items, bytes) {
    const before = this.#standIn.addConsumed(call.id, items, bytes);
    if (before) this.tell((core) => core.handleConsumed(before.call, before.items, before.bytes));
  }

  /** @param {Call} call @param {import('./frames.js').Item} item @param {string} text */
  warn(call, { connection, size }, text) {
    if (!this.#reporting) return;
    const endpoint = call.tool?.endpoint ?? '';
    this.#emit(new UtcpWebSocketEvent({ kind: WARNING, endpoint, connection, call: call.id, size, text }));
  }

  /** @param {number} id @returns {Call | undefined} the call, which is over now */
  #take(id) {
    const call = this.#calls.get(id);
    if (!call) return undefined;
    this.#calls.delete(id);
    if (this.#calls.size === 0) this.#timer.keepAlive(false);
    return call;
  }

  // --- What sockets tell ---

  /** @param {Socket} socket */
  opened(socket) {
    this.tell(() => socket.onopen?.({}));
  }

  /** @param {Socket} socket @param {unknown} data */
  received(socket, data) {
    const inbox = this.#inbox;
    this.#standIn.set(performance.now(), data);
    inbox.data = data;
    inbox.connection = socket.connection;
    this.tell(() => {
      socket.onmessage?.(this.#standIn.event);
      this.#standIn.clearConsumed(); // the core has heard it; what is delivered now counts next time
    });
    inbox.data = undefined;
  }

  /** @param {Socket} socket @param {any} error */
  failed(socket, error) {
    this.#inbox.cause = error;
    // Hosts show the status of a refused handshake in the error's text, if at all.
    this.#inbox.httpStatus = Number(/(?:status|response)\D{0,20}([1-5]\d\d)\b/i.exec(error?.message ?? '')?.[1] ?? 0);
    this.tell(() => socket.onerror?.({}));
    this.#inbox.cause = undefined;
  }

  /** @param {Socket} socket @param {number} code @param {string} reason @param {boolean} wasClean */
  closed(socket, code, reason, wasClean) {
    this.#inbox.cause = socket.broken;
    this.tell(() => socket.onclose?.({ code, reason, wasClean }));
    this.#inbox.cause = undefined;
  }

  // --- The session ---

  /** Enters the core, if it runs; then carries out what it noted down. @param {(core: CoreSession) => void} entry */
  tell(entry) {
    const instance = this.#instance;
    if (!instance || !this.#session) return;
    instance.core.host = this.#inbox;
    try {
      entry(this.#session);
    } catch (cause) {
      instance.fail(cause);
    }
    instance.core.host = null;
    this.#carryOut();
  }

  /** Asks the core, which must run. @param {(core: CoreSession) => string} question @returns {any} the JSON it answers */
  ask(question) {
    const session = /** @type {CoreSession} */ (this.#session);
    return JSON.parse(/** @type {Instance} */ (this.#instance).run(() => question(session)));
  }

  #carryOut() {
    if (this.#carryingOut) return; // the loop below comes to the new notes
    this.#carryingOut = true;
    const { notes } = this.#inbox;
    for (let i = 0; i < notes.length; i += 1) {
      try {
        this.#perform(notes[i]);
      } catch (defect) {
        queueMicrotask(() => {
          throw defect;
        });
      }
    }
    notes.length = 0;
    this.#carryingOut = false;
    this.#timer.arm();
  }

  /** @param {import('./inbox.js').Note} note */
  #perform(note) {
    switch (note.kind) {
      case DELIVER:
        this.#calls.get(note.call)?.deliver(note.item);
        break;
      case SETTLE:
        this.#take(note.call)?.finish();
        break;
      case REJECT:
        this.#take(note.command.call)?.fail(errorOf(note.command, note.data, note.cause));
        break;
      case SEND:
        this.#send(note.socket, note.call, note.greeting);
        break;
      case OPEN:
        this.#sockets.add(note.socket);
        note.socket.open(/** @type {import('./websocket.js').HostWebSocket} */ (this.#host));
        break;
      case CLOSE:
        this.#shut(note.socket, note.code, note.reason);
        break;
      case REPORT:
        this.#emit(new UtcpWebSocketEvent(note.report));
        break;
    }
  }

  /** @param {Socket} socket @param {number} id @param {import('./message.js').Piece[] | undefined} greeting */
  #send(socket, id, greeting) {
    if (greeting) {
      socket.transmit(renderPlan(greeting, new Arguments({}), { requestId: '', toolName: '' }));
      return;
    }
    const call = this.#calls.get(id);
    if (!call) return;
    socket.transmit(call.message);
    call.message = '';
  }

  /** @param {Socket} socket @param {number} [code] @param {string} [reason] */
  #shut(socket, code, reason) {
    this.#sockets.delete(socket);
    const closed = socket.shut(code, reason).then(() => {
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }

  /** Loads what is missing and starts a session. */
  #ready() {
    this.#starting ??= this.#openSession().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #openSession() {
    await start();
    this.#host ??= await findWebSocket(this.#options);
    const instance = await start(); // again: it may have failed meanwhile
    const [high, low] = globalThis.crypto.getRandomValues(new Uint32Array(2));
    const { canSetHeaders } = this.#host;
    const options = { ...this.#options.session, canSetHeaders, seed: (high % 2 ** 21) * 2 ** 32 + low };
    const session = instance.run(() => new instance.core.SessionHost(JSON.stringify(options)));
    this.#instance = instance;
    this.#session = session;
    const user = new WeakRef(this);
    instance.users.add(user);
    dropped.register(this, { instance, session, user }, this);
    if (this.#reporting) this.tell((core) => core.setReporting(true));
  }

  /** The instance is dead. @param {Error} error */
  moduleFailed(error) {
    dropped.unregister(this);
    this.#forgetSession();
    this.#inbox.notes.length = 0;
    for (const socket of this.#sockets) this.#shut(socket);
    for (const id of [...this.#calls.keys()]) this.#take(id)?.fail(error);
  }

  #forgetSession() {
    this.#session = undefined;
    this.#instance = undefined;
    this.#tools.clear();
    this.#timer.clear();
    this.#standIn.clearConsumed();
  }
}

/** @param {import('./inbox.js').RejectCommand} command @param {unknown} data @param {unknown} cause */
function errorOf({ error, path }, data, cause) {
  if (error.code !== 'tool_failed') return createError(error, cause === undefined ? {} : { cause });
  /** @type {any} */
  const detail = memberOf(/** @type {string} */ (data), path ?? '');
  const said = typeof detail === 'string' ? detail : (detail?.message ?? JSON.stringify(detail));
  return createError({ ...error, message: `${error.message}: ${String(said).slice(0, 500)}` }, { detail });
}
