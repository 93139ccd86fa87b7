// Pings over real sockets: kept connections, peers that fall silent, hosts that cannot ping.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketClosedError } from '../../js/api/index.js';
import { withoutMethod } from '../support/hosts.js';
import { failure, newProtocol, startServer } from '../support/server.js';

/** Seconds within which a peer that lives answers, also on a machine that is busy. */
const PING = 0.5;

const WithoutPings = withoutMethod('ping');

test('a kept connection is pinged, also while it is idle', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { WebSocket });
  const template = server.template({ ping_interval: PING });
  await protocol.callTool(null, 'm.t', {}, template);
  const [socket] = server.clients;
  for (let pings = 0; pings < 3; pings++) await once(socket, 'ping');
  assert.equal(await protocol.callTool(null, 'm.t', { n: 2 }, template), '{"n":2}');
  assert.equal(server.opened, 1);
});

test('a peer that answers no ping loses its calls, and the next call gets a new connection', async (t) => {
  const server = await startServer(t, (socket, text) => text.includes('speak') && socket.send('here'), {
    autoPong: false,
  });
  const protocol = newProtocol(t, { WebSocket });
  const template = server.template({ ping_interval: PING });
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketClosedError);
  assert.equal(error.closeCode, 1006);
  assert.match(error.message, /fallen silent.*ping_interval/);
  assert.equal(await protocol.callTool(null, 'm.t', { speak: true }, template), 'here');
  assert.equal(server.opened, 2);
});

test('without keep_alive nothing is pinged', async (t) => {
  const server = await startServer(t, (socket) => socket.once('ping', () => socket.send('pinged')));
  const template = server.template({ keep_alive: false, ping_interval: 0.02, response_timeout: 0.2 });
  const error = await failure(newProtocol(t, { WebSocket }).callTool(null, 'm.t', {}, template));
  assert.equal(error.code, 'response_timeout');
});

test('a host that cannot ping sends ping_message, whose echo is no answer', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === 'ping') socket.send('pong');
    else setImmediate(() => socket.send(text));
  });
  const protocol = newProtocol(t, { WebSocket: WithoutPings });
  const template = server.template({ ping_interval: PING, ping_message: 'ping' });
  await protocol.callTool(null, 'm.t', {}, template);
  await server.until(() => server.received.filter((text) => text === 'ping').length === 2);
  for (let n = 0; n < 20; n++) assert.equal(await protocol.callTool(null, 'm.t', { n }, template), `{"n":${n}}`);
});

test('an echo of ping_message that comes after another frame is no answer', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === 'ping') {
      socket.send('news');
      server.once('next', () => socket.send('pong'));
    } else {
      server.emit('next');
      setImmediate(() => socket.send(text));
    }
  });
  const protocol = newProtocol(t, { WebSocket: WithoutPings });
  const template = server.template({ ping_interval: PING, ping_message: 'ping' });
  const news = new Promise((resolve) => protocol.addEventListener('message', (event) => event.size === 4 && resolve()));
  await protocol.callTool(null, 'm.t', {}, template);
  await news;
  assert.equal(await protocol.callTool(null, 'm.t', { n: 1 }, template), '{"n":1}');
});

test('a peer that leaves ping_message unanswered is left', async (t) => {
  const server = await startServer(t, (socket, text) => text !== 'ping' && socket.send(text));
  const protocol = newProtocol(t, { WebSocket: WithoutPings });
  await protocol.callTool(null, 'm.t', {}, server.template({ ping_interval: PING, ping_message: 'ping' }));
  await server.until(() => server.closings.length === 1);
  assert.ok(server.received.includes('ping'));
});
