// Owns the stand-in that Emscripten uses as a WebSocket; it refers to messages by number. Must not know the host's
// socket: that is in js/host/socket.js.
//
// Emscripten calls it below wasm frames, where no code of the host may run. So it only records the calls; the core
// queues a `wire` command in the channel for each record, and they are carried out in that order after the entry.

export const WIRE_OPEN = -1;
export const WIRE_SEND = -2;
export const WIRE_CLOSE = -3;

/**
 * What Emscripten did to a stand-in. `WIRE_SEND`: `what` is a call, whose message is to be sent (and the values of its handshake), or the plan of a message of the
 * template's own (a reply's behind a space).
 * @typedef {{ kind: typeof WIRE_OPEN, wire: Wire } | { kind: typeof WIRE_SEND, wire: Wire, what: number | string }
 *   | { kind: typeof WIRE_CLOSE, wire: Wire, code: number | undefined, reason: string | undefined }} WireNote
 */

export class Wire {
  /** @type {((event: object) => void) | null} */
  onopen = null;
  /** @type {((event: object) => void) | null} */
  onmessage = null;
  /** @type {((event: object) => void) | null} */
  onerror = null;
  /** @type {((event: object) => void) | null} */
  onclose = null;
  binaryType = '';
  /** The subprotocol that the peer selected. */
  protocol = '';

  /** @param {WireNote[]} notes @param {string} connection its number */
  constructor(notes, connection) {
    this.notes = notes;
    this.connection = Number(connection);
    notes.push({ kind: WIRE_OPEN, wire: this });
  }

  /** @param {string | Uint8Array} what bytes: the call's number, as wasm holds it */
  send(what) {
    const named =
      typeof what === 'string' ? what : (what[0] | (what[1] << 8) | (what[2] << 16) | (what[3] << 24)) >>> 0;
    this.notes.push({ kind: WIRE_SEND, wire: this, what: named });
  }

  /** @param {number} [code] @param {string} [reason] */
  close(code, reason) {
    this.notes.push({ kind: WIRE_CLOSE, wire: this, code, reason });
  }
}
