// Socket.IO, its real server, by the README's recipe: digits before the JSON, acknowledgements, events, pings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError, WebSocketAuthError } from '../../../js/api/index.js';
import { callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { failure, newProtocol } from '../../support/server.js';
import { startSocketIo } from '../../support/socketio.js';

const add = ({ a, b }, acknowledge) => acknowledge({ sum: a + b });

test('an event is a call, its acknowledgement the answer: one connection', async (t) => {
  const server = await startSocketIo(t, { add });
  const protocol = newProtocol(t);
  for (const b of [2, 3]) {
    const result = await protocol.callTool(null, 'm.add', { a: 1, b }, recipe(server, 'socketio'));
    assert.deepEqual(result, { sum: 1 + b });
  }
  assert.equal(server.seen.connections, 1);
});

test('twenty calls at once on one connection, answered last first', async (t) => {
  const held = lastFirst(20);
  const server = await startSocketIo(t, {
    add: async ({ a, b }, acknowledge) => acknowledge(await held({ sum: a + b })),
  });
  const protocol = newProtocol(t);
  const { results, order } = await callAtOnce(20, (n) =>
    protocol.callTool(null, 'm.add', { a: n, b: 1 }, recipe(server, 'socketio')),
  );
  assert.deepEqual(
    results,
    Array.from({ length: 20 }, (_, n) => ({ sum: n + 1 })),
  );
  assert.deepEqual(
    order,
    Array.from({ length: 20 }, (_, n) => 19 - n),
  );
  assert.equal(server.seen.connections, 1);
});

test('an acknowledgement with an error is a ToolError', async (t) => {
  const server = await startSocketIo(t, {
    add: (_, acknowledge) => acknowledge({ error: { message: 'no such number', code: 7 } }),
  });
  const error = await failure(newProtocol(t).callTool(null, 'm.add', {}, recipe(server, 'socketio')));
  assert.ok(error instanceof ToolError);
  assert.deepEqual(error.detail, { message: 'no such number', code: 7 });
});

test('arguments go in as they are, digits and quotes included', async (t) => {
  const server = await startSocketIo(t, { back: (args, acknowledge) => acknowledge(args) });
  const args = { text: '43"],["x', deep: [1, { n: null }], 'ü🙂': '\u2028' };
  assert.deepEqual(await newProtocol(t).callTool(null, 'm.back', args, recipe(server, 'socketio')), args);
});

test('events and the acknowledgements of others are nobody’s answer', async (t) => {
  const server = await startSocketIo(t, {
    connected: (socket) => socket.emit('tick', 0),
    add: ({ a, b }, acknowledge) => acknowledge({ sum: a + b }),
  });
  const protocol = newProtocol(t);
  const template = recipe(server, 'socketio');
  const calls = [1, 2, 3].map((b) => protocol.callTool(null, 'm.add', { a: 1, b }, template));
  assert.deepEqual(await Promise.all(calls), [{ sum: 2 }, { sum: 3 }, { sum: 4 }]);
});

test('events are listened to for as long as the server pings', async (t) => {
  const server = await startSocketIo(
    t,
    { connected: (socket) => socket.emit('tock', 0), pong: (socket, n) => socket.emit('tick', { n }) },
    { pingInterval: 50, pingTimeout: 10_000 },
  );
  const ticks = [];
  for await (const tick of newProtocol(t).callToolStreaming(
    null,
    'm.listen',
    {},
    recipe(server, 'socketio', 'socketio-events'),
  )) {
    ticks.push(tick);
    if (ticks.length === 3) break;
  }
  assert.deepEqual(ticks, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  while (server.seen.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(server.seen.ends, ['client namespace disconnect'], 'the server sees that the stream is left');
});

test('the server is told that the connection ends', async (t) => {
  const server = await startSocketIo(t, { add });
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.add', { a: 1, b: 2 }, recipe(server, 'socketio'));
  await protocol.close();
  while (server.seen.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(server.seen.ends, ['client namespace disconnect']);
});

test('a refusal rejects at the first attempt, with what the server said', async (t) => {
  const server = await startSocketIo(t, {}, { refuse: 'not you' });
  const error = await failure(newProtocol(t).callTool(null, 'm.add', {}, recipe(server, 'socketio')));
  assert.ok(error instanceof WebSocketAuthError);
  assert.match(error.message, /44\{"message":"not you"\}/);
  assert.equal(server.opened, 1);
});
