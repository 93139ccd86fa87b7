// A host that was away: what it notices, and what becomes of its idle connections before the next call.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket as WebSocketOfUndici } from 'undici';
import { WebSocket } from 'ws';
import { AwayWatch } from '../../js/host/away.js';
import { startProxy } from '../support/proxy.js';
import { newProtocol, startServer } from '../support/server.js';

/** A clock on the wall that the test sets; the host's timers do not know of it. */
function fakeClock(t, start = 1e12) {
  const clock = { now: start };
  t.mock.method(Date, 'now', () => clock.now);
  return clock;
}

/** A watch whose timers run with that clock, unless the host sleeps. */
function startWatch(t) {
  const clock = fakeClock(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const watch = new AwayWatch(() => {
    seen.wakes += 1;
  });
  const seen = { wakes: 0, watch, sleep, pass };
  watch.watch(true);
  t.after(() => watch.watch(false));
  function sleep(ms) {
    clock.now += ms;
  }
  function pass(ms) {
    for (let passed = 0; passed < ms; passed += 1000) {
      clock.now += 1000;
      t.mock.timers.tick(1000);
    }
  }
  return seen;
}

test('an hour without calls is no absence, a sleep of more than 90 s is one', (t) => {
  const host = startWatch(t);
  host.pass(3_600_000);
  host.watch.look();
  host.sleep(70_000); // less than 90 s after the last tick
  host.watch.look();
  assert.equal(host.wakes, 0);
  host.sleep(91_000);
  host.watch.look();
  host.watch.look();
  assert.equal(host.wakes, 1, 'once for each');
  host.sleep(120_000);
  host.pass(20_000);
  assert.equal(host.wakes, 2, 'also without a call');
});

test('timers that come once a minute, as in hidden pages, are no absence', (t) => {
  const host = startWatch(t);
  for (let minutes = 0; minutes < 30; minutes += 1) {
    host.sleep(60_000);
    t.mock.timers.tick(20_000);
  }
  assert.equal(host.wakes, 0);
});

test('nothing is watched, and no timer left, while there are no connections', (t) => {
  const host = startWatch(t);
  host.watch.watch(false);
  host.sleep(120_000);
  host.watch.look();
  host.pass(60_000);
  host.watch.watch(true);
  host.watch.look();
  assert.equal(host.wakes, 0);
});

test('pages say that they were away', (t) => {
  const [page, document] = [new EventTarget(), Object.assign(new EventTarget(), { hidden: false })];
  const own = {
    ononline: null,
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  };
  const host = Object.assign(globalThis, { document, ...own });
  t.after(() => {
    for (const name of ['document', ...Object.keys(own)]) delete host[name];
  });
  const seen = startWatch(t);
  const happens = (target, type, fields) => {
    target.dispatchEvent(Object.assign(new Event(type), fields));
    const { wakes } = seen;
    seen.wakes = 0;
    return wakes;
  };
  const hides = (hidden) => happens(Object.assign(document, { hidden }), 'visibilitychange');

  for (const [target, from, to] of [
    [document, 'freeze', 'resume'],
    [page, 'offline', 'online'],
    [page, 'pagehide', 'pageshow'],
  ]) {
    assert.equal(happens(target, to), 0, 'as a page begins');
    assert.equal(happens(target, from), 0);
    assert.equal(happens(target, to), 1, to);
    happens(target, from);
    seen.watch.look(); // for a call that another listener makes before this one is told
    assert.equal(happens(target, to), 1, 'once');
  }
  for (const [ms, wakes] of [
    [89_000, 0],
    [90_000, 1],
  ]) {
    assert.equal(hides(true), 0);
    seen.pass(ms);
    assert.equal(hides(false), wakes, `${ms} ms`);
  }
  seen.watch.watch(false);
  happens(document, 'freeze');
  seen.watch.watch(true);
  assert.equal(happens(document, 'resume'), 0, 'nobody listened');
});

test('after a sleep a connection whose peer answers a ping is used on', async (t) => {
  const server = await startServer(t);
  const clock = fakeClock(t);
  const protocol = newProtocol(t, { WebSocket });
  const template = server.template();
  await protocol.callTool(null, 'm.t', { n: 1 }, template);
  const [socket] = server.clients;
  const pinged = once(socket, 'ping');
  clock.now += 91_000;
  assert.equal(await protocol.callTool(null, 'm.t', { n: 2 }, template), '{"n":2}');
  await pinged;
  assert.equal(server.opened, 1);
  assert.deepEqual(server.received, ['{"n":1}', '{"n":2}']);
});

test('another takes the place of one whose peer is gone, and no call is sent twice', async (t) => {
  const server = await startServer(t);
  const proxy = await startProxy(t, server);
  const clock = fakeClock(t);
  const protocol = newProtocol(t, { WebSocket });
  const template = proxy.template({ response_timeout: 3600 });
  await protocol.callTool(null, 'm.t', { n: 1 }, template);
  const { last } = proxy;
  last.stall();
  clock.now += 91_000;
  assert.equal(await protocol.callTool(null, 'm.t', { n: 2 }, template), '{"n":2}');
  assert.equal(proxy.links.length, 2);
  assert.deepEqual(server.received, ['{"n":1}', '{"n":2}']);
});

test('where nothing can be asked, a new connection takes its place, and the old one is closed', async (t) => {
  const server = await startServer(t);
  const clock = fakeClock(t);
  const protocol = newProtocol(t, { WebSocket: WebSocketOfUndici });
  const call = (n) => protocol.callTool(null, 'm.t', { n }, server.template());
  await call(1);
  await call(2);
  assert.equal(server.opened, 1);
  clock.now += 91_000;
  assert.equal(await call(3), '{"n":3}');
  assert.equal(server.opened, 2);
  await server.until(() => server.closings.length === 1);
  assert.deepEqual(server.closings, [[1000, '']]);
  assert.deepEqual(server.received, ['{"n":1}', '{"n":2}', '{"n":3}']);
});

test('ping_message is asked with where there is no other ping', async (t) => {
  const server = await startServer(t, (socket, text) => socket.send(text === 'ping' ? 'pong' : text));
  const clock = fakeClock(t);
  const protocol = newProtocol(t, { WebSocket: WebSocketOfUndici });
  const template = server.template({ ping_message: 'ping', message: { id: '{{request_id}}' } });
  await protocol.callTool(null, 'm.t', {}, template);
  clock.now += 91_000;
  await protocol.callTool(null, 'm.t', {}, template);
  assert.equal(server.opened, 1);
  assert.deepEqual(server.received, ['{"id":"1"}', 'ping', '{"id":"2"}']);
});
