// Owns ports on which nobody listens. The system soon gives a port that it chose itself (port 0), and that was closed, to another test that
// runs at the same time. These are below all that it chooses.
import { once } from 'node:events';
import { createServer } from 'node:net';

const FIRST = 10_000;
const COUNT = 20_000;
// Test files run in processes of their own.
let next = process.pid * 37;

/** @returns {Promise<number>} on 127.0.0.1 */
export async function freePort() {
  for (;;) {
    const port = FIRST + (next++ % COUNT);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue; // somebody listens there
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
