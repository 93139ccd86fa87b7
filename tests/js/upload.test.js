// An async iterable as an argument: its chunks are sent one by one, while answers come. The order, backpressure, and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { driverOf } from '../../js/api/protocol.js';
import { failure, newProtocol, startServer } from '../support/server.js';
import { given, source, startListener, upload } from '../support/upload.js';

// First, while the module is loading.
test('a call waits for the module with its iterable', async (t) => {
  const server = await startListener(t);
  const call = newProtocol(t).callTool(null, 'm.t', { audio: given('a', 'b'), rate: 1 }, server.template(upload));
  assert.equal(await call, 'ended');
  assert.deepEqual(server.heard, [{ type: 'start' }, { chunk: 'a' }, { chunk: 'b' }, { type: 'end' }]);
});

test('a chunk is what the value of an argument may be', async (t) => {
  const server = await startListener(t);
  const values = ['text', '', 7, null, { a: [1] }, [], false];
  await newProtocol(t).callTool(null, 'm.t', { audio: given(...values) }, server.template(upload));
  assert.deepEqual(
    server.heard.slice(1, -1).map(({ chunk }) => chunk),
    values,
  );
});

test('bytes go in as base64 where the template says so, as a chunk and otherwise', async (t) => {
  const server = await startListener(t);
  const template = server.template({ ...upload, message_format: 'base64' });
  const bytes = new Uint8Array([0, 255, 16]);
  const args = { audio: given(bytes, bytes.buffer, 'text', bytes.subarray(1, 2)) };
  await newProtocol(t).callTool(null, 'm.t', args, template);
  assert.deepEqual(server.chunks(), ['AP8Q', 'AP8Q', 'text', '/w==']);
  const one = { message: ['{{args.a}}', 'a: UTCP_ARG_a_UTCP_ARG', '{{args}}'], message_format: 'base64', timeout: 5 };
  const call = newProtocol(t).callTool(null, 'm.t', { a: bytes }, server.template({ ...one, expected_responses: 0 }));
  await call;
  await server.until(() => server.heard.length === 7);
  assert.deepEqual(server.heard.at(-1), ['AP8Q', 'a: AP8Q', { a: 'AP8Q' }]);
});

test('binary chunks between texts', async (t) => {
  const frames = [];
  const server = await startServer(t, () => {}, {
    onConnection: (socket) =>
      socket.on('message', (data, isBinary) => {
        frames.push(isBinary ? [...data] : String(data));
        if (String(data) === 'end') socket.send('heard');
      }),
  });
  const template = server.template({ messages: ['{{args.audio}}', 'end'], message_format: 'binary' });
  const args = { audio: given(new Uint8Array([1, 2]), 'é', new Uint8Array()) };
  assert.equal(await newProtocol(t).callTool(null, 'm.t', args, template), 'heard');
  assert.deepEqual(frames, [[1, 2], [195, 169], [], 'end']);
});

test('a template with one message sends it for each chunk, also as members', async (t) => {
  const server = await startListener(t, (socket, { last }) => last && socket.send('ended'));
  const protocol = newProtocol(t);
  for (const message of [
    { last: '{{args.last}}', by: '{{args.by}}', at: '{{tool_name}}' },
    { '...': '{{args}}', at: 't' },
  ]) {
    const args = { last: given(false, true), by: 'me' };
    assert.equal(await protocol.callTool(null, 'm.t', args, server.template({ message })), 'ended');
    assert.deepEqual(server.heard.splice(0), [
      { last: false, by: 'me', at: 't' },
      { last: true, by: 'me', at: 't' },
    ]);
  }
});

test('what is beside the chunks is as it was when the call was made; what is new with each message is new', async (t) => {
  const server = await startListener(t);
  const message = { chunk: '{{args.audio}}', meta: '{{args.meta}}', id: '{{new_id}}', of: '{{request_id}}' };
  const meta = { rate: 1 };
  const args = {
    meta,
    audio: (async function* () {
      meta.rate = 2;
      yield 'a';
      yield 'b';
    })(),
  };
  const template = server.template({ messages: [message, { type: 'end' }], correlation: false });
  await newProtocol(t).callTool(null, 'm.t', args, template);
  const [first, second] = server.heard;
  assert.deepEqual([first.meta, second.meta], [{ rate: 1 }, { rate: 1 }]);
  assert.equal(first.of, second.of);
  assert.equal(new Set([first.id, second.id, first.of]).size, 3);
});

test('answers come while chunks go: each is asked for when the one before was answered', async (t) => {
  const server = await startListener(t, (socket, { chunk, type }) =>
    socket.send(type === 'end' ? '{"type":"stream_end"}' : `heard ${chunk ?? type}`),
  );
  let told;
  const items = [];
  async function* talk() {
    for (let n = 0; n < 3; n += 1) {
      yield n;
      await new Promise((resolve) => {
        told = resolve;
      });
    }
  }
  for await (const item of newProtocol(t).callToolStreaming(null, 'm.t', { audio: talk() }, server.template(upload))) {
    items.push(item);
    told?.();
  }
  assert.deepEqual(items, ['heard start', 'heard 0', 'heard 1', 'heard 2']);
});

test('calls with ids upload on one connection, each with its own', async (t) => {
  const server = await startListener(
    t,
    (socket, { id, type }) => type === 'end' && socket.send(JSON.stringify({ id, result: id })),
  );
  const messages = upload.messages.map((message) => ({ ...message, id: '{{request_id}}' }));
  const template = server.template({ messages, result_path: '/result' });
  const protocol = newProtocol(t);
  const results = await Promise.all(
    ['a', 'b', 'c'].map((x) => protocol.callTool(null, 'm.t', { audio: given(x, x) }, template)),
  );
  assert.equal(server.opened, 1);
  for (const [i, id] of results.entries()) {
    const own = server.heard.filter((one) => one.id === id).map(({ chunk, type }) => chunk ?? type);
    assert.deepEqual(own, ['start', 'abc'[i], 'abc'[i], 'end']);
  }
});

test('a peer that does not read holds the iterable up, and is late with that', async (t) => {
  const chunk = 'x'.repeat(2 ** 18);
  const first = (count) => source((n) => (n < count ? { value: chunk } : { done: true }));
  const server = await startListener(t);
  const protocol = newProtocol(t);
  server.onConnection = (socket) => socket.pause();
  const held = first(1000);
  const template = server.template({ ...upload, response_timeout: 1 });
  const { code } = await failure(protocol.callTool(null, 'm.t', { audio: held }, template));
  assert.deepEqual([code, held.returns], ['response_timeout', 1]);
  assert.ok(held.nexts < 500, `${held.nexts} chunks were taken`);

  server.onConnection = undefined;
  const taken = first(50);
  assert.equal(await protocol.callTool(null, 'm.t', { audio: taken }, server.template(upload)), 'ended');
  assert.deepEqual([taken.nexts, taken.returns, server.chunks().length], [51, 0, 50]);
});

test('a host that does not say what it holds: an iterable that is always ready leaves the event loop its turns', async (t) => {
  class Silent extends WebSocket {
    get bufferedAmount() {
      return Number.NaN;
    }
  }
  const server = await startListener(t);
  const controller = new AbortController();
  let given = 0;
  const audio = source(() => {
    if (given === 0) setTimeout(() => controller.abort(new Error('enough')));
    given += 1;
    return given < 100_000 ? { value: 'x' } : { done: true };
  });
  const call = newProtocol(t, { WebSocket: Silent }).callTool(
    null,
    'm.t',
    { audio },
    server.template(upload),
    controller,
  );
  assert.equal((await failure(call)).message, 'enough');
  assert.ok(given < 10_000, `${given} chunks were taken`);
});

test('the peer is not late while the caller is waited for, and is late from the last message on', async (t) => {
  let isMute = false;
  const server = await startListener(t, (socket, { type }) => type === 'end' && !isMute && socket.send('ended'));
  const protocol = newProtocol(t);
  const template = server.template({ ...upload, response_timeout: 1.5 });
  const slow = source((n) => new Promise((resolve) => setTimeout(resolve, 600, n < 2 ? { value: n } : { done: true })));
  assert.equal(await protocol.callTool(null, 'm.t', { audio: slow }, template), 'ended');
  isMute = true;
  const { code } = await failure(protocol.callTool(null, 'm.t', { audio: given(1) }, template));
  assert.equal(code, 'response_timeout');
  assert.deepEqual(server.heard.at(-1), { type: 'end' });
});

test('a call that expects nothing ends when all is sent', async (t) => {
  const server = await startListener(t);
  const audio = source((n) => (n < 2 ? { value: n } : { done: true }));
  const call = newProtocol(t).callTool(null, 'm.t', { audio }, server.template({ ...upload, expected_responses: 0 }));
  assert.equal(await call, undefined);
  assert.deepEqual([audio.nexts, audio.returns], [3, 0]);
  await server.until(() => server.heard.length === 4);
});

test('where chunks have no place the call is refused before anything is opened', async (t) => {
  const server = await startListener(t);
  const protocol = newProtocol(t);
  const refused = [
    [{}, /^arguments\.audio is an async iterable/],
    [{ messages: ['a', 'b'] }, /exactly one message of the template must name it, not 0/],
    [{ messages: ['{{args.audio}}', '{{args.audio}}'] }, /not 2/],
    [{ messages: ['{{args.audio}}', '{{args}}'] }, /^arguments\.audio is an async iterable/],
    [{ ...upload, message_filter: { a: '{{args.audio}}' } }, /^arguments\.audio is an async iterable/],
    [{ ...upload, leave_message: '{{args.audio}}' }, /^arguments\.audio is an async iterable/],
    [{ ...upload, header_fields: ['audio'] }, /^arguments\.audio is an async iterable/],
  ];
  for (const [fields, message] of refused) {
    const error = await failure(protocol.callTool(null, 'm.t', { audio: given() }, server.template(fields)));
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, message);
  }
  const two = { audio: given(), video: given() };
  const messages = ['{{args.audio}}', '{{args.video}}'];
  assert.match(
    (await failure(protocol.callTool(null, 'm.t', two, server.template({ messages })))).message,
    /accepts only one$/,
  );
  assert.equal(server.opened, 0);
});

test('an async iterable within an argument is refused, by its place, before anything is opened', async (t) => {
  const server = await startListener(t);
  const protocol = newProtocol(t);
  const { Readable } = await import('node:stream');
  const refused = [
    [{ audio: { data: given() } }, 'arguments.audio.data is an async iterable'],
    [{ audio: [{}, { deep: new ReadableStream() }] }, 'arguments.audio[1].deep is an async iterable'],
    [{ audio: { data: Readable.from(['a']) } }, 'arguments.audio.data is an async iterable'],
    [{ audio: { data: new Uint8Array() } }, 'arguments.audio.data is bytes'],
  ];
  for (const [args, why] of refused) {
    for (const fields of [upload, { message: '{{args}}' }, {}]) {
      const error = await failure(protocol.callTool(null, 'm.t', args, server.template(fields)));
      assert.ok(error instanceof TypeError, String(error));
      assert.ok(error.message.startsWith(why), error.message);
    }
  }
  assert.equal(server.opened, 0);
});

test('objects without members, and what has a JSON of its own, are no iterables', async (t) => {
  const server = await startListener(t, (socket) => socket.send('heard'));
  const own = Object.assign(given(), { toJSON: () => 'own' });
  const args = { audio: { none: {}, own } };
  await newProtocol(t).callTool(null, 'm.t', args, server.template({ message: '{{args}}' }));
  assert.deepEqual(server.heard, [{ audio: { none: {}, own: 'own' } }]);
});

class Untold extends WebSocket {
  get bufferedAmount() {
    return undefined;
  }
}

test('where the host does not say what it holds, an iterable that never waits lets the event loop go on', async (t) => {
  const server = await startListener(t, (socket, { chunk }) => chunk === 2 && socket.send('enough'));
  const protocol = newProtocol(t, { WebSocket: Untold });
  const audio = source((n) => (n < 20_000 ? { value: n } : { done: true }));
  assert.equal(await protocol.callTool(null, 'm.t', { audio }, server.template(upload)), 'enough');
  assert.ok(audio.nexts < 2000, `${audio.nexts} chunks were taken`);
  assert.equal(audio.returns, 1);
});

test('iterables of hosts and libraries', async (t) => {
  const server = await startListener(t);
  const protocol = newProtocol(t);
  const template = server.template(upload);
  const { Readable } = await import('node:stream');
  const web = new ReadableStream({
    start(controller) {
      controller.enqueue('a');
      controller.enqueue('b');
      controller.close();
    },
  });
  for (const audio of [web, Readable.from(['a', 'b'])]) {
    assert.equal(await protocol.callTool(null, 'm.t', { audio }, template), 'ended');
    assert.deepEqual(server.chunks(), ['a', 'b']);
    server.heard.length = 0;
  }
});

test('an iterable that is used for two calls gives each chunk to one of them', async (t) => {
  const server = await startListener(t);
  const protocol = newProtocol(t);
  const audio = given(...Array(10).keys());
  const calls = [1, 2].map(() => protocol.callTool(null, 'm.t', { audio }, server.template(upload)));
  assert.deepEqual(await Promise.all(calls), ['ended', 'ended']);
  assert.deepEqual(
    server.chunks().sort((a, b) => a - b),
    [...Array(10).keys()],
  );
});

test('each message is an event of its own', async (t) => {
  const server = await startListener(t);
  const protocol = newProtocol(t);
  const sent = [];
  protocol.addEventListener('send', ({ requestId, size }) => sent.push([requestId, size]));
  await protocol.callTool(null, 'm.t', { audio: given('ab') }, server.template(upload));
  assert.deepEqual(sent, [
    [sent[0][0], 16],
    [sent[0][0], 14],
    [sent[0][0], 14],
  ]);
});

test('nothing is left of many uploads', async (t) => {
  const server = await startListener(t);
  const protocol = newProtocol(t);
  for (let i = 0; i < 50; i += 1) await protocol.callTool(null, 'm.t', { audio: given(1) }, server.template(upload));
  const { hostCalls, calls, hostTools, connections } = driverOf(protocol).counts();
  assert.deepEqual(
    { hostCalls, calls, hostTools, connections },
    { hostCalls: 0, calls: 0, hostTools: 1, connections: 1 },
  );
});
