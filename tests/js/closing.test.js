// Ends: the server's, the protocol's, a manual's, an idle connection's.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { ProtocolClosedError, WebSocketClosedError, WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

test('the server closes without answering: code and reason, not undefined', async (t) => {
  const server = await startServer(t, (socket) => socket.close(4001, 'not today'));
  const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template()));
  assert.ok(error instanceof WebSocketClosedError);
  assert.equal(error.closeCode, 4001);
  assert.equal(error.reason, 'not today');
  assert.equal(error.wasClean, true);
  assert.equal(error.code, 'connection_closed');
  assert.equal(error.fault, 'peer');
});

test('the server closing with 1000 does not answer a call either', async (t) => {
  const server = await startServer(t, (socket) => socket.close(1000));
  const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template()));
  assert.equal(error.closeCode, 1000);
});

test('the connection breaks: 1006, not clean', async (t) => {
  const server = await startServer(t, (socket) => socket.terminate());
  const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template()));
  assert.equal(error.closeCode, 1006);
  assert.equal(error.wasClean, false);
});

test('a message that may have been sent is never sent again', async (t) => {
  const server = await startServer(t, (socket) => socket.terminate());
  await failure(newProtocol(t).callTool(null, 'm.t', { n: 1 }, server.template()));
  assert.deepEqual(server.received, ['{"n":1}']);
});

test('a connection lost between calls is opened again', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  const lost = new Promise((resolve) => protocol.addEventListener('close', resolve));
  for (const socket of server.clients) socket.terminate();
  await lost;
  assert.equal(await protocol.callTool(null, 'm.t', { n: 2 }, server.template()), '{"n":2}');
  assert.equal(server.opened, 2);
});

test('close() rejects what is in flight, waits for the closing, and the protocol works again', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === '{}') socket.send('answer');
  });
  const protocol = newProtocol(t);
  const call = failure(protocol.callTool(null, 'm.t', { silent: 1 }, server.template()));
  const items = failure(collect(protocol.callToolStreaming(null, 'm.s', { silent: 2 }, server.template())));
  await server.until(() => server.received.length === 2);
  await protocol.close();
  for (const error of [await call, await items]) {
    assert.ok(error instanceof ProtocolClosedError);
    assert.equal(error.code, 'protocol_closed');
  }
  await server.allClosed();
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 'answer');
  await protocol.close();
  await server.allClosed();
});

test('close() also rejects a call that still waits for the module to load, which opens nothing', async (t) => {
  const server = await startServer(t);
  let opened = 0;
  class Counted extends WebSocket {
    constructor(...given) {
      super(...given);
      opened += 1;
    }
  }
  const protocol = new WebSocketCommunicationProtocol({ WebSocket: Counted });
  const call = failure(protocol.callTool(null, 'm.t', {}, server.template()));
  const items = failure(collect(protocol.callToolStreaming(null, 'm.s', {}, server.template())));
  await protocol.close();
  for (const { name, code, message } of [await call, await items]) {
    assert.deepEqual([name, code, message], ['ProtocolClosedError', 'protocol_closed', 'the protocol was closed']);
  }
  assert.equal(opened, 0);
  assert.equal(driverOf(protocol).counts().heap, 0);
  await protocol.callTool(null, 'm.t', {}, server.template());
  assert.equal(opened, 1);
  await protocol.close();
});

// As React's StrictMode does it: mounted, cleaned up at once, mounted again.
test('close() of a protocol that has not started yet leaves alone what is called after it', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const first = failure(protocol.callTool(null, 'm.t', { n: 1 }, server.template()));
  const closed = protocol.close();
  const second = protocol.callTool(null, 'm.t', { n: 2 }, server.template());
  assert.equal((await first).code, 'protocol_closed');
  await closed;
  assert.equal(await second, '{"n":2}');
  assert.deepEqual([server.opened, server.received], [1, ['{"n":2}']]);
});

test('close() of an unused protocol, and close() twice', async () => {
  const protocol = new WebSocketCommunicationProtocol();
  await protocol.close();
  await Promise.all([protocol.close(), protocol.close()]);
});

test('Symbol.asyncDispose closes', async (t) => {
  const server = await startServer(t);
  const protocol = new WebSocketCommunicationProtocol();
  await protocol.callTool(null, 'm.t', {}, server.template());
  await protocol[Symbol.asyncDispose]();
  await server.allClosed();
});

test('close() waits no longer than two seconds for a peer that does not close', async (t) => {
  const http = createServer();
  http.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => {}).resume();
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    t.after(() => socket.destroy());
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  t.after(() => http.close());
  const protocol = new WebSocketCommunicationProtocol();
  const opened = new Promise((resolve) => protocol.addEventListener('open', resolve));
  const url = `ws://127.0.0.1:${http.address().port}/`;
  const call = failure(protocol.callTool(null, 'm.t', {}, { call_template_type: 'websocket', url }));
  await opened;
  const start = performance.now();
  await protocol.close();
  const elapsed = performance.now() - start;
  assert.equal((await call).code, 'protocol_closed');
  assert.ok(elapsed > 1900 && elapsed < 20_000, `${elapsed} ms`);
});

test("deregistering closes every connection that the manual's tools opened, also without a name in the template", async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (!text.includes('silent')) socket.send('x');
  });
  const protocol = newProtocol(t);
  const { name: _, ...nameless } = server.template();
  await protocol.callTool(null, 'm.a', {}, nameless);
  await protocol.callTool(null, 'm.b', {}, { ...nameless, headers: { 'X-Other': '1' } });
  await protocol.callTool(null, 'untouched.c', {}, nameless);
  const inFlight = failure(protocol.callTool(null, 'm.d', { silent: 1 }, nameless));
  await server.until(() => server.received.length === 4);
  assert.equal(server.clients.size, 3);
  const deregistered = protocol.deregisterManual(null, { name: 'm', call_template_type: 'websocket', url: server.url });
  const error = await inFlight;
  await deregistered;
  assert.ok(error instanceof ProtocolClosedError);
  assert.equal(error.code, 'manual_deregistered');
  assert.equal(driverOf(protocol).counts().hostClosing, 0, 'the closing handshakes are through');
  await server.until(() => server.clients.size === 1);
  assert.equal(await protocol.callTool(null, 'untouched.c', {}, nameless), 'x');
  assert.equal(server.opened, 3);
});

test('deregistering concerns one caller only', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const [alice, bob] = [{}, {}];
  await protocol.callTool(alice, 'm.a', {}, server.template());
  await protocol.callTool(bob, 'm.a', {}, server.template());
  await protocol.deregisterManual(alice, server.template());
  await server.until(() => server.clients.size === 1);
  await protocol.callTool(bob, 'm.a', {}, server.template());
  assert.equal(server.opened, 2);
});

test('deregistering what was never used does nothing', async (t) => {
  await newProtocol(t).deregisterManual(null, { name: 'm', call_template_type: 'websocket', url: 'ws://localhost/' });
});

test('an idle connection is closed after idleTimeout', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { idleTimeout: 0.05 });
  await protocol.callTool(null, 'm.t', {}, server.template());
  const keepAlive = setTimeout(() => {}, 5000);
  await server.allClosed();
  clearTimeout(keepAlive);
  assert.equal(driverOf(protocol).counts().endpoints, 0);
});

test('a call that a listener makes while the protocol closes is answered', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  let again;
  protocol.addEventListener('close', () => {
    again ??= protocol.callTool(null, 'm.t', { a: 1 }, server.template());
  });
  await protocol.close();
  assert.equal(await again, '{"a":1}');
});
