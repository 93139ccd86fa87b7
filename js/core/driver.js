// Owns the running parts of a protocol: one session of the core, its sockets, its timer, its calls by id. It passes events to the
// core and carries out the core's commands. Must not know the content of a call template, a frame or a URL.
//
// No code of the host or the user runs below a wasm frame: the core queues its commands in the channel, and they are carried
// out in order after the entry has returned.

import {
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
  MODE_DISCOVERY,
  REPORT_SEND,
} from '../../dist/constants.js';
import { sizeOf, wellFormed } from '../base/values.js';
import { DeadlineTimer } from '../host/timer.js';
import { TokenFetcher } from '../host/tokens.js';
import { CallTable } from './call_table.js';
import { SingleCall, tellProgress } from './calls.js';
import { Connections } from './connections.js';
import { Consumed } from './frames.js';
import { Observers } from './observers.js';
import { lineOf } from './outbox.js';
import { closedError, defectOf, rejectionOf } from './rejection.js';
import { capturedIn, complete, compose, renderOwn, snapshotOf } from './request.js';
import { Session } from './session.js';
import { StreamCall, ToolStream } from './stream.js';
import { forCore, Tools, templateText } from './tools.js';
import { WIRE_CLOSE, WIRE_SEND } from './wire.js';

/** @typedef {import('./calls.js').Call} Call */
/** @typedef {import('./request.js').Request} Request */

export class Driver {
  #observers;
  #connections;
  #tokens;
  #session;
  #tools = new Tools();
  #timer = new DeadlineTimer(() => this.tell((core, session) => core.handleTimeout(session, performance.now())));
  #consumed = new Consumed();
  /** What the core wants done and nobody has come to yet. @type {import('./channel.js').Command[]} */
  #commands = [];
  #carryingOut = false;
  /** The size of the last message sent. */
  #sentSize = 0;
  // Calls keep the process alive.
  #calls = new CallTable((inUse) => this.#timer.keepAlive(inUse));
  /** How often it was closed: calls that waited for the session at that time must not start on it. */
  #closings = 0;
  /**
   * @param {import('../base/check.js').CheckedOptions} options
   * @param {(event: import('./events.js').UtcpWebSocketEvent) => void} emit
   */
  constructor(options, emit) {
    this.#session = new Session(options, (error) => this.#sessionFailed(error));
    this.#connections = new Connections(
      {
        tell: (entry, subject) => this.tell(entry, subject),
        ask: (question) => this.ask(question),
        receive: ({ wire, connection }, data) => {
          this.#session.receive(wire, data, this.#consumed);
          this.#carryOut({ data, connection });
        },
        host: () => /** @type {import('../host/websocket.js').HostWebSocket} */ (this.#session.host),
      },
      options.credentials,
    );
    this.#tokens = new TokenFetcher(
      options.fetch,
      (token, status, body) =>
        this.tell((core, session) => core.handleToken(session, performance.now(), token, status, body)),
      (token, { kind, text }) =>
        this.tell((core, session) => core.handleTokenFailed(session, performance.now(), token, kind, wellFormed(text))),
    );
    this.#observers = new Observers(options.traceContext, emit, () => this.#session.report());
  }

  // --- Methods for the protocol ---

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

  /**
   * Requests a manual.
   * @param {Request} request @param {AbortSignal} [signal]
   * @returns {Promise<{ text: string, mask: (text: string) => string }>} `mask`: a text of it without the secrets that it was
   *   asked for with
   */
  async discover(request, signal) {
    const template = templateText(request.template);
    const given = { text: '' };
    const text = await this.call(MODE_DISCOVERY, { ...request, given }, signal);
    return { text, mask: (said) => this.#connections.mask(0, template, given.text, said) };
  }

  /** @param {Request | undefined} request @param {AbortSignal} [signal] @param {unknown} [refusal] why there is no request */
  stream(request, signal, refusal) {
    return new ToolStream(new StreamCall(this, request, signal, refusal));
  }

  /** @param {number} caller @param {string} manual */
  async deregister(caller, manual) {
    const name = forCore(manual, 'the name of the manual');
    await this.#session.settled();
    this.tell((core, session) => core.deregister(session, caller, name));
    await this.#connections.allClosed();
  }

  async close() {
    this.#closings += 1;
    const { running } = this.#session;
    await this.#session.settled();
    // Nothing was open when the closing was requested: a running session belongs to later calls.
    if (!running && this.#calls.size > 0) return;
    this.#session.tell((core, session) => core.close(session));
    this.#session.take(this.#commands);
    // Before listeners are called: a call that they make starts a new session.
    this.#session.end();
    this.#forgetSession();
    this.#carryOut();
    await this.#connections.allClosed();
  }

  /** Turns on reports. */
  report() {
    this.#observers.report();
  }

  /** What is alive, for leak tests. @returns {Record<string, number>} */
  counts() {
    return {
      ...this.#session.counts(),
      hostCalls: this.#calls.size,
      hostSockets: this.#connections.size,
      hostClosing: this.#connections.closing,
      hostTools: this.#tools.size,
    };
  }

  // --- Calls ---

  /** Starts a call; what goes wrong comes by its `fail`. @param {Call} call @param {Request} request */
  launch(call, request) {
    if (!this.#observers.wantCalls) this.#launch(call, request);
    else this.#observers.begin(call, request, (asked) => this.#launch(call, asked));
  }

  /** @param {Call} call @param {Request} request */
  #launch(call, request) {
    try {
      if (call.over) return;
      this.#connections.look();
      if (this.#session.running) {
        this.#start(call, request);
        return;
      }
      const snapshot = snapshotOf(request);
      const closings = this.#closings;
      this.#session.ready().then(
        () => {
          if (closings !== this.#closings) call.fail(closedError());
          else if (!call.over) this.#launch(call, snapshot);
        },
        (error) => call.fail(error),
      );
    } catch (error) {
      call.fail(error);
    }
  }

  /** @param {Call} call @param {Request} request */
  #start(call, request) {
    const id = this.#calls.newId();
    const { mode } = call;
    const { tool, message, outbox, extras } = compose(this, this.#tools, mode, request, id);
    // Until here, the caller's code may have run: it may have thrown, or ended the call, or ended the module with another call.
    // From here on, nothing throws.
    if (call.over) return;
    if (!this.#session.running) return this.#launch(call, request);
    call.message = message;
    call.outbox = outbox;
    call.tool = tool;
    call.id = id;
    call.given = request.given;
    call.onProgress = request.onProgress;
    call.tracing?.underWay(tool.endpoint, id);
    this.#calls.add(id, call);
    const opener = request.traceContext && { ...request.traceContext, call: id, endpoint: tool.endpoint };
    const subject = opener && { opener };
    if (extras === undefined) {
      this.#session.startCall(id, tool.tool, mode);
      this.#carryOut(subject);
    } else {
      this.tell(
        (core, session) => core.startCallWith(session, performance.now(), id, tool.tool, mode, extras),
        subject,
      );
    }
  }

  /** An id that no request on any connection has. */
  freshId = () => String(this.#calls.newId());

  /** Nobody waits for the call any more. @param {Call} call */
  abandon(call) {
    if (!this.#calls.take(call.id)) return;
    this.tell((core, session) => core.abortCall(session, performance.now(), call.id, call.isSent));
  }

  /** @param {Call} call @param {number} items @param {number} bytes */
  consumed(call, items, bytes) {
    const consumed = this.#consumed;
    const before = consumed.add(call.id, items, bytes);
    if (before) this.#tellConsumed(before);
    // No message may arrive before the core knows the call.
    if (this.#connections.somePaused) this.#tellConsumed(consumed.take());
  }

  /** @param {{ call: number, items: number, bytes: number }} consumed */
  #tellConsumed({ call, items, bytes }) {
    this.tell((core, session) => core.handleConsumed(session, performance.now(), call, items, bytes));
  }

  /** @param {Call} call @param {import('./frames.js').Item} item @param {string} text */
  warn(call, { connection, size }, text) {
    this.#observers.warn({ endpoint: call.tool?.endpoint ?? '', connection, call: call.id, size, text });
  }

  // --- Commands of the core ---

  /**
   * Enters the core, if it runs; then carries out its commands.
   * @param {import('./session.js').Entry<void>} entry
   * @param {import('./channel.js').Subject} [subject]
   */
  tell(entry, subject) {
    this.#session.tell(entry);
    this.#carryOut(subject);
  }

  /** @param {import('./session.js').Entry<string>} question @returns {any} */
  ask(question) {
    return this.#session.ask(question);
  }

  /** Carries out what the last entry has left. @param {import('./channel.js').Subject} [subject] */
  #carryOut(subject) {
    const commands = this.#commands;
    this.#session.take(commands, subject);
    if (this.#carryingOut) return; // the loop below handles the new ones
    this.#carryingOut = true;
    for (let command = commands.shift(); command; command = commands.shift()) {
      try {
        this.#perform(command);
      } catch (defect) {
        this.#performFailed(command, defect);
      }
    }
    this.#carryingOut = false;
    this.#timer.arm(this.#session.deadline);
    this.#leaveOutgrown();
  }

  /** If the instance has grown far beyond its use, and nothing here needs it, the next call starts another. */
  #leaveOutgrown() {
    if (this.#calls.size > 0 || !this.#session.outgrown || this.#connections.size > 0) return;
    this.#session.end();
    this.#forgetSession();
  }

  /** A defect: what the command is about ends with it, and nothing else. @param {any} command @param {unknown} defect */
  #performFailed({ kind, call: id, what, wire, connection = wire?.connection }, defect) {
    const error = defectOf(defect);
    const call = this.#calls.get(kind === WIRE_SEND ? Number.parseInt(what, 10) : id);
    if (call) {
      this.abandon(call);
      call.fail(error);
    } else if (!this.#connections.fail(connection, error)) {
      queueMicrotask(() => {
        throw defect;
      });
    }
  }

  /** @param {import('./channel.js').Command} command */
  #perform(command) {
    switch (command.kind) {
      case COMMAND_DELIVER:
        this.#deliver(command.call, command.item, command.last);
        break;
      case COMMAND_PROGRESS:
        tellProgress(this.#calls.get(command.call), command.item);
        break;
      case COMMAND_SETTLE:
        this.#calls.take(command.call)?.finish();
        break;
      case COMMAND_REJECT: {
        const error = rejectionOf(command.rejection, command.data, command.cause);
        this.#calls.take(command.call)?.fail(error);
        break;
      }
      case WIRE_SEND:
        this.#send(command.wire.connection, command.what);
        break;
      case WIRE_CLOSE:
        this.#connections.shut(command.wire.connection, command.code, command.reason);
        break;
      case COMMAND_OPEN:
        this.#open(command);
        break;
      case COMMAND_FETCH:
        this.#tokens.fetch(command.token, command.request);
        break;
      case COMMAND_CANCEL:
        this.#tokens.cancel(command.token);
        break;
      case COMMAND_PING:
        this.#connections.ping(command.connection);
        break;
      case COMMAND_READ:
        this.#connections.read(command.connection, command.on);
        // The items that were consumed since the message that exceeded the limit.
        if (!command.on) this.#tellConsumed(this.#consumed.take());
        break;
      case COMMAND_REPORT:
        if (command.report.kind === REPORT_SEND) command.report.size = this.#sentSize; // the core does not know it
        if (command.report.kind === REPORT_SEND && this.#calls.get(command.report.call ?? 0)?.outbox) break; // which reports each message
        this.#observers.tell(command.report);
        break;
    }
  }

  /** @param {Extract<import('./channel.js').Command, { kind: typeof COMMAND_OPEN }>} command */
  #open({ connection, handshake, wire, opener }) {
    this.#connections.open(connection, handshake, wire, opener);
    if (!opener?.leftOut) return;
    this.#observers.warn({ endpoint: opener.endpoint, connection, call: opener.call, size: 0, text: opener.leftOut });
  }

  /** @param {number} id @param {import('./frames.js').Item} item @param {boolean} last whether the call is over with it */
  #deliver(id, item, last) {
    const call = this.#calls.get(id);
    if (!call) return;
    if (call.given) call.given.text = this.#connections.givenTo(item.connection);
    call.deliver(item);
    if (last) this.#calls.take(id)?.finish();
  }

  /** @param {number} connection @param {number | string} what a call, perhaps before captured values, or the plan of the template's own message, behind a space where that is a reply */
  #send(connection, what) {
    if (typeof what === 'string' && /^ ?\[/.test(what)) {
      if (what[0] === ' ' && !this.#connections.takesReplies(connection)) return;
      this.#connections.send(connection, renderOwn(JSON.parse(what), { freshId: this.freshId }));
      return;
    }
    const call = this.#calls.get(typeof what === 'number' ? what : Number.parseInt(what, 10));
    if (!call) return;
    if (call.outbox) {
      return call.outbox.begin(lineOf(call, connection, this, this.#connections, this.#observers), capturedIn(what));
    }
    const message = complete(call, what);
    this.#connections.send(connection, message);
    this.#sentSize = sizeOf(message);
    call.message = '';
    call.isSent = true;
  }

  /** The session died with its instance. @param {Error} error */
  #sessionFailed(error) {
    this.#forgetSession();
    this.#commands.length = 0;
    this.#connections.shutAll();
    for (const id of this.#calls.ids) this.#calls.take(id)?.fail(error);
  }

  #forgetSession() {
    this.#tokens.cancelAll();
    this.#tools.clear();
    this.#timer.clear();
    this.#consumed.clear();
  }
}
