// Owns which WebSocket a protocol uses and what it can do. Must not know connections.
import { createError } from './errors.js';

/**
 * What opens connections.
 * @typedef {object} HostWebSocket
 * @property {import('./types.js').WebSocketConstructor} constructor
 * @property {boolean} canSetHeaders whether it takes `{ protocols, headers }` as its second argument
 * @property {boolean} canPing whether its sockets can send WebSocket pings and tell of pongs, as those of `ws` and Bun can
 * @property {boolean} canPause whether its sockets can stop reading for a while, as those of `ws` and Bun can
 * @property {Record<string, unknown>} [extra] further members of that second argument
 */

/**
 * Looks late on purpose: the first access to the global WebSocket is expensive in Node.
 * @param {import('./options.js').CheckedOptions} options
 * @returns {Promise<HostWebSocket>} rejects with `websocket_unavailable`
 */
export async function findWebSocket({ WebSocket: injected, canSetHeaders, frameBytes }) {
  if (injected) return hostOf(injected, canSetHeaders ?? true);
  if (typeof globalThis.WebSocket === 'function') {
    return hostOf(globalThis.WebSocket, canSetHeaders ?? globalTakesHeaders());
  }
  const name = 'ws'; // not a literal: bundlers must not follow it
  try {
    const { WebSocket } = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
    // Whatever the core's limit lets through, this must let through: a UTF-16 code unit has up to three bytes.
    return { ...hostOf(WebSocket, canSetHeaders ?? true), extra: { maxPayload: 3 * frameBytes } };
  } catch (cause) {
    throw createError(
      {
        code: 'websocket_unavailable',
        message: 'this host has no WebSocket: use Node 22 or newer, npm install ws, or give the option WebSocket',
      },
      { cause },
    );
  }
}

/**
 * @param {import('./types.js').WebSocketConstructor} Real
 * @param {boolean} canSetHeaders
 * @returns {HostWebSocket}
 */
function hostOf(Real, canSetHeaders) {
  const has = (/** @type {string[]} */ ...names) => names.every((name) => typeof Real.prototype?.[name] === 'function');
  return { constructor: Real, canSetHeaders, canPing: has('ping', 'pong'), canPause: has('pause', 'resume') };
}

/** Node, Deno and Bun; not browsers, and not workerd, which may pretend to be Node. */
function globalTakesHeaders() {
  if ('WebSocketPair' in globalThis) return false;
  return typeof globalThis.process?.versions?.node === 'string' || 'Deno' in globalThis || 'Bun' in globalThis;
}
