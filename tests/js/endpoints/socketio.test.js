// Why the README has no recipe for Socket.IO: each reason, shown with the real server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Server } from 'socket.io';
import { WebSocketClosedError, WebSocketTimeoutError } from '../../../js/api/index.js';
import { failure, newProtocol } from '../../support/server.js';

/** A server whose only event, `add`, is acknowledged with the sum. */
async function startSocketIo(t, options) {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], ...options });
  io.on('connection', (socket) => {
    socket.on('add', ({ a, b }, acknowledge) => acknowledge({ sum: a + b }));
    socket.emit('tick', 1);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => io.close());
  return {
    url: `ws://127.0.0.1:${http.address().port}/socket.io/?EIO=4&transport=websocket`,
    connect_message: '40',
    message: '42{{request_id}}["{{tool_name}}",{{args}}]',
    keep_alive: false,
    timeout: 0.3,
  };
}

const add = (protocol, template) => protocol.callTool(null, 'm.add', { a: 1, b: 2 }, template);

test('its packets are no JSON: the first one is taken for the answer', async (t) => {
  const template = await startSocketIo(t);
  assert.match(await add(newProtocol(t), template), /^0\{"sid":/);
});

test('its packets are no JSON: no connect_ack can wait for the one that says it is connected', async (t) => {
  const template = { ...(await startSocketIo(t)), connect_ack: { sid: 'any' } };
  const error = await failure(add(newProtocol(t, { retry: false }), template));
  assert.ok(error instanceof WebSocketTimeoutError);
});

test('who does not wait for it is cut off', async (t) => {
  const template = { ...(await startSocketIo(t)), expected_responses: 4 };
  const error = await failure(add(newProtocol(t), template));
  assert.ok(error instanceof WebSocketClosedError);
});

test('events can be listened to, as packets, until the server misses the answer to its ping', async (t) => {
  const { url } = await startSocketIo(t, { pingInterval: 100, pingTimeout: 50 });
  const packets = [];
  const listen = async () => {
    const stream = newProtocol(t).callToolStreaming(null, 'm.listen', {}, { url, message: '40' });
    for await (const packet of stream) packets.push(packet);
  };
  const error = await failure(listen());
  assert.ok(error instanceof WebSocketClosedError);
  assert.deepEqual(
    packets.map((packet) => packet.replace(/\{.*\}/, '{}')),
    ['0{}', '40{}', '42["tick",1]', '2'],
  );
});
