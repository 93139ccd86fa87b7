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
 * @property {typeof import('./undici.js').watchOpening} [watchOpening] where there is a way to learn more of an opening
 */

/**
 * Looks late on purpose: the first access to the global WebSocket is expensive in Node.
 * @param {import('./options.js').CheckedOptions} options
 * @returns {Promise<HostWebSocket>} rejects with `websocket_unavailable`
 */
export async function findWebSocket({ WebSocket: injected, canSetHeaders, frameBytes }) {
  if (injected) return watched(hostOf(injected, canSetHeaders ?? true));
  if (typeof globalThis.WebSocket === 'function') {
    return watched(hostOf(globalThis.WebSocket, canSetHeaders ?? globalTakesHeaders()));
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

/** In Node every WebSocket that is not as able as that of `ws` may be undici's. @param {HostWebSocket} host */
async function watched(host) {
  if (host.canPing || !isNode()) return host;
  const undici = await import('./undici.js').catch(() => undefined); // not beside the module for pages
  return undici ? { ...host, watchOpening: undici.watchOpening } : host;
}

/** Not the hosts that pretend to be Node. */
function isNode() {
  return (
    typeof globalThis.process?.versions?.node === 'string' &&
    !['WebSocketPair', 'Deno', 'Bun'].some((name) => name in globalThis)
  );
}

/** Node, Deno and Bun; not browsers, and not workerd, which may pretend to be Node. */
function globalTakesHeaders() {
  return isNode() || 'Deno' in globalThis || 'Bun' in globalThis;
}
