// Opens the README's page in a real Chromium, against the demo's provider.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { startProvider } from '../../web-demo/server/provider.js';
import { chromiumOptions } from '../support/chromium.js';
import { removeFolder } from '../support/folders.js';
import { documentedProvider, readmeBlocks } from '../support/readme.js';

const root = new URL('../../', import.meta.url);
const prefix = '/node_modules/utcp-websocket/';
const types = { js: 'text/javascript', wasm: 'application/wasm' };

test('the page calls a tool', async (t) => {
  const provider = await startProvider();
  t.after(() => provider.close());
  const html = readmeBlocks('html')[0].replaceAll(documentedProvider, provider.origin);
  const server = createServer(async (request, response) => {
    const url = request.url ?? '/';
    if (url === '/') {
      response.setHeader('Content-Type', 'text/html').end(html);
    } else if (url.startsWith(prefix)) {
      const extension = /** @type {keyof typeof types} */ (url.split('.').pop());
      response.setHeader('Content-Type', types[extension]).end(await readFile(new URL(url.slice(prefix.length), root)));
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());

  const data = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-readme-'));
  const browser = await chromium.launchPersistentContext(data, chromiumOptions());
  t.after(async () => {
    await browser.close();
    await removeFolder(data);
  });
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => document.querySelector('#out')?.textContent !== '');
  assert.match((await page.textContent('#out')) ?? '', /\d/);
  assert.deepEqual(errors, []);
});
