// Owns the trace context of a call: calling the option `traceContext`, validating its result (W3C Trace Context), adding it to a
// handshake. An invalid context is omitted and reported; it never fails a call. Must not know connections.
import { isObject } from '../base/values.js';

/**
 * @typedef {object} TraceContext
 * @property {Record<string, string>} headers
 * @property {string} leftOut why something is missing among them; empty: nothing is
 */

/** https://www.w3.org/TR/trace-context/#traceparent-header: version, trace, span, flags; none of the first three may be the invalid one. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** A member of tracestate, `key=value`; there may be empty ones. */
const MEMBER =
  /^[\t ]*([a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e][\t ]*)?$/;
const MOST_MEMBERS = 32;

/**
 * Calls the option synchronously, so that `AsyncLocalStorage` has the caller's context.
 * @param {import('../types/shared.js').TraceContextSource} ask
 * @returns {TraceContext}
 */
export function askTraceContext(ask) {
  try {
    const answer = ask();
    if (answer === undefined || answer === null) return { headers: {}, leftOut: '' };
    if (!isObject(answer) || 'then' in answer) {
      return without('the option traceContext must return an object or nothing, not a promise');
    }
    const { traceparent, tracestate } = answer;
    return checked(traceparent, tracestate);
  } catch {
    // The error may contain anything.
    return without('the option traceContext threw');
  }
}

/** @param {unknown} traceparent @param {unknown} tracestate @returns {TraceContext} */
function checked(traceparent, tracestate) {
  // The call is not traced. Without a traceparent, a tracestate has no meaning.
  if (traceparent === undefined) return { headers: {}, leftOut: '' };
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) {
    return without('the option traceContext returned an invalid traceparent (00-<32 hex digits>-<16>-<2>)');
  }
  const headers = { traceparent };
  if (tracestate === undefined || tracestate === '') return { headers, leftOut: '' };
  if (!isTraceState(tracestate)) {
    return {
      headers,
      leftOut: 'the option traceContext returned an invalid tracestate (key=value,…): only traceparent is sent',
    };
  }
  return { headers: { ...headers, tracestate }, leftOut: '' };
}

/** @param {unknown} value @returns {value is string} */
function isTraceState(value) {
  if (typeof value !== 'string') return false;
  const members = value.split(',');
  return members.length <= MOST_MEMBERS && members.every((member) => MEMBER.test(member));
}

/** @param {string} why @returns {TraceContext} */
function without(why) {
  return { headers: {}, leftOut: `${why}: no trace context is sent` };
}

/**
 * @param {import('../host/socket.js').Handshake} handshake
 * @param {TraceContext} context of the call that it is opened for
 * @returns {import('../host/socket.js').Handshake} with it, unless the call template or the option `headers` has one of its own
 */
export function withTraceContext(handshake, { headers }) {
  if (Object.keys(handshake.headers).some((name) => name.toLowerCase() === 'traceparent')) return handshake;
  return { ...handshake, headers: { ...handshake.headers, ...headers } };
}
