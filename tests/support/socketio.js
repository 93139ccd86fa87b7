// Socket.IO with its own server.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

/** `on`: what the server does with events, by name. `seen`: connections, answered pings, and why sockets ended. */
export async function startSocketIo(t, on = {}, { refuse, ...options } = {}) {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], ...options });
  const seen = { connections: 0, pongs: 0, ends: [] };
  let opened = 0;
  io.engine.on('connection', () => {
    opened += 1;
  });
  if (refuse) io.use((_, next) => next(new Error(refuse)));
  io.on('connection', (socket) => {
    seen.connections += 1;
    socket.conn.on('packet', ({ type }) => {
      if (type === 'pong') seen.pongs += 1;
      if (type === 'pong') on.pong?.(socket, seen.pongs);
    });
    socket.on('disconnect', (reason) => {
      seen.ends.push(reason);
      io.emit('ended');
    });
    for (const [name, act] of Object.entries(on)) socket.on(name, (...args) => act(...args));
    on.connected?.(socket);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => io.close());
  return {
    url: `ws://127.0.0.1:${http.address().port}`,
    seen,
    /** Every connection there has been, also of those who were refused. */
    get opened() {
      return opened;
    },
  };
}
