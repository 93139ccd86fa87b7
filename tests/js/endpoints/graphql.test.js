// graphql-transport-ws with the reference server, `graphql-ws`, and a real schema.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError, WebSocketConnectionError } from '../../../js/api/index.js';
import { callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { startGraphQL } from '../../support/peers.js';
import { collect, failure, newProtocol } from '../../support/server.js';

const query = (server) => recipe(server, 'graphql');
const subscription = (server) => recipe(server, 'graphql', 'graphql-subscription');
const typesSent = (server) => server.received.map((text) => JSON.parse(text).type);

test('queries wait for connection_ack; one connection_init for all of them', async (t) => {
  const server = await startGraphQL(t, { load: ({ host }) => ({ host, one: 0.5 }) });
  const protocol = newProtocol(t);
  const call = (host) => protocol.callTool(null, 'm.load', { host }, query(server));
  assert.deepEqual(await call('a'), { data: { load: { host: 'a', one: 0.5 } } });
  assert.deepEqual(await call('b" }'), { data: { load: { host: 'b" }', one: 0.5 } } });
  assert.deepEqual(typesSent(server), ['connection_init', 'subscribe', 'subscribe']);
  assert.equal(server.requests[0].headers['sec-websocket-protocol'], 'graphql-transport-ws');
  assert.equal(server.opened, 1);
});

test('twenty queries at once on one connection, answered last first', async (t) => {
  const hold = lastFirst(20);
  const server = await startGraphQL(t, { load: async ({ host }) => hold({ host }) });
  const protocol = newProtocol(t);
  const { results, order } = await callAtOnce(20, (n) =>
    protocol.callTool(null, 'm.load', { host: `h${n}` }, query(server)),
  );
  assert.deepEqual(
    results.map(({ data }) => data.load.host),
    results.map((_, n) => `h${n}`),
  );
  assert.deepEqual(
    order,
    results.map((_, n) => 19 - n),
  );
  assert.equal(server.opened, 1);
});

test('wrong variables and a resolver that throws are a ToolError; the connection stays', async (t) => {
  const server = await startGraphQL(t, {
    load({ host }) {
      if (host === 'x') throw new Error('no such host');
      return { host };
    },
  });
  const protocol = newProtocol(t);
  const call = (args) => protocol.callTool(null, 'm.load', args, query(server));
  const wrong = await failure(call({}));
  assert.ok(wrong instanceof ToolError);
  assert.match(wrong.detail[0].message, /"\$host" of required type/);
  const thrown = await failure(call({ host: 'x' }));
  assert.ok(thrown instanceof ToolError);
  assert.equal(thrown.detail[0].message, 'no such host');
  assert.equal((await call({ host: 'a' })).data.load.host, 'a');
  assert.equal(server.opened, 1);
});

test('what the schema refuses is a ToolError, too: errors stand at another place then', async (t) => {
  const server = await startGraphQL(t, { load: ({ host }) => ({ host }) });
  const protocol = newProtocol(t);
  const template = query(server);
  const refused = { ...template, message: { ...template.message, payload: { query: '{ nothing }' } } };
  const error = await failure(protocol.callTool(null, 'm.load', {}, refused));
  assert.ok(error instanceof ToolError);
  assert.match(error.detail.message, /Cannot query field "nothing"/);
  assert.equal((await protocol.callTool(null, 'm.load', { host: 'a' }, template)).data.load.host, 'a');
  assert.equal(server.opened, 1);
});

test('the payload of connection_init authenticates; who is refused gets the code and the reason', async (t) => {
  const onConnect = ({ connectionParams }) => connectionParams?.token === 'let-me-in';
  const server = await startGraphQL(t, { load: ({ host }) => ({ host }), onConnect });
  const protocol = newProtocol(t, { retry: false });
  const call = (token) => {
    const connect_message = { ...query(server).connect_message, payload: { token } };
    return protocol.callTool(null, 'm.load', { host: 'a' }, { ...query(server), connect_message });
  };
  assert.equal((await call('let-me-in')).data.load.host, 'a');
  const error = await failure(call('wrong'));
  assert.ok(error instanceof WebSocketConnectionError);
  assert.match(error.message, /code 4403, reason "Forbidden"/);
  assert.ok(!error.message.includes('wrong'));
});

test('a subscription ends with complete; its error is a ToolError after the items before it', async (t) => {
  async function* watch({ host }) {
    for (const one of [1, 2, 3]) yield { host, one };
    if (host === 'broken') throw new Error('sensor lost');
  }
  const server = await startGraphQL(t, { watch });
  const protocol = newProtocol(t);
  const stream = (host) => protocol.callToolStreaming(null, 'm.watch', { host }, subscription(server));
  const items = await collect(stream('a'));
  assert.deepEqual(
    items,
    [1, 2, 3].map((one) => ({ data: { load: { host: 'a', one } } })),
  );
  const broken = stream('broken');
  for (const one of [1, 2, 3]) assert.equal((await broken.next()).value.data.load.one, one);
  const error = await failure(broken.next());
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail.message, 'sensor lost');
  assert.equal(server.opened, 1);
});

/** An endless subscription. `ended` resolves when the server has stopped it. */
function endless() {
  let say;
  const ended = new Promise((resolve) => {
    say = resolve;
  });
  async function* watch({ host }) {
    try {
      for (let one = 0; ; one += 1) {
        yield { host, one };
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      say('ended');
    }
  }
  return { watch, ended };
}

test('leaving a subscription completes it on the server; the connection stays, with the others on it', async (t) => {
  const { watch, ended } = endless();
  const other = endless();
  const server = await startGraphQL(t, {
    watch: (args) => (args.host === 'a' ? watch(args) : other.watch(args)),
    load: ({ host }) => ({ host }),
  });
  const protocol = newProtocol(t);
  const stream = (host) => protocol.callToolStreaming(null, 'm.watch', { host }, subscription(server));
  const going = stream('b');
  await going.next();
  for await (const { data } of stream('a')) {
    if (data.load.one === 2) break;
  }
  assert.equal(await ended, 'ended');
  assert.deepEqual(JSON.parse(server.received.at(-1)), { id: '2', type: 'complete' });
  assert.equal((await going.next()).value.data.load.host, 'b');
  assert.equal((await protocol.callTool(null, 'm.load', { host: 'b' }, query(server))).data.load.host, 'b');
  await going.return();
  assert.equal(await other.ended, 'ended');
  assert.equal(server.opened, 1);
  assert.equal(server.clients.size, 1);
});

test('eight subscriptions that are held share one connection with queries, which they do not block', async (t) => {
  async function* watch({ host }) {
    yield { host, one: 1 };
    await new Promise(() => {});
  }
  const server = await startGraphQL(t, { watch, load: ({ host }) => ({ host }) });
  const protocol = newProtocol(t, { maxConnections: 1 });
  const hosts = Array.from({ length: 8 }, (_, n) => `h${n}`);
  const streams = hosts.map((host) => protocol.callToolStreaming(null, 'm.watch', { host }, subscription(server)));
  const items = await Promise.all(streams.map((stream) => stream.next()));
  assert.deepEqual(
    items.map(({ value }) => value.data.load.host),
    hosts,
  );
  const { results } = await callAtOnce(3, (n) => protocol.callTool(null, 'm.load', { host: `q${n}` }, query(server)));
  assert.deepEqual(
    results.map(({ data }) => data.load.host),
    ['q0', 'q1', 'q2'],
  );
  await Promise.all(streams.map((stream) => stream.return()));
  await server.until(() => typesSent(server).filter((type) => type === 'complete').length === 8);
  assert.equal(server.opened, 1);
});

test('a subscription that is aborted completes on the server, too; one that has ended is not completed again', async (t) => {
  const { watch, ended } = endless();
  async function* few({ host }) {
    yield { host, one: 1 };
  }
  const server = await startGraphQL(t, { watch: (args) => (args.host === 'few' ? few(args) : watch(args)) });
  const protocol = newProtocol(t);
  const stream = (host, options) =>
    protocol.callToolStreaming(null, 'm.watch', { host }, subscription(server), options);
  assert.equal((await collect(stream('few'))).length, 1);
  assert.deepEqual(typesSent(server), ['connection_init', 'subscribe']);
  const controller = new AbortController();
  const aborted = stream('a', controller);
  await aborted.next();
  controller.abort();
  assert.equal(await ended, 'ended');
  assert.deepEqual(typesSent(server), ['connection_init', 'subscribe', 'subscribe', 'complete']);
  assert.equal(server.opened, 1);
});

test('left without a leave message it goes on there: its items are dropped, queries are served', async (t) => {
  const { watch, ended } = endless();
  const server = await startGraphQL(t, { watch, load: ({ host }) => ({ host }) });
  const protocol = newProtocol(t);
  const { message } = subscription(server);
  const shared = { ...query(server), message, stream_end: { type: 'complete' } };
  for await (const { data } of protocol.callToolStreaming(null, 'm.watch', { host: 'a' }, shared)) {
    if (data.load.one === 2) break;
  }
  const late = new Promise((resolve) => protocol.addEventListener('unsolicited', resolve, { once: true }));
  assert.match((await late).message, /no call/);
  assert.equal((await protocol.callTool(null, 'm.load', { host: 'b' }, query(server))).data.load.host, 'b');
  assert.equal(server.opened, 1);
  assert.ok(!typesSent(server).includes('complete'));
  await protocol.close();
  assert.equal(await ended, 'ended');
});

test('the complete of an earlier query does not end a subscription on the same connection', async (t) => {
  async function* watch({ host }) {
    for (const one of [1, 2]) yield { host, one };
  }
  let letComplete;
  const mayComplete = new Promise((resolve) => {
    letComplete = resolve;
  });
  // The query's `complete` comes after the subscription has begun, and before its first item.
  const server = await startGraphQL(t, {
    load: ({ host }) => ({ host }),
    watch,
    onComplete: (_ctx, id) => (id === '1' ? mayComplete : undefined),
    onNext: (_ctx, id) => {
      if (id !== '2') return;
      letComplete();
      return server.until(() => completed);
    },
  });
  let completed = false;
  const protocol = newProtocol(t);
  protocol.addEventListener('unsolicited', () => {
    completed = true;
    server.emit('change');
  });
  await protocol.callTool(null, 'm.load', { host: 'a' }, query(server));
  const items = await collect(protocol.callToolStreaming(null, 'm.watch', { host: 'b' }, subscription(server)));
  assert.deepEqual(
    items.map(({ data }) => data.load.one),
    [1, 2],
  );
  assert.equal(completed, true);
  assert.equal(server.opened, 1);
});
