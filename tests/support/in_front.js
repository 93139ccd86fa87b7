// A server of ours in front of another one, that notes down what passes.
import { WebSocket } from 'ws';
import { startServer } from './server.js';

/** Each connection has one of its own to `url`; `answers` are what came from there, in order. @param {string} url */
export async function startInFront(t, url) {
  const answers = [];
  /** By connection: its own to the other server. */
  const behind = new Map();
  const server = await startServer(
    t,
    async (socket, text) => {
      const { upstream, open } = behind.get(socket);
      await open;
      upstream.send(text);
    },
    {
      onConnection(socket) {
        const upstream = new WebSocket(url);
        const open = new Promise((resolve) => upstream.once('open', resolve));
        behind.set(socket, { upstream, open });
        upstream.on('message', (data) => {
          answers.push(JSON.parse(String(data)));
          socket.send(String(data));
          server.emit('change');
        });
        socket.on('close', () => upstream.close());
      },
    },
  );
  return Object.assign(server, { answers });
}
