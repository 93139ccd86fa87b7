// Firefox's WebDriver BiDi, by call templates alone. It has one session, which one connection holds: events come there, too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchFirefox } from '../../support/browser_process.js';
import { recipe } from '../../support/endpoints.js';
import { failure, newProtocol } from '../../support/server.js';

/** @type {Awaited<ReturnType<typeof launchFirefox>>} */
let firefox;
before(async () => {
  firefox = await launchFirefox();
});
after(() => firefox?.stop());

/** A protocol's calls by the names of commands, streams by those of events, and how many connections it has opened. */
function newSession(t) {
  const protocol = newProtocol(t);
  const counts = { opened: 0 };
  protocol.addEventListener('open', () => {
    counts.opened += 1;
  });
  // The first session waits for the whole browser to start, which takes a busy machine longer than a connection may take.
  const patient = { connection_timeout: 300 };
  const commands = { ...recipe(firefox, 'webdriver-bidi'), ...patient };
  const events = { ...recipe(firefox, 'webdriver-bidi', 'webdriver-bidi-events'), ...patient };
  return {
    counts,
    protocol,
    call: (method, args = {}) => protocol.callTool(null, `bidi.${method}`, args, commands),
    watch: (event) => protocol.callToolStreaming(null, 'bidi.events', { event }, events),
  };
}

/** Commands are carried out in their order: what was subscribed to before is there now. */
const subscribed = (call) => call('session.status');

/** @param {string} expression */
const evaluating = (context, expression) => ({ expression, target: { context }, awaitPromise: true });

test('three commands at once on one connection; what they say when they fail', async (t) => {
  const { call, counts } = newSession(t);
  const { context } = await call('browsingContext.create', { type: 'tab' });
  const sums = ['6 * 7', '"a" + "b"', 'Promise.resolve(true)'];
  const results = await Promise.all(sums.map((sum) => call('script.evaluate', evaluating(context, sum))));
  assert.deepEqual(
    results.map(({ result }) => result.value),
    [42, 'ab', true],
  );
  const thrown = await failure(call('script.evaluate', evaluating(context, 'throw new TypeError("no such sensor")')));
  assert.equal(thrown.code, 'tool_failed');
  assert.match(thrown.detail.text, /TypeError: no such sensor/);
  assert.equal(thrown.detail.lineNumber, 0);
  const unknown = await failure(call('no.such'));
  assert.equal(unknown.code, 'tool_failed');
  assert.match(unknown.message, /no\.such/);
  assert.equal(unknown.detail.error, 'unknown command');
  await call('browsingContext.close', { context });
  assert.equal(counts.opened, 1);
});

test('a page is loaded and told of, what it logs is a stream, and both end at the browser when they are left', async (t) => {
  const { call, watch, counts } = newSession(t);
  const { context } = await call('browsingContext.create', { type: 'tab' });
  const logs = watch('log.entryAdded');
  const loads = watch('browsingContext.load');
  const [firstLog, firstLoad] = [logs.next(), loads.next()];
  await subscribed(call);
  const url = 'data:text/html,<script>console.log("tick", 1); console.log("tick", 2)</script>';
  await call('browsingContext.navigate', { context, url, wait: 'none' });
  const load = await firstLoad;
  assert.equal(load.value.url, url);
  assert.equal(load.value.context, context);
  const entries = [await firstLog, await logs.next()];
  assert.deepEqual(
    entries.map(({ value }) => value.text),
    ['tick 1', 'tick 2'],
  );
  const unsubscribe = (event) => call('session.unsubscribe', { events: [event] });
  await loads.return();
  const gone = await failure(unsubscribe('browsingContext.load'));
  assert.match(gone.message, /unsubscribe from events: browsingContext\.load/, 'there is no such subscription');
  await unsubscribe('log.entryAdded'); // as it can be seen to end one that is there
  await logs.return();
  assert.equal(counts.opened, 1);

  const again = watch('browsingContext.load');
  const first = again.next();
  await subscribed(call);
  await call('browsingContext.navigate', { context, url: 'data:text/html,again', wait: 'none' });
  assert.equal((await first).value.url, 'data:text/html,again');
  await again.return();
  assert.equal(counts.opened, 1, 'in the same session');
});

test('an event that there is not is refused at once, beside a stream of another', async (t) => {
  const { call, watch, counts } = newSession(t);
  const { context } = await call('browsingContext.create', { type: 'tab' });
  const logs = watch('log.entryAdded');
  const first = logs.next();
  const refused = await failure(watch('log.noSuchEvent').next());
  assert.equal(refused.code, 'tool_failed');
  assert.equal(refused.detail.error, 'invalid argument');
  assert.match(refused.message, /log\.noSuchEvent/);
  await call('script.evaluate', evaluating(context, 'console.log("tick")'));
  assert.equal((await first).value.text, 'tick');
  await logs.return();
  assert.equal(counts.opened, 1);
});

test('one session at a time: another is refused at the first attempt, until the first has ended', async (t) => {
  const first = newSession(t);
  await first.call('session.status');
  const second = newSession(t);
  const error = await failure(second.call('session.status'));
  assert.equal(error.name, 'WebSocketAuthError');
  assert.match(error.message, /Maximum number of active sessions/);
  assert.equal(second.counts.opened, 1);
  await first.protocol.close();
  assert.equal((await second.call('session.status')).ready, false, 'the session is this one');
});
