// Streams and their bounds: slow consumers, overflow, many items.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket as Ws } from 'ws';
import { WebSocketOverflowError } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { Consumed } from '../../js/core/frames.js';
import { withoutMethod } from '../support/hosts.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

/** A host that cannot stop reading, as browsers: there the limits hold. */
const WebSocket = withoutMethod('pause');

const end = '{"type":"stream_end"}';

/** Sends items and then the end, and says when the client has had the time to get them. */
const items =
  (count, item = (i) => String(i)) =>
  (socket) => {
    for (let i = 0; i < count; i += 1) socket.send(item(i));
    socket.send(end);
  };

/** Resolves when everything that the server sent before has arrived and been handled. */
function flushed(server) {
  return Promise.all(
    [...server.clients].map((socket) => new Promise((resolve) => socket.once('pong', resolve).ping())),
  );
}

test('a slow consumer gets every item, in order', async (t) => {
  const server = await startServer(t, items(200));
  const stream = newProtocol(t).callToolStreaming(null, 'm.s', {}, server.template());
  const seen = [];
  for await (const item of stream) {
    seen.push(Number(item));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 200 }, (_, i) => i),
  );
});

test('as many items as the limit may wait; what is taken makes room', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === '{}') for (let i = 0; i < 5; i += 1) socket.send(`first ${i}`);
  });
  const protocol = newProtocol(t, { WebSocket, limits: { streamItems: 5 } });
  const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
  assert.equal((await stream.next()).value, 'first 0');
  await flushed(server);
  const [socket] = server.clients;
  socket.send('one more fits');
  await flushed(server);
  const seen = [];
  for (let i = 0; i < 5; i += 1) seen.push((await stream.next()).value);
  assert.deepEqual(seen, ['first 1', 'first 2', 'first 3', 'first 4', 'one more fits']);
});

test('one item more than the limit overflows: the connection is closed, what came before is still there', async (t) => {
  const server = await startServer(t, items(6));
  const protocol = newProtocol(t, { WebSocket, limits: { streamItems: 4 } });
  const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
  const first = await stream.next();
  await server.allClosed();
  const seen = [first.value];
  let error;
  try {
    for await (const item of stream) seen.push(item);
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof WebSocketOverflowError, String(error));
  assert.equal(error.code, 'stream_overflow');
  assert.equal(error.fault, 'caller');
  assert.match(error.message, /streamItems/);
  assert.ok(seen.length >= 4 && seen.length <= 5, seen.join());
});

test('bytes that wait are limited too', async (t) => {
  const server = await startServer(
    t,
    items(4, () => 'x'.repeat(1000)),
  );
  const protocol = newProtocol(t, { WebSocket, limits: { streamBytes: 2500 } });
  const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
  await stream.next();
  await server.allClosed();
  const error = await failure(collect(stream));
  assert.equal(error.code, 'stream_overflow');
});

test('a consumer that keeps up is never stopped, however much comes', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { from } = JSON.parse(text);
    for (let i = from; i < from + 5000; i += 1) socket.send(`{"type":"tool_response","result":${i}}`);
    socket.send(end);
  });
  const protocol = newProtocol(t, { WebSocket, limits: { streamItems: 5001, streamBytes: 400_000 } });
  let next = 0;
  for (const from of [0, 5000, 10_000, 15_000]) {
    for await (const item of protocol.callToolStreaming(null, 'm.s', { from }, server.template()))
      assert.equal(item, next++);
  }
  assert.equal(next, 20_000);
  assert.equal(driverOf(protocol).counts().hostCalls, 0);
});

test('two streams at once do not count for each other', async (t) => {
  const server = await startServer(t, items(8));
  const protocol = newProtocol(t, { limits: { streamItems: 10 } });
  const streams = [1, 2].map(() => protocol.callToolStreaming(null, 'm.s', {}, server.template()));
  const results = await Promise.all(
    streams.map(async (stream) => {
      const seen = [];
      for await (const item of stream) {
        seen.push(item);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return seen.length;
    }),
  );
  assert.deepEqual(results, [8, 8]);
});

test('what the consumer of one stream takes makes no room in another', async (t) => {
  const server = await startServer(t, (socket) => {
    for (let i = 0; i < 4; i += 1) socket.send(String(i));
  });
  const protocol = newProtocol(t, { WebSocket, limits: { streamItems: 3 } });
  const [one, two] = [1, 2].map(() => protocol.callToolStreaming(null, 'm.s', {}, server.template()));
  await Promise.all([one.next(), two.next()]);
  await flushed(server);
  for (let i = 0; i < 3; i += 1) await one.next();
  await two.next();
  for (const socket of server.clients) {
    socket.send('fits');
    socket.send('fits in the first, overflows the second');
  }
  await server.until(() => server.clients.size === 1);
  assert.equal((await failure(collect(two))).code, 'stream_overflow');
  assert.equal((await one.next()).value, 'fits');
  assert.match((await one.next()).value, /^fits in/);
  await one.return();
});

test('a consumer that waits holds up no other call', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.includes('slow')) for (let i = 0; i < 10; i += 1) socket.send('item');
    else socket.send('answer');
  });
  const protocol = newProtocol(t);
  const stream = protocol.callToolStreaming(null, 'm.s', { slow: 1 }, server.template());
  await stream.next();
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 'answer');
  await stream.return();
});

test('where the host can stop reading, a slow consumer slows the server down and loses nothing', async (t) => {
  const count = 2000;
  const text = 'x'.repeat(10_000);
  const server = await startServer(t, (socket) => items(count, (i) => `${i} ${text}`)(socket));
  const protocol = newProtocol(t, { limits: { streamItems: 100 } });
  const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
  await stream.next();
  const [socket] = server.clients;
  assert.ok(socket.bufferedAmount > 0, 'the server is held up');
  let taken = 1;
  for await (const item of stream) {
    assert.ok(item.startsWith(`${taken} `));
    taken += 1;
  }
  assert.equal(taken, count);
});

test('a stream that is not read from can be left: the closing handshake still works', async (t) => {
  const server = await startServer(
    t,
    items(1000, () => 'x'.repeat(10_000)),
  );
  const protocol = newProtocol(t, { limits: { streamItems: 10 } });
  const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
  await stream.next();
  await stream.return();
  await server.allClosed();
  assert.deepEqual(server.closings, [[1000, '']]);
});

test('one message over half of the bytes stops nothing for ever', async (t) => {
  const server = await startServer(t, async (socket) => {
    for (let i = 0; i < 5; i += 1) {
      socket.send(String(i).repeat(600));
      await flushed(server); // not answered while the client does not read
    }
    socket.send(end);
  });
  const stream = newProtocol(t, { limits: { streamBytes: 1000 } }).callToolStreaming(
    null,
    'm.s',
    {},
    server.template(),
  );
  assert.equal((await collect(stream)).length, 5);
});

for (const [how, ending] of [
  ['an end', (socket) => socket.send(end)],
  ['a closing', (socket) => socket.close(4001, 'enough')],
]) {
  test(`hundreds of items that arrive at once, compressed, wait for a slow reader; behind them ${how}`, async (t) => {
    const count = 400;
    const text = 'x'.repeat(200_000); // 200 bytes when compressed: ws has received them all before it stops reading
    const server = await startServer(
      t,
      async (socket) => {
        for (let i = 0; i < count; i += 1) socket.send(`${i} ${text}`);
        ending(socket);
      },
      { perMessageDeflate: { threshold: 0 } },
    );
    const protocol = newProtocol(t, { WebSocket: Ws, limits: { streamBytes: 2 * 1024 * 1024 } });
    const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
    let taken = 0;
    const take = async () => {
      for await (const item of stream) {
        assert.ok(item.startsWith(`${taken} x`), item.slice(0, 20));
        taken += 1;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    if (how === 'an end') await take();
    else assert.equal((await failure(take())).closeCode, 4001);
    assert.equal(taken, count);
  });
}

test('what comes from a host that does not stop reading is kept up to a limit', async (t) => {
  class Deaf extends Ws {
    pause() {}
    resume() {}
  }
  const server = await startServer(
    t,
    items(100, () => 'x'.repeat(100_000)),
  );
  const limits = { streamBytes: 1_000_000, frameBytes: 2_000_000 };
  const stream = newProtocol(t, { WebSocket: Deaf, limits }).callToolStreaming(null, 'm.s', {}, server.template());
  await stream.next();
  await server.allClosed();
  assert.equal((await failure(collect(stream))).code, 'stream_overflow');
});

test('a stream that is left while messages are held is closed, and they are dropped', async (t) => {
  const server = await startServer(
    t,
    items(400, () => 'x'.repeat(200_000)),
    { perMessageDeflate: { threshold: 0 } },
  );
  const protocol = newProtocol(t, { WebSocket: Ws });
  const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
  await stream.next();
  await stream.return();
  await server.allClosed();
  const { hostCalls, hostSockets, connections } = driverOf(protocol).counts();
  assert.deepEqual({ hostCalls, hostSockets, connections }, { hostCalls: 0, hostSockets: 0, connections: 0 });
});

test('what was taken is told once, each stream for itself', () => {
  const consumed = new Consumed();
  assert.equal(consumed.add(1, 1, 10), undefined);
  assert.equal(consumed.add(1, 2, 20), undefined);
  assert.deepEqual(consumed.add(2, 1, 5), { call: 1, items: 3, bytes: 30 });
  assert.deepEqual(consumed.take(), { call: 2, items: 1, bytes: 5 });
  assert.deepEqual(consumed.take(), { call: 0, items: 0, bytes: 0 });
});

test('messages that are cut out of one frame wait for a slow reader in their order', async (t) => {
  const numbers = Array.from({ length: 200 }, (_, n) => `${n}`);
  const server = await startServer(t, (socket) => socket.send(`${numbers.join(';')};;`));
  const protocol = newProtocol(t, { limits: { streamItems: 10 } });
  const template = server.template({ message: 'go', frame: { terminator: ';' }, expected_responses: 200 });
  const items = [];
  for await (const item of protocol.callToolStreaming(null, 'm.t', {}, template)) items.push(item);
  assert.deepEqual(items, numbers);
  assert.deepEqual(server.received, ['go;']);
});
