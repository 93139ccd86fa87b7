// What undici's WebSocket, which is also Node's own, does not tell of itself and the package finds out.
import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { WebSocket } from 'undici';
import { failure, newProtocol, startServer } from '../support/server.js';

const channels = ['undici:client:sendHeaders', 'undici:request:headers', 'undici:client:connectError'].map((name) =>
  channel(name),
);
const listening = () => channels.some(({ hasSubscribers }) => hasSubscribers);

for (const [status, name, code] of [
  [401, 'WebSocketAuthError', 'auth_failed'],
  [404, 'WebSocketConnectionError', 'handshake_refused'],
]) {
  test(`a handshake refused with ${status} rejects at once, with the status`, async (t) => {
    const server = await startServer(t, undefined, { verify: () => status });
    const error = await failure(newProtocol(t, { WebSocket }).callTool(null, 'm.t', {}, server.template()));
    assert.deepEqual([error.name, error.code, error.httpStatus], [name, code, status]);
    assert.ok(!listening());
  });
}

test('of openings at once each has its own status', async (t) => {
  const server = await startServer(t, undefined, { verify: ({ headers }) => Number(headers['x-status'] ?? 0) });
  const protocol = newProtocol(t, { WebSocket, retry: false });
  const [refused, unknown, fine] = await Promise.allSettled(
    ['401', '404', '0'].map((status) =>
      protocol.callTool(null, 'm.t', {}, server.template({ headers: { 'X-Status': status } })),
    ),
  );
  assert.equal(refused.reason.httpStatus, 401);
  assert.equal(unknown.reason.httpStatus, 404);
  assert.equal(fine.value, '{}');
  assert.ok(!listening());
});

test('openings elsewhere in the process are none of ours', async (t) => {
  const [ours, theirs] = await Promise.all([
    startServer(t, undefined, { verify: () => 503 }),
    startServer(t, undefined, { verify: () => 401 }),
  ]);
  const other = new WebSocket(theirs.url);
  const ended = new Promise((resolve) => other.addEventListener('error', resolve));
  const call = newProtocol(t, { WebSocket, retry: false }).callTool(null, 'm.t', {}, ours.template());
  assert.equal((await failure(call)).httpStatus, 503);
  await ended;
});

test('an opening that is given up is watched no longer', async (t) => {
  const server = await startServer(t);
  const controller = new AbortController();
  const protocol = newProtocol(t, { WebSocket });
  await protocol.callTool(null, 'm.t', {}, server.template());
  const call = failure(
    protocol.callTool(null, 'n.t', {}, server.template({ name: 'n' }), { signal: controller.signal }),
  );
  controller.abort();
  await call;
  await protocol.close();
  assert.ok(!listening());
});
