// The hosts that the contract runs in: how each is started, and what it cannot do, with the reason. A run resolves with the
// version of the host and the results of the contract.
import { browser as inBrowser } from './browsers.js';
import { nativeClient } from './native.js';
import { program } from './programs.js';
import { workerd } from './workerd.js';

/** @typedef {{ project: string, bare: string, setting: object }} Run `bare`: the project without `ws` */
/**
 * @typedef {object} Host
 * @property {string} name with its major version where the lock file decides it
 * @property {string} [place] of a browser: where in it
 * @property {Record<string, string>} cannot by capability: why, and what happens instead
 * @property {Record<string, string>} [absent] by group of the contract: why it is not for this host
 * @property {(run: Run) => Promise<{ version: string, results: import('../contract/contract.js').Result[] }>} launch
 */

const noPings = { pings: 'its `WebSocket` has no pings: `ping_message` is sent instead' };
const noPausing = {
  pausing:
    'its `WebSocket` cannot stop reading: a stream that exceeds its limits throws `stream_overflow` (docs/hosts.md: why not `WebSocketStream`)',
};
const noStatus = {
  status: 'it does not reveal why a handshake failed: `connection_failed`, retried until `connection_timeout`',
};
const noMismatch = {
  mismatch: 'if the peer selects no subprotocol, the host itself fails the handshake: `connection_failed`',
};
const noHeaders = { headers: 'its `WebSocket` accepts none: `auth_unsupported`, before a connection is opened' };
const noWasm = { wasm: 'a worker may only run wasm that was deployed with it: pass it to `ready()`' };

const node = { ...noPings, ...noPausing, ...noMismatch };
const chromium = { ...node, ...noStatus, ...noHeaders };
const firefox = { ...noPings, ...noPausing, ...noStatus, ...noHeaders };

const places = /** @type {const} */ (['page', 'worker', 'service worker']);

/** What is about JavaScript alone. */
const notForCpp = {
  'finds its wasm': 'the core is compiled in',
  SDK: 'there is no SDK for C++',
};

/** @type {Host[]} */
export const hosts = [
  ...[20, 22, 24, 26].map((major) => ({
    name: `Node ${major} with \`ws\``,
    cannot: noMismatch,
    launch: program(`node${major}`),
  })),
  ...[22, 24, 26].map((major) => ({
    name: `Node ${major}`,
    cannot: node,
    launch: program(`node${major}`, { withoutWs: true }),
  })),
  {
    name: 'Deno 2',
    cannot: { ...noPings, ...noPausing },
    launch: program('deno', { flags: ['run', '--no-prompt', '--allow-net', '--allow-read', '--allow-env'] }),
  },
  { name: 'Bun 1', cannot: noMismatch, launch: program('bun') },
  {
    name: 'Cloudflare workerd 2026',
    cannot: { ...noPings, ...noPausing, ...noHeaders, ...noWasm },
    launch: workerd,
  },
  ...places.map((place) => ({ name: 'Chromium', place, cannot: chromium, launch: inBrowser('Chromium', place) })),
  ...places.map((place) => ({ name: 'Firefox ESR', place, cannot: firefox, launch: inBrowser('Firefox', place) })),
  { name: 'C++, on Linux', cannot: {}, absent: notForCpp, launch: nativeClient },
];
