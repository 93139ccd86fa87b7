// callToolStreaming: what it yields, how it ends, and leaving it early.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError, WebSocketClosedError } from '../../js/api/index.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

const json = JSON.stringify;
const response = (result, more) => json({ type: 'tool_response', result, ...more });
const end = '{"type":"stream_end"}';

/** A server that answers a call with these frames. */
const sends =
  (...frames) =>
  (socket) => {
    for (const frame of frames) socket.send(frame);
  };

test('tool_response frames yield their results until stream_end', async (t) => {
  const server = await startServer(t, sends(response(1), response({ a: [2] }), response(null), end));
  const stream = newProtocol(t).callToolStreaming(null, 'm.t', {}, server.template());
  assert.deepEqual(await collect(stream), [1, { a: [2] }, null]);
});

test('a binary frame and a JSON array frame are items too', async (t) => {
  const server = await startServer(t, sends(Buffer.from([1, 2]), '[1,2]', 'plain', '"text"', end));
  const protocol = newProtocol(t);
  const asText = await collect(protocol.callToolStreaming(null, 'm.t', {}, server.template()));
  assert.deepEqual(asText, [new Uint8Array([1, 2]), '[1,2]', 'plain', '"text"']);
  const asJson = await collect(
    protocol.callToolStreaming(null, 'm.t', {}, server.template({ response_format: 'json' })),
  );
  assert.deepEqual(asJson, [new Uint8Array([1, 2]), [1, 2], 'plain', 'text']);
});

test('tool_error throws, after the items before it', async (t) => {
  const server = await startServer(t, sends(response(1), json({ type: 'tool_error', error: { message: 'full' } })));
  const stream = newProtocol(t).callToolStreaming(null, 'm.t', {}, server.template());
  assert.deepEqual(await stream.next(), { done: false, value: 1 });
  const error = await failure(stream.next());
  assert.ok(error instanceof ToolError);
  assert.deepEqual(error.detail, { message: 'full' });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test('a frame with the request_id of another call is not an item', async (t) => {
  const server = await startServer(t, sends(response('foreign', { request_id: 'x' }), response('own'), end));
  const template = server.template({ message: { request_id: '{{request_id}}' }, correlation: false });
  const stream = newProtocol(t).callToolStreaming(null, 'm.t', {}, template);
  assert.deepEqual(await collect(stream), ['own']);
});

test('a request_id of the caller’s own may be echoed', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { request_id } = JSON.parse(text);
    for (const frame of [response(1, { request_id }), json({ type: 'stream_end', request_id })]) socket.send(frame);
  });
  const protocol = newProtocol(t);
  for (const message of [{ request_id: '{{uuid}}' }, { request_id: 'UTCP_ARG_request_id_UTCP_ARG' }, undefined]) {
    const template = server.template(message && { message });
    assert.deepEqual(await collect(protocol.callToolStreaming(null, 'm.t', { request_id: 'mine' }, template)), [1]);
  }
});

test('what a peer sends after the end of a stream is nobody’s answer', async (t) => {
  for (const last of ['item', json({ type: 'tool_error', error: 'no' })]) {
    const server = await startServer(t, (socket, text) => {
      if (text.includes('stream')) return sends('item', last)(socket);
      if (server.opened === 1) socket.send(end); // the stream's, late
      socket.send('answer');
    });
    const protocol = newProtocol(t);
    const template = server.template({ expected_responses: 2 });
    await collect(protocol.callToolStreaming(null, 'm.s', { stream: 1 }, template)).catch(() => {});
    assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 'answer');
  }
});

test('stream_end can be chosen', async (t) => {
  const server = await startServer(t, sends(response(1), end, json({ done: true, last: 1 })));
  const template = server.template({ stream_end: { done: true } });
  const items = await collect(newProtocol(t).callToolStreaming(null, 'm.t', {}, template));
  assert.deepEqual(items, [1, end]);
});

test('expected_responses ends a stream by itself', async (t) => {
  const server = await startServer(t, sends('a', 'b', 'c', 'd'));
  const stream = newProtocol(t).callToolStreaming(null, 'm.t', {}, server.template({ expected_responses: 2 }));
  assert.deepEqual(await collect(stream), ['a', 'b']);
});

test('the peer closing with 1000 or 1001 ends the stream', async (t) => {
  for (const code of [1000, 1001]) {
    const server = await startServer(t, (socket) => {
      socket.send('item');
      socket.close(code);
    });
    const stream = newProtocol(t).callToolStreaming(null, 'm.t', {}, server.template());
    assert.deepEqual(await collect(stream), ['item']);
  }
});

test('any other closing throws WebSocketClosedError, after the items before it', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('item');
    socket.close(1011, 'broken');
  });
  const stream = newProtocol(t).callToolStreaming(null, 'm.t', {}, server.template());
  assert.equal((await stream.next()).value, 'item');
  const error = await failure(stream.next());
  assert.ok(error instanceof WebSocketClosedError);
  assert.equal(error.closeCode, 1011);
  assert.equal(error.reason, 'broken');
});

test('nothing is sent before the first next()', async (t) => {
  const server = await startServer(t, sends(end));
  const protocol = newProtocol(t);
  const stream = protocol.callToolStreaming(null, 'm.t', {}, server.template());
  await protocol.callTool(null, 'm.other', { first: true }, server.template());
  assert.deepEqual(server.received, ['{"first":true}']);
  await collect(stream);
  assert.equal(server.received.length, 2);
});

test('leaving a loop early by break closes the connection and does not disturb the next call', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.includes('stream')) for (let i = 0; i < 100; i += 1) socket.send(response(i));
    else socket.send('answer');
  });
  const protocol = newProtocol(t);
  for await (const item of protocol.callToolStreaming(null, 'm.s', { stream: 1 }, server.template())) {
    if (item === 3) break;
  }
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 'answer');
  assert.equal(server.opened, 2);
  await server.until(() => server.clients.size === 1);
});

test('leaving it by throw passes the error on and frees everything', async (t) => {
  const server = await startServer(t, sends(response(1), response(2)));
  const mine = new Error('mine');
  const loop = async () => {
    for await (const _ of newProtocol(t).callToolStreaming(null, 'm.s', {}, server.template())) throw mine;
  };
  assert.equal(await failure(loop()), mine);
  await server.allClosed();
});

test('return() takes effect while a next() is waiting', async (t) => {
  const server = await startServer(t, () => {});
  const stream = newProtocol(t).callToolStreaming(null, 'm.s', {}, server.template());
  const waiting = stream.next();
  await server.until(() => server.received.length === 1);
  assert.deepEqual(await stream.return('v'), { done: true, value: 'v' });
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  await server.allClosed();
});

test('throw() ends the stream and rejects with its error', async (t) => {
  const server = await startServer(t, sends(response(1)));
  const stream = newProtocol(t).callToolStreaming(null, 'm.s', {}, server.template());
  await stream.next();
  const mine = new Error('mine');
  assert.equal(await failure(stream.throw(mine)), mine);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  await server.allClosed();
});

test('a stream that was never started costs nothing when it is returned', async (t) => {
  const server = await startServer(t, sends(end));
  const protocol = newProtocol(t);
  const stream = protocol.callToolStreaming(null, 'm.s', { never: 1 }, server.template());
  await stream.return();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  await collect(protocol.callToolStreaming(null, 'm.s', {}, server.template()));
  assert.deepEqual(server.received, ['{}']);
});

test('several next() at once are served in order', async (t) => {
  const server = await startServer(t, sends('a', 'b', end));
  const stream = newProtocol(t).callToolStreaming(null, 'm.s', {}, server.template());
  const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
  assert.deepEqual(
    results.map(({ value, done }) => (done ? 'done' : value)),
    ['a', 'b', 'done', 'done'],
  );
});

test('it is an async generator to those who look', async (t) => {
  const stream = newProtocol(t).callToolStreaming(
    null,
    'm.s',
    {},
    { call_template_type: 'websocket', url: 'ws://localhost/' },
  );
  assert.equal(stream[Symbol.asyncIterator](), stream);
  assert.equal(Object.prototype.toString.call(stream), '[object AsyncGenerator]');
  await stream[Symbol.asyncDispose]?.();
});

test('what is wrong with the call is thrown by the first next()', async (t) => {
  const stream = newProtocol(t).callToolStreaming(
    null,
    'm.s',
    {},
    { call_template_type: 'websocket', url: 'ws://evil.example/' },
  );
  assert.equal((await failure(stream.next())).code, 'url_refused');
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});
