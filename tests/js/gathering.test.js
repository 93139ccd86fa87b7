// What is sent in one turn of the event loop leaves in one system call: counted where Node hands it to the operating system.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { failure, newProtocol, startServer } from '../support/server.js';

/** A real WebSocket that counts the writes of its TCP connection. */
function counting() {
  const writes = [];
  class Counting extends WebSocket {
    constructor(...given) {
      super(...given);
      this.once('upgrade', ({ socket }) => {
        for (const name of ['_write', '_writev']) {
          const write = socket[name];
          socket[name] = (what, ...rest) => {
            writes.push(Array.isArray(what) ? what.length : 1);
            return write.call(socket, what, ...rest);
          };
        }
      });
    }
  }
  return { Counting, writes };
}

const shared = { message: { id: '{{request_id}}', n: '{{args}}' }, result_path: '/n' };

test('a hundred calls made at once leave in one write, in their order', async (t) => {
  const seen = [];
  const server = await startServer(t, (socket, text) => {
    seen.push(JSON.parse(text).n.n);
    socket.send(text);
  });
  const { Counting, writes } = counting();
  const protocol = newProtocol(t, { WebSocket: Counting });
  const template = server.template(shared);
  await protocol.callTool(null, 'm.t', { n: -1 }, template);
  writes.length = 0;
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  const answers = await Promise.all(numbers.map((n) => protocol.callTool(null, 'm.t', { n }, template)));
  assert.deepEqual(
    answers.map(({ n }) => n),
    numbers,
  );
  assert.deepEqual(seen.slice(1), numbers);
  assert.equal(writes.length, 1);
  assert.ok(writes[0] >= 100);
});

test('a lone call leaves before the event loop goes on', async (t) => {
  const server = await startServer(t);
  const { Counting, writes } = counting();
  const protocol = newProtocol(t, { WebSocket: Counting });
  const template = server.template(shared);
  await protocol.callTool(null, 'm.t', { n: 0 }, template);
  writes.length = 0;
  const call = protocol.callTool(null, 'm.t', { n: 1 }, template);
  await new Promise((resolve) => process.nextTick(resolve));
  assert.equal(writes.length, 1);
  await call;
});

test('closing comes after what was sent, and takes it along', async (t) => {
  const seen = [];
  const server = await startServer(t, (_socket, text) => seen.push(JSON.parse(text).n.n));
  const protocol = newProtocol(t);
  const template = server.template(shared);
  const first = failure(protocol.callTool(null, 'm.t', { n: 0 }, template));
  while (server.opened === 0) await new Promise(setImmediate);
  while (seen.length === 0) await new Promise(setImmediate);
  const more = [1, 2, 3].map((n) => failure(protocol.callTool(null, 'm.t', { n }, template)));
  await protocol.close();
  for (const error of await Promise.all([first, ...more])) assert.equal(error.code, 'protocol_closed');
  await server.allClosed();
  assert.deepEqual(seen, [0, 1, 2, 3]);
});
