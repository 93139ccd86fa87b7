// Owns the class of the events that a protocol dispatches. Must not know when they happen: the core reports them.

import { REPORT_NAMES } from '../../dist/constants.js';

/** An event of a protocol, with the ids by which a log can follow one call from end to end. Never contains a secret. */
export class UtcpWebSocketEvent extends Event {
  /**
   * Only a protocol creates events.
   * @param {import('../types/shared.js').EventFacts} report from the core
   */
  constructor(report) {
    super(REPORT_NAMES[report.kind]);
    /** When it happened: milliseconds since 1970, UTC. */
    this.time = Date.now();
    /** The URL without its secrets. */
    this.endpoint = report.endpoint;
    /** Number of the connection, unique within the protocol; undefined if none is involved. */
    this.connectionId = report.connection;
    /** The request's id, as in `{{request_id}}`; undefined if no call is involved. */
    this.requestId = report.call === undefined ? undefined : String(report.call);
    /** `send`, `message`, `unsolicited`, `warning`: size of the frame, in bytes (of text: UTF-16 code units). */
    this.size = report.size;
    /** `close`: RFC 6455 close code. */
    this.closeCode = report.closeCode;
    /** `close`: the reason that came with the code. */
    this.reason = report.reason;
    /** `retry`: how many attempts have failed. */
    this.attempt = report.attempt;
    /** `retry`: milliseconds until the next attempt. */
    this.delay = report.delay;
    /** `unsolicited`, `retry`, `warning`: why; `token`: what happened. */
    this.message = report.text ?? '';
  }
}

/** @param {string} type */
export function isEventType(type) {
  return /** @type {readonly string[]} */ (REPORT_NAMES).includes(type);
}
