// What a server sends on its own and `replies` answer: the vectors of tests/vectors/replies.json against a real server, here and
// through the native client; and real services.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Server } from 'socket.io';
import { WebSocket } from 'ws';
import { failure, newProtocol, startServer } from '../support/server.js';

const cases = JSON.parse(readFileSync(new URL('../vectors/replies.json', import.meta.url), 'utf8'));
const ids = { message: { id: '{{request_id}}' } };
const ping = { match: { method: 'ping' }, send: { id: '{{frame:/id}}', result: {} } };

test('what is sent for each frame, while a call waits', async (t) => {
  for (const { template, frames, sent, field } of cases) {
    const server = await startServer(t, (socket, text) => {
      if (text === 'begin') for (const frame of frames) socket.send(frame);
      if (text === 'begin') socket.send('end');
    });
    const used = server.template({ ...template, message: 'begin' });
    const read = async () => {
      for await (const item of newProtocol(t).callToolStreaming(null, 'm.t', {}, used)) if (item === 'end') break;
    };
    if (field) {
      assert.equal((await failure(read())).field, field, JSON.stringify(template));
      continue;
    }
    await read(); // what was to be sent has left, in the frames' order
    await server.until(() => server.received.length > sent.length);
    assert.deepEqual(server.received.slice(1), sent, JSON.stringify(template));
  }
});

test('a server that asks while calls wait, and while none does: two calls at once, one connection', async (t) => {
  const answered = [];
  const server = await startServer(t, (socket, text) => {
    const { id, result } = JSON.parse(text);
    if (result) {
      answered.push(id);
      return;
    }
    // With the id that the call has.
    for (let n = 0; n < 3; n += 1) socket.send(JSON.stringify({ id: Number(id), method: 'ping', n }));
    socket.send(JSON.stringify({ id, is: 'the answer' }));
    socket.send(JSON.stringify({ id: 'late', method: 'ping' }));
  });
  const protocol = newProtocol(t);
  const template = server.template({ ...ids, replies: [ping], result_path: '/is' });
  const call = () => protocol.callTool(null, 'm.t', {}, template);
  assert.deepEqual(await Promise.all([call(), call()]), ['the answer', 'the answer']);
  await server.until(() => answered.length === 8);
  assert.equal(await call(), 'the answer');
  await server.until(() => answered.length === 12);
  assert.equal(server.opened, 1);
});

let isClogged = false;
class Slow extends WebSocket {
  get bufferedAmount() {
    return isClogged ? 2 ** 20 : super.bufferedAmount;
  }
}
const ofJavaScript = { skip: process.env.UTCP_NATIVE_CLIENT === '1' && 'a WebSocket of the caller is JavaScript' };
test('a server that asks and does not read gets no more answers than the host can hold', ofJavaScript, async (t) => {
  const answered = [];
  const server = await startServer(t, (socket, text) => {
    const { id, result } = JSON.parse(text);
    if (result) return answered.push(id);
    socket.send(JSON.stringify({ id: `asked with ${id}`, method: 'ping' }));
    socket.send(JSON.stringify({ id, is: 'the answer' }));
  });
  const protocol = newProtocol(t, { WebSocket: Slow, limits: { frameBytes: 2 ** 19 } });
  const template = server.template({ ...ids, replies: [ping], result_path: '/is' });
  for (const clogged of [false, true, false]) {
    isClogged = clogged;
    assert.equal(await protocol.callTool(null, 'm.t', {}, template), 'the answer');
  }
  await server.until(() => answered.length === 2);
  assert.deepEqual(answered, ['asked with 1', 'asked with 3']);
});

test('that a call is left is said also while much waits to be sent', ofJavaScript, async (t) => {
  const server = await startServer(t, () => {});
  const protocol = newProtocol(t, { WebSocket: Slow, limits: { frameBytes: 2 ** 19 } });
  const controller = new AbortController();
  const template = server.template({ message: { id: '{{request_id}}' }, leave_message: { stop: '{{request_id}}' } });
  const calls = [controller, undefined].map((one) => failure(protocol.callTool(null, 'm.t', {}, template, one)));
  await server.until(() => server.received.length === 2);
  isClogged = true;
  controller.abort();
  await calls[0];
  isClogged = false;
  calls.push(failure(protocol.callTool(null, 'm.t', {}, template)));
  await server.until(() => server.received.at(-1) === '{"id":"3"}');
  assert.deepEqual(server.received.slice(2), ['{"stop":"1"}', '{"id":"3"}']);
  await protocol.close();
  await Promise.all(calls);
});

test('calls without ids: what is answered is not taken for an answer, and the connection serves the next call', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === '3') return socket.send('1');
    socket.send('2');
  });
  const protocol = newProtocol(t);
  const template = server.template({ message: 'go', replies: [{ match: { $prefix: '2' }, send: '3' }] });
  for (let i = 0; i < 3; i += 1) assert.equal(await protocol.callTool(null, 'm.t', {}, template), '1');
  assert.equal(server.opened, 1);
  assert.deepEqual(server.received, ['go', '3', 'go', '3', 'go', '3']);
});

test('a message that a terminator cuts into more than 10,000 is too large', async (t) => {
  const server = await startServer(t, (socket, text) => {
    socket.send(text.startsWith('many') ? 'x;'.repeat(10_001) : `${';'.repeat(9999)}answer;`);
  });
  const template = server.template({ message: 'UTCP_ARG_what_UTCP_ARG', frame: { terminator: ';' } });
  const protocol = newProtocol(t);
  assert.equal(await protocol.callTool(null, 'm.t', { what: 'one' }, template), 'answer');
  const stream = protocol.callToolStreaming(null, 'm.t', { what: 'many' }, template);
  const error = await failure(
    (async () => {
      for await (const item of stream) assert.equal(item, 'x');
    })(),
  );
  assert.equal(error.code, 'frame_too_large');
});

test('Socket.IO: a stream of events goes on after the pings of the server', async (t) => {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], pingInterval: 100, pingTimeout: 60_000 });
  t.after(() => io.close());
  const pongs = [];
  io.on('connection', (socket) => {
    socket.conn.on('packet', ({ type }) => {
      if (type !== 'pong') return;
      pongs.push(type);
      socket.emit('tick', pongs.length);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const template = {
    url: `ws://127.0.0.1:${http.address().port}/socket.io/?EIO=4&transport=websocket`,
    message: '40',
    replies: [{ match: { $prefix: '2' }, send: '3' }],
    expected_responses: 5,
  };
  const packets = [];
  for await (const packet of newProtocol(t).callToolStreaming(null, 'm.listen', {}, template)) packets.push(packet);
  assert.deepEqual(packets.slice(2), ['42["tick",1]', '42["tick",2]', '42["tick",3]']);
});
