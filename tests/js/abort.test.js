// AbortSignal, at every point of a call's life: rejects at once with the signal's reason and leaves nothing behind.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { driverOf } from '../../js/api/protocol.js';
import { failure, newProtocol, startServer, turns } from '../support/server.js';

const reason = new Error('enough');

/** A TCP server that accepts and says nothing: handshakes stay under way. */
async function startSilent(t) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    server.emit('accepted', socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.url = `ws://127.0.0.1:${server.address().port}/`;
  return server;
}

function nothingLeft(protocol) {
  const { calls = 0, waiting = 0, hostCalls } = driverOf(protocol).counts();
  assert.deepEqual({ calls, waiting, hostCalls }, { calls: 0, waiting: 0, hostCalls: 0 });
}

test('aborted before: rejects before anything is done', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const signal = AbortSignal.abort(reason);
  assert.equal(await failure(protocol.callTool(null, 'm.t', {}, server.template(), { signal })), reason);
  assert.equal(await failure(protocol.registerManual(null, server.template(), { signal })), reason);
  const stream = protocol.callToolStreaming(null, 'm.t', {}, server.template(), { signal });
  assert.equal(await failure(stream.next()), reason);
  assert.equal(server.opened, 0);
});

test('aborted while the module loads', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const controller = new AbortController();
  const call = failure(protocol.callTool(null, 'm.t', {}, server.template(), controller));
  controller.abort(reason);
  assert.equal(await call, reason);
  const other = await startServer(t);
  await protocol.callTool(null, 'm.t', {}, other.template());
  await turns();
  assert.equal(server.opened, 0);
  nothingLeft(protocol);
});

test('aborted while the connection opens: the attempt is given up', async (t) => {
  const silent = await startSilent(t);
  const protocol = newProtocol(t);
  const controller = new AbortController();
  const call = failure(
    protocol.callTool(null, 'm.t', {}, { call_template_type: 'websocket', url: silent.url }, controller),
  );
  const [socket] = await new Promise((resolve) => silent.once('accepted', (...args) => resolve(args)));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  controller.abort(reason);
  assert.equal(await call, reason);
  socket.resume();
  await closed;
  nothingLeft(protocol);
});

test('aborted while it waits in the queue: the others keep their order', async (t) => {
  const sockets = [];
  const server = await startServer(t, (socket) => sockets.push(socket));
  const protocol = newProtocol(t, { maxConnections: 1 });
  const controller = new AbortController();
  const first = protocol.callTool(null, 'm.t', { n: 1 }, server.template());
  const second = failure(protocol.callTool(null, 'm.t', { n: 2 }, server.template(), controller));
  const third = protocol.callTool(null, 'm.t', { n: 3 }, server.template());
  await server.until(() => sockets.length === 1);
  controller.abort(reason);
  assert.equal(await second, reason);
  sockets[0].send('one');
  assert.equal(await first, 'one');
  await server.until(() => sockets.length === 2);
  sockets[1].send('three');
  assert.equal(await third, 'three');
  assert.deepEqual(server.received, ['{"n":1}', '{"n":3}']);
});

test('aborted while the answer is awaited: the connection is closed, the next call gets its own answer', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (!text.includes('silent')) socket.send('own');
  });
  const protocol = newProtocol(t);
  const controller = new AbortController();
  const call = failure(protocol.callTool(null, 'm.t', { silent: 1 }, server.template(), controller));
  await server.until(() => server.received.length === 1);
  const [late] = server.clients;
  controller.abort(reason);
  assert.equal(await call, reason);
  late.send('late');
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 'own');
  assert.equal(server.opened, 2);
  nothingLeft(protocol);
});

test('aborted in the middle of a stream: what waits is dropped', async (t) => {
  const server = await startServer(t, (socket) => {
    for (let i = 0; i < 10; i += 1) socket.send(String(i));
  });
  const protocol = newProtocol(t);
  const controller = new AbortController();
  const stream = protocol.callToolStreaming(null, 'm.t', {}, server.template(), controller);
  assert.equal((await stream.next()).value, '0');
  assert.equal((await stream.next()).value, '1');
  controller.abort(reason);
  assert.equal(await failure(stream.next()), reason);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  await server.allClosed();
  nothingLeft(protocol);
});

test('aborted while a next() waits', async (t) => {
  const server = await startServer(t, () => {});
  const protocol = newProtocol(t);
  const controller = new AbortController();
  const stream = protocol.callToolStreaming(null, 'm.t', {}, server.template(), controller);
  const next = failure(stream.next());
  await server.until(() => server.received.length === 1);
  controller.abort(reason);
  assert.equal(await next, reason);
  await server.allClosed();
});

test('aborted discovery rejects, other failures of discovery resolve', async (t) => {
  const server = await startServer(t, () => {});
  const protocol = newProtocol(t);
  const controller = new AbortController();
  const registration = failure(protocol.registerManual(null, server.template(), controller));
  await server.until(() => server.received.length === 1);
  controller.abort(reason);
  assert.equal(await registration, reason);
});

test('aborted after the answer: nothing happens', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const controller = new AbortController();
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template(), controller), '{}');
  controller.abort(reason);
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
  assert.equal(server.opened, 1);
});

test('a signal without a reason of its own rejects with its AbortError', async (t) => {
  const server = await startServer(t, () => {});
  const controller = new AbortController();
  const call = failure(newProtocol(t).callTool(null, 'm.t', {}, server.template(), controller));
  await server.until(() => server.received.length === 1);
  controller.abort();
  assert.equal((await call).name, 'AbortError');
});

test('AbortSignal.timeout works', async (t) => {
  const server = await startServer(t, () => {});
  const call = newProtocol(t).callTool(null, 'm.t', {}, server.template(), { signal: AbortSignal.timeout(20) });
  assert.equal((await failure(call)).name, 'TimeoutError');
});

test('a long-lived signal collects no listeners', async (t) => {
  const server = await startServer(t, (socket, text) =>
    socket.send(text.includes('stream') ? '{"type":"stream_end"}' : 'x'),
  );
  const protocol = newProtocol(t);
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i += 1) await protocol.callTool(null, 'm.t', {}, server.template(), { signal });
  await failure(protocol.callTool(null, 'm.t', { n: 1n }, server.template(), { signal }));
  for await (const _ of protocol.callToolStreaming(null, 'm.t', { stream: 1 }, server.template(), { signal }));
  for await (const _ of protocol.callToolStreaming(null, 'm.t', {}, server.template(), { signal })) break;
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

for (const [how, ending] of [
  ['has ended', (socket) => socket.send('{"type":"stream_end"}')],
  ['has failed', (socket) => socket.send('{"type":"tool_error","error":"broken"}')],
  ['was cut off', (socket) => socket.terminate()],
]) {
  test(`aborted after the stream ${how}, while items wait: they are dropped, and the next next() throws the reason`, async (t) => {
    const server = await startServer(t, (socket) => {
      for (let i = 0; i < 4900; i += 1) socket.send(String(i));
      ending(socket);
    });
    const protocol = newProtocol(t);
    const controller = new AbortController();
    const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template(), controller);
    assert.equal((await stream.next()).value, '0');
    while (driverOf(protocol).counts().hostCalls > 0) await turns(1);
    controller.abort(reason);
    assert.equal(await failure(stream.next()), reason);
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });
}

test('aborted after the last item was taken: the stream has ended as it has', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('only');
    socket.send('{"type":"stream_end"}');
  });
  const controller = new AbortController();
  const stream = newProtocol(t).callToolStreaming(null, 'm.s', {}, server.template(), controller);
  await stream.next();
  assert.equal((await stream.next()).done, true);
  controller.abort(reason);
  assert.equal((await stream.next()).done, true);
});
