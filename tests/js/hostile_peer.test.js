// What a peer says may be any JSON: in an error, in an item, in a closing. It ends its own call at most.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError, WebSocketClosedError } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

/** JSON whose values are no texts, and whose members are called as what JavaScript asks objects for. */
const strange = [
  '{"toString":1,"valueOf":1}',
  '{"toString":{"call":1},"toJSON":{"x":1}}',
  '{"message":{"toString":1,"valueOf":1}}',
  '{"message":{"message":{"toString":null}}}',
  '{"message":["a",{"toString":1}]}',
  '{"message":null}',
  '{"message":7}',
  '{"message":""}',
  '{"__proto__":{"toString":1},"constructor":1,"then":1}',
  `${'['.repeat(500)}${']'.repeat(500)}`,
  '[]',
  'null',
  'false',
  '1e999',
  '"\\ud800"',
];

for (const value of strange) {
  const shown = value.slice(0, 60);
  test(`an error that is ${shown} is a ToolError, for calls and streams, by its type and by error_path`, async (t) => {
    const server = await startServer(t, (socket, text) => {
      socket.send(text === '{"by":"path"}' ? `{"failed":${value}}` : `{"type":"tool_error","error":${value}}`);
    });
    const protocol = newProtocol(t);
    const expected = JSON.parse(value);
    const byPath = server.template({ error_path: '/failed', response_format: 'json' });
    const answers = [failure(collect(protocol.callToolStreaming(null, 'm.s', {}, server.template())))];
    if (!/^(null|false)$/.test(value)) {
      answers.push(failure(protocol.callTool(null, 'm.t', { by: 'path' }, byPath)));
      answers.push(failure(collect(protocol.callToolStreaming(null, 'm.s', { by: 'path' }, byPath))));
    }
    for (const error of await Promise.all(answers)) {
      assert.ok(error instanceof ToolError, String(error));
      assert.equal(typeof error.message, 'string');
      assert.ok(error.message.length < 600);
      assert.deepEqual(error.detail, expected);
    }
    assert.equal(driverOf(protocol).counts().hostCalls, 0);
  });
}

test('JSON nested as deeply as the limit lets it is an item and an error', async (t) => {
  const depth = 200_000;
  const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const server = await startServer(t, (socket) => {
    socket.send(`{"type":"tool_response","result":${deep}}`);
    socket.send(`{"type":"tool_error","error":{"message":${deep}}}`);
  });
  const protocol = newProtocol(t, { limits: { jsonDepth: 1_000_000 } });
  const stream = protocol.callToolStreaming(null, 'm.s', {}, server.template());
  assert.ok(Array.isArray((await stream.next()).value));
  const error = await failure(stream.next());
  assert.ok(error instanceof ToolError, String(error));
  assert.ok(Array.isArray(error.detail.message));
});

test('a peer that floods an idle connection is cut off, and whoever listens hears little of it', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('answer');
    for (let i = 0; i < 20_000; i += 1) socket.send('{"event":1}');
  });
  const protocol = newProtocol(t);
  const heard = { unsolicited: 0, warning: [], close: [] };
  protocol.addEventListener('unsolicited', () => (heard.unsolicited += 1));
  protocol.addEventListener('warning', ({ message }) => heard.warning.push(message));
  protocol.addEventListener('close', ({ closeCode }) => heard.close.push(closeCode));
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 'answer');
  await server.allClosed();
  assert.equal(heard.unsolicited, 1001);
  assert.deepEqual(heard.close, [4000]);
  assert.ok(heard.warning.some((text) => text.includes('unsolicitedFrames')));
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 'answer');
  assert.equal(server.opened, 2);
});

test('a peer that sends some messages unasked is not cut off', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('answer');
    for (let i = 0; i < 1000; i += 1) socket.send('{"event":1}');
    socket.send('last');
  });
  const protocol = newProtocol(t, { limits: { unsolicitedFrames: 1001 } });
  let heard = 0;
  const all = new Promise((resolve) => {
    protocol.addEventListener('unsolicited', () => ++heard === 1001 && resolve());
  });
  await protocol.callTool(null, 'm.t', {}, server.template());
  await all;
  assert.equal(server.opened, 1);
});

test('after a message that nobody asked for, a call that takes any has a connection of its own', async (t) => {
  const server = await startServer(t, (socket, text) => {
    socket.send(`answer to ${text}`);
    if (text === 'one') socket.send('and another thing');
  });
  const protocol = newProtocol(t);
  const heard = new Promise((resolve) => protocol.addEventListener('warning', resolve));
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template({ message: 'one' })), 'answer to one');
  assert.match((await heard).message, /unsolicited frame.*add ids to the template/);
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template({ message: 'two' })), 'answer to two');
  assert.equal(server.opened, 2);
});

test('a peer that asks without end is cut off', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === 'go') for (let i = 0; i < 500; i += 1) socket.send('2');
  });
  const template = server.template({ message: 'go', replies: [{ match: { $prefix: '2' }, send: '3' }] });
  // Few, so that the slowest machine sees one more within a second.
  const protocol = newProtocol(t, { limits: { unsolicitedFrames: 20 } });
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketClosedError, error);
  assert.match(error.message, /replies \(limit unsolicitedFrames\)/);
  await server.allClosed();
  assert.equal(server.closings[0][0], 4000);
  assert.equal(server.received.filter((text) => text === '3').length, 20);
});
