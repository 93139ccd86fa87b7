// Owns what a protocol has running: one session of the core, its sockets, its timer, its calls by id. It hands the core what
// happens and carries out what the core decides. Must not know what a call template, a frame or a URL says.
//
// No code of the host or the user runs below a wasm frame: there, the core's commands only become notes in the inbox. They
// are carried out after the entry has returned, in their order.
import { DISCOVERY, SingleCall } from './calls.js';
import { addCredentials } from './credentials.js';
import { SENT, UtcpWebSocketEvent, WARNING } from './events.js';
import {
  CANCEL,
  CLOSE,
  DELIVER,
  FETCH,
  Inbox,
  NO_CREDENTIALS,
  OPEN,
  PING,
  READ,
  REJECT,
  REPORT,
  SEND,
  SETTLE,
} from './inbox.js';
import { Arguments, randomUuid, renderPlan } from './message.js';
import { rejectionOf } from './rejection.js';
import { Session } from './session.js';
import { StreamCall, ToolStream } from './stream.js';
import { DeadlineTimer } from './timer.js';
import { TokenFetcher } from './tokens.js';
import { Tools, templateText, wellFormed } from './tools.js';

/** @typedef {import('./calls.js').Call} Call */
/** @typedef {import('./socket.js').Socket} Socket */
/** @typedef {import('./socket.js').SocketEvents} SocketEvents */
/** @typedef {{ caller: number, toolName: string, args: unknown, template: unknown }} Request */

/** @implements {SocketEvents} */
export class Driver {
  #emit;
  #credentials;
  #tokens;
  #reporting = false;
  #session;
  #tools = new Tools();
  #timer = new DeadlineTimer(() => this.tell((core, session) => core.handleTimeout(session, performance.now())));
  #inbox = new Inbox(this, (milliseconds) => this.#timer.set(milliseconds));
  #carryingOut = false;
  /** Of the message that went out last. */
  #sentSize = 0;
  /** @type {Map<number, Call>} */
  #calls = new Map();
  #lastId = 0;
  /** The core's, by connection. @type {Map<number, Socket>} */
  #sockets = new Map();
  /** The connections that are not read from. @type {Set<number>} */
  #paused = new Set();
  /** The closing handshakes under way. @type {Set<Promise<void>>} */
  #closing = new Set();

  /**
   * @param {import('./options.js').CheckedOptions} options
   * @param {(event: UtcpWebSocketEvent) => void} emit
   */
  constructor(options, emit) {
    this.#session = new Session(options, this.#inbox, (error) => this.#sessionFailed(error));
    this.#credentials = options.credentials;
    this.#tokens = new TokenFetcher(options.fetch, (token, status, body) =>
      this.tell((core, session) => core.handleToken(session, performance.now(), token, status, body)),
    );
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
    await this.#session.settled();
    this.tell((core, session) => core.deregister(session, caller, wellFormed(manual)));
    await Promise.all(this.#closing);
  }

  async close() {
    await this.#session.settled();
    this.tell((core, session) => core.close(session));
    this.#session.end();
    this.#forgetSession();
    await Promise.all(this.#closing);
  }

  /** From now on, what happens is reported. */
  report() {
    if (this.#reporting) return;
    this.#reporting = true;
    this.#session.report();
  }

  /** What is alive, for leak tests. @returns {Record<string, number>} */
  counts() {
    return {
      ...(this.#session.running && this.ask((core, session) => core.counts(session))),
      heap: this.#session.heap,
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
      if (this.#session.running) {
        this.#start(call, request);
        return;
      }
      // While the module loads, the caller may change what it gave.
      const template = JSON.parse(templateText(request.template));
      const snapshot = { ...request, template, args: JSON.parse(new Arguments(request.args).all()) };
      this.#session.ready().then(
        () => call.over || this.launch(call, snapshot),
        (error) => call.fail(error),
      );
    } catch (error) {
      call.fail(error);
    }
  }

  /** @param {Call} call @param {Request} request */
  #start(call, { caller, toolName, args, template }) {
    const tool = this.#tools.prepare(this, caller, toolName, template);
    const values = new Arguments(args);
    const plan = call.mode === DISCOVERY ? tool.discovery : this.#tools.planFor(this, tool, values);
    const id = this.#newId();
    const uuid = tool.usesUuid ? randomUuid() : '';
    const builtIns = { requestId: String(id), toolName: tool.name, uuid };
    call.message = plan ? renderPlan(plan, values, builtIns) : values.all();
    call.tool = tool;
    call.id = id;
    this.#calls.set(id, call);
    this.#timer.keepAlive(true);
    this.#inbox.nextCall = id;
    const { mode } = call;
    if (tool.headerFields.length === 0 && !tool.usesUuid && !tool.filters) {
      this.#session.startCall(id, tool.tool, mode);
      this.#carryOut();
    } else {
      const headers = tool.headerFields.map((name) => values.text(name) ?? null);
      const filter = tool.filters
        ? JSON.parse(renderPlan(this.#tools.filterPlanFor(this, tool, values), values, builtIns))
        : undefined;
      const extras = JSON.stringify({ headers, uuid, filter });
      this.tell((core, session) => core.startCallWith(session, performance.now(), id, tool.tool, mode, extras));
    }
  }

  #newId() {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#lastId === 0 || this.#calls.has(this.#lastId));
    return this.#lastId;
  }

  /** Nobody waits for the call any more. @param {Call} call */
  abandon(call) {
    if (this.#take(call.id)) this.tell((core, session) => core.abortCall(session, performance.now(), call.id));
  }

  /** @param {Call} call @param {number} items @param {number} bytes */
  consumed(call, items, bytes) {
    const { consumed } = this.#inbox;
    const before = consumed.add(call.id, items, bytes);
    if (before) this.#tellConsumed(before);
    // No message may come before the core has heard.
    if (this.#paused.size > 0) this.#tellConsumed(consumed.take());
  }

  /** @param {{ call: number, items: number, bytes: number }} consumed */
  #tellConsumed({ call, items, bytes }) {
    this.tell((core, session) => core.handleConsumed(session, performance.now(), call, items, bytes));
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
    inbox.data = data;
    inbox.connection = socket.connection;
    this.#session.receive(socket);
    this.#carryOut();
    inbox.data = undefined;
  }

  /** @param {Socket} socket */
  ponged(socket) {
    this.tell((core, session) => core.handlePong(session, performance.now(), socket.connection));
  }

  /** @param {Socket} socket @param {unknown} cause @param {number} [httpStatus] */
  failed(socket, cause, httpStatus = 0) {
    this.#inbox.cause = cause;
    this.#inbox.httpStatus = httpStatus;
    this.tell(() => socket.onerror?.({}));
    this.#inbox.cause = undefined;
  }

  /** @param {Socket} socket @param {number} code @param {string} reason @param {boolean} wasClean */
  closed(socket, code, reason, wasClean) {
    this.#inbox.cause = socket.broken;
    this.tell(() => socket.onclose?.({ code, reason, wasClean }));
    this.#inbox.cause = undefined;
  }

  // --- What the core wants ---

  /** Enters the core, if it runs; then carries out what it noted down. @param {import('./session.js').Entry<void>} entry */
  tell(entry) {
    this.#session.tell(entry);
    this.#carryOut();
  }

  /** @param {import('./session.js').Entry<string>} question @returns {any} */
  ask(question) {
    return this.#session.ask(question);
  }

  #carryOut() {
    if (this.#carryingOut) return; // the loop below comes to the new notes
    this.#carryingOut = true;
    const { notes } = this.#inbox;
    for (let note = notes.shift(); note; note = notes.shift()) {
      try {
        this.#perform(note);
      } catch (defect) {
        queueMicrotask(() => {
          throw defect;
        });
      }
    }
    this.#carryingOut = false;
    this.#timer.arm();
  }

  /** @param {import('./inbox.js').Note} note */
  #perform(note) {
    switch (note.kind) {
      case DELIVER:
        this.#deliver(note.call, note.item, note.last);
        break;
      case SETTLE:
        this.#take(note.call)?.finish();
        break;
      case REJECT:
        this.#take(note.command.call)?.fail(rejectionOf(note.command, note.data, note.cause));
        break;
      case SEND:
        this.#send(note.socket, note.call, note.own);
        break;
      case OPEN:
        this.#open(note.socket);
        break;
      case FETCH:
        this.#tokens.fetch(note.request);
        break;
      case CANCEL:
        this.#tokens.cancel(note.token);
        break;
      case PING:
        this.#sockets.get(note.connection)?.ping();
        break;
      case READ:
        this.#read(note.connection, note.on);
        break;
      case CLOSE:
        this.#shut(note.socket, note.code, note.reason);
        break;
      case REPORT:
        if (note.report.kind === SENT) note.report.size = this.#sentSize; // the core never saw it
        this.#emit(new UtcpWebSocketEvent(note.report));
        break;
    }
  }

  /** @param {Socket} socket */
  #open(socket) {
    this.#sockets.set(socket.connection, socket);
    const host = /** @type {import('./websocket.js').HostWebSocket} */ (this.#session.host);
    if (!this.#credentials) {
      socket.open(host);
      return;
    }
    addCredentials(this.#credentials, socket, host.canSetHeaders).then(
      () => socket.released || socket.open(host),
      (error) => socket.released || this.failed(socket, error, NO_CREDENTIALS),
    );
  }

  /** @param {number} id @param {import('./frames.js').Item} item @param {boolean} last whether the call is over with it */
  #deliver(id, item, last) {
    const call = last ? this.#take(id) : this.#calls.get(id);
    if (!call) return;
    call.deliver(item);
    if (last) call.finish();
  }

  /** @param {Socket} socket @param {number} id @param {import('./message.js').Piece[] | undefined} own */
  #send(socket, id, own) {
    if (own) {
      socket.transmit(renderPlan(own, new Arguments({}), { requestId: '', toolName: '' }));
      return;
    }
    const call = this.#calls.get(id);
    if (!call) return;
    socket.transmit(call.message);
    this.#sentSize = call.message.length;
    call.message = '';
  }

  /** @param {number} connection @param {boolean} on */
  #read(connection, on) {
    this.#sockets.get(connection)?.read(on);
    if (on) {
      this.#paused.delete(connection);
    } else {
      this.#paused.add(connection);
      this.#tellConsumed(this.#inbox.consumed.take()); // what was taken since the message that was one too many
    }
  }

  /** @param {Socket} socket @param {number} [code] @param {string} [reason] */
  #shut(socket, code, reason) {
    if (this.#paused.has(socket.connection)) this.#read(socket.connection, true); // the closing handshake wants an answer
    this.#sockets.delete(socket.connection);
    const closed = socket.shut(code, reason).then(() => {
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }

  /** The session died with its instance. @param {Error} error */
  #sessionFailed(error) {
    this.#forgetSession();
    this.#inbox.notes.length = 0;
    for (const socket of this.#sockets.values()) this.#shut(socket);
    for (const id of [...this.#calls.keys()]) this.#take(id)?.fail(error);
  }

  #forgetSession() {
    this.#tokens.cancelAll();
    this.#tools.clear();
    this.#timer.clear();
    this.#inbox.consumed.clear();
  }
}
