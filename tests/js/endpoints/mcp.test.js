// MCP over WebSocket with the server of `@modelcontextprotocol/sdk`, which is held against the SDK's own client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { WebSocket } from 'ws';
import * as api from '../../../js/api/index.js';
import { askForPassword, callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { startMcp, text } from '../../support/mcp.js';
import { failure, newProtocol } from '../../support/server.js';

const { ToolError, WebSocketTimeoutError } = api;

const methodsSent = (server) => server.received.map((frame) => JSON.parse(frame).method);

test("the SDK's own client speaks to this server", async (t) => {
  const before = globalThis.WebSocket;
  globalThis.WebSocket = WebSocket; // the client's transport takes the global one, which Node 20 has not
  t.after(() => {
    globalThis.WebSocket = before;
  });
  const server = await startMcp(t, { add: ({ a, b }) => text(a + b) });
  const client = new Client({ name: 'own', version: '1.0.0' });
  await client.connect(new WebSocketClientTransport(new URL(server.url)));
  assert.deepEqual((await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })).content, text(3).content);
  assert.equal(server.seen.initialized, 1);
  await client.close();
});

test('initialize and notifications/initialized once, then calls', async (t) => {
  const server = await startMcp(t, { add: ({ a, b }) => text(a + b) });
  const protocol = newProtocol(t);
  const template = recipe(server, 'mcp');
  for (const b of [2, 3]) {
    assert.deepEqual(await protocol.callTool(null, 'm.add', { a: 1, b }, template), text(1 + b));
  }
  assert.deepEqual(methodsSent(server), ['initialize', 'notifications/initialized', 'tools/call', 'tools/call']);
  assert.deepEqual(server.seen.clients[0], template.connect[0].send.params.clientInfo);
  assert.equal(server.seen.initialized, 1);
  assert.equal(server.opened, 1);
});

test('twenty calls at once on one connection, answered last first, with ids that are numbers', async (t) => {
  const hold = lastFirst(20);
  const server = await startMcp(t, { same: ({ n }) => hold(text(n)) });
  const protocol = newProtocol(t);
  const { results, order } = await callAtOnce(20, (n) =>
    protocol.callTool(null, 'm.same', { n }, recipe(server, 'mcp')),
  );
  assert.deepEqual(
    results,
    results.map((_, n) => text(n)),
  );
  assert.deepEqual(
    order,
    results.map((_, n) => 19 - n),
  );
  assert.equal(server.opened, 1);
  const ids = server.received.slice(2).map((frame) => typeof JSON.parse(frame).id);
  assert.deepEqual(new Set(ids), new Set(['number']));
});

test('a protocol error is a ToolError, and so is what a tool says in its result', async (t) => {
  const server = await startMcp(t, { fails: () => ({ ...text('out of paper'), isError: true }) });
  const protocol = newProtocol(t);
  const error = await failure(protocol.callTool(null, 'm.unknown', {}, recipe(server, 'mcp')));
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail.code, ErrorCode.InvalidParams);
  const failed = await failure(protocol.callTool(null, 'm.fails', {}, recipe(server, 'mcp')));
  assert.ok(failed instanceof ToolError);
  assert.deepEqual(failed.detail.result, { ...text('out of paper'), isError: true });
  assert.equal(server.opened, 1);
});

test('a call that is aborted or times out is cancelled on the server; the connection stays', async (t) => {
  const cancelled = [];
  const server = await startMcp(t, {
    waits: ({ n }, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          cancelled.push(n);
          server.emit('change');
        });
      }),
    add: ({ a, b }) => text(a + b),
  });
  const protocol = newProtocol(t);
  const template = recipe(server, 'mcp');
  const controller = new AbortController();
  const aborted = failure(protocol.callTool(null, 'm.waits', { n: 1 }, template, controller));
  await server.until(() => methodsSent(server).includes('tools/call'));
  controller.abort();
  await aborted;
  const late = await failure(protocol.callTool(null, 'm.waits', { n: 2 }, { ...template, response_timeout: 1 }));
  assert.equal(late.code, 'response_timeout');
  await server.until(() => cancelled.length === 2);
  assert.deepEqual(cancelled, [1, 2]);
  assert.deepEqual(await protocol.callTool(null, 'm.add', { a: 1, b: 2 }, template), text(3));
  const messages = server.received.map((frame) => JSON.parse(frame));
  const notes = messages.filter(({ id, method }) => id === undefined && method !== 'notifications/initialized');
  assert.deepEqual(
    notes.map(({ method, params }) => [method, params.requestId]),
    [1, 2].map((id) => ['notifications/cancelled', id]),
  );
  assert.equal(server.opened, 1);
});

test("the server's own requests and notifications are no answers, whatever their id", async (t) => {
  const asks = async (_args, { sendNotification }, mcp) => {
    // Its own ids count up from 0, so that one of them is the id of the call that waits.
    for (let id = 0; id < 3; id += 1) mcp.ping().catch(() => {});
    await sendNotification({ method: 'notifications/message', params: { level: 'info', data: 'working' } });
    return text('mine');
  };
  const server = await startMcp(t, { asks });
  const template = { ...recipe(server, 'mcp'), replies: [] };
  const protocol = newProtocol(t);
  const dropped = [];
  protocol.addEventListener('unsolicited', (event) => dropped.push(event.requestId));
  assert.deepEqual(await protocol.callTool(null, 'm.asks', {}, template), text('mine'));
  assert.deepEqual(dropped, [undefined, '1', undefined, undefined]);
});

test('the server asks while a tool runs: its ping is answered, and it has no roots', async (t) => {
  const server = await startMcp(t, {
    async ask(_, __, mcp) {
      await mcp.ping();
      return text((await mcp.listRoots()).roots.length);
    },
  });
  const protocol = newProtocol(t);
  const ask = () => protocol.callTool(null, 'm.ask', {}, recipe(server, 'mcp'));
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [text(0), text(0), text(0)]);
  assert.equal(server.opened, 1);
});

test('a tool that reports progress keeps its call alive, and no other', async (t) => {
  const steps = [1, 2, 3, 4, 5, 6];
  const slow = async (_args, { _meta, sendNotification }) => {
    for (const progress of steps) {
      await wait(400);
      const params = { progressToken: _meta.progressToken, progress, total: steps.length, message: `step ${progress}` };
      await sendNotification({ method: 'notifications/progress', params });
    }
    return text('done');
  };
  const server = await startMcp(t, { slow, silent: () => new Promise(() => {}), ready: () => text('ready') });
  const protocol = newProtocol(t);
  const template = { ...recipe(server, 'mcp'), response_timeout: 2 };
  await protocol.callTool(null, 'm.ready', {}, template); // the connection is open
  const heard = { slow: [], silent: [] };
  const call = (name) => {
    const onProgress = ({ method, params }) => heard[name].push([method, params.progress, params.message]);
    return protocol.callTool(null, `m.${name}`, {}, template, { onProgress });
  };
  const started = performance.now();
  const [result, error] = await Promise.all([call('slow'), failure(call('silent'))]);
  assert.deepEqual(result, text('done'));
  assert.ok(performance.now() - started > 2000, 'longer than response_timeout');
  assert.equal(error.code, 'response_timeout');
  const step = (progress) => ['notifications/progress', progress, `step ${progress}`];
  assert.deepEqual(heard, { slow: steps.map(step), silent: [] });
  assert.equal(server.opened, 1);
});

test('another protocol version is not what is expected: no call is sent', async (t) => {
  const server = await startMcp(t, {});
  const [hello, welcome] = recipe(server, 'mcp').connect;
  const protocolVersion = '1999-12-31';
  const send = { ...hello.send, params: { ...hello.send.params, protocolVersion } };
  const expect = { ...welcome.expect, result: { protocolVersion } };
  const protocol = newProtocol(t, { retry: false });
  const dropped = [];
  protocol.addEventListener('unsolicited', (event) => dropped.push(event.message));
  const changed = { ...recipe(server, 'mcp'), connect: [{ send }, { ...welcome, expect }], connection_timeout: 2 };
  const error = await failure(protocol.callTool(null, 'm.add', {}, changed));
  assert.ok(error instanceof WebSocketTimeoutError);
  assert.equal(error.code, 'connection_timeout');
  assert.match(error.message, /did not send the frame that connect\[1\] expects; .*"protocolVersion":/);
  assert.deepEqual(dropped, ['it is not the frame that connect[1] expects']);
  assert.deepEqual(methodsSent(server), ['initialize']);
});

test('tools/list is discovery: the tools of the server are listed, and called', async (t) => {
  const inputSchema = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a'] };
  const fails = () => ({ ...text('out of paper'), isError: true });
  const described = { add: { title: 'Add', description: 'Adds two numbers', inputSchema } };
  const server = await startMcp(t, { add: ({ a, b }) => text(a + b), fails }, described);
  const template = { ...recipe(server, 'mcp'), name: 'lab' };

  const protocol = newProtocol(t);
  const { success, manual, errors } = await protocol.registerManual(null, template);
  assert.deepEqual([success, errors], [true, []]);
  const [add, second] = manual.tools;
  assert.deepEqual([add.name, add.description, add.inputs], ['add', 'Adds two numbers', inputSchema]);
  assert.deepEqual([second.name, second.description, second.inputs], ['fails', '', { type: 'object' }]);
  for (const b of [2, 3]) {
    assert.deepEqual(await protocol.callTool(null, 'lab.add', { a: 1, b }, add.tool_call_template), text(1 + b));
  }
  const failed = await failure(protocol.callTool(null, 'lab.fails', {}, second.tool_call_template));
  assert.ok(failed instanceof ToolError);
  assert.deepEqual(failed.detail.result, fails());
  assert.deepEqual(methodsSent(server), [
    'initialize',
    'notifications/initialized',
    'tools/list',
    'tools/call',
    'tools/call',
    'tools/call',
  ]);
  assert.equal(server.opened, 1);
});

const skip = !api.connect && 'the native client has no connect';
test('connect lists the tools of the server, and calls them', { skip }, async (t) => {
  const server = await startMcp(t, { add: ({ a, b }) => text(a + b), other: () => text(0) });
  const endpoint = await api.connect(recipe(server, 'mcp'), { WebSocket });
  t.after(() => endpoint.close());
  assert.deepEqual(
    endpoint.tools.map(({ name }) => name),
    ['add', 'other'],
  );
  const sums = await Promise.all([1, 2, 3].map((b) => endpoint.call('add', { a: 1, b })));
  assert.deepEqual(sums, [text(2), text(3), text(4)]);
  assert.equal(server.opened, 1);
});

test('a server that has no tools/list says so at once', async (t) => {
  const server = await startMcp(t, undefined);
  const { success, error } = await newProtocol(t).registerManual(null, recipe(server, 'mcp'));
  assert.equal(success, false);
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail.code, ErrorCode.MethodNotFound);
});

test('without discovery the answer to tools/list is no manual', async (t) => {
  const server = await startMcp(t, { add: () => text(0) });
  const template = { ...recipe(server, 'mcp'), name: 'lab', discovery: undefined, response_timeout: 1 };
  const { success, errors } = await newProtocol(t).registerManual(null, template);
  assert.equal(success, false);
  assert.match(errors[0], /frames that did not answer this call: 1/);
});

test('where the server asks for a password by HTTP, a wrong one is refused at the first attempt', async (t) => {
  const server = await startMcp(t, { add: ({ a, b }) => text(a + b) });
  assert.deepEqual(await askForPassword(t, server, recipe(server, 'mcp'), 'm.add', { a: 1, b: 2 }), text(3));
});
