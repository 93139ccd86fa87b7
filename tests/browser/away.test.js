// A tab of Chromium that is frozen, as browsers do it with those that nobody looks at, or without a network, and goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPages } from '../support/pages.js';
import { startServer } from '../support/server.js';
import { startTabs } from '../support/tabs.js';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let browser;
/** @type {Awaited<ReturnType<typeof startPages>>} */
let pages;
before(async () => {
  [browser, pages] = await Promise.all([startTabs(), startPages()]);
});
after(() => Promise.all([browser?.close(), pages?.close()]));

/** A tab that makes a call, and another one as soon as it is told that it goes on: `first()` and `second()` resolve with the answers. */
async function startTab(template, sign) {
  const tab = await browser.open(pages.url);
  await tab.run(`import('/js/api/index.js').then(({ WebSocketCommunicationProtocol }) => {
    const protocol = new WebSocketCommunicationProtocol();
    globalThis.call = (n) => protocol.callTool(null, 'm.t', { n }, ${JSON.stringify(template)});
    globalThis.second = new Promise((resolve) => addEventListener('go', resolve)).then(({ detail }) => detail);
    ${sign}(() => dispatchEvent(new CustomEvent('go', { detail: call(2) })));
  })`);
  return { ...tab, first: () => tab.run('call(1)'), second: () => tab.run('second') };
}

/** The browser hides and freezes the tab, then wakes it. */
async function sleep(tab) {
  const other = await browser.open(pages.url);
  await other.front();
  await tab.become('frozen');
  await tab.become('active');
}

const onResume = `(action) => document.addEventListener('resume', action)`;
const onOnline = `(action) => addEventListener('online', action)`;
const withPing = { ping_message: 'ping', message: { id: '{{request_id}}' } };
const answer = (socket, text) => socket.send(text === 'ping' ? 'pong' : text);

// Chromium 156 ends a frozen tab's connections when it wakes, and says so a moment after `resume`.
for (const [what, fields] of /** @type {const} */ ([
  ['without a ping', {}],
  ['with ping_message', withPing],
])) {
  test(`${what}: a frozen tab's first call does not go out on a connection that ends`, async (t) => {
    const server = await startServer(t, answer);
    const tab = await startTab(server.template(fields), `(${onResume})`);
    await tab.first();
    await sleep(tab);
    await tab.second();
    assert.equal(server.opened, 2);
    assert.equal(server.received.filter((text) => text !== 'ping').length, 2);
  });
}

test('after a time without a network a connection whose peer answers ping_message is used on', async (t) => {
  const server = await startServer(t, answer);
  const tab = await startTab(server.template(withPing), `(${onOnline})`);
  await tab.first();
  const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
  for (const offline of [true, false]) await tab.ask('Network.emulateNetworkConditions', { ...network, offline });
  await tab.second();
  assert.equal(server.opened, 1);
  assert.deepEqual(server.received, ['{"id":"1"}', 'ping', '{"id":"2"}']);
});
