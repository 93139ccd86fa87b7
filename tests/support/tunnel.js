// An HTTP proxy that tunnels by CONNECT, wherever it is asked to, to one port of this machine.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

/** @param {import('node:test').TestContext} t @param {import('node:net').Server} server @returns {Promise<number>} its port */
export async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

/** `{ port, asked }`: `asked` gets the target and the credential of each request. @param {import('node:test').TestContext} t @param {number} to */
export async function startTunnel(t, to) {
  /** @type {string[]} */
  const asked = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
    const other = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(other).pipe(socket);
    });
    other.on('error', () => socket.destroy());
    socket.on('error', () => other.destroy());
  });
  return { port: await listen(t, proxy), asked };
}
