// Checks the demo's page in a real Chromium: discovery, every wire format, streams, stopping, errors; with no message in
// the console and nothing against the page's security policy. Set CHROMIUM_PATH where the browser lies elsewhere.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { chromium } from 'playwright-core';
import { startProvider } from '../../web-demo/server/provider.js';
import { startPageServer } from '../../web-demo/server/static.js';
import { chromiumOptions } from '../support/chromium.js';

const dataFolder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-page-'));
/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
/** @type {Awaited<ReturnType<typeof startPageServer>>} */
let pages;
/** @type {import('playwright-core').BrowserContext} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} what the page complained about */
const complaints = [];

before(async () => {
  provider = await startProvider();
  pages = await startPageServer({ providerUrl: provider.url });
  browser = await chromium.launchPersistentContext(dataFolder, chromiumOptions());
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack}`));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  await page.goto(pages.url);
  await state('#status', 'done');
});

after(async () => {
  await browser?.close();
  await Promise.all([pages?.close(), provider?.close()]);
  rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(() => {
  assert.deepEqual(complaints.splice(0), []);
});

/**
 * Waits for an element to say that it is in one of these states.
 * @param {string} element
 * @param {...string} states
 * @returns {Promise<string>} the one
 */
async function state(element, ...states) {
  await page.waitForSelector(states.map((one) => `${element}[data-state="${one}"]`).join(', '));
  return (await page.getAttribute(element, 'data-state')) ?? '';
}

/**
 * Chooses a tool and fills in its form.
 * @param {string} tool
 * @param {Record<string, string>} args
 */
async function choose(tool, args = {}) {
  await page.click(`#tool-${tool}`);
  for (const [name, value] of Object.entries(args)) {
    const field = page.locator(`#arg-${name}`);
    if ((await field.evaluate((element) => element.localName)) === 'select') await field.selectOption({ label: value });
    else await field.fill(value);
  }
}

/**
 * @param {string} button
 * @returns {Promise<string[]>} the items of the result, as text
 */
async function press(button) {
  await page.click(button);
  const ended = await state('#result-status', 'done', 'failed', 'stopped');
  const message = ended === 'failed' ? await page.textContent('#error') : '';
  assert.equal(ended, 'done', message ?? '');
  return page.locator('#result > li').allTextContents();
}

/** @returns {Promise<any>} the one answer, parsed */
async function callForJson() {
  const [item = ''] = await press('#call');
  return JSON.parse(item);
}

/**
 * Waits until the provider has no connection to this path.
 * @param {number} most so many connections may be left in all
 */
async function connectionsAtMost(most) {
  while (provider.wss.clients.size > most) {
    await Promise.race([...provider.wss.clients].map((client) => new Promise((done) => client.once('close', done))));
  }
}

describe('discovery', () => {
  test('lists the tools with their descriptions', async () => {
    const names = await page.locator('#tools button strong').allTextContents();
    assert.ok(names.length >= 7);
    assert.ok(names.includes('search_docs') && names.includes('watch_metrics'));
    assert.match((await page.textContent('#status')) ?? '', new RegExp(`^${names.length} tools from ws://127`));
    assert.match((await page.textContent('#tool-read_sensor span')) ?? '', /^One reading of this machine/);
  });

  test('makes a form whose fields all have labels', async () => {
    for (const button of await page.locator('#tools button').all()) {
      await button.click();
      const unlabelled = await page.evaluate(() =>
        Array.from(document.querySelectorAll('input, select, textarea'))
          .filter((field) => /** @type {HTMLInputElement} */ (field).labels?.length === 0)
          .map((field) => field.id),
      );
      assert.deepEqual(unlabelled, []);
    }
  });
});

describe('calling', () => {
  test('plain arguments', async () => {
    await choose('system_metrics');
    await page.uncheck('#arg-sections-load');
    const answer = await callForJson();
    assert.deepEqual(Object.keys(answer), ['time', 'cpu', 'memory']);
  });

  test('an object template', async () => {
    await choose('search_docs', { query: 'permessage-deflate compression', limit: '2' });
    const { hits } = await callForJson();
    assert.equal(hits.length, 2);
    await choose('read_doc', { id: hits[0].id });
    assert.equal((await callForJson()).title, hits[0].title);
  });

  test('JSON-RPC', async () => {
    await choose('package_info', { name: 'ws' });
    assert.equal((await callForJson()).license, 'MIT');
    const text = '"quoted" {braces}\\ UTCP_ARG_text_UTCP_ARG';
    await choose('text_statistics', { text });
    assert.equal((await callForJson()).characters, text.length);
  });

  test('plain text', async () => {
    await choose('read_sensor', { sensor: 'memory_total' });
    assert.match((await press('#call')).join(), /^OK memory_total \d+ bytes$/);
  });

  test('a binary answer, shown as an image', async () => {
    await choose('render_chart', { kind: 'file_sizes', width: '320', height: '200' });
    await press('#call');
    const size = await page.locator('#result img').evaluate(async (/** @type {HTMLImageElement} */ image) => {
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    });
    assert.deepEqual(size, [320, 200]);
  });

  test('arguments written as JSON', async () => {
    await choose('search_docs');
    await page.check('#raw-toggle');
    await page.fill('#raw-arguments', '{"query": "websocket", "limit": 1}');
    assert.equal((await callForJson()).hits.length, 1);
  });
});

describe('streaming', () => {
  test('to the end, with progress', async () => {
    await choose('hash_folder', { folder: 'ws' });
    const items = (await press('#stream')).map((item) => JSON.parse(item));
    const summary = items.pop();
    assert.equal(summary.finished, true);
    assert.equal(summary.files, items.length);
    assert.equal(await page.getAttribute('#progress', 'value'), '100');

    await choose('verify_folder', { folder: 'ws', expected: summary.digest });
    assert.equal(JSON.parse((await press('#stream')).at(-1) ?? '').digest, summary.digest);
  });

  test('stopped early: the connection closes, the next call works', async () => {
    await choose('watch_metrics', { interval_ms: '20' });
    const before = provider.wss.clients.size;
    await page.click('#stream');
    await page.waitForFunction(() => (document.getElementById('result')?.childElementCount ?? 0) >= 3);
    await page.click('#stop');
    await state('#result-status', 'stopped');
    assert.equal(await page.isVisible('#error'), false);
    await connectionsAtMost(before);
    const count = await page.locator('#result > li').count();
    await choose('read_sensor', { sensor: 'uptime' });
    assert.equal((await press('#call')).length, 1);
    assert.ok(count >= 3);
  });
});

describe('errors', () => {
  test('of the tool, in the middle of a stream', async () => {
    await choose('verify_folder');
    await page.click('#stream');
    await state('#result-status', 'failed');
    assert.match((await page.textContent('#error-name')) ?? '', /^ToolError \(\w+\)$/);
    assert.match((await page.textContent('#error-message')) ?? '', /the digest of "ws" is [0-9a-f]{64}/);
    assert.ok((await page.locator('#result > li').count()) > 5, 'what came before the error stays');
    assert.ok(((await page.textContent('#error-advice')) ?? '').length > 10);
  });

  test('of JSON-RPC, and of an argument', async () => {
    await choose('package_info', { name: 'not-installed-here' });
    await page.click('#call');
    await state('#result-status', 'failed');
    assert.match((await page.textContent('#error-message')) ?? '', /"not-installed-here" is not installed/);

    await page.check('#raw-toggle');
    await page.fill('#raw-arguments', '[1');
    await page.click('#call');
    await page.waitForFunction(() => document.getElementById('error-message')?.textContent?.includes('not JSON'));
  });

  test('of discovery, and back', async () => {
    await page.fill('#provider-url', 'ws://tools.example.com/utcp');
    await page.click('#discover');
    await state('#status', 'failed');
    assert.match((await page.textContent('#discovery-errors')) ?? '', /ws/);
    assert.equal(await page.locator('#tools button').count(), 0);
    await page.fill('#provider-url', provider.url);
    await page.click('#discover');
    await state('#status', 'done');
    await choose('read_sensor');
    assert.equal((await press('#call')).length, 1);
  });
});

describe('events', () => {
  test('follow a call, and can be cleared', async () => {
    await page.click('#clear-events');
    assert.equal(await page.textContent('#events-count'), '0');
    await choose('list_packages', { filter: 'ws' });
    await press('#call');
    for (const type of ['open', 'send', 'message']) await page.waitForSelector(`#events tr[data-type="${type}"]`);
    const [connections, requests] = await page.evaluate(() =>
      [3, 4].map((column) => {
        const cells = document.querySelectorAll(`#events tr:not([data-type="open"]) td:nth-child(${column})`);
        return [...new Set(Array.from(cells, (cell) => cell.textContent))];
      }),
    );
    assert.equal(connections?.length, 1);
    assert.equal(requests?.length, 1);
  });
});
