// Nostr with a real relay, `@nostr-relay/core`, and events signed by `nostr-tools`, whose client is held against the relay, too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Relay, useWebSocketImplementation } from 'nostr-tools/relay';
import { WebSocket } from 'ws';
import { ToolError } from '../../../js/api/index.js';
import { callAtOnce, recipe } from '../../support/endpoints.js';
import { note, startRelay } from '../../support/nostr.js';
import { collect, failure, newProtocol } from '../../support/server.js';

const publish = (protocol, server, event) => protocol.callTool(null, 'm.publish', event, recipe(server, 'nostr'));
const query = (server) => recipe(server, 'nostr', 'nostr-query');
const feed = (server) => recipe(server, 'nostr', 'nostr-feed');
const contents = (events) => events.map(({ content }) => content);

test("nostr-tools' own client speaks to this relay", async (t) => {
  const server = await startRelay(t);
  useWebSocketImplementation(WebSocket);
  const relay = await Relay.connect(server.url);
  t.after(() => relay.close());
  assert.equal(await relay.publish(note('by its own client')), '');
  const found = await new Promise((resolve) => {
    const events = [];
    relay.subscribe([{ kinds: [1] }], { onevent: (event) => events.push(event), oneose: () => resolve(events) });
  });
  assert.deepEqual(contents(found), ['by its own client']);
});

test('events are published, many at once on one connection; each is told by its id', async (t) => {
  const server = await startRelay(t);
  const protocol = newProtocol(t);
  const { results } = await callAtOnce(3, (n) => publish(protocol, server, note(`note ${n}`)));
  assert.deepEqual(results, ['', '', '']);
  assert.deepEqual(contents(server.relay.eventService.eventRepository.events).sort(), ['note 0', 'note 1', 'note 2']);
  assert.match(await publish(protocol, server, note('note 0')), /^duplicate:/);
  assert.equal(server.opened, 1);
});

test('an event that the relay refuses is a ToolError with its reason', async (t) => {
  const server = await startRelay(t);
  const protocol = newProtocol(t);
  const forged = { ...note('mine'), content: 'not mine' };
  const error = await failure(publish(protocol, server, forged));
  assert.ok(error instanceof ToolError);
  assert.deepEqual(error.detail.slice(0, 3), ['OK', forged.id, false]);
  assert.match(error.detail[3], /^invalid: /);
  assert.equal(await publish(protocol, server, note('mine')), '');
  assert.equal(server.opened, 1);
});

test('queries end with EOSE, three at once on one connection, and are closed on the relay', async (t) => {
  const server = await startRelay(t);
  const protocol = newProtocol(t);
  for (const kind of [1, 1, 2, 3])
    await publish(protocol, server, note(`kind ${kind}, ${server.received.length}`, kind));
  const ask = (kind) => collect(protocol.callToolStreaming(null, 'm.query', { kinds: [kind] }, query(server)));
  const found = await Promise.all([ask(1), ask(2), ask(4)]);
  assert.deepEqual(found.map(contents), [['kind 1, 0', 'kind 1, 1'], ['kind 2, 2'], []]);
  await server.until(() => server.received.filter((text) => text.startsWith('["CLOSE"')).length === 3);
  await server.until(() => server.subscriptions().length === 0);
  const whole = await protocol.callTool(null, 'm.query', { kinds: [1] }, query(server));
  assert.deepEqual(contents(whole), ['kind 1, 0', 'kind 1, 1']);
  assert.equal(server.opened, 1);
});

test('a feed goes on after EOSE, beside others and calls; leaving it closes it on the relay', async (t) => {
  const server = await startRelay(t);
  const protocol = newProtocol(t);
  await publish(protocol, server, note('stored'));
  const [own, other] = [{ kinds: [1] }, { kinds: [2] }].map((filter) =>
    protocol.callToolStreaming(null, 'm.feed', filter, feed(server)),
  );
  assert.equal((await own.next()).value.content, 'stored');
  const waits = other.next();
  await server.until(() => server.subscriptions().length === 2);
  await publish(protocol, server, note('live'));
  await publish(protocol, server, note('for the other', 2));
  assert.equal((await own.next()).value.content, 'live');
  assert.equal((await waits).value.content, 'for the other');
  await own.return();
  await server.until(() => server.subscriptions().length === 1);
  assert.match(server.received.at(-1), /^\["CLOSE",/);
  await publish(protocol, server, note('nobody listens'));
  await publish(protocol, server, note('still there', 2));
  assert.equal((await other.next()).value.content, 'still there');
  assert.equal(server.opened, 1);
});

test('what the relay does not serve to everybody is refused at the first attempt, with its reason', async (t) => {
  const server = await startRelay(t, { hostname: 'relay.example' });
  const protocol = newProtocol(t);
  const error = await failure(protocol.callToolStreaming(null, 'm.feed', { kinds: [4] }, feed(server)).next());
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail[0], 'CLOSED');
  assert.match(error.detail[2], /^restricted: /);
  assert.equal(server.opened, 1);
});
