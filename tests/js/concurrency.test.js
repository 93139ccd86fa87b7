// Many calls at once: who gets which connection, in which order, and who is kept apart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketOverflowError } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { failure, newProtocol, startServer } from '../support/server.js';

test('five calls at once on a cold endpoint: five right answers, no connection left after close()', async (t) => {
  const server = await startServer(t, (socket, text) => setImmediate(() => socket.send(text)));
  const protocol = newProtocol(t);
  const calls = [1, 2, 3, 4, 5].map((n) =>
    protocol.callTool(null, 'm.t', { n }, server.template({ response_format: 'json' })),
  );
  assert.deepEqual(
    await Promise.all(calls),
    [1, 2, 3, 4, 5].map((n) => ({ n })),
  );
  assert.ok(server.opened <= 5);
  await protocol.close();
  await server.allClosed();
});

test('200 calls at once over 8 connections', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const numbers = Array.from({ length: 200 }, (_, n) => n);
  const template = server.template({ response_format: 'json' });
  const results = await Promise.all(numbers.map((n) => protocol.callTool(null, 'm.t', { n }, template)));
  assert.deepEqual(
    results,
    numbers.map((n) => ({ n })),
  );
  assert.equal(server.opened, 8);
  assert.equal(driverOf(protocol).counts().hostCalls, 0);
});

test('200 correlated calls share one connection, answers come in any order', async (t) => {
  const asked = [];
  const server = await startServer(t, (socket, text) => {
    asked.push(JSON.parse(text));
    if (asked.length < 200) return;
    for (const { id, params } of asked.reverse()) socket.send(JSON.stringify({ id, result: params.n }));
  });
  const protocol = newProtocol(t);
  const template = server.template({ message: { id: '{{request_id}}', params: '{{args}}' }, result_path: '/result' });
  const numbers = Array.from({ length: 200 }, (_, n) => n);
  const results = await Promise.all(numbers.map((n) => protocol.callTool(null, 'm.t', { n }, template)));
  assert.deepEqual(results, numbers);
  assert.equal(server.opened, 1);
});

test('correlation by uuid', async (t) => {
  const asked = [];
  const server = await startServer(t, (socket, text) => {
    asked.push(JSON.parse(text));
    if (asked.length === 2) for (const { key, n } of asked.reverse()) socket.send(JSON.stringify({ key, result: n }));
  });
  const protocol = newProtocol(t);
  const template = server.template({ message: '{"key":"{{uuid}}","n":UTCP_ARG_n_UTCP_ARG}', result_path: '/result' });
  const calls = [1, 2].map((n) => protocol.callTool(null, 'm.t', { n }, template));
  assert.deepEqual(await Promise.all(calls), [1, 2]);
  assert.equal(server.opened, 1);
});

test('maxConnections bounds the connections; waiting calls are served in order', async (t) => {
  const server = await startServer(t, (socket, text) => setImmediate(() => socket.send(text)));
  const protocol = newProtocol(t, { maxConnections: 2 });
  const done = [];
  const calls = [1, 2, 3, 4, 5, 6].map((n) =>
    protocol.callTool(null, 'm.t', { n }, server.template()).then(() => done.push(n)),
  );
  await Promise.all(calls);
  assert.equal(server.opened, 2);
  assert.deepEqual(done, [1, 2, 3, 4, 5, 6]);
});

test('more waiting calls than waitingCalls are refused at once', async (t) => {
  const server = await startServer(t, () => {});
  const protocol = newProtocol(t, { maxConnections: 1, limits: { waitingCalls: 2 } });
  const call = () => failure(protocol.callTool(null, 'm.t', {}, server.template()));
  const served = call();
  await server.until(() => server.received.length === 1);
  const waiting = [call(), call()];
  const error = await call();
  assert.ok(error instanceof WebSocketOverflowError, String(error));
  assert.equal(error.code, 'queue_full');
  assert.match(error.message, /waitingCalls/);
  await protocol.close();
  for (const rejected of await Promise.all([served, ...waiting])) assert.equal(rejected.code, 'protocol_closed');
});

test('callers never share a connection, nor do manuals or protocols', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const callers = [null, {}, {}, 'one', 'two', Symbol('three')];
  for (const caller of callers) await protocol.callTool(caller, 'm.t', {}, server.template());
  assert.equal(server.opened, callers.length);
  for (const caller of callers) await protocol.callTool(caller, 'm.t', {}, server.template());
  assert.equal(server.opened, callers.length);
  const shared = server.template();
  for (const caller of [...callers, ...callers]) await protocol.callTool(caller, 'm.t', {}, shared);
  assert.equal(server.opened, callers.length);
  await protocol.callTool(null, 'other.t', {}, server.template());
  await newProtocol(t).callTool(null, 'm.t', {}, server.template());
  assert.equal(server.opened, callers.length + 2);
});

test('another credential is another endpoint', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (const api_key of ['a', 'b', 'a']) {
    await protocol.callTool(null, 'm.t', {}, server.template({ auth: { auth_type: 'api_key', api_key } }));
  }
  assert.deepEqual(
    server.requests.map(({ headers }) => headers['x-api-key']),
    ['a', 'b'],
  );
});

test('calls made inside event listeners and reactions work', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const inner = new Promise((resolve) => {
    protocol.addEventListener(
      'message',
      () => resolve(protocol.callTool(null, 'm.t', { inner: 1 }, server.template())),
      {
        once: true,
      },
    );
  });
  assert.equal(await protocol.callTool(null, 'm.t', { outer: 1 }, server.template()), '{"outer":1}');
  assert.equal(await inner, '{"inner":1}');
});
