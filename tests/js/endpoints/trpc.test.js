// tRPC with its own server, `@trpc/server` on `ws`: queries, mutations, subscriptions, its pings, and who it lets in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRPCError } from '@trpc/server';
import { ToolError, WebSocketAuthError } from '../../../js/api/index.js';
import { callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { collect, failure, newProtocol } from '../../support/server.js';
import { anything, procedure, router, startTrpc } from '../../support/trpc.js';

const sent = (server) => server.received.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text));

/** An endless subscription; `ended` resolves when the server has stopped it. */
function endless() {
  let say;
  const ended = new Promise((resolve) => {
    say = resolve;
  });
  const watch = anything.subscription(async function* ({ input, signal }) {
    try {
      for (let n = 0; !signal.aborted; n += 1) {
        yield { host: input.host, n };
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      say('ended');
    }
  });
  return { watch, ended };
}

test('queries at once on one connection, answered last first; names with dots', async (t) => {
  const hold = lastFirst(20);
  const server = await startTrpc(t, { math: router({ add: anything.query(({ input: { a, b } }) => hold(a + b)) }) });
  const protocol = newProtocol(t);
  const { results, order } = await callAtOnce(20, (n) =>
    protocol.callTool(null, 'm.math.add', { a: n, b: 1 }, recipe(server, 'trpc')),
  );
  assert.deepEqual(
    results,
    results.map((_, n) => n + 1),
  );
  assert.deepEqual(
    order,
    results.map((_, n) => 19 - n),
  );
  assert.equal(server.opened, 1);
});

test('mutations; a procedure without a result gives null', async (t) => {
  const posts = [];
  const server = await startTrpc(t, {
    add: anything.mutation(({ input }) => {
      posts.push(input.title);
    }),
    count: procedure.query(() => posts.length),
  });
  const protocol = newProtocol(t);
  const add = (title) => protocol.callTool(null, 'm.add', { title }, recipe(server, 'trpc', 'trpc-mutation'));
  assert.deepEqual(await Promise.all([add('a'), add('b'), add('c')]), [null, null, null]);
  assert.deepEqual(posts, ['a', 'b', 'c']);
  assert.equal(await protocol.callTool(null, 'm.count', {}, recipe(server, 'trpc')), 3);
  assert.equal(server.opened, 1);
});

test('an error is a ToolError with its code; the connection stays', async (t) => {
  const server = await startTrpc(t, {
    post: anything.query(({ input }) => {
      if (input.id !== 1) throw new TRPCError({ code: 'NOT_FOUND', message: `no post ${input.id}` });
      return { title: 'first' };
    }),
  });
  const protocol = newProtocol(t);
  const call = (name, id) => protocol.callTool(null, `m.${name}`, { id }, recipe(server, 'trpc'));
  const error = await failure(call('post', 7));
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail.message, 'no post 7');
  assert.deepEqual([error.detail.data.code, error.detail.data.path], ['NOT_FOUND', 'post']);
  assert.match((await failure(call('nothing', 1))).detail.message, /on path "nothing"/);
  assert.deepEqual(await call('post', 1), { title: 'first' });
  assert.equal(server.opened, 1);
});

test('a subscription ends when the server stops it; its error comes after its items', async (t) => {
  const server = await startTrpc(t, {
    watch: anything.subscription(async function* ({ input }) {
      for (const n of [1, 2, 3]) yield { n };
      if (input.breaks) throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'sensor lost' });
    }),
  });
  const protocol = newProtocol(t);
  const stream = (args) => protocol.callToolStreaming(null, 'm.watch', args, recipe(server, 'trpc-subscription'));
  assert.deepEqual(await collect(stream({})), [{ n: 1 }, { n: 2 }, { n: 3 }]);
  const broken = stream({ breaks: true });
  for (const n of [1, 2, 3]) assert.deepEqual((await broken.next()).value, { n });
  const error = await failure(broken.next());
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail.message, 'sensor lost');
  assert.equal(server.opened, 1);
});

test('leaving a subscription stops it on the server; others and queries on the connection go on', async (t) => {
  const [first, second] = [endless(), endless()];
  const server = await startTrpc(t, {
    first: first.watch,
    second: second.watch,
    ready: procedure.query(() => true),
  });
  const protocol = newProtocol(t);
  const stream = (name) =>
    protocol.callToolStreaming(null, `m.${name}`, { host: name }, recipe(server, 'trpc-subscription'));
  const going = stream('second');
  await going.next();
  for await (const { n } of stream('first')) if (n === 2) break;
  assert.equal(await first.ended, 'ended');
  assert.deepEqual(sent(server).at(-1), { id: '2', method: 'subscription.stop' });
  assert.equal((await going.next()).value.host, 'second');
  assert.equal(await protocol.callTool(null, 'm.ready', {}, recipe(server, 'trpc')), true);
  await going.return();
  assert.equal(await second.ended, 'ended');
  assert.equal(server.opened, 1);
});

test('its pings are answered while nobody calls; who does not answer is dropped', async (t) => {
  const keepAlive = { enabled: true, pingMs: 20, pongWaitMs: 60_000 };
  const server = await startTrpc(t, { ready: procedure.query(() => true) }, { keepAlive });
  const protocol = newProtocol(t);
  assert.equal(await protocol.callTool(null, 'm.ready', {}, recipe(server, 'trpc')), true);
  await server.until(() => server.received.filter((text) => text === 'PONG').length === 3);
  assert.equal(server.clients.size, 1);

  const strict = await startTrpc(
    t,
    { ready: procedure.query(() => true) },
    { keepAlive: { ...keepAlive, pongWaitMs: 1000 } },
  );
  const mute = { ...recipe(strict, 'trpc'), replies: [] };
  assert.equal(await protocol.callTool(null, 'm.ready', {}, mute), true);
  await strict.allClosed();
  assert.ok(!strict.received.includes('PONG'));
});

test('a token goes into connectionParams; who is refused learns it at the first attempt, before any call is sent', async (t) => {
  const createContext = ({ info }) => {
    if (info.connectionParams?.token !== 'let-me-in') throw new TRPCError({ code: 'UNAUTHORIZED', message: 'not you' });
    return {};
  };
  const server = await startTrpc(t, { ready: procedure.query(() => true) }, { createContext });
  const protocol = newProtocol(t);
  const template = JSON.stringify(recipe(server, 'trpc', 'trpc-token'));
  const call = (token) =>
    protocol.callTool(null, 'm.ready', {}, JSON.parse(template.replace(/\$\{TRPC_TOKEN\}/, () => token)));
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => call('let-me-in'))), [true, true, true]);
  assert.deepEqual(
    sent(server).map(({ method, id }) => [method, id]),
    [
      ['connectionParams', undefined],
      ['query', 'hello'],
      ['query', '1'],
      ['query', '2'],
      ['query', '3'],
    ],
  );
  const [opened, received] = [server.opened, sent(server).length];
  const errors = await Promise.all([1, 2, 3].map(() => failure(call('wr0ng-token'))));
  for (const error of errors) {
    assert.ok(error instanceof WebSocketAuthError, String(error));
    assert.match(error.message, /refused the connection at connect\[2\]: .*"not you".*"UNAUTHORIZED"/);
    assert.ok(!error.message.includes('wr0ng-token'));
  }
  assert.equal(server.opened, opened + 1);
  assert.equal(sent(server).length, received + 2);
});
