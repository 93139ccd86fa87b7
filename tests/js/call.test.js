// callTool: what goes out and what comes back, over a real server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { ToolError } from '../../js/api/index.js';
import { failure, newProtocol, startServer } from '../support/server.js';

test('the arguments go out as JSON, and the answer comes back as text', async (t) => {
  const server = await startServer(t);
  const result = await newProtocol(t).callTool(null, 'm.t', { b: 1, a: 'x' }, server.template());
  assert.equal(result, '{"b":1,"a":"x"}');
});

test('no arguments are an empty object', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  assert.equal(await protocol.callTool(null, 'm.t', null, server.template()), '{}');
  assert.equal(await protocol.callTool(null, 'm.t', undefined, server.template()), '{}');
});

test('response_format json parses; text and raw do not', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const call = (response_format) => protocol.callTool(null, 'm.t', { n: 1 }, server.template({ response_format }));
  assert.deepEqual(await call('json'), { n: 1 });
  assert.equal(await call('text'), '{"n":1}');
  assert.equal(await call('raw'), '{"n":1}');
});

test('text where JSON was asked for comes as it is, with a warning', async (t) => {
  const server = await startServer(t, (socket) => socket.send('not JSON'));
  const protocol = newProtocol(t);
  const warnings = [];
  protocol.addEventListener('warning', (event) => warnings.push(event));
  const result = await protocol.callTool(null, 'm.t', {}, server.template({ response_format: 'json' }));
  assert.equal(result, 'not JSON');
  assert.equal(warnings.length, 1);
  assert.match(warnings[0].message, /not JSON/);
  assert.equal(warnings[0].requestId, '1');
});

test('a long text where JSON was asked for is treated the same', async (t) => {
  const long = 'x'.repeat(5000);
  const server = await startServer(t, (socket) => socket.send(long));
  const protocol = newProtocol(t);
  const warnings = [];
  protocol.addEventListener('warning', (event) => warnings.push(event));
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template({ response_format: 'json' })), long);
  assert.equal(warnings.length, 1);
});

test('a binary frame is bytes, whatever the format, and memory of its own', async (t) => {
  const server = await startServer(t, (socket) => socket.send(Buffer.from([0, 255, 7])));
  const protocol = newProtocol(t);
  for (const response_format of ['json', 'text', 'raw']) {
    const bytes = await protocol.callTool(null, 'm.t', {}, server.template({ response_format }));
    assert.ok(bytes instanceof Uint8Array);
    assert.deepEqual([...bytes], [0, 255, 7]);
    assert.equal(bytes.buffer.byteLength, 3);
  }
});

test('the host is asked for ArrayBuffers: some give Blobs otherwise', async (t) => {
  const types = [];
  class Spy extends WebSocket {
    send(text) {
      types.push(this.binaryType);
      super.send(text);
    }
  }
  const server = await startServer(t);
  await newProtocol(t, { WebSocket: Spy }).callTool(null, 'm.t', {}, server.template());
  assert.deepEqual(types, ['arraybuffer']);
});

test('a template that its caller changes is read again', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({ response_format: 'json' });
  assert.deepEqual(await protocol.callTool(null, 'm.t', {}, template), {});
  assert.deepEqual(await protocol.callTool(null, 'm.t', {}, template), {});
  template.response_format = 'text';
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), '{}');
  template.message = { n: 'UTCP_ARG_n_UTCP_ARG' };
  assert.equal(await protocol.callTool(null, 'm.t', { n: 1 }, template), '{"n":"1"}');
  template.message.n = 'changed inside';
  assert.equal(await protocol.callTool(null, 'm.t', { n: 1 }, template), '{"n":"changed inside"}');
  delete template.message;
  assert.equal(await protocol.callTool(null, 'm.t', { n: 1 }, template), '{"n":1}');
});

test('an object template is filled in', async (t) => {
  const server = await startServer(t);
  const message = { op: 'UTCP_ARG_op_UTCP_ARG', note: 'is UTCP_ARG_n_UTCP_ARG', id: '{{request_id}}', all: '{{args}}' };
  const template = server.template({ message, response_format: 'json' });
  const result = await newProtocol(t).callTool(null, 'm.tool', { op: 'add', n: 2 }, template);
  assert.deepEqual(result, { op: 'add', note: 'is 2', id: '1', all: { op: 'add', n: 2 } });
});

test('built-ins: tool name without the manual, now, uuid', async (t) => {
  const server = await startServer(t);
  const template = server.template({ message: '{{tool_name}}|{{now}}|{{uuid}}' });
  const [name, now, uuid] = (await newProtocol(t).callTool(null, 'm.deep.tool', {}, template)).split('|');
  assert.equal(name, 'deep.tool');
  assert.ok(Math.abs(Date.parse(now) - Date.now()) < 60_000);
  assert.match(now, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('uuid where the host has no randomUUID, as in pages without TLS', async (t) => {
  const server = await startServer(t);
  Object.defineProperty(globalThis.crypto, 'randomUUID', { value: undefined, configurable: true });
  t.after(() => Reflect.deleteProperty(globalThis.crypto, 'randomUUID'));
  const ask = () => newProtocol(t).callTool(null, 'm.t', {}, server.template({ message: '{{uuid}}' }));
  const [one, other] = [await ask(), await ask()];
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(one, other);
});

test('JSON-RPC 2.0 works by its template alone', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { id, method, params } = JSON.parse(text);
    if (method === 'add') socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: params.a + params.b }));
    else socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } }));
  });
  const template = server.template({
    message: { jsonrpc: '2.0', id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' },
    result_path: '/result',
    error_path: '/error',
  });
  const protocol = newProtocol(t);
  assert.equal(await protocol.callTool(null, 'm.add', { a: 1, b: 2 }, template), 3);
  const error = await failure(protocol.callTool(null, 'm.nope', {}, template));
  assert.ok(error instanceof ToolError);
  assert.equal(error.code, 'tool_failed');
  assert.equal(error.fault, 'peer');
  assert.deepEqual(error.detail, { code: -32601, message: 'no such method' });
  assert.match(error.message, /no such method/);
});

test('paths that begin alike, or are as long, are told apart', async (t) => {
  const server = await startServer(t, (socket) => socket.send('{"abc":1,"abcdefg":2,"abcdefz":3,"xyz":4}'));
  const protocol = newProtocol(t);
  const paths = ['/abc', '/abcdefg', '/abc', '/xyz', '/abcdefz', '/abcdefg'];
  const values = [];
  for (const result_path of paths) {
    values.push(await protocol.callTool(null, 'm.t', {}, server.template({ result_path, response_format: 'json' })));
  }
  assert.deepEqual(values, [1, 2, 1, 4, 3, 2]);
});

test('result_path follows RFC 6901 escapes and arrays', async (t) => {
  const server = await startServer(t, (socket) => socket.send('{"a/b":[{"~":"found"}]}'));
  const template = server.template({ result_path: '/a~1b/0/~0' });
  assert.equal(await newProtocol(t).callTool(null, 'm.t', {}, template), 'found');
});

test('expected_responses: n answers come as an array', async (t) => {
  const server = await startServer(t, (socket) => {
    for (let i = 1; i <= 3; i += 1) socket.send(String(i));
  });
  const template = server.template({ expected_responses: 3, response_format: 'json' });
  assert.deepEqual(await newProtocol(t).callTool(null, 'm.t', {}, template), [1, 2, 3]);
});

test('expected_responses -1: all answers until the peer closes', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('a');
    socket.send('b');
    socket.close(1000);
  });
  const result = await newProtocol(t).callTool(null, 'm.t', {}, server.template({ expected_responses: -1 }));
  assert.deepEqual(result, ['a', 'b']);
});

test('keep_alive: calls share one connection; without it a call closes its own', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (let i = 0; i < 3; i += 1) await protocol.callTool(null, 'm.t', {}, server.template());
  assert.equal(server.opened, 1);
  const oneTime = server.template({ keep_alive: false });
  for (let i = 0; i < 3; i += 1) await protocol.callTool(null, 'n.t', {}, oneTime);
  assert.equal(server.opened, 4);
  await server.until(() => server.clients.size === 1);
});

test('message_filter: other frames are reported and dropped', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('{"kind":"noise"}');
    socket.send('nonsense');
    socket.send('{"kind":"answer","n":1}');
  });
  const protocol = newProtocol(t);
  const dropped = [];
  protocol.addEventListener('unsolicited', (event) => dropped.push(event.message));
  const template = server.template({ message_filter: { kind: 'answer' }, response_format: 'json' });
  assert.deepEqual(await protocol.callTool(null, 'm.t', {}, template), { kind: 'answer', n: 1 });
  assert.equal(dropped.length, 2);
});

test('connect_message goes first, and calls wait for connect_ack', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.startsWith('{"type":"hello"')) socket.send('{"type":"welcome"}');
    else socket.send(`after ${server.received.length}`);
  });
  const template = server.template({ connect_message: { type: 'hello' }, connect_ack: { type: 'welcome' } });
  const protocol = newProtocol(t);
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), 'after 2');
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), 'after 3');
  assert.equal(server.received[0], '{"type":"hello"}');
});

test('message_filter takes the values of its own call', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { room, id } = JSON.parse(text);
    socket.send(JSON.stringify({ room: 'red', id, n: 1 }));
    socket.send(JSON.stringify({ room, id: 'another', n: 2 }));
    socket.send(JSON.stringify({ room, id, n: 3 }));
  });
  const template = server.template({
    message: { room: 'UTCP_ARG_room_UTCP_ARG', id: '{{request_id}}' },
    message_filter: { room: 'UTCP_ARG_room_UTCP_ARG', id: '{{request_id}}' },
    correlation: false,
    response_format: 'json',
  });
  const protocol = newProtocol(t);
  for (const room of ['blue', 'a "quoted" room']) {
    assert.equal((await protocol.callTool(null, 'm.t', { room }, template)).n, 3);
  }
});
