// What the tests of this folder share: the provider that the app uses, and running the app in Chromium.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumOptions } from '../support/chromium.js';
import { startServer } from '../support/server.js';

/** What `runApp` of app/src/index.js gives with the provider below. */
export const expected = JSON.stringify({
  tools: ['add', 'count'],
  sum: { sum: 5 },
  items: [{ at: 1 }, { at: 2 }, { at: 3 }],
});

/** A provider with a tool to call and one to stream from; closed after the test. */
export function startProvider(t) {
  return startServer(
    t,
    (socket, text) => {
      const { type, a, b, to } = JSON.parse(text);
      const send = (value) => socket.send(JSON.stringify(value));
      if (type === 'utcp') {
        const tool_call_template = {
          call_template_type: 'websocket',
          url: `ws://${socket.host}/`,
          response_format: 'json',
        };
        const tools = ['add', 'count'].map((name) => ({ name, description: name, tool_call_template }));
        send({ utcp_version: '1.0.1', manual_version: '1.0.0', tools });
      } else if (to === undefined) {
        send({ sum: a + b });
      } else {
        for (let at = 1; at <= to; at += 1) send({ at });
        send({ type: 'stream_end' });
      }
    },
    {
      onConnection: (socket, request) => {
        socket.host = request.headers.host;
      },
    },
  );
}

/** A Chromium of its own. */
export async function startChromium() {
  const data = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-chromium-'));
  const context = await chromium.launchPersistentContext(data, chromiumOptions());
  return {
    /** Opens a page. Resolves with it and with its warnings and errors, to which later ones are added. */
    async open(t, url) {
      const page = await context.newPage();
      t.after(() => page.close());
      /** @type {string[]} */
      const said = [];
      page.on('console', (message) => ['warning', 'error'].includes(message.type()) && said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      await page.addInitScript(() => {
        globalThis.violations = [];
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
          globalThis.violations.push(`${violatedDirective} ${blockedURI}`);
        });
      });
      await page.goto(url);
      return { page, said };
    },
    async close() {
      await context.close();
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What `runApp` of the page gives. @param {import('playwright-core').Page} page @param {string} url of the provider */
export function runApp(page, url) {
  return page.evaluate((providerUrl) => globalThis.runApp(providerUrl), url);
}

/** Opens a page and runs its app, which must work, be silent and break no rule. Resolves with the page. */
export async function checkApp(t, chromium, url, { wanted = expected, provider = startProvider(t) } = {}) {
  const { page, said } = await chromium.open(t, url);
  const result = await runApp(page, (await provider).url);
  const violations = await page.evaluate(() => globalThis.violations);
  assert.deepEqual({ result, said, violations }, { result: wanted, said: [], violations: [] });
  return page;
}
