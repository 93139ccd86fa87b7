// The WebSockets that the package meets in Node: `ws`, and Node's own. Node 20 has none of its own; newer ones have that of
// `undici`, which is here as a package, so that every Node tests both. And hosts that can do less.
import { WebSocket as Undici } from 'undici';
import { WebSocket as Ws } from 'ws';

/** @type {Record<string, any>} the constructors by name */
export const hosts = { ws: Ws, undici: Undici };
if (globalThis.WebSocket) hosts.native = globalThis.WebSocket;

/** @param {'ping' | 'pause'} name a method that a browser's WebSocket does not have */
export function withoutMethod(name) {
  const Less = class extends Ws {};
  Less.prototype[name] = undefined;
  return Less;
}
