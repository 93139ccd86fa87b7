// STOMP 1.2 over WebSocket, as RabbitMQ's Web STOMP and ActiveMQ speak it, by the broker of tests/support/stomp.js, which is held against
// `@stomp/stompjs`, the client of both.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@stomp/stompjs';
import { WebSocket } from 'ws';
import { ToolError, WebSocketAuthError, WebSocketClosedError } from '../../../js/api/index.js';
import { callAtOnce, recipe } from '../../support/endpoints.js';
import { failure, newProtocol } from '../../support/server.js';
import { startBroker } from '../../support/stomp.js';

const commands = (server) => server.frames.map(({ command }) => command);

/** The recipe with the credentials that the environment gives. */
const withLogin = (template, passcode = 's3sam') =>
  JSON.parse(
    JSON.stringify(template)
      .replace(/\$\{STOMP_LOGIN\}/, 'guest')
      .replace(/\$\{STOMP_PASSCODE\}/, passcode),
  );
const send = (server, passcode) => withLogin(recipe(server, 'stomp'), passcode);
const subscription = (server) => withLogin(recipe(server, 'stomp', 'stomp-subscription'));

test("stompjs' client speaks to this broker", async (t) => {
  const server = await startBroker(t);
  const client = new Client({
    webSocketFactory: () => new WebSocket(server.url, ['v12.stomp']),
    connectHeaders: { login: 'guest', passcode: 's3sam' },
    ...{ reconnectDelay: 0, heartbeatIncoming: 0, heartbeatOutgoing: 0 },
  });
  await new Promise((resolve) => {
    client.onConnect = resolve;
    client.activate();
  });
  const message = new Promise((resolve) => {
    client.subscribe('/queue/orders', resolve);
  });
  const receipt = new Promise((resolve) => {
    client.watchForReceipt('r1', resolve);
  });
  client.publish({ destination: '/queue/orders', body: '{"n":1}', headers: { receipt: 'r1' } });
  assert.equal((await message).body, '{"n":1}');
  await receipt;
  await client.deactivate();
  assert.equal(commands(server).at(-1), 'DISCONNECT');
});

test('messages are sent at once on one connection; each call waits for its receipt', async (t) => {
  const server = await startBroker(t);
  const protocol = newProtocol(t);
  const { results } = await callAtOnce(12, (n) => protocol.callTool(null, 'm.send', { n, text: 'a\0b' }, send(server)));
  assert.deepEqual(
    results,
    results.map((_, n) => `RECEIPT\nreceipt-id:${n + 1}\n\n`),
  );
  assert.deepEqual(
    server.frames.slice(1).map(({ body }) => JSON.parse(body)),
    results.map((_, n) => ({ n, text: 'a\0b' })),
  );
  assert.equal(server.opened, 1);
  await protocol.close();
  await server.allClosed();
  assert.deepEqual(commands(server).slice(-2), ['SEND', 'DISCONNECT']);
});

test('a subscription shares the connection of the calls; leaving it unsubscribes', async (t) => {
  const server = await startBroker(t, ['/queue/orders']);
  const protocol = newProtocol(t);
  const [own, other] = [1, 2].map(() => protocol.callToolStreaming(null, 'm.orders', {}, subscription(server)));
  const firsts = [own.next(), other.next()];
  await server.until(() => server.subscribed().length === 2);
  await protocol.callTool(null, 'm.send', { n: 1 }, send(server));
  for (const { value } of await Promise.all(firsts)) assert.deepEqual(value, { n: 1 });
  await own.return();
  await server.until(() => server.subscribed().length === 1);
  assert.deepEqual([server.frames.at(-1).command, server.frames.at(-1).headers.id], ['UNSUBSCRIBE', '1']);
  await protocol.callTool(null, 'm.send', { n: 2 }, send(server));
  assert.deepEqual((await other.next()).value, { n: 2 });
  assert.equal(server.opened, 1);
});

test('wrong credentials are refused at the first attempt, with what the broker says', async (t) => {
  const server = await startBroker(t);
  const error = await failure(newProtocol(t).callTool(null, 'm.send', {}, send(server, 'wr0ng')));
  assert.ok(error instanceof WebSocketAuthError);
  assert.match(error.message, /connect\[1\].*Access refused for user/);
  assert.ok(!error.message.includes('wr0ng'));
  assert.equal(server.opened, 1);
});

test('an error ends the connection, and is told to the calls there; with one of its own it is that of its call', async (t) => {
  const server = await startBroker(t);
  const protocol = newProtocol(t);
  const template = send(server);
  const wrong = { ...template, message: template.message.replace('/queue/orders', '/queue/nowhere') };
  const alone = await failure(protocol.callTool(null, 'm.send', {}, { ...wrong, correlation: false }));
  assert.ok(alone instanceof ToolError);
  assert.match(alone.detail, /^ERROR\nmessage:not_found\n.*no queue \/queue\/nowhere/s);
  const { connection_error: _, ...spoken } = wrong;
  for (const refused of [wrong, spoken]) {
    const other = newProtocol(t);
    const shared = await failure(other.callTool(null, 'm.send', {}, refused));
    assert.ok(shared instanceof WebSocketClosedError, String(shared));
    assert.match(shared.message, /ERROR message:not_found .*no queue \/queue\/nowhere/);
    assert.equal(shared.message.includes('connection_error'), refused === wrong);
  }
});
