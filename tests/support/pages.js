// Pages in real browsers that make calls with the package, for tests whose servers check what the browser sends.
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumOptions } from './chromium.js';
import { startFirefox } from './firefox.js';
import { removeFolder } from './folders.js';

const root = new URL('../../', import.meta.url);
const types = { js: 'text/javascript', wasm: 'application/wasm' };

/** By name: starts a browser, whose `open(url)` gives a page with `run(source, text)` and `close()`. */
export const browsers = { Chromium: startChromium, Firefox: startFirefox };

async function startChromium() {
  const data = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-chromium-'));
  const context = await chromium.launchPersistentContext(data, chromiumOptions());
  return {
    async open(url) {
      const page = await context.newPage();
      await page.goto(url);
      return {
        run: (source, text) => page.evaluate(`(${source})(${JSON.stringify(text)})`),
        close: () => page.close(),
      };
    },
    async close() {
      await context.close();
      await removeFolder(data);
    },
  };
}

/** Serves an empty page, with the package beside it, and with these cookies. */
export async function startPages() {
  const pages = { cookies: [], url: '', close };
  const server = createServer(async (request, response) => {
    const file = request.url?.slice(1) ?? '';
    const type = types[file.split('.').pop()];
    if (type) {
      response.setHeader('Content-Type', type).end(await readFile(new URL(file, root)));
    } else {
      response.setHeader('Set-Cookie', pages.cookies);
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>calls</title>');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  pages.url = `http://127.0.0.1:${server.address().port}/`;
  function close() {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  }
  return pages;
}

/** Runs in the page: makes the calls one after the other with one protocol, and says what came of them. */
async function makeCalls(text) {
  const { options, given, calls } = JSON.parse(text);
  const { WebSocketCommunicationProtocol } = await import('/js/api/index.js');
  const credentials = given && { credentials: () => given.shift() };
  const protocol = new WebSocketCommunicationProtocol({ ...options, ...credentials });
  const outcomes = [];
  for (const { template, args = {} } of calls) {
    try {
      outcomes.push({ result: await protocol.callTool(null, 'm.t', args, template) });
    } catch (error) {
      const { name, code, field, message, stack, cause } = error;
      outcomes.push({ error: { name, code, field, message, all: `${stack} ${cause} ${JSON.stringify(error)}` } });
    }
  }
  await protocol.close();
  return JSON.stringify(outcomes);
}

/** Makes calls in a page: `{ options, given, calls: [{ template, args }] }`; `given`: what the option `credentials` gives. Resolves with `{ result }` or `{ error }` for each. */
export async function callInPage(page, what) {
  return JSON.parse(await page.run(String(makeCalls), JSON.stringify(what)));
}
