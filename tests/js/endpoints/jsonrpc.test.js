// JSON-RPC 2.0 with the server side of language servers, `vscode-ws-jsonrpc`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError } from '../../../js/api/index.js';
import { askForPassword, callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { startJsonRpc } from '../../support/peers.js';
import { failure, newProtocol } from '../../support/server.js';

/** The recipe with ids that are numbers. */
const numbered = (template) => ({
  ...template,
  message: '{"jsonrpc":"2.0","id":{{request_id}},"method":"{{tool_name}}","params":{{args}}}',
});

test('results of any type', async (t) => {
  const server = await startJsonRpc(t, {
    'math/add': ({ a, b }) => a + b,
    nothing: () => null,
    same: (params) => params,
  });
  const protocol = newProtocol(t);
  const template = recipe(server, 'json-rpc');
  assert.equal(await protocol.callTool(null, 'm.math/add', { a: 2, b: 3 }, template), 5);
  assert.equal(await protocol.callTool(null, 'm.nothing', {}, template), null);
  const params = { text: '"},\\ {{request_id}}', list: [1.5, null, { deep: true }] };
  assert.deepEqual(await protocol.callTool(null, 'm.same', params, template), params);
  assert.equal(server.opened, 1);
});

for (const [type, change] of [
  ['string', (template) => template],
  ['number', numbered],
]) {
  test(`twenty calls at once on one connection, answered last first, with ids of type ${type}`, async (t) => {
    const hold = lastFirst(20);
    const server = await startJsonRpc(t, { twice: async ({ n }) => hold(2 * n) });
    const protocol = newProtocol(t);
    const template = change(recipe(server, 'json-rpc'));
    const { results, order } = await callAtOnce(20, (n) => protocol.callTool(null, 'm.twice', { n }, template));
    assert.deepEqual(
      results,
      results.map((_, n) => 2 * n),
    );
    assert.deepEqual(
      order,
      results.map((_, n) => 19 - n),
    );
    assert.equal(server.opened, 1);
    assert.ok(server.received.every((text) => typeof JSON.parse(text).id === type));
  });
}

test('an error is a ToolError with its code; the connection stays', async (t) => {
  const methods = {
    fails() {
      throw new Error('out of paper');
    },
    works: () => 'ok',
  };
  const server = await startJsonRpc(t, methods);
  const protocol = newProtocol(t);
  const template = recipe(server, 'json-rpc');
  const thrown = await failure(protocol.callTool(null, 'm.fails', {}, template));
  assert.ok(thrown instanceof ToolError);
  assert.equal(thrown.detail.code, -32603);
  assert.match(thrown.detail.message, /out of paper/);
  const unknown = await failure(protocol.callTool(null, 'm.unknown', {}, template));
  assert.ok(unknown instanceof ToolError);
  assert.equal(unknown.detail.code, -32601);
  assert.equal(await protocol.callTool(null, 'm.works', {}, template), 'ok');
  assert.equal(server.opened, 1);
});

test('what the server asks and tells on its own is no answer, whatever its id', async (t) => {
  const asks = async (_, connection) => {
    // Its own ids count up from 0, so that one of them is the id of the call that waits.
    for (const method of ['zero', 'one', 'two']) connection.sendRequest(method).catch(() => {});
    await connection.sendNotification('window/logMessage', { message: 'working' });
    return 'mine';
  };
  const server = await startJsonRpc(t, { asks });
  const protocol = newProtocol(t);
  const dropped = [];
  protocol.addEventListener('unsolicited', (event) => dropped.push(event.requestId));
  assert.equal(await protocol.callTool(null, 'm.asks', {}, numbered(recipe(server, 'json-rpc'))), 'mine');
  assert.deepEqual(dropped, [undefined, '1', undefined, undefined]);
});

test('a call that is aborted is cancelled on a language server; the connection stays', async (t) => {
  let cancelled;
  const seen = new Promise((resolve) => {
    cancelled = resolve;
  });
  const waits = (_params, _connection, token) => new Promise(() => token.onCancellationRequested(cancelled));
  const server = await startJsonRpc(t, { waits, works: () => 'ok' });
  const protocol = newProtocol(t);
  const template = {
    ...recipe(server, 'json-rpc'),
    leave_message: { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: '{{request_id}}' } },
  };
  const controller = new AbortController();
  const aborted = failure(protocol.callTool(null, 'm.waits', {}, template, controller));
  await server.until(() => server.received.length === 1);
  controller.abort();
  await aborted;
  await seen;
  assert.equal(await protocol.callTool(null, 'm.works', {}, template), 'ok');
  assert.equal(server.opened, 1);
});

test('a notification is sent, and nothing is waited for', async (t) => {
  const notes = [];
  const server = await startJsonRpc(t, { works: () => 'ok' }, (method, params) => notes.push([method, params]));
  const protocol = newProtocol(t);
  const template = recipe(server, 'json-rpc');
  const { id: _none, ...message } = template.message;
  const note = { ...template, message, expected_responses: 0 };
  for (const n of [1, 2, 3])
    assert.equal((await protocol.callTool(null, 'm.log', { n }, note)) ?? undefined, undefined);
  assert.equal(await protocol.callTool(null, 'm.works', {}, template), 'ok');
  assert.deepEqual(
    notes,
    [1, 2, 3].map((n) => ['log', { n }]),
  );
  assert.equal(server.opened, 1);
});

test('where the server asks for a password by HTTP, a wrong one is refused at the first attempt', async (t) => {
  const server = await startJsonRpc(t, { same: (params) => params });
  assert.deepEqual(await askForPassword(t, server, recipe(server, 'json-rpc'), 'm.same', { n: 1 }), { n: 1 });
});
