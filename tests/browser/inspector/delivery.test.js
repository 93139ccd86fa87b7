// How the inspector reaches its users: what it weighs, what it asks for, under which paths it works, without a network, and that a
// new build is seen at once.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { fromRoot } from '../../../scripts/lib/repo.js';
import { startInspector } from '../../support/inspector.js';

// Lower them whenever the page gets lighter, never raise them without a word why. The package is 93,450 of the start (see
// tests/package/size.test.js); the editor of JSON is 94,000 of all, and nothing of it is loaded before a tool is chosen. Twice as many
// recipes are 1,100 of all, loaded with the first that is chosen; the titles of two more, for events, are in the list. That a secret goes to its endpoint alone is 150 of both, secrets in the
// template's own messages 310 of the package.
const budget = { start: 127_600, all: 303_100 };

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
before(async () => {
  inspectors = await startInspector();
});
after(() => inspectors?.close());

/** The page's files; the API reference may lie beside them. */
const built = () =>
  readdirSync(fromRoot('build/demo'), { recursive: true })
    .map(String)
    .filter((name) => name.includes('.') && !name.startsWith('reference'));
const brotli = (/** @type {string} */ name) => brotliCompressSync(readFileSync(fromRoot('build/demo', name))).length;

const types = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
};

/** A static host that knows nothing of the page: a folder of files under a base path. */
async function startStaticHost(t, base, folder = fromRoot('build/demo')) {
  const host = { asked: /** @type {string[]} */ ([]), folder, stop };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    host.asked.push(pathname);
    const name = pathname.startsWith(base) ? pathname.slice(base.length) || 'index.html' : '../nothing';
    const type = types[/** @type {keyof typeof types} */ (name.split('.').pop())];
    try {
      response.setHeader('Content-Type', type ?? 'text/plain').end(readFileSync(path.join(host.folder, name)));
    } catch {
      response.writeHead(404).end('There is no such file.');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  function stop() {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  }
  t.after(stop);
  return Object.assign(host, { url: `http://127.0.0.1:${server.address().port}${base}` });
}

/** In a page: resolves when the newest service worker of a scope is at work. */
async function activated(/** @type {string} */ scope) {
  if (location.pathname.startsWith(scope)) await navigator.serviceWorker.ready;
  const registration = await navigator.serviceWorker.getRegistration(scope);
  const worker = registration?.installing ?? registration?.waiting ?? registration?.active;
  while (worker && worker.state !== 'activated')
    await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
}

describe('weight', () => {
  test(`all files of the build: at most ${budget.all} bytes with brotli`, (t) => {
    const files = built().map((name) => [name, brotli(name)]);
    for (const [name, bytes] of files) t.diagnostic(`${name}: ${bytes}`);
    const sum = files.reduce((total, [, bytes]) => total + Number(bytes), 0);
    t.diagnostic(`together: ${sum}`);
    assert.ok(sum <= budget.all, `${sum} bytes`);
  });

  test(`what loads before the user does anything: at most ${budget.start} bytes, few requests, nothing from elsewhere`, async (t) => {
    const inspector = await inspectors.open();
    t.after(() => inspector.page.close());
    await inspector.page.waitForLoadState('networkidle');
    const loaded = await inspector.page.evaluate(() =>
      [location.href, ...performance.getEntriesByType('resource').map(({ name }) => name)].map((name) =>
        name.replace(/#.*/, ''),
      ),
    );
    assert.ok(
      loaded.every((url) => url.startsWith(inspectors.pages.url)),
      loaded.join(),
    );
    assert.ok(
      inspector.requests.every((url) => url.startsWith(inspectors.pages.url)),
      inspector.requests.join(),
    );
    const names = [...new Set(loaded.map((url) => url.slice(inspectors.pages.url.length) || 'index.html'))];
    const own = names.filter((name) => name !== 'sw.js');
    const sum = own.reduce((total, name) => total + brotli(name), 0);
    t.diagnostic(`${own.join(', ')}: ${sum}`);
    assert.ok(own.length <= 6, own.join());
    assert.ok(!own.some((name) => /Chart|Form|Tool|editor/.test(name)), 'what a tool needs comes when one is chosen');
    assert.ok(sum <= budget.start, `${sum} bytes`);
  });

  test('it is ready soon: no task of more than 800 ms on a processor that is four times slower', async (t) => {
    const page = await inspectors.browser.newPage();
    t.after(() => page.close());
    await page.addInitScript(() => {
      window.longTasks = [];
      new PerformanceObserver((list) =>
        window.longTasks.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({
        type: 'longtask',
        buffered: true,
      });
    });
    const devTools = await page.context().newCDPSession(page);
    await devTools.send('Performance.enable');
    const busy = async (/** @type {string} */ url) => {
      await page.goto(url);
      await page.waitForLoadState('networkidle');
      const { metrics } = await devTools.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'ScriptDuration').value * 1000;
    };
    const script = await busy(inspectors.pages.url);
    t.diagnostic(`${script.toFixed(0)} ms of script`);
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.reload();
    await page.waitForSelector('text=Try the bundled provider');
    await page.waitForLoadState('networkidle');
    const tasks = await page.evaluate(() => window.longTasks);
    t.diagnostic(`long tasks: ${tasks.map(Math.round).join(', ') || 'none'}`);
    assert.ok(Math.max(0, ...tasks) <= 800, `tasks of ${tasks} ms`);
  });
});

test('any static host may serve it under any path', async (t) => {
  const host = await startStaticHost(t, '/a/b/');
  const inspector = await inspectors.open({
    url: host.url,
    hash: `#url=${encodeURIComponent(inspectors.provider.url)}`,
  });
  t.after(() => inspector.page.close());
  assert.equal(await inspector.page.isVisible('text=Try the bundled provider'), false);
  await inspector.page.waitForSelector('.start >> text=npx utcp-websocket demo');
  await inspector.page.click('button:text-is("Connect")');
  await inspector.choose('watch_metrics');
  await inspector.press('Stream');
  await inspector.page.waitForSelector('.plot canvas');
  assert.ok(
    host.asked.every((name) => name.startsWith('/a/b/')),
    host.asked.join(),
  );
  inspector.noComplaints();
});

describe('the service worker', () => {
  test('keeps the page: it loads and calls when its host is gone', async (t) => {
    const host = await startStaticHost(t, '/a/b/');
    const hash = `#url=${encodeURIComponent(inspectors.provider.url)}`;
    const first = await inspectors.open({ url: host.url, hash });
    await first.page.evaluate(activated, '/a/b/');
    await first.page.close();
    await host.stop();
    const inspector = await inspectors.open({ url: host.url, hash });
    t.after(() => inspector.page.close());
    await inspector.page.click('button:text-is("Connect")');
    await inspector.choose('graphql_readings');
    await inspector.press('Stream');
    await inspector.page.waitForSelector('.plot canvas');
    inspector.noComplaints();
  });

  test('shows a new build at once, and forgets the old one', async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-build-'));
    t.after(() => rmSync(folder, { recursive: true }));
    cpSync(fromRoot('build/demo'), folder, { recursive: true });
    const host = await startStaticHost(t, '/a/', folder);
    const first = await inspectors.open({ url: host.url });
    await first.page.evaluate(activated, '/a/');
    await first.page.close();

    const edit = (/** @type {string} */ name, /** @type {string} */ from, /** @type {string} */ to) =>
      writeFileSync(path.join(folder, name), readFileSync(path.join(folder, name), 'utf8').replace(from, to));
    edit('index.html', '<title>', '<title>New ');
    edit('sw.js', /version = '(\w+)'/.exec(readFileSync(path.join(folder, 'sw.js'), 'utf8'))?.[1] ?? '', 'new');
    const second = await inspectors.open({ url: host.url });
    assert.match(await second.page.title(), /^New /);
    // The browser would look by itself, some time.
    await second.page.evaluate(() => navigator.serviceWorker.ready.then((registration) => registration.update()));
    // The worker of the new build waits until no page of the old one is open: this one is none.
    const outside = await inspectors.browser.newPage();
    t.after(() => outside.close());
    await outside.goto(new URL('/', host.url).href);
    await second.page.close();
    await outside.evaluate(activated, '/a/');
    const names = await outside.evaluate(() => caches.keys());
    assert.deepEqual(names, [`inspector ${host.url} new`]);
  });
});
