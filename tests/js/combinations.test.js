// Fields of the call template that were each made alone, together: several messages and uploads, captured values, the tool's name, bytes, discovery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect as connectTo } from '../../js/api/index.js';
import { newProtocol, startServer } from '../support/server.js';
import { firstOnly, given, source } from '../support/upload.js';

const connect = [{ send: 'hi' }, { expect: { ok: 1 }, capture: { sid: '/sid' } }];
const id = '{{request_id}}';
const sid = '{{connect.sid}}';

/** A server that tells a session when it is greeted. */
const startGreeter = (t, answer, session = 'S') =>
  startServer(t, (socket, text) => {
    if (text === 'hi') socket.send(JSON.stringify({ ok: 1, sid: session }));
    else answer(socket, text);
  });

for (const session of ['q"\\\n', 7, { deep: 'q"' }, null]) {
  test(`the session ${JSON.stringify(session)}, the tool's name and a chunk, escaped alike in one message, in several, and in leave messages`, async (t) => {
    const server = await startGreeter(t, (socket, text) => text.includes('left') || socket.send(text), session);
    const protocol = newProtocol(t);
    const inner = `{"deep":"{\\"v\\":\\"${sid} {{tool_name}} {{args.a}}\\"}"}`;
    const message = { id, sid, name: '{{tool_name}}', text: `x${sid}`, inner };
    const shown = typeof session === 'string' ? session : JSON.stringify(session);
    const check = (text) => {
      const heard = JSON.parse(text);
      assert.deepEqual([heard.sid, heard.name, heard.text], [session, 'to"ol', `x${shown}`]);
      assert.equal(JSON.parse(JSON.parse(heard.inner).deep).v, `${shown} to"ol "`);
    };
    const leaves = { leave_when: 'always', leave_message: { ...message, left: true }, message_filter: { sid } };
    const call = (a, fields) => protocol.callTool(null, 'm.to"ol', { a }, server.template({ connect, ...fields }));
    check(await call('"', { message }));
    check(await call('"', { messages: ['first', message] }));
    check(await call(given('"'), { message }));
    check(await call('"', { message, ...leaves }));
    await server.until(() => server.received.at(-1).includes('left'));
    check(server.received.at(-1));
  });
}

test('uploads with a session share a connection: one is left, one fails, one goes on', async (t) => {
  const server = await startGreeter(t, (socket, text) => {
    const { id, end, s } = JSON.parse(text);
    if (end) socket.send(JSON.stringify({ id, result: `of ${s}` }));
  });
  const protocol = newProtocol(t);
  const messages = [
    { id, s: sid },
    { id, chunk: '{{args.a}}', s: sid, name: '{{tool_name}}' },
    { id, end: true, s: sid },
  ];
  const leave_message = { id, left: '{{tool_name}}', s: sid };
  const template = server.template({ connect, messages, result_path: '/result', leave_message });
  const call = (name, a, options) =>
    protocol.callTool(null, `m.${name}`, { a }, template, options).catch((error) => error);
  const controller = new AbortController();
  const held = source(firstOnly);
  const left = call('left', held, controller);
  const failed = call(
    'failed',
    source((n) => (n === 0 ? { value: 1 } : Promise.reject(new Error('no microphone')))),
  );
  let goOn;
  const gate = new Promise((resolve) => (goOn = resolve));
  const going = call(
    'going',
    source((n) => (n === 0 ? { value: 'x' } : gate)),
  );
  assert.equal((await failed).cause.message, 'no microphone');
  await server.until(() => server.received.some((text) => text.includes('"first"')));
  controller.abort();
  await left;
  goOn({ done: true });
  assert.equal(await going, 'of S');
  assert.deepEqual([server.opened, held.returns], [1, 1]);
  const leaving = server.received.filter((text) => text.includes('"left":'));
  assert.deepEqual(leaving, ['{"id":"2","left":"failed","s":"S"}', '{"id":"1","left":"left","s":"S"}']);
});

test('an upload whose stream is known by its first answer', async (t) => {
  const server = await startGreeter(t, (socket, text) => {
    const { id, chunk, end } = JSON.parse(text);
    if (end) socket.send(JSON.stringify({ id, result: 'R' }));
    if (end) socket.send(JSON.stringify({ of: 'R', v: chunk ?? 'all' }));
  });
  const messages = [{ hello: '{{tool_name}}' }, { chunk: '{{args.a}}', s: sid }, { id, end: true }];
  const fields = { connect, messages, capture: { sub: '/result' }, message_filter: { of: '{{answer.sub}}' } };
  const template = server.template({ ...fields, result_path: '/v', leave_message: { stop: '{{answer.sub}}', s: sid } });
  for await (const item of newProtocol(t).callToolStreaming(null, 'm.t', { a: given(1, 2) }, template)) {
    assert.equal(item, 'all');
    break;
  }
  await server.until(() => server.received.length === 6);
  assert.deepEqual(server.received.slice(1), [
    '{"hello":"t"}',
    '{"chunk":1,"s":"S"}',
    '{"chunk":2,"s":"S"}',
    '{"id":"1","end":true}',
    '{"stop":"R","s":"S"}',
  ]);
});

test('all arguments, with bytes among them, as base64: as a value, as members, in several messages', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (const fields of [
    {},
    { message: '{{args}}' },
    { message: { '...': '{{args}}' } },
    { messages: ['{{args}}', 'end'] },
  ]) {
    const template = server.template({ ...fields, message_format: 'base64', keep_alive: false });
    assert.equal(await protocol.callTool(null, 'm.t', { a: new Uint8Array([1, 2]) }, template), '{"a":"AQI="}');
  }
});

for (const fields of [
  { message: { id, n: '{{tool_name}}', s: sid } },
  { messages: [{ id, n: '{{tool_name}}', s: sid }, 'end'] },
]) {
  test(`tools that are asked for with the session, called with ${Object.keys(fields)}, also in binary`, async (t) => {
    const server = await startGreeter(t, (socket, text) => {
      if (text === 'end') return;
      const { id, list, n, s } = JSON.parse(text);
      socket.send(JSON.stringify({ id, result: n ? `${n} ${s}` : { tools: [{ name: 'a.b', description: list }] } }));
    });
    for (const message_format of ['text', 'binary']) {
      const asked = { discovery_message: { id, list: sid }, discovery: {} };
      const template = server.template({ connect, ...asked, ...fields, message_format, result_path: '/result' });
      const endpoint = await connectTo(template);
      t.after(() => endpoint.close());
      assert.deepEqual([endpoint.tools[0].description, await endpoint.call('a.b')], ['S', 'a.b S']);
    }
  });
}
