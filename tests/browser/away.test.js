// A tab of Chromium that is frozen, as browsers do it with those that nobody looks at, and goes on.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { chromiumOptions } from '../support/chromium.js';
import { startPages } from '../support/pages.js';
import { startProxy } from '../support/proxy.js';
import { startServer } from '../support/server.js';

const data = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-away-'));
/** @type {import('playwright-core').BrowserContext} */
let browser;
/** @type {Awaited<ReturnType<typeof startPages>>} */
let pages;
before(async () => {
  [browser, pages] = await Promise.all([chromium.launchPersistentContext(data, chromiumOptions()), startPages()]);
});
after(async () => {
  await Promise.all([browser?.close(), pages?.close()]);
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
});

/** A tab with a protocol: `call(template)` makes a call in it, `freeze()` and `goOn()` are the browser's doing. */
async function startTab(t) {
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(pages.url);
  await page.evaluate(`import('/js/api/index.js').then(({ WebSocketCommunicationProtocol }) => {
    globalThis.protocol = new WebSocketCommunicationProtocol();
    globalThis.told = [];
    for (const type of ['freeze', 'resume']) document.addEventListener(type, () => told.push(type));
  })`);
  const session = await browser.newCDPSession(page);
  const become = (/** @type {'frozen' | 'active'} */ state) => session.send('Page.setWebLifecycleState', { state });
  return {
    call: (template) => page.evaluate(`protocol.callTool(null, 'm.t', { n: 1 }, ${JSON.stringify(template)})`),
    freeze: () => become('frozen'),
    async goOn() {
      await become('active');
      await page.waitForFunction(`told.join() === 'freeze,resume'`);
    },
  };
}

test('the first call after it does not wait on a connection that ended meanwhile', async (t) => {
  const [server, tab] = await Promise.all([startServer(t), startTab(t)]);
  const proxy = await startProxy(t, server);
  const template = proxy.template({ response_timeout: 3600 });
  assert.equal(await tab.call(template), '{"n":1}');
  await tab.freeze();
  proxy.last.stall();
  await tab.goOn();
  assert.equal(await tab.call(template), '{"n":1}');
  assert.equal(proxy.links.length, 2);
  assert.equal(server.received.length, 2);
});

test('a connection whose peer answers ping_message is used on', async (t) => {
  const answer = (socket, text) => socket.send(text === 'ping' ? 'pong' : text);
  const [server, tab] = await Promise.all([startServer(t, answer), startTab(t)]);
  const template = server.template({ ping_message: 'ping', message: { id: '{{request_id}}' } });
  await tab.call(template);
  await tab.freeze();
  await tab.goOn();
  await server.until(() => server.received.includes('ping'));
  await tab.call(template);
  assert.equal(server.opened, 1);
  assert.deepEqual(server.received, ['{"id":"1"}', 'ping', '{"id":"2"}']);
});
