// Owns which WebSocket a protocol uses and what it can do. Must not know connections.
import { createError } from '../base/errors.js';
import { load } from './load.js';

/**
 * The WebSocket of a host.
 * @typedef {object} HostWebSocket
 * @property {import('../types/shared.js').WebSocketConstructor} constructor
 * @property {boolean} canSetHeaders whether it takes `{ protocols, headers }` as its second argument
 * @property {boolean} canPing whether its sockets can send WebSocket pings and report pongs, like those of `ws` and Bun
 * @property {boolean} canPause whether its sockets can pause reading, like those of `ws` and Bun
 * @property {Record<string, unknown>} [extra] options of `ws`: further members of that second argument, or a third one
 * @property {number} [mostHeld] limit of bytes that are buffered while reading is paused
 * @property {typeof import('./undici.js').watchOpening} [watchOpening] if more can be learned about a handshake
 */

/**
 * In Node that of `ws`, if it is installed, because it can do more. Runs late on purpose: importing it, and the first access to the
 * global WebSocket, are expensive in Node.
 * @param {import('../base/check.js').CheckedOptions} options
 * @returns {Promise<HostWebSocket>} rejects with `websocket_unavailable`
 */
export async function findWebSocket({ WebSocket: injected, canSetHeaders, frameBytes }) {
  if (injected) return watched(hostOf(injected, canSetHeaders ?? true, frameBytes));
  let cause;
  if (isNode() && !hasRoute()) {
    try {
      const { WebSocket } = await load('ws');
      if (WebSocket) return hostOf(WebSocket, canSetHeaders ?? true, frameBytes); // before its version 8 it has another name
    } catch (error) {
      cause = error;
    }
  }
  if (typeof globalThis.WebSocket === 'function') {
    return watched(hostOf(globalThis.WebSocket, canSetHeaders ?? globalTakesHeaders(), frameBytes));
  }
  throw createError(
    {
      code: 'websocket_unavailable',
      message: 'this host has no WebSocket: use Node 22 or newer, npm install ws, or pass the option WebSocket',
    },
    { cause },
  );
}

/**
 * Whether the process has set its own undici dispatcher, such as one for a proxy (NODE_USE_ENV_PROXY sets one): only Node's built-in
 * WebSocket uses it. Newer Node has it under the second name, and a stand-in under the first.
 */
function hasRoute() {
  const [older, newer] = [1, 2].map(
    (version) => /** @type {any} */ (globalThis)[Symbol.for(`undici.globalDispatcher.${version}`)],
  );
  const name = (newer ?? older)?.constructor.name ?? 'Agent';
  return name !== 'Agent' && 'WebSocket' in globalThis;
}

/**
 * @param {import('../types/shared.js').WebSocketConstructor} Real
 * @param {boolean} canSetHeaders
 * @param {number} frameBytes
 * @returns {HostWebSocket}
 */
function hostOf(Real, canSetHeaders, frameBytes) {
  const has = (/** @type {string[]} */ ...names) => names.every((name) => typeof Real.prototype?.[name] === 'function');
  return {
    constructor: Real,
    canSetHeaders,
    canPing: has('ping', 'pong'),
    canPause: has('pause', 'resume'),
    mostHeld: frameBytes,
    // `ws` and its subclasses refuse messages before they inflate them. Every message within the core's limit
    // must pass: a UTF-16 code unit has up to three bytes.
    ...(has('terminate', 'on') && { extra: { maxPayload: 3 * frameBytes, ...addressRace() } }),
  };
}

/** Milliseconds for one address of a host that has several. */
const ADDRESS_MS = 2000;

/**
 * Node tries addresses in turn and gives each but the last this time to answer. Its default of 250 ms is too short for distant hosts, which
 * then fail each time; this is enough for them even if the first packet is lost. A longer setting of the process takes precedence.
 */
function addressRace() {
  // Not imported, as in diagnostics.js.
  const net = isNode() ? /** @type {any} */ (globalThis).process.getBuiltinModule?.('node:net') : undefined;
  const own = net?.getDefaultAutoSelectFamilyAttemptTimeout?.();
  return own ? { autoSelectFamilyAttemptTimeout: Math.max(own, ADDRESS_MS) } : {};
}

/** In Node every WebSocket that is not as able as that of `ws` may be undici's. @param {HostWebSocket} host */
async function watched(host) {
  if (host.canPing || !isNode()) return host;
  const undici = await import('./undici.js').catch(() => undefined); // not shipped next to the module for pages
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
