// Phoenix channels: calls as pushes with replies, and the events of a channel as a stream.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Socket } from 'phoenix';
import { WebSocket } from 'ws';
import { ToolError, WebSocketAuthError, WebSocketClosedError } from '../../../js/api/index.js';
import { callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { startPhoenix } from '../../support/phoenix.js';
import { collect, failure, newProtocol } from '../../support/server.js';

const room = {
  async handle(event, payload, push) {
    if (event === 'add') return ['ok', { sum: payload.a + payload.b }];
    if (event === 'crash') throw new Error('crashed');
    if (event === 'watch') {
      for (let n = 1; n <= payload.count; n += 1) {
        push('other', { n });
        push('reading', { n });
      }
      push('done', {});
      return ['ok'];
    }
    return ['error', { reason: `no event ${event}` }];
  },
};

const answer = (push) =>
  new Promise((resolve) => {
    for (const status of ['ok', 'error']) push.receive(status, (response) => resolve([status, response]));
  });

test("Phoenix's own client speaks to this server", async (t) => {
  const server = await startPhoenix(t, { 'room:lobby': room, 'room:closed': { join: () => ({ reason: 'full' }) } });
  const socket = new Socket(server.url.replace(/\/$/, '/socket'), { transport: WebSocket });
  t.after(() => socket.disconnect());
  socket.connect();
  const lobby = socket.channel('room:lobby');
  assert.deepEqual(await answer(lobby.join()), ['ok', {}]);
  const refused = socket.channel('room:closed');
  assert.deepEqual(await answer(refused.join()), ['error', { reason: 'full' }]);
  refused.leave();
  assert.deepEqual(await answer(lobby.push('add', { a: 1, b: 2 })), ['ok', { sum: 3 }]);
  assert.deepEqual(await answer(lobby.push('none', {})), ['error', { reason: 'no event none' }]);
  const readings = [];
  lobby.on('reading', ({ n }) => readings.push(n));
  assert.deepEqual(await answer(lobby.push('watch', { count: 2 })), ['ok', {}]);
  assert.deepEqual(readings, [1, 2]);
  const crashed = new Promise((resolve) => lobby.onError((reason) => resolve(reason)));
  lobby.push('crash', {}, 1); // its time limit would keep the process alive
  assert.deepEqual(await crashed, {});
  const closed = new Promise((resolve) => lobby.onClose(() => resolve('closed')));
  lobby.leave();
  assert.equal(await closed, 'closed');
  const milliseconds = await new Promise((resolve) => socket.ping(resolve));
  assert.equal(typeof milliseconds, 'number');
});

test('joins once, then calls; the reply with the call’s ref is its answer', async (t) => {
  const server = await startPhoenix(t, { 'room:lobby': room });
  const protocol = newProtocol(t);
  for (const b of [2, 3]) {
    assert.deepEqual(await protocol.callTool(null, 'm.add', { a: 1, b }, recipe(server, 'phoenix')), { sum: 1 + b });
  }
  assert.deepEqual(
    server.received.map((text) => JSON.parse(text).slice(0, 4)),
    [
      ['join', 'join', 'room:lobby', 'phx_join'],
      ['join', '1', 'room:lobby', 'add'],
      ['join', '2', 'room:lobby', 'add'],
    ],
  );
  assert.equal(server.opened, 1);
});

test('twenty calls at once on one connection, answered last first', async (t) => {
  const hold = lastFirst(20);
  const server = await startPhoenix(t, { 'room:lobby': { handle: (_event, { n }) => hold(['ok', { n }]) } });
  const protocol = newProtocol(t);
  const { results, order } = await callAtOnce(20, (n) =>
    protocol.callTool(null, 'm.same', { n }, recipe(server, 'phoenix')),
  );
  assert.deepEqual(
    results,
    results.map((_, n) => ({ n })),
  );
  assert.deepEqual(
    order,
    results.map((_, n) => 19 - n),
  );
  assert.equal(server.opened, 1);
});

test('a reply with a reason is a ToolError; one that fails without a reason resolves', async (t) => {
  const bare = { handle: () => ['error', { errors: ['a is missing'] }] };
  const server = await startPhoenix(t, { 'room:lobby': room, 'room:bare': bare });
  const protocol = newProtocol(t);
  const template = recipe(server, 'phoenix');
  const error = await failure(protocol.callTool(null, 'm.none', {}, template));
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail, 'no event none');
  const elsewhere = JSON.parse(JSON.stringify(template).replaceAll('room:lobby', 'room:bare'));
  assert.deepEqual(await protocol.callTool(null, 'm.add', {}, elsewhere), { errors: ['a is missing'] });
});

test('a refused join rejects at once: no call is sent', async (t) => {
  const server = await startPhoenix(t, { 'room:lobby': { join: () => ({ reason: 'full' }) } });
  const error = await failure(newProtocol(t).callTool(null, 'm.add', {}, recipe(server, 'phoenix')));
  assert.ok(error instanceof WebSocketAuthError);
  assert.match(error.message, /"reason":"full"/);
  assert.equal(server.opened, 1);
  assert.equal(server.received.length, 1);
});

test('pushed events are a stream of their own; a count that is reached, or leaving it, closes its connection', async (t) => {
  const server = await startPhoenix(t, { 'room:lobby': room });
  const protocol = newProtocol(t);
  const template = recipe(server, 'phoenix', 'phoenix-events');
  const three = { ...template, expected_responses: 3 };
  const items = await collect(protocol.callToolStreaming(null, 'm.watch', { count: 3 }, three));
  assert.deepEqual(
    items,
    [1, 2, 3].map((n) => ({ n })),
  );
  for await (const { n } of protocol.callToolStreaming(null, 'm.watch', { count: 9 }, template)) if (n === 2) break;
  await server.allClosed();
  assert.equal(server.opened, 2); // neither stream has told its end
});

test('stream_end looks into arrays by index', async (t) => {
  const server = await startPhoenix(t, { 'room:lobby': room });
  const template = { ...recipe(server, 'phoenix'), correlation: false, result_path: '/3', stream_end: { 3: 'done' } };
  const items = await collect(newProtocol(t).callToolStreaming(null, 'm.watch', { count: 1 }, template));
  assert.deepEqual(items, ['other', 'reading']);
});

test('a channel that crashes ends its connection at once: the next call joins again on another', async (t) => {
  const server = await startPhoenix(t, { 'room:lobby': room });
  const protocol = newProtocol(t);
  const template = recipe(server, 'phoenix');
  const crashed = await failure(protocol.callTool(null, 'm.crash', {}, template));
  assert.ok(crashed instanceof WebSocketClosedError);
  assert.match(crashed.message, /connection_error.*"phx_error"/);
  assert.deepEqual(await protocol.callTool(null, 'm.add', { a: 1, b: 2 }, template), { sum: 3 });
  assert.equal(server.opened, 2);
});
