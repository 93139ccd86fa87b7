// A server that speaks SignalR's hub protocol in JSON, by its public wire format, without negotiation: messages end with U+001E, several may
// come in one frame. `tests/package/clients.test.js` holds it against `@microsoft/signalr`.
import assert from 'node:assert/strict';
import { startServer } from './server.js';

export const END = '\u001e';
export const SIGNALR_TOKEN = 'signalr-token';

/**
 * `hub`: the hub's methods. A generator streams; so does one that gives an array, but its stream has no end. All that is due goes out in one
 * frame, with a ping and a notice before. With `asksToken` the handshake needs the token.
 */
export async function startSignalR(t, hub, asksToken = false) {
  const seen = { messages: [], pings: 0 };
  /** Those that may speak. */
  const greeted = new Set();
  const isAllowed = ({ headers }) => headers.authorization === `Bearer ${SIGNALR_TOKEN}`;
  const verify = asksToken ? (request) => (isAllowed(request) ? undefined : 401) : undefined;
  const server = await startServer(
    t,
    (socket, text) => {
      assert.ok(text.endsWith(END), text);
      const due = [];
      for (const part of text.slice(0, -1).split(END)) {
        const message = JSON.parse(part);
        seen.messages.push(message);
        due.push(...(greeted.has(socket) ? answers(message) : [greet(socket, message)]));
      }
      if (due.length > 0) socket.send(due.map((message) => JSON.stringify(message) + END).join(''));
      if (!greeted.has(socket)) socket.close();
    },
    { path: '/hub', verify },
  );
  const greet = (socket, { protocol }) => {
    if (protocol !== 'json') return { error: `The protocol '${protocol}' is not supported.` };
    greeted.add(socket);
    return {};
  };
  /** @returns {Generator<object>} */
  function* answers({ type, invocationId, target, arguments: args }) {
    if (type === 6) seen.pings += 1;
    if (type !== 1 && type !== 4) return;
    if (target === 'restart') return yield { type: 7, error: 'the server restarts', allowReconnect: true };
    yield { type: 6 };
    yield { type: 1, target: 'notice', arguments: [invocationId ?? 'nobody'] };
    const isAsked = invocationId !== undefined; // else nobody waits for an answer
    if (target === 'restart') return yield { type: 7, error: 'the server restarts', allowReconnect: true };
    try {
      const result = hub[target](...args);
      if (type === 4) for (const item of result) yield { type: 2, invocationId, item };
      if (type === 4 && Array.isArray(result)) return;
      if (isAsked) yield { type: 3, invocationId, ...(type === 1 && { result }) };
    } catch (error) {
      if (isAsked) yield { type: 3, invocationId, error: error.message };
    }
  }
  return Object.assign(server, { seen });
}
