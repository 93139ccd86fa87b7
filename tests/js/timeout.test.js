// The two timeouts, retries within the first, and late answers after the second.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketConnectionError, WebSocketTimeoutError } from '../../js/api/index.js';
import { freePort } from '../support/ports.js';
import { failure, newProtocol, startServer } from '../support/server.js';

test('a call times out after 1 s, its late answer arrives, the next call gets its own answer', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.includes('fast')) socket.send('fast answer');
  });
  const protocol = newProtocol(t);
  const fast = () => protocol.callTool(null, 'm.t', { fast: 1 }, server.template());
  await fast(); // what is measured is the wait for the answer alone
  const start = performance.now();
  const error = await failure(protocol.callTool(null, 'm.t', { slow: 1 }, server.template({ timeout: 1 })));
  const elapsed = performance.now() - start;
  assert.ok(error instanceof WebSocketTimeoutError);
  assert.equal(error.timeout, 'response');
  assert.equal(error.code, 'response_timeout');
  assert.ok(elapsed >= 990 && elapsed < 20_000, `${elapsed} ms`); // without it, 30 s
  for (const socket of server.clients) socket.send('late answer');
  assert.equal(await fast(), 'fast answer');
});

test('an answer that comes late on a correlated connection is dropped by its id', async (t) => {
  const asked = [];
  const server = await startServer(t, (socket, text) => {
    const { id, n } = JSON.parse(text);
    asked.push({ id, n });
    if (n === 2) {
      socket.send(JSON.stringify({ id: asked[0].id, result: 1 }));
      socket.send(JSON.stringify({ id, result: 2 }));
    }
  });
  const protocol = newProtocol(t);
  const dropped = [];
  protocol.addEventListener('unsolicited', (event) => dropped.push(event));
  const template = server.template({ message: { id: '{{request_id}}', n: '{{args}}' }, result_path: '/result' });
  template.message = '{"id":"{{request_id}}","n":UTCP_ARG_n_UTCP_ARG}';
  const first = protocol.callTool(null, 'm.t', { n: 1 }, { ...template, response_timeout: 0.05 });
  assert.equal((await failure(first)).code, 'response_timeout');
  assert.equal(await protocol.callTool(null, 'm.t', { n: 2 }, template), 2);
  assert.equal(dropped.length, 1);
  assert.equal(server.opened, 1);
});

test('response_timeout runs between two items of a stream', async (t) => {
  const server = await startServer(t, (socket) => socket.send('item'));
  const stream = newProtocol(t).callToolStreaming(null, 'm.t', {}, server.template({ response_timeout: 1 }));
  assert.equal((await stream.next()).value, 'item');
  const error = await failure(stream.next());
  assert.equal(error.timeout, 'response');
  await server.allClosed();
});

test('connection_timeout: a handshake that is never answered', async (t) => {
  const sockets = new Set();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const url = `ws://127.0.0.1:${silent.address().port}/`;
  const template = { call_template_type: 'websocket', url, connection_timeout: 0.1 };
  const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketTimeoutError, String(error));
  assert.equal(error.timeout, 'connection');
  assert.equal(error.fault, 'network');
});

test('connection_timeout also counts while all connections are in use', async (t) => {
  const server = await startServer(t, () => {});
  const protocol = newProtocol(t, { maxConnections: 1 });
  const first = failure(protocol.callTool(null, 'm.t', {}, server.template()));
  await server.until(() => server.received.length === 1);
  const second = protocol.callTool(null, 'm.t', {}, server.template({ connection_timeout: 0.05 }));
  const error = await failure(second);
  assert.equal(error.timeout, 'connection');
  assert.match(error.message, /maxConnections/);
  await protocol.close();
  assert.equal((await first).code, 'protocol_closed');
});

test('a failed opening is tried again until the endpoint is there, the very first one too', async (t) => {
  const port = await freePort();
  const protocol = newProtocol(t, { retry: { baseDelay: 0.02, maxDelay: 0.05 } });
  const attempts = [];
  protocol.addEventListener('retry', (event) => attempts.push(event));
  const template = { name: 'm', call_template_type: 'websocket', url: `ws://127.0.0.1:${port}/` };
  const call = protocol.callTool(null, 'm.t', { n: 1 }, template);
  await new Promise((resolve) => {
    protocol.addEventListener('retry', (event) => event.attempt === 2 && resolve());
  });
  const server = await startServer(t, undefined, { port });
  assert.equal(await call, '{"n":1}');
  assert.ok(attempts.length >= 2);
  assert.ok(attempts.every((event) => event.delay <= 50));
  assert.deepEqual(server.received, ['{"n":1}']);
});

test('retries end with the connection_timeout, and the error says what failed', async (t) => {
  const port = await freePort();
  const protocol = newProtocol(t, { retry: { baseDelay: 0.01, maxDelay: 0.02 } });
  const template = { call_template_type: 'websocket', url: `ws://127.0.0.1:${port}/`, connection_timeout: 1 };
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketConnectionError, String(error));
  assert.equal(error.code, 'connection_failed');
  assert.match(error.message, /attempts/);
});

test("retry: false fails with the first attempt, and the cause is the host's error", async (t) => {
  const port = await freePort();
  const protocol = newProtocol(t, { WebSocket, retry: false });
  const template = { call_template_type: 'websocket', url: `ws://127.0.0.1:${port}/` };
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.equal(error.code, 'connection_failed');
  assert.equal(error.cause.code, 'ECONNREFUSED');
});

test("a call's own timeout may be as long as a template's, and no longer", async (t) => {
  const server = await startServer(t);
  const call = (timeout) => newProtocol(t).callTool(null, 'm.t', {}, server.template(), { timeout });
  assert.equal(await call(2_147_483), '{}');
  await assert.rejects(call(2_147_484), { name: 'TypeError', message: /from 0 \(none\) to 2147483/ });
});
