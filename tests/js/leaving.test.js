// What the peer is told when calls are left and connections closed, and calls that send or expect nothing: the cases of
// tests/vectors/leaving.json against a real server, here and through the native client; and the order of all of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { collect, failure, newProtocol, startServer, turns } from '../support/server.js';

const cases = JSON.parse(readFileSync(new URL('../vectors/leaving.json', import.meta.url), 'utf8'));
const isNative = process.env.UTCP_NATIVE_CLIENT === '1';

/** Makes the case's call and ends it. */
async function run(protocol, template, { mode, args = {}, answers = [], greets, end, error, result }, server) {
  const items = (greets ?? answers).length;
  const controller = new AbortController();
  if (mode === 'discovery') {
    assert.equal((await protocol.registerManual(null, template)).success, true);
  } else if (mode === 'stream') {
    const stream = protocol.callToolStreaming(null, 'm.t', args, template, controller);
    if (result !== undefined) {
      assert.deepEqual(await collect(stream), result);
      return;
    }
    for (let i = 0; i < items; i += 1) assert.equal((await stream.next()).done, false);
    if (error) assert.equal((await failure(stream.next())).code, error);
    if (end === 'leave') await stream.return();
    if (end === 'abort') controller.abort();
  } else {
    const call = protocol.callTool(null, 'm.t', args, template, controller);
    if (error) {
      assert.equal((await failure(call)).code, error);
      return;
    }
    if (!end) {
      assert.deepEqual((await call) ?? undefined, result);
      return;
    }
    await server.until(() => server.received.length > 0);
    const refused = failure(call);
    if (end === 'abort') controller.abort();
    else await protocol.close();
    await refused;
  }
}

for (const one of cases) {
  test(one.name, async (t) => {
    const { template, received, on_close = [], answers = [], greets = [], closed = false } = one;
    const isGreeting = (text) => template.connect_message !== undefined && text === '{"id":"2"}';
    const server = await startServer(
      t,
      (socket, text) => {
        if (server.received.filter((other) => !isGreeting(other)).length > 1 || isGreeting(text)) return;
        for (const answer of answers) socket.send(answer);
      },
      { onConnection: (socket) => greets.map((text) => socket.send(text)) },
    );
    const protocol = newProtocol(t);
    await run(protocol, server.template(template), one, server);
    await server.until(() => server.received.length >= received.length);
    if (closed) await server.allClosed();
    else if (received.length > 0 && one.end !== 'close') assert.equal(server.clients.size, 1);
    await protocol.close();
    await server.allClosed();
    assert.deepEqual(server.received, [...received, ...on_close]);
  });
}

test('what is left is told on its own connection, after its own message, whoever else is there', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({ message: { id: '{{request_id}}' }, leave_message: { stop: '{{request_id}}' } });
  const stream = () => protocol.callToolStreaming(null, 'm.t', {}, template);
  const [first, second] = [stream(), stream()];
  await Promise.all([first.next(), second.next()]);
  await first.return();
  await server.until(() => server.received.length === 3);
  assert.equal(server.received[2], '{"stop":"1"}');
  assert.equal(server.opened, 1);
});

test('a call that is aborted before its message has gone out sends neither it nor a leave message', {
  skip: isNative && 'its events come after the turn in which they happen',
}, async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({ message: { id: '{{request_id}}' }, leave_message: 'stop' });
  const controller = new AbortController();
  const other = protocol.callTool(null, 'm.t', {}, template);
  const aborted = failure(protocol.callTool(null, 'm.t', {}, template, controller));
  // The core has given the call its connection by now, and the host has not come to send its message.
  protocol.addEventListener('send', () => controller.abort(), { once: true });
  await Promise.all([other, aborted]);
  await protocol.close();
  await server.allClosed();
  assert.deepEqual(server.received, ['{"id":"1"}']);
});

test('the answer to a leave message is nobody’s, and the connection is used again', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({
    message: { id: '{{request_id}}' },
    leave_message: { id: '{{new_id}}', left: '{{request_id}}' },
  });
  const warned = [];
  protocol.addEventListener('warning', ({ message }) => warned.push(message));
  const unsolicited = new Promise((resolve) => protocol.addEventListener('unsolicited', resolve, { once: true }));
  const stream = protocol.callToolStreaming(null, 'm.t', {}, template);
  await stream.next();
  await stream.return();
  await unsolicited;
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), '{"id":"3"}');
  assert.equal(server.opened, 1);
  assert.deepEqual(warned, []);
});

test('arguments are read once: what the caller changes later does not go into the leave message', {
  skip: isNative && 'arguments are copied into the driver',
}, async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const args = { topic: 'a' };
  const template = server.template({ message: { id: '{{request_id}}' }, leave_message: 'UTCP_ARG_topic_UTCP_ARG' });
  const stream = protocol.callToolStreaming(null, 'm.t', args, template);
  await stream.next();
  args.topic = 'b';
  await stream.return();
  await server.until(() => server.received.length === 2);
  assert.equal(server.received[1], 'a');
});

test('a peer that closes is told nothing', async (t) => {
  const server = await startServer(t, (socket) => socket.close(1001));
  const protocol = newProtocol(t);
  const template = server.template({ leave_message: 'stop', leave_when: 'always', disconnect_message: 'bye' });
  await failure(protocol.callTool(null, 'm.t', {}, template));
  await protocol.close();
  assert.deepEqual(server.received, ['{}']);
});

test('an idle connection is told that it is closed', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { idleTimeout: 0.05 });
  await protocol.callTool(null, 'm.t', {}, server.template({ disconnect_message: 'bye' }));
  await server.allClosed();
  assert.deepEqual(server.received, ['{}', 'bye']);
});

test('a manual that is deregistered: its connections are told', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template({ disconnect_message: 'bye' }));
  await protocol.deregisterManual(null, server.template());
  await server.allClosed();
  assert.deepEqual(server.received, ['{}', 'bye']);
});

test('calls that expect nothing leave in their order, and keep nobody waiting', async (t) => {
  const server = await startServer(t, () => {});
  const protocol = newProtocol(t);
  const template = server.template({ message: 'UTCP_ARG_n_UTCP_ARG', expected_responses: 0 });
  const sent = Array.from({ length: 20 }, (_, n) => String(n));
  await protocol.callTool(null, 'm.t', { n: 'first' }, template);
  const results = await Promise.all(sent.map((n) => protocol.callTool(null, 'm.t', { n }, template)));
  for (const result of results) assert.equal(result ?? undefined, undefined);
  await turns();
  await protocol.close();
  await server.allClosed();
  assert.deepEqual(server.received, ['first', ...sent]);
  assert.equal(server.opened, 1);
});
