// A bare WebSocket connection to the demo's provider, for tests that judge the provider without the package's own client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/**
 * A connection that hands out its frames one by one.
 * @param {{ origin: string }} provider
 * @param {string} path
 * @param {import('ws').ClientOptions} [options]
 */
export async function connectTo(provider, path, options) {
  const socket = new WebSocket(`${provider.origin}${path}`, options);
  /** @type {{ text: string, bytes: Buffer, isBinary: boolean }[]} */
  const frames = [];
  /** @type {(() => void)[]} */
  const waiting = [];
  const wake = () => {
    for (const resume of waiting.splice(0)) resume();
  };
  socket.on('message', (data, isBinary) => {
    const bytes = /** @type {Buffer} */ (data);
    frames.push({ text: String(bytes), bytes, isBinary });
    wake();
  });
  socket.on('close', wake);
  await once(socket, 'open');
  const next = async () => {
    while (frames.length === 0) {
      assert.equal(socket.readyState, WebSocket.OPEN, 'the provider closed before it answered');
      await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    }
    return /** @type {{ text: string, bytes: Buffer, isBinary: boolean }} */ (frames.shift());
  };
  const json = async () => JSON.parse((await next()).text);
  /** @param {unknown} message */
  const ask = (message) => {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return json();
  };
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  return { socket, next, json, ask, closed };
}
