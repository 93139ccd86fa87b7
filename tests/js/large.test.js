// Large and strange payloads: they come through whole, or are refused by a limit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketOverflowError, WebSocketProtocolError } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

const MiB = 1024 * 1024;
const end = '{"type":"stream_end"}';

for (const size of [MiB, 32 * MiB]) {
  test(`${size / MiB} MiB there and back, as JSON and as text`, async (t) => {
    const server = await startServer(t);
    const protocol = newProtocol(t);
    const text = 'aé漢😀'.repeat(size / 16); // 5 code units, 10 bytes each
    const result = await protocol.callTool(null, 'm.t', { text }, server.template({ response_format: 'json' }));
    assert.ok(result.text === text);
    assert.ok((await protocol.callTool(null, 'm.t', { text }, server.template())) === JSON.stringify({ text }));
  });

  test(`${size / MiB} MiB as bytes`, async (t) => {
    const bytes = Buffer.alloc(size, 7);
    const server = await startServer(t, (socket) => socket.send(bytes));
    const result = await newProtocol(t).callTool(null, 'm.t', {}, server.template());
    assert.ok(bytes.equals(result));
  });

  test(`${size / MiB} MiB through the core's scan, as an item of a stream`, async (t) => {
    const text = 'aé漢😀'.repeat(size / 16);
    const server = await startServer(t, (socket) => {
      socket.send(JSON.stringify({ type: 'tool_response', result: text }));
      socket.send(end);
    });
    const protocol = newProtocol(t, { limits: { streamBytes: 64 * MiB } });
    const items = await collect(protocol.callToolStreaming(null, 'm.t', {}, server.template()));
    assert.equal(items.length, 1);
    assert.ok(items[0] === text);
    assert.ok(driverOf(protocol).counts().heap < MiB, 'the copy in the heap was given back');
  });
}

test('a frame at the limit passes, one over it does not', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { limits: { frameBytes: 1000 } });
  const message = 'UTCP_ARG_x_UTCP_ARG';
  const atLimit = 'é'.repeat(1000);
  assert.equal(await protocol.callTool(null, 'm.t', { x: atLimit }, server.template({ message })), atLimit);
  const error = await failure(protocol.callTool(null, 'm.t', { x: `${atLimit}x` }, server.template({ message })));
  assert.ok(error instanceof WebSocketOverflowError, String(error));
  assert.equal(error.code, 'frame_too_large');
  assert.match(error.message, /frameBytes/);
  await server.allClosed();
  assert.deepEqual(server.closings, [[4000, 'message too large']]);
});

test('JSON deeper than the limit is refused where the core looks inside', async (t) => {
  const nested = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const server = await startServer(t, (socket, text) => socket.send(nested(JSON.parse(text).depth)));
  const protocol = newProtocol(t);
  const template = server.template({ response_format: 'json' });
  assert.ok(Array.isArray(await protocol.callTool(null, 'm.t', { depth: 512 }, template)));
  const error = await failure(protocol.callTool(null, 'm.t', { depth: 513 }, template));
  assert.ok(error instanceof WebSocketProtocolError, String(error));
  assert.equal(error.code, 'invalid_frame');
  assert.match(error.message, /jsonDepth/);
});

test('NUL, quotes, control characters and surrogates survive in both directions', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const text = 'a\0b"c\\d\n\u2028\u{1F600}\u001f\u007f';
  assert.deepEqual(await protocol.callTool(null, 'm.t', { text }, server.template({ response_format: 'json' })), {
    text,
  });
  const raw = server.template({ message: 'UTCP_ARG_text_UTCP_ARG' });
  assert.equal(await protocol.callTool(null, 'm.t', { text }, raw), text);
  const items = protocol.callToolStreaming(null, 'm.t', { text }, { ...raw, expected_responses: 1 });
  assert.deepEqual(await collect(items), [text]);
});

test('a lone surrogate in a JSON message survives; in a plain text it becomes U+FFFD', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const lone = 'a\ud800b';
  const template = server.template({ response_format: 'json' });
  assert.deepEqual(await protocol.callTool(null, 'm.t', { lone }, template), { lone });
  const plain = server.template({ message: 'UTCP_ARG_lone_UTCP_ARG' });
  assert.equal(await protocol.callTool(null, 'm.t', { lone }, plain), 'a\ufffdb');
});

test('an empty text frame and an empty binary frame are answers', async (t) => {
  const server = await startServer(t, (socket, text) => socket.send(text === '{}' ? '' : new Uint8Array()));
  const protocol = newProtocol(t);
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '');
  assert.deepEqual(await protocol.callTool(null, 'm.t', { n: 1 }, server.template()), new Uint8Array());
});

test('permessage-deflate changes nothing', async (t) => {
  const server = await startServer(t, undefined, { perMessageDeflate: { threshold: 0 } });
  const text = 'abc '.repeat(50_000);
  const protocol = newProtocol(t);
  for (let i = 0; i < 5; i += 1) {
    const result = await protocol.callTool(null, 'm.t', { text, i }, server.template({ response_format: 'json' }));
    assert.deepEqual(result, { text, i });
  }
});

test('a frame that breaks RFC 6455 closes the connection and rejects the call, with the cause', async (t) => {
  const server = await startServer(t, (socket) => socket._socket.write(Buffer.from([0xff, 0x00])));
  const error = await failure(newProtocol(t, { WebSocket }).callTool(null, 'm.t', {}, server.template()));
  assert.equal(error.code, 'connection_closed');
  assert.match(String(error.cause), /Invalid WebSocket frame|RSV/);
});

test('invalid UTF-8 in a text frame rejects the call', async (t) => {
  const server = await startServer(t, (socket) => socket._socket.write(Buffer.from([0x81, 0x02, 0xc3, 0x28])));
  const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template()));
  assert.equal(error.code, 'connection_closed');
});

for (const [how, options] of [
  ['that the application gives', { WebSocket }],
  ['that is made of ws', { WebSocket: class extends WebSocket {} }],
  ['that is found', globalThis.WebSocket ? { WebSocket } : {}],
]) {
  test(`a message far over the limit is frame_too_large before it is inflated, with a ws ${how}`, async (t) => {
    const server = await startServer(t, (socket) => socket.send(bomb, { compress: true }), {
      perMessageDeflate: { threshold: 0 },
    });
    const bomb = 'x'.repeat(90 * MiB);
    const protocol = newProtocol(t, { ...options, limits: { frameBytes: MiB } });
    for (const fields of [{}, { response_format: 'json' }, { headers: { 'X-A': '1' } }]) {
      const error = await failure(protocol.callTool(null, 'm.t', {}, server.template(fields)));
      assert.ok(error instanceof WebSocketOverflowError, String(error));
      assert.equal(error.code, 'frame_too_large');
      // Who had inflated it would know its size.
      assert.match(error.message, /sent a message over the limit frameBytes of 1048576/);
    }
    const stream = protocol.callToolStreaming(null, 'm.t', {}, server.template());
    assert.equal((await failure(stream.next())).code, 'frame_too_large');
    await server.allClosed();
    assert.equal(driverOf(protocol).counts().hostCalls, 0);
  });
}

test('texts are limited in UTF-16 code units, whatever their bytes', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { WebSocket, limits: { frameBytes: 1000 } });
  const template = server.template({ message: 'UTCP_ARG_x_UTCP_ARG' });
  for (const unit of ['x', 'é', '漢']) {
    const x = unit.repeat(1000);
    assert.equal(await protocol.callTool(null, 'm.t', { x }, template), x);
    for (const size of [1001, 3500]) {
      const error = await failure(protocol.callTool(null, 'm.t', { x: unit.repeat(size) }, template));
      assert.equal(error.code, 'frame_too_large');
    }
  }
});
