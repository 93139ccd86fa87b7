// Nothing is left behind: sockets, wasm heap, Emscripten's table and our own maps are back where they were.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryObjects } from 'node:v8';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { collectGarbage } from '../support/garbage.js';
import { hosts } from '../support/hosts.js';
import { collect, failure, newProtocol, startServer, turns } from '../support/server.js';

/** Calls of every kind and outcome, with connections lost and opened again all the time. */
async function traffic(protocol, server, calls) {
  const template = server.template();
  for (let n = 0; n < calls; n += 1) {
    const args = { n };
    switch (n % 10) {
      case 0:
        await failure(protocol.callTool(null, 'm.t', { close: 1011 }, template));
        break;
      case 1:
        await protocol.callTool(null, 'm.t', args, server.template({ keep_alive: false }));
        break;
      case 2:
        await collect(protocol.callToolStreaming(null, 'm.s', { stream: 5 }, template));
        break;
      case 3:
        for await (const _ of protocol.callToolStreaming(null, 'm.s', { stream: 5 }, template)) break;
        break;
      case 4: {
        const controller = new AbortController();
        const call = failure(protocol.callTool(null, 'm.t', { silent: 1 }, template, controller));
        controller.abort();
        await call;
        break;
      }
      case 5:
        await failure(protocol.callTool(null, 'm.t', args, { ...template, url: 'ws://evil.example/' }));
        break;
      default:
        await protocol.callTool(null, 'm.t', args, template);
    }
  }
}

function answer(socket, text) {
  const { close, stream, silent } = JSON.parse(text);
  if (silent) return;
  if (close) socket.close(close);
  else if (stream) {
    for (let i = 0; i < stream; i += 1) socket.send(`{"type":"tool_response","result":${i}}`);
    socket.send('{"type":"stream_end"}');
  } else socket.send(text);
}

/** Resolves when the closing handshakes are through: deregistering waits for all of them. */
const closingsOf = (protocol) => protocol.deregisterManual(null, { name: 'unknown' });

async function settledCounts(protocol, server) {
  await server.until(() => server.clients.size <= driverOf(protocol).counts().connections);
  await closingsOf(protocol);
  return driverOf(protocol).counts();
}

test('1,000 calls with reconnects', async (t) => {
  const server = await startServer(t, answer);
  const protocol = newProtocol(t);
  await traffic(protocol, server, 50);
  const before = await settledCounts(protocol, server);
  await traffic(protocol, server, 1000);
  const after = await settledCounts(protocol, server);
  // The allocator gives a little more than is asked for where the rest of a free region would be of no use.
  const more = after.heap - before.heap;
  assert.ok(more <= 16, `${more} bytes more`);
  assert.deepEqual({ ...after, heap: 0 }, { ...before, heap: 0 });
  assert.equal(after.calls, 0);
  assert.equal(after.connections, 1);
  assert.equal(after.sockets, 1);
  assert.equal(after.table, 1);
  assert.ok(server.opened > 300, `${server.opened} connections`);
  await protocol.close();
  await server.allClosed();
});

for (const [what, count, inFlight, fields] of [
  ['10,000 calls on one connection', 10_000, 256, { message: { id: '{{request_id}}', n: 'UTCP_ARG_n_UTCP_ARG' } }],
  ['500 connections of one call each', 500, 8, { keep_alive: false }],
]) {
  test(`${what} leave no objects behind`, async (t) => {
    const server = await startServer(t, answer);
    const protocol = newProtocol(t, { WebSocket: hosts.ws }); // undici lets go of its own a while later
    const template = server.template(fields);
    const work = async () => {
      let n = 0;
      const lane = async () => {
        while (n < count) await protocol.callTool(null, 'm.t', { n: n++ }, template);
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
      const counts = await settledCounts(protocol, server);
      for (const record of [server.received, server.requests, server.closings]) record.length = 0;
      await turns();
      return { counts, objects: queryObjects(Object, { format: 'count' }) };
    };
    const before = await work();
    const after = await work();
    assert.deepEqual(after.counts, before.counts);
    const more = after.objects - before.objects;
    assert.ok(more < 50, `${more} objects more`);
  });
}

test('protocols that were closed leave nothing in the module', async (t) => {
  const server = await startServer(t, answer);
  const heapAfter = async () => {
    const protocol = new WebSocketCommunicationProtocol();
    await protocol.callTool(null, 'm.t', {}, server.template());
    const { heap, table } = driverOf(protocol).counts();
    await protocol.close();
    assert.equal(table, 1);
    return heap;
  };
  for (let i = 0; i < 3; i += 1) await heapAfter();
  const before = await heapAfter();
  for (let i = 0; i < 20; i += 1) await heapAfter();
  // The seed's text has no fixed length, so that the allocator's pieces differ by a few bytes: less than 5 for each protocol.
  const grown = (await heapAfter()) - before;
  assert.ok(Math.abs(grown) < 100, `${grown} bytes`);
});

test('prepared tools are bounded', async (t) => {
  const server = await startServer(t, answer);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  for (let n = 0; n < 12_100; n += 1) {
    await failure(protocol.callTool(null, `m.tool${n}`, { n: 1n }, server.template()));
  }
  const counts = driverOf(protocol).counts();
  assert.equal(counts.hostTools, 12_000);
  assert.equal(counts.tools, 12_000);
  assert.equal(await protocol.callTool(null, 'm.tool0', {}, server.template()), '{}');
});

test('a failed discovery leaves nothing', async (t) => {
  const server = await startServer(t, (socket) => socket.close(1011));
  const protocol = newProtocol(t);
  for (let i = 0; i < 20; i += 1) await protocol.registerManual(null, server.template());
  const { calls, connections, hostCalls, sockets } = driverOf(protocol).counts();
  assert.deepEqual({ calls, connections, hostCalls, sockets }, { calls: 0, connections: 0, hostCalls: 0, sockets: 0 });
});

test('a protocol that is dropped without close() is freed by the garbage collector', async (t) => {
  const server = await startServer(t, answer);
  const keeper = newProtocol(t);
  await keeper.callTool(null, 'm.t', {}, server.template());
  const heap = () => driverOf(keeper).counts().heap;
  const registry = new FinalizationRegistry((/** @type {() => void} */ tell) => tell());
  const freed = [];
  const useAndDrop = async () => {
    const protocol = new WebSocketCommunicationProtocol();
    await protocol.callTool(
      null,
      'm.t',
      { big: 1 },
      server.template({ keep_alive: false, timeout: 2, discovery_message: 'x'.repeat(100_000) }),
    );
    await server.until(() => server.clients.size === 1);
    await closingsOf(protocol);
    freed.push(new Promise((resolve) => registry.register(protocol, resolve)));
  };
  const before = heap();
  for (let i = 0; i < 5; i += 1) await useAndDrop();
  assert.ok(heap() > before + 100_000);
  // Their timers hold on to them. One that is set later and for longer fires later.
  await new Promise((resolve) => setTimeout(resolve, 2001));
  collectGarbage();
  await Promise.all(freed);
  await turns(); // the library's own registry hears of it in another task
  assert.ok(heap() <= before + 100_000, `${heap() - before} bytes are left`);
});
