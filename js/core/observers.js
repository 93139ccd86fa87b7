// Owns reports to observers: the listeners of a protocol's events, the subscribers of diagnostics channels, and the trace context of a
// call. Must not know how a call is made.
import { MODE_DISCOVERY, REPORT_WARNING } from '../../dist/constants.js';
import { areHeard, CallTracing, diagnosticsChannels } from '../host/diagnostics.js';
import { UtcpWebSocketEvent } from './events.js';
import { askTraceContext } from './trace_context.js';

/** @typedef {import('./request.js').Request} Request */

export class Observers {
  #channels = diagnosticsChannels();
  #reporting = false;
  #traceContext;
  #emit;
  #startReporting;

  /**
   * @param {import('../types/shared.js').TraceContextSource | undefined} traceContext
   * @param {(event: UtcpWebSocketEvent) => void} emit
   * @param {() => void} startReporting makes the core report what happens
   */
  constructor(traceContext, emit, startReporting) {
    this.#traceContext = traceContext;
    this.#emit = emit;
    this.#startReporting = startReporting;
  }

  /** Whether anybody observes calls. */
  get wantCalls() {
    const channels = this.#channels;
    if (this.#traceContext) return true;
    return channels !== null && (areHeard(channels.calls) || channels.events.hasSubscribers);
  }

  /**
   * @param {import('./calls.js').Call} call
   * @param {Request} request
   * @param {(request: Request) => void} launch
   */
  begin(call, request, launch) {
    const ask = this.#traceContext;
    const begin = () => launch(ask ? { ...request, traceContext: askTraceContext(ask) } : request);
    const channels = this.#channels;
    if (channels?.events.hasSubscribers) this.report();
    if (!channels || !areHeard(channels.calls) || call.mode === MODE_DISCOVERY) {
      begin();
      return;
    }
    call.tracing = new CallTracing(channels.calls, request.toolName);
    call.tracing.start(begin);
  }

  /** Turns on reports. */
  report() {
    if (this.#reporting) return;
    this.#reporting = true;
    this.#startReporting();
  }

  /** @param {import('../types/shared.js').EventFacts} facts */
  tell(facts) {
    if (!this.#reporting) return;
    const event = new UtcpWebSocketEvent(facts);
    this.#emit(event);
    this.#channels?.events.publish(event);
  }

  /** @param {Omit<import('../types/shared.js').EventFacts, 'kind'>} facts */
  warn(facts) {
    this.tell({ kind: REPORT_WARNING, ...facts });
  }
}
