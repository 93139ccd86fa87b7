// Chromium's DevTools, by call templates alone: a page's own endpoint, and sessions of the browser's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '../../support/browser_process.js';
import { recipe } from '../../support/endpoints.js';
import { collect, failure, newProtocol } from '../../support/server.js';

/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium?.stop());

/** A new page's endpoint, as the browser tells it over HTTP. */
async function newPage() {
  const { host } = new URL(chromium.url);
  const response = await fetch(`http://${host}/json/new?about:blank`, { method: 'PUT' });
  const { webSocketDebuggerUrl } = await response.json();
  return webSocketDebuggerUrl;
}

/** Recipes at the browser's own endpoint. @param {...string} names */
const session = (...names) => ({ ...recipe(chromium, ...names), url: chromium.url });

/** Calls by the names of methods, and how many connections were opened. */
function newCaller(t, template) {
  const protocol = newProtocol(t);
  const counts = { opened: 0, unsolicited: 0 };
  protocol.addEventListener('open', () => {
    counts.opened += 1;
  });
  protocol.addEventListener('unsolicited', () => {
    counts.unsolicited += 1;
  });
  return { protocol, counts, call: (method, args = {}) => protocol.callTool(null, `cdp.${method}`, args, template) };
}

/** What both ways to a page have to do. */
async function callsAndErrors({ call, counts }) {
  const expressions = ['6 * 7', '"a" + "b"', '[1, 2].length'];
  const results = await Promise.all(
    expressions.map((expression) => call('Runtime.evaluate', { expression, returnByValue: true })),
  );
  assert.deepEqual(
    results.map(({ result }) => result.value),
    [42, 'ab', 2],
  );
  const thrown = await failure(call('Runtime.evaluate', { expression: 'throw new TypeError("no such sensor")' }));
  assert.equal(thrown.code, 'tool_failed');
  assert.match(thrown.detail.exception.description, /^TypeError: no such sensor/);
  const unknown = await failure(call('No.such'));
  assert.equal(unknown.code, 'tool_failed');
  assert.equal(unknown.detail.code, -32601);
  assert.equal(counts.opened, 1);
}

test("a page's endpoint: three methods at once, errors, and a stream of an event on the same connection", async (t) => {
  const template = { ...recipe(chromium, 'devtools'), url: await newPage() };
  const caller = newCaller(t, template);
  await callsAndErrors(caller);
  const loads = caller.protocol.callToolStreaming(
    null,
    'cdp.events',
    { domain: 'Page', event: 'loadEventFired' },
    { ...recipe(chromium, 'devtools', 'devtools-events'), url: template.url },
  );
  const first = loads.next();
  await caller.call('Runtime.evaluate', { expression: '0' }); // behind the answer to Page.enable
  await caller.call('Page.navigate', { url: 'data:text/html,hello' });
  assert.equal(typeof (await first).value.timestamp, 'number');
  await loads.return();
  assert.equal(caller.counts.opened, 1);
});

test('a wrong path is refused at the first attempt', async (t) => {
  const url = new URL('/devtools/pages/1', chromium.url).href;
  const { call } = newCaller(t, { ...recipe(chromium, 'devtools'), url });
  const error = await failure(call('Page.enable'));
  assert.equal(error.code, 'handshake_refused');
  assert.equal(error.httpStatus, 404);
  assert.match(error.message, /with HTTP status 404; check the url's path and query$/);
});

test('a session: three methods at once on one connection, errors, and its tab is closed in the end', async (t) => {
  const caller = newCaller(t, session('chromium'));
  await callsAndErrors(caller);
  const browser = newCaller(t, { ...recipe(chromium, 'devtools'), url: chromium.url });
  const tabs = async () => (await browser.call('Target.getTargets')).targetInfos.filter(({ attached }) => attached);
  assert.equal((await tabs()).length, 1);
  await caller.protocol.close();
  while ((await tabs()).length > 0);
});

test('events of a session are a stream beside its calls; left, their domain is turned off', async (t) => {
  const { call, protocol, counts } = newCaller(t, session('chromium'));
  const events = session('chromium', 'chromium-events');
  const watch = (domain, event) => protocol.callToolStreaming(null, 'cdp.events', { domain, event }, events);
  const here = { expression: 'document.readyState + " " + location.href', returnByValue: true };
  const state = async () => (await call('Runtime.evaluate', here)).result.value;
  while (!(await state()).startsWith('complete')); // the new tab's own page
  for (const word of ['tick', 'tock']) {
    const loads = watch('Page', 'loadEventFired');
    const loaded = loads.next();
    await state(); // so that the first answer has come: a navigation overtakes it
    const url = `data:text/html,${word}`;
    await call('Page.navigate', { url });
    assert.equal(typeof (await loaded).value.timestamp, 'number');
    // On a busy machine the load of the tab's first page is told only now.
    while (!(await state()).endsWith(url)) await loads.next();
    await loads.return();

    const logs = watch('Runtime', 'consoleAPICalled');
    const logged = logs.next();
    const log = () => call('Runtime.evaluate', { expression: `console.log("${word}", 1)` });
    await log();
    const { args } = (await logged).value;
    assert.deepEqual(
      args.map(({ value }) => value),
      [word, 1],
    );
    await logs.return();
    await call('Runtime.evaluate', { expression: '0' }); // behind the answer to Runtime.disable
    const { unsolicited } = counts;
    await log();
    assert.equal(counts.unsolicited, unsolicited, 'nothing is told any more');
    await call('Runtime.enable');
    await log();
    assert.ok(counts.unsolicited > unsolicited, 'as it would be seen');
    await call('Runtime.disable');
  }
  const refused = await failure(collect(watch('NoSuchDomain', 'event')));
  assert.equal(refused.detail.code, -32601);
  assert.equal(counts.opened, 1);
});

test('streams of different events at once in one session; one that is left leaves the other', async (t) => {
  const { call, protocol, counts } = newCaller(t, session('chromium'));
  const events = session('chromium', 'chromium-events');
  const watch = (domain, event) => protocol.callToolStreaming(null, 'cdp.events', { domain, event }, events);
  const loads = watch('Page', 'loadEventFired');
  const logs = watch('Runtime', 'consoleAPICalled');
  const [loaded, logged] = [loads.next(), logs.next()];
  const log = (word) => call('Runtime.evaluate', { expression: `console.log("${word}")` });
  await log('one'); // behind both first answers
  assert.equal((await logged).value.args[0].value, 'one');
  await call('Page.navigate', { url: 'data:text/html,both' });
  assert.equal(typeof (await loaded).value.timestamp, 'number');
  await loads.return();
  const next = logs.next();
  await log('two');
  assert.equal((await next).value.args[0].value, 'two');
  await logs.return();
  assert.equal(counts.opened, 1);
});

test('a page that is gone is refused with 500, which servers say that will be back: tried once without retry', async (t) => {
  const url = new URL('/devtools/page/0123456789ABCDEF0123456789ABCDEF', chromium.url).href;
  const protocol = newProtocol(t, { retry: false });
  const template = { ...recipe(chromium, 'devtools'), url };
  const error = await failure(protocol.callTool(null, 'cdp.Page.enable', {}, template));
  assert.equal(error.httpStatus, 500);
  assert.match(error.message, /HTTP status 500/);
});
