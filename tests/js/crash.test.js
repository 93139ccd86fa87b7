// When the module fails: a real failed allocation, in a memory that cannot grow. What was in flight rejects, the next call
// starts a new instance.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { isSecureWebSocketUrl, ready, UtcpWebSocketError } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { runningInstance } from '../../js/core/module.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';
import { wasmBytes, withMemoryLimit } from '../support/wasm.js';

const MiB = 1024 * 1024;
const end = '{"type":"stream_end"}';

before(() => ready(withMemoryLimit(wasmBytes(), (4 * MiB) / 65536)));

/** Answers `{"size":n}` with a frame of that size, which a stream's call must look into. */
const sized = (socket, text) => {
  const { size, silent } = JSON.parse(text);
  if (silent) return;
  socket.send('x'.repeat(size));
  socket.send(end);
};

test('what was in flight rejects with module_failed; the next call starts a new instance', async (t) => {
  const server = await startServer(t, sized);
  const protocol = newProtocol(t);
  const other = newProtocol(t);
  const template = server.template();
  assert.deepEqual(await collect(protocol.callToolStreaming(null, 'm.s', { size: 1000 }, template)), [
    'x'.repeat(1000),
  ]);
  const before = runningInstance();

  const waiting = failure(protocol.callTool(null, 'm.t', { silent: 1 }, template));
  const elsewhere = failure(other.callTool(null, 'm.t', { silent: 2 }, template));
  await server.until(() => server.received.length === 3);
  const error = await failure(collect(protocol.callToolStreaming(null, 'm.s', { size: 8 * MiB }, template)));
  for (const rejected of [error, await waiting, await elsewhere]) {
    assert.ok(rejected instanceof UtcpWebSocketError, String(rejected));
    assert.equal(rejected.code, 'module_failed');
    assert.equal(rejected.fault, 'library');
    assert.ok(rejected.cause instanceof Error);
  }
  await server.allClosed();

  for (const one of [protocol, other]) {
    assert.equal(await one.callTool(null, 'm.t', { size: 3 }, template), 'xxx');
    assert.equal(driverOf(one).counts().hostCalls, 0);
  }
  assert.notEqual(runningInstance(), before);
  assert.equal(isSecureWebSocketUrl('wss://x.example/'), true);
});

test('a call whose own arguments end the module is made with the next instance', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  let asked = 0;
  const args = {
    toJSON() {
      asked += 1;
      if (asked === 1) assert.throws(() => isSecureWebSocketUrl(`wss://x.example/${'x'.repeat(8 * MiB)}`));
      return { n: 1 };
    },
  };
  assert.equal(await protocol.callTool(null, 'm.t', { args }, server.template()), '{"args":{"n":1}}');
  assert.equal(driverOf(protocol).counts().calls, 0);
});

test('a pure function that fails throws module_failed, and works again after ready()', async () => {
  assert.throws(
    () => isSecureWebSocketUrl(`wss://x.example/${'x'.repeat(8 * MiB)}`),
    (error) => error.code === 'module_failed',
  );
  await ready();
  assert.equal(isSecureWebSocketUrl('wss://x.example/'), true);
});

test('a call whose template does not fit rejects with module_failed', async (t) => {
  const server = await startServer(t, sized);
  const protocol = newProtocol(t);
  const template = server.template({ message: 'y'.repeat(8 * MiB) });
  assert.equal((await failure(protocol.callTool(null, 'm.t', {}, template))).code, 'module_failed');
  assert.equal(await protocol.callTool(null, 'm.t', { size: 1 }, server.template()), 'x');
});

test('large messages that the core need not look into do not need the memory', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const text = 'x'.repeat(16 * MiB);
  assert.ok((await protocol.callTool(null, 'm.t', { text }, server.template())) === JSON.stringify({ text }));
});

test('closing after a failure works', async (t) => {
  const server = await startServer(t, sized);
  const protocol = newProtocol(t);
  await failure(collect(protocol.callToolStreaming(null, 'm.s', { size: 8 * MiB }, server.template())));
  await protocol.close();
  await server.allClosed();
  assert.equal(await protocol.callTool(null, 'm.t', { size: 1 }, server.template()), 'x');
});
