// Checks what the demo's provider has for load and trouble: calls in flight, a restart, a long stream, GraphQL.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { startProvider } from '../../web-demo/server/provider.js';
import { collect, failure, newProtocol } from '../support/server.js';

/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.close());

/** The tools of the provider, as functions. */
async function toolsFor(t, options) {
  const protocol = newProtocol(t, options);
  const template = { name: 'demo', call_template_type: 'websocket', url: provider.url };
  const { manual } = await protocol.registerManual(null, template);
  const found = (name) => manual.tools.find((tool) => tool.name === name).tool_call_template;
  return {
    protocol,
    call: (name, args) => protocol.callTool(null, `demo.${name}`, args, found(name)),
    stream: (name, args) => protocol.callToolStreaming(null, `demo.${name}`, args, found(name)),
  };
}

test('256 calls are in flight on one connection', async (t) => {
  const { call } = await toolsFor(t);
  const answers = await Promise.all(
    Array.from({ length: 256 }, () => call('answer_later', { delay_ms: 100, together: 256 })),
  );
  assert.equal(new Set(answers.map(({ connection }) => connection)).size, 1);
  assert.equal(Math.max(...answers.map(({ most_in_flight }) => most_in_flight)), 256);
  assert.equal((await failure(call('answer_later', { delay_ms: -1 }))).name, 'ToolError');
});

test('a restart ends the calls in flight with 1012, and later calls find the server again', async (t) => {
  const { call, protocol } = await toolsFor(t);
  const sent = new Promise((resolve) => protocol.addEventListener('send', resolve, { once: true }));
  const lost = failure(call('unsteady_answer', { delay_ms: 60_000 }));
  await sent;
  const { closed_connections } = await call('restart_server', { down_ms: 100 });
  assert.equal(closed_connections, 1);
  assert.deepEqual([(await lost).code, (await lost).closeCode], ['connection_closed', 1012]);
  assert.equal((await call('unsteady_answer', { delay_ms: 0 })).in_flight, 1);
});

test('every item of a long stream comes, in order, also to a reader that is slow at first', async (t) => {
  const { stream } = await toolsFor(t, { WebSocket }); // Node's own cannot stop reading meanwhile
  const items = stream('count_up', { items: 20_000 });
  assert.equal((await items.next()).value.number, 1);
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const rest = await collect(items);
  assert.deepEqual(
    rest.map(({ number }) => number),
    Array.from({ length: 19_999 }, (_, index) => index + 2),
  );
});

test('GraphQL: a query, an error of it, a subscription that is left', async (t) => {
  const { call, stream } = await toolsFor(t);
  const { packages } = await call('graphql_packages', { filter: 'graphql-ws' });
  assert.equal(packages[0].name, 'graphql-ws');
  const error = await failure(call('graphql_packages', { filter: 1 }));
  assert.equal(error.name, 'ToolError');
  const open = provider.wss.clients.size;
  for await (const { number } of stream('graphql_readings', { intervalMs: 20 })) if (number === 2) break;
  while (provider.wss.clients.size > open) {
    await Promise.race([...provider.wss.clients].map((client) => new Promise((done) => client.once('close', done))));
  }
  await assert.rejects(stream('graphql_readings', { intervalMs: 1 }).next(), { name: 'ToolError' });
});
