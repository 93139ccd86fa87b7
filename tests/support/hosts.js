// The WebSockets that the package meets in Node: `ws`, and Node's own. Node 20 has none of its own; newer ones have that of
// `undici`, which is here as a package, so that every Node tests both. And hosts that can do less.
import { WebSocket as Undici } from 'undici';
import { WebSocket as Ws } from 'ws';

/** Where the tests run through the native client (native_run.js), it is the only host, and pings. */
const nativeClient =
  process.env.UTCP_NATIVE_CLIENT &&
  class {
    ping() {}
  };

/** @type {Record<string, any>} the constructors by name */
export const hosts = nativeClient ? { 'the native client': nativeClient } : { ws: Ws, undici: Undici };
if (globalThis.WebSocket && !nativeClient) hosts.native = globalThis.WebSocket;

/** @param {'ping' | 'pause'} name a method that a browser's WebSocket does not have */
export function withoutMethod(name) {
  const Less = class extends Ws {};
  Less.prototype[name] = undefined;
  return Less;
}
