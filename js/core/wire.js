// Owns what Emscripten sees as a WebSocket: a stand-in, which names things instead of holding them. Must not know the host's
// socket: that is in js/host/socket.js.
//
// Emscripten calls it below wasm frames, where no code of the host may run. So it only notes down what is done to it; the core
// leaves a `wire` command in the channel for each note, and the notes are carried out in that order after the entry.

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
  /** What the peer has chosen. */
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
