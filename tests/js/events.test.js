// Events: following one call from end to end, without secrets, and at no cost without a listener.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UtcpWebSocketEvent } from '../../js/api/index.js';
import { collect, newProtocol, startServer } from '../support/server.js';

const types = ['open', 'close', 'send', 'message', 'unsolicited', 'retry', 'warning'];

function record(protocol) {
  const events = [];
  for (const type of types) protocol.addEventListener(type, (event) => events.push(event));
  return events;
}

test('one call from end to end', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const events = record(protocol);
  const before = Date.now();
  await protocol.callTool(null, 'm.t', { n: 1 }, server.template());
  await protocol.close();
  assert.deepEqual(
    events.map(({ type }) => type),
    ['open', 'send', 'message', 'close'],
  );
  for (const event of events) {
    assert.ok(event instanceof UtcpWebSocketEvent && event instanceof Event);
    assert.equal(event.endpoint, server.url);
    assert.equal(event.connectionId, 1);
    assert.ok(event.time >= before && event.time <= Date.now());
  }
  const [open, send, message, close] = events;
  assert.deepEqual(
    [open.requestId, send.requestId, message.requestId, close.requestId],
    [undefined, '1', '1', undefined],
  );
  assert.equal(send.size, 7);
  assert.equal(message.size, 7);
  assert.equal(close.closeCode, 1000);
});

test('secrets in the URL are masked', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const events = record(protocol);
  const auth = { auth_type: 'api_key', api_key: 'planted-secret', location: 'query', var_name: 'key' };
  await protocol.callTool(null, 'm.t', {}, server.template({ url: `${server.url}?token=planted-too`, auth }));
  assert.ok(events.length >= 3);
  assert.ok(!JSON.stringify(events.map((event) => ({ ...event }))).includes('planted'));
});

test('unsolicited: frames that come while nobody waits', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  const event = new Promise((resolve) => protocol.addEventListener('unsolicited', resolve, { once: true }));
  for (const socket of server.clients) socket.send('ding');
  const { requestId, size, message } = await event;
  assert.equal(requestId, undefined);
  assert.equal(size, 4);
  assert.match(message, /no call/);
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
});

test('close says who closed and why', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('x');
    socket.close(4321, 'done with you');
  });
  const protocol = newProtocol(t);
  const event = new Promise((resolve) => protocol.addEventListener('close', resolve));
  await protocol.callTool(null, 'm.t', {}, server.template());
  const { closeCode, reason } = await event;
  assert.equal(closeCode, 4321);
  assert.equal(reason, 'done with you');
});

test('a stream reports each message', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('a');
    socket.send('{"type":"stream_end"}');
  });
  const protocol = newProtocol(t);
  const events = record(protocol);
  await collect(protocol.callToolStreaming(null, 'm.t', {}, server.template()));
  assert.deepEqual(
    events.filter(({ type }) => type === 'message').map(({ requestId }) => requestId),
    ['1', '1'],
  );
});

test('a warning of a stream item names its connection and request', async (t) => {
  const server = await startServer(t, (socket) => socket.send('not JSON'));
  const protocol = newProtocol(t);
  const events = record(protocol);
  const template = server.template({ response_format: 'json', expected_responses: 1 });
  assert.deepEqual(await collect(protocol.callToolStreaming(null, 'm.t', {}, template)), ['not JSON']);
  const [warning] = events.filter(({ type }) => type === 'warning');
  assert.equal(warning.requestId, '1');
  assert.equal(warning.connectionId, 1);
});

test('listeners that come late, objects, once, and removal', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  let handled = 0;
  const listener = { handleEvent: () => (handled += 1) };
  protocol.addEventListener('send', listener);
  await protocol.callTool(null, 'm.t', {}, server.template());
  protocol.removeEventListener('send', listener);
  await protocol.callTool(null, 'm.t', {}, server.template());
  assert.equal(handled, 1);
});

test('a listener that throws breaks nothing', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const thrown = new Promise((resolve) => {
    const others = process.rawListeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const other of others) process.on('uncaughtException', other);
      resolve(error);
    });
  });
  const mine = new Error('mine');
  protocol.addEventListener(
    'message',
    () => {
      throw mine;
    },
    { once: true },
  );
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
  assert.equal(await thrown, mine);
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
});
