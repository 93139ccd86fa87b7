// Owns the host's sockets of a session: opening them with what the option `credentials` adds, telling the core what they tell,
// pausing and closing them, and that the host was away. Must not know calls.
import { FAILURE_NO_CREDENTIALS } from '../../dist/constants.js';
import { wellFormed } from '../base/values.js';
import { AwayWatch } from '../host/away.js';
import { failureOf, failureOfOpening, shownCause } from '../host/failure.js';
import { Socket } from '../host/socket.js';
import { addCredentials } from './credentials.js';
import { withTraceContext } from './trace_context.js';

/** @typedef {import('../host/socket.js').SocketEvents} SocketEvents */

/**
 * How sockets' events get into the core.
 * @typedef {object} Core
 * @property {(entry: import('./session.js').Entry<void>, subject?: import('./channel.js').Subject) => void} tell
 * @property {(question: import('./session.js').Entry<string>) => any} ask JSON of what it answers
 * @property {(socket: Socket, data: unknown) => void} receive
 * @property {() => import('../host/websocket.js').HostWebSocket} host
 */

/** Of what a host says; nobody reads more of a stack. */
const LONGEST_SHOWN = 10_000;

/** Bytes that the host may hold of what was sent before more of a call is asked for. */
const MOST_BUFFERED = 1024 * 1024;

/** @implements {SocketEvents} */
export class Connections {
  #core;
  #credentials;
  /** The core's, by connection. @type {Map<number, Socket>} */
  #sockets = new Map();
  /** The connections that are not read from. @type {Set<number>} */
  #paused = new Set();
  /** The closing handshakes under way. @type {Set<Promise<void>>} */
  #closing = new Set();
  #away = new AwayWatch(() => this.#core.tell((core, session) => core.handleWake(session, performance.now())));

  /** @param {Core} core @param {import('../types/shared.js').CredentialSource | undefined} credentials */
  constructor(core, credentials) {
    this.#core = core;
    this.#credentials = credentials;
  }

  get size() {
    return this.#sockets.size;
  }

  /** How many closing handshakes are under way. */
  get closing() {
    return this.#closing.size;
  }

  /** Whether any is not read from. */
  get somePaused() {
    return this.#paused.size > 0;
  }

  /** Resolves when the closing handshakes that are under way are over. */
  async allClosed() {
    await Promise.all(this.#closing);
  }

  /** Before a call: whether the host was away since the last. */
  look() {
    this.#away.look();
  }

  // --- What the core wants ---

  /**
   * @param {number} connection
   * @param {import('../host/socket.js').Handshake} handshake
   * @param {import('./wire.js').Wire} wire
   * @param {import('./trace_context.js').TraceContext} [context] of the call that it is opened for
   */
  open(connection, handshake, wire, context) {
    const socket = new Socket(this, connection, handshake, wire);
    this.#sockets.set(connection, socket);
    this.#away.watch(true);
    const open = () => {
      if (socket.released) return;
      if (context) socket.handshake = withTraceContext(socket.handshake, context);
      socket.open(this.#core.host());
    };
    if (!this.#credentials) {
      open();
      return;
    }
    addCredentials(this.#credentials, socket, (given) =>
      this.#core.ask((core, session) => core.addCredentials(session, connection, given)),
    ).then(
      open,
      (error) => socket.released || this.#openingFailed(socket, { kind: FAILURE_NO_CREDENTIALS, text: '' }, error),
    );
  }

  /** @param {number} connection @param {string | Uint8Array<ArrayBuffer>} message */
  send(connection, message) {
    this.#sockets.get(connection)?.transmit(message);
  }

  /** Whether what was sent has left this side, but for a little; undefined: the host does not say. @param {number} connection */
  hasRoom(connection) {
    const buffered = this.#sockets.get(connection)?.buffered;
    return buffered >= 0 ? buffered <= MOST_BUFFERED : undefined;
  }

  /** A peer that asks and does not read would have the host hold replies without end: they are left out. @param {number} connection */
  takesReplies(connection) {
    const socket = this.#sockets.get(connection);
    return socket && !(socket.buffered > socket.mostHeld);
  }

  /** @param {number} connection */
  ping(connection) {
    this.#sockets.get(connection)?.ping();
  }

  /** @param {number} connection @param {boolean} on */
  read(connection, on) {
    this.#sockets.get(connection)?.read(on);
    if (on) this.#paused.delete(connection);
    else this.#paused.add(connection);
  }

  /** @param {number} connection @param {number} [code] @param {string} [reason] */
  shut(connection, code, reason) {
    const socket = this.#sockets.get(connection);
    if (!socket) return;
    this.#paused.delete(connection);
    this.#sockets.delete(connection);
    this.#away.watch(this.#sockets.size > 0);
    const closed = socket.shut(code, reason).then(() => {
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }

  shutAll() {
    for (const connection of [...this.#sockets.keys()]) this.shut(connection);
  }

  /** A defect ends the connection that it is about. @param {number} connection @param {unknown} error @returns {boolean} whether it was there */
  fail(connection, error) {
    const socket = this.#sockets.get(connection);
    if (socket) this.failed(socket, error);
    return socket !== undefined;
  }

  /** What the option `credentials` gave to a connection, not to be shown: JSON text, or nothing. @param {number} connection */
  givenTo(connection) {
    return this.#sockets.get(connection)?.given ?? '';
  }

  // --- What sockets tell ---

  /** @param {Socket} socket @param {string} protocol */
  opened({ wire }, protocol) {
    wire.protocol = protocol;
    this.#core.tell(() => wire.onopen?.({}));
  }

  /** @param {Socket} socket @param {unknown} data */
  received(socket, data) {
    this.#core.receive(socket, data);
  }

  /** @param {Socket} socket */
  ponged({ connection }) {
    this.#core.tell((core, session) => core.handlePong(session, performance.now(), connection));
  }

  /** @param {Socket} socket @param {unknown} error */
  failed(socket, error) {
    this.#core.tell(() => socket.wire.onerror?.({}), { cause: this.#shown(socket, error) });
  }

  /** @param {Socket} socket @param {unknown} error @param {number} [httpStatus] */
  openingFailed(socket, error, httpStatus = 0) {
    this.#openingFailed(socket, failureOf(error), this.#shown(socket, error), httpStatus);
  }

  /** @param {Socket} socket @param {unknown} error */
  notAllowed(socket, error) {
    this.#openingFailed(socket, failureOfOpening(socket.handshake.url, error), this.#shown(socket, error));
  }

  /** @param {Socket} socket @param {import('../host/failure.js').Failure} failure @param {unknown} cause @param {number} [httpStatus] */
  #openingFailed({ connection }, { kind, text }, cause, httpStatus = 0) {
    this.#core.tell(
      (core, session) =>
        core.handleOpeningFailed(session, performance.now(), connection, kind, httpStatus, wellFormed(text)),
      { cause },
    );
  }

  /** A host's error without the connection's secrets. @param {Socket} socket @param {unknown} error */
  #shown({ connection }, error) {
    return shownCause(error, (text) => this.mask(connection, '', '', text));
  }

  /**
   * Without secrets: of a connection, or, where it is 0, of a template and what the option `credentials` gave. All JSON text.
   * @param {number} connection @param {string} template @param {string} given @param {string} text
   */
  mask(connection, template, given, text) {
    let masked = '***'; // where nobody can be asked
    this.#core.tell((core, session) => {
      masked = core.mask(session, connection, template, given, wellFormed(text.slice(0, LONGEST_SHOWN)));
    });
    return masked;
  }

  /** @param {Socket} socket @param {number} code @param {string} reason @param {boolean} wasClean */
  closed(socket, code, reason, wasClean) {
    const cause = this.#shown(socket, socket.broken);
    this.#core.tell(() => socket.wire.onclose?.({ code, reason, wasClean }), { cause });
  }
}
