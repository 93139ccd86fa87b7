// Many clients of one server that loses them all at once: when each of them tries to come back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';

/** A client of its own connections and its own randomness, which calls again as soon as a call has failed. */
class Client {
  /** When it tried to come back, in ms of `performance.now()`. @type {number[]} */
  attempts = [];
  /** How many ms it planned to wait after each attempt that failed. @type {number[]} */
  delays = [];

  constructor(url, options) {
    const { attempts } = this;
    this.protocol = new WebSocketCommunicationProtocol({
      ...options,
      WebSocket: class extends WebSocket {
        constructor(...args) {
          super(...args);
          attempts.push(performance.now());
        }
      },
    });
    this.protocol.addEventListener('retry', ({ delay }) => this.delays.push(delay));
    this.template = { call_template_type: 'websocket', url };
  }

  /** Resolves when so many attempts have failed. */
  async failed(times) {
    while (this.delays.length < times) {
      await new Promise((resolve) => this.protocol.addEventListener('retry', resolve, { once: true }));
    }
  }

  call(args) {
    return this.protocol.callTool(null, 'm.t', args, this.template);
  }
}

/**
 * Connects `size` clients to a server, stops it while each of them has a call in flight, and starts it again once
 * `whileAway(clients)` has resolved. Resolves when all are back, with the clients, how many ms that took, and what the server
 * has received.
 */
export async function loseServer(size, whileAway, options) {
  const received = [];
  let server = await listen(0, received);
  const { port } = server.address();
  const clients = Array.from({ length: size }, () => new Client(`ws://127.0.0.1:${port}/`, options));
  await Promise.all(clients.map((client) => client.call({})));
  const answers = clients.map(async (client) => {
    client.attempts.length = 0;
    await client.call({ hold: true }).then(
      () => assert.fail('answered'),
      (error) => assert.equal(error.code, 'connection_closed'),
    );
    return client.call({});
  });
  while (received.length < 2 * size) await once(server, 'received');
  await stop(server);
  await whileAway(clients);
  server = await listen(port, received);
  const back = performance.now();
  await Promise.all(answers);
  const took = performance.now() - back;
  await Promise.all(clients.map((client) => client.protocol.close()));
  await stop(server);
  return { clients, took, received };
}

async function listen(port, received) {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      received.push(String(data));
      server.emit('received');
      if (String(data) === '{}') socket.send('{}');
    });
  });
  await once(server, 'listening');
  return server;
}

function stop(server) {
  for (const socket of server.clients) socket.terminate();
  return new Promise((resolve) => server.close(resolve));
}

/** The most of `times` that lie within one window of `width`, wherever it begins. */
export function peak(times, width) {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [to, time] of sorted.entries()) {
    while (time - sorted[from] >= width) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
