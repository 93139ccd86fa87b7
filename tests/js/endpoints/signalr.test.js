// SignalR's hub protocol in JSON, by the server of tests/support/signalr.js.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError, WebSocketClosedError } from '../../../js/api/index.js';
import { askForPassword, callAtOnce, recipe } from '../../support/endpoints.js';
import { failure, newProtocol } from '../../support/server.js';
import { END, SIGNALR_TOKEN, startSignalR } from '../../support/signalr.js';

const hub = {
  add: ({ a, b }) => a + b,
  nothing: () => undefined,
  fail: () => {
    throw new Error('no such hub method');
  },
  *count({ to }) {
    for (let n = 1; n <= to; n += 1) yield { n };
  },
};

test('calls at once on one connection, answers and pings in one frame', async (t) => {
  const server = await startSignalR(t, hub);
  const protocol = newProtocol(t);
  const template = recipe(server, 'signalr');
  const { results } = await callAtOnce(20, (n) => protocol.callTool(null, 'm.add', { a: n, b: 1 }, template));
  assert.deepEqual(
    results,
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
  assert.equal(server.opened, 1);
  assert.deepEqual(server.seen.messages[0], { protocol: 'json', version: 1 });
  await server.until(() => server.seen.pings === 20);
});

test('an error is a ToolError; a method without a result gives null', async (t) => {
  const server = await startSignalR(t, hub);
  const protocol = newProtocol(t);
  const template = recipe(server, 'signalr');
  const error = await failure(protocol.callTool(null, 'm.fail', {}, template));
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail, 'no such hub method');
  assert.equal(await protocol.callTool(null, 'm.nothing', {}, template), null);
  assert.equal(server.opened, 1);
});

test('a stream of items; one that is left is cancelled', async (t) => {
  const server = await startSignalR(t, hub);
  const protocol = newProtocol(t);
  const template = recipe(server, 'signalr', 'signalr-stream');
  const items = [];
  for await (const item of protocol.callToolStreaming(null, 'm.count', { to: 50 }, template)) items.push(item.n);
  assert.deepEqual(
    items,
    Array.from({ length: 50 }, (_, n) => n + 1),
  );
  for await (const item of protocol.callToolStreaming(null, 'm.count', { to: 3 }, { ...template, stream_end: {} })) {
    if (item.n === 3) break;
  }
  await server.until(() => server.seen.messages.at(-1).type === 5);
  assert.equal(server.opened, 1);
});

test('a token goes into the handshake; one that is refused is, at the first attempt', async (t) => {
  const server = await startSignalR(t, hub, true);
  const protocol = newProtocol(t);
  const add = (token) => {
    const template = { ...recipe(server, 'signalr'), headers: { Authorization: `Bearer ${token}` } };
    return protocol.callTool(null, 'm.add', { a: 1, b: 2 }, template);
  };
  assert.equal(await add(SIGNALR_TOKEN), 3);
  const refused = await failure(add('wrong'));
  assert.deepEqual([refused.code, refused.httpStatus, server.requests.length], ['auth_failed', 401, 2]);
});

test('a handshake that the hub refuses is a refusal that says why', async (t) => {
  const server = await startSignalR(t, hub);
  const [hello, answer] = recipe(server, 'signalr').connect;
  const connect = [{ ...hello, send: { protocol: 'xml', version: 1 } }, answer];
  const template = { ...recipe(server, 'signalr'), connect };
  const refused = await failure(newProtocol(t).callTool(null, 'm.add', { a: 1, b: 2 }, template));
  assert.equal(refused.code, 'auth_failed');
  assert.match(refused.message, /'xml' is not supported/);
  assert.equal(server.opened, 1);
});

test('a text argument with the terminator in it is escaped by its JSON', async (t) => {
  const server = await startSignalR(t, { back: (args) => args });
  const result = await newProtocol(t).callTool(null, 'm.back', { text: `a${END}b` }, recipe(server, 'signalr'));
  assert.deepEqual(result, { text: `a${END}b` });
});

test('messages that are cut out of one frame wait for a slow reader in their order', async (t) => {
  const server = await startSignalR(t, hub);
  const template = recipe(server, 'signalr', 'signalr-stream');
  const items = [];
  const stream = newProtocol(t, { limits: { streamItems: 10 } }).callToolStreaming(
    null,
    'm.count',
    { to: 200 },
    { ...template, correlation: false, message_filter: { type: 2 }, expected_responses: 200 },
  );
  for await (const item of stream) items.push(item.n);
  assert.deepEqual(
    items,
    Array.from({ length: 200 }, (_, n) => n + 1),
  );
});

test('where the server asks for a password by HTTP, a wrong one is refused at the first attempt', async (t) => {
  const server = await startSignalR(t, hub);
  assert.equal(await askForPassword(t, server, recipe(server, 'signalr'), 'm.add', { a: 1, b: 2 }), 3);
});

test('a connection that the server closes says why, and the next call has another', async (t) => {
  const server = await startSignalR(t, hub);
  const protocol = newProtocol(t);
  const call = (name, args = {}) => protocol.callTool(null, `m.${name}`, args, recipe(server, 'signalr'));
  assert.equal(await call('add', { a: 1, b: 2 }), 3);
  const error = await failure(call('restart'));
  assert.ok(error instanceof WebSocketClosedError, String(error));
  assert.match(error.message, /"error":"the server restarts"/);
  assert.equal(await call('add', { a: 2, b: 2 }), 4);
  assert.equal(server.opened, 2);
});
