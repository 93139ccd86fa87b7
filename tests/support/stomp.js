// A broker of STOMP 1.2 over WebSocket. Frames are lines of headers, a body, and NUL; the broker adds a line break, as RabbitMQ does.
// tests/js/endpoints/stomp.test.js holds it against `@stomp/stompjs`.
import assert from 'node:assert/strict';
import { startServer } from './server.js';

/** @returns {{ command: string, headers: Record<string, string>, body: string }} */
function parse(frame) {
  const [, command, lines, body] = /^\n*([A-Z]+)\n((?:[^\n]+\n)*)\n(.*)$/s.exec(frame) ?? [];
  assert.ok(command, JSON.stringify(frame));
  return { command, headers: Object.fromEntries(lines.split('\n').map((line) => line.split(/:(.*)/))), body };
}

/** A broker with queues of these names, and one user. `frames`: what it was sent, in order. */
export async function startBroker(t, queues = ['/queue/orders'], passcode = 's3sam') {
  const frames = [];
  /** By connection: its subscriptions, by id. */
  const subscriptions = new Map();
  let sent = 0;
  const deliver = (queue, body) => {
    for (const [socket, own] of subscriptions) {
      for (const [id, destination] of own) {
        if (destination !== queue) continue;
        sent += 1;
        const headers = `subscription:${id}\ndestination:${queue}\nmessage-id:${id}@${sent}`;
        socket.send(`MESSAGE\n${headers}\ncontent-type:application/json\n\n${body}\0\n`);
      }
    }
  };
  const server = await startServer(
    t,
    (socket, text) => {
      assert.ok(/^[^\0]+\0\n?$/.test(text), JSON.stringify(text));
      const frame = parse(text.replace(/\0\n?$/, ''));
      frames.push(frame);
      const { command, headers, body } = frame;
      const refuse = (message, detail) => {
        socket.send(`ERROR\nmessage:${message}\ncontent-type:text/plain\n\n${detail}\n\0\n`);
        socket.close(1002);
      };
      const own = subscriptions.get(socket);
      if (command === 'CONNECT') {
        if (headers.passcode !== passcode) return refuse('Bad CONNECT', 'Access refused for user');
        subscriptions.set(socket, new Map());
        return socket.send('CONNECTED\nserver:broker/1.0\nsession:1\nheart-beat:0,0\nversion:1.2\n\n\0\n');
      }
      if (!own) return refuse('not connected', 'The first frame is CONNECT');
      const { destination } = headers;
      if (destination && !queues.includes(destination)) return refuse('not_found', `no queue ${destination}`);
      if (command === 'SUBSCRIBE') own.set(headers.id, destination);
      if (command === 'UNSUBSCRIBE') own.delete(headers.id);
      if (command === 'SEND') deliver(destination, body);
      if (headers.receipt) socket.send(`RECEIPT\nreceipt-id:${headers.receipt}\n\n\0\n`);
      if (command === 'DISCONNECT') socket.close(1000);
    },
    { onConnection: (socket) => socket.on('close', () => subscriptions.delete(socket)) },
  );
  const subscribed = () => [...subscriptions.values()].flatMap((own) => [...own.keys()]);
  return Object.assign(server, { frames, subscribed, deliver });
}
