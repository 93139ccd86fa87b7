// Owns a server of its own that can be restarted: it closes its connections and its port, and comes back on the same port.
// Must not know what its connections do.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocketServer } from 'ws';

import { closeServer, isLocalOrigin, listen } from './listen.js';

/** A peer that answers no closing handshake for so long is cut off. */
const closingMs = 500;

/**
 * @param {string} host
 * @param {(socket: import('ws').WebSocket) => void} serve
 */
export async function startUnsteadyServer(host, serve) {
  const wss = new WebSocketServer({ noServer: true });
  const stopped = new AbortController();
  /** @type {import('node:http').Server} */
  let server;
  let port = 0;

  const open = async () => {
    server = createServer((_request, response) => response.writeHead(426).end());
    server.on('upgrade', (request, socket, head) => {
      if (!isLocalOrigin(request.headers.origin)) return socket.destroy();
      return wss.handleUpgrade(request, socket, head, (client) => {
        client.on('error', () => {});
        serve(client);
      });
    });
    port = await listen(server, { port, host });
  };
  await open();

  /** @param {import('ws').WebSocket} client */
  const closeClient = async (client) => {
    const closed = once(client, 'close');
    client.close(1012, 'the server restarts');
    await Promise.race([closed, wait(closingMs)]);
    client.terminate();
  };

  return {
    url: `ws://${host}:${port}/`,
    /** @param {number} downMs @returns {Promise<number>} how many connections it closed; it is back then */
    async restart(downMs) {
      const clients = [...wss.clients];
      const closing = new Promise((resolve) => server.close(resolve));
      await Promise.all(clients.map(closeClient));
      server.closeAllConnections();
      await closing;
      await wait(downMs, undefined, { signal: stopped.signal }).catch(() => {});
      if (!stopped.signal.aborted) await open();
      return clients.length;
    },
    async close() {
      stopped.abort();
      for (const client of wss.clients) client.terminate();
      await closeServer(server);
    },
  };
}
