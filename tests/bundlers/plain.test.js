// Owns that pages work without a bundler: with an import map, under a Content-Security-Policy, isolated from other origins, with
// the package on another origin, as on a CDN; and what such a page loads.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fromRoot } from '../../scripts/lib/repo.js';
import { startFirefox } from '../support/firefox.js';
import { manifest, newProject } from '../support/packed.js';
import { startSite } from '../support/site.js';
import { checkApp, expected, runApp, startChromium, startProvider } from './support.js';

const packagePath = `/node_modules/${manifest.name}/dist/`;
const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
/** @type {Awaited<ReturnType<typeof startChromium>>} */
let chromium;

/** @type {Awaited<ReturnType<typeof startFirefox>>} */
let firefox;

before(async () => {
  [project, chromium, firefox] = await Promise.all([newProject(), startChromium(), startFirefox()]);
});

after(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
  project?.remove();
});

/** Writes the app as a page of its own. `from`: the package's module; none: an import map says where it is. */
function writePage(name, from) {
  const map = { imports: { [manifest.name]: `${packagePath}index.js` } };
  const head = from ? '' : `<script type="importmap">${JSON.stringify(map)}</script>`;
  const app = readFileSync(fromRoot('tests/bundlers/app/src/index.js'), 'utf8');
  mkdirSync(project.path(name));
  writeFileSync(
    project.path(name, 'index.html'),
    `<!doctype html><title>app</title>${head}<script type="module" src="app.js"></script>`,
  );
  writeFileSync(project.path(name, 'app.js'), from ? app.replace(`'${manifest.name}'`, `'${from}'`) : app);
}

/** A strict policy that tells on who breaks it. */
const policy = (provider, scripts, connections = "'self'") => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    `script-src 'self' ${scripts}`,
    `connect-src ${connections} ${provider.url.slice(0, -1)}`,
    'report-uri /violations',
  ].join('; '),
});

test('with an import map, a page loads one script and the wasm', async (t) => {
  writePage('map');
  const site = await startSite(t, project.folder);
  await checkApp(t, chromium, `${site.url}map/`);
  const files = ['index.js', 'core.wasm'].map((file) => packagePath + file);
  assert.deepEqual(site.asked, ['/map/', '/map/app.js', ...files]);
});

describe("under a Content-Security-Policy with 'wasm-unsafe-eval'", () => {
  before(() => writePage('strict', `${packagePath}index.js`));

  test('a page works in Chromium', async (t) => {
    const provider = await startProvider(t);
    const site = await startSite(t, project.folder, policy(provider, "'wasm-unsafe-eval'"));
    await checkApp(t, chromium, `${site.url}strict/`, { provider });
    assert.deepEqual(site.posted, []);
  });

  test('a page works in Firefox', async (t) => {
    const provider = await startProvider(t);
    const site = await startSite(t, project.folder, policy(provider, "'wasm-unsafe-eval'"));
    const page = await firefox.open(`${site.url}strict/`);
    assert.equal(await page.run('(url) => globalThis.runApp(url)', provider.url), expected);
    // Firefox looks for an icon by itself, and tells on itself.
    assert.deepEqual(
      site.posted.filter((report) => !report.includes('/favicon.ico')),
      [],
    );
  });

  test('a page works isolated from other origins', async (t) => {
    const provider = await startProvider(t);
    const site = await startSite(t, project.folder, { ...policy(provider, "'wasm-unsafe-eval'"), ...isolated });
    const page = await checkApp(t, chromium, `${site.url}strict/`, { provider });
    assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
  });

  test('a page works with the package on another origin, as on a CDN', async (t) => {
    const provider = await startProvider(t);
    const cdn = await startSite(t, project.folder, { 'Access-Control-Allow-Origin': '*' });
    writePage('cdn', `${cdn.url}${packagePath.slice(1)}index.js`);
    const rules = policy(provider, `${cdn.url} 'wasm-unsafe-eval'`, cdn.url);
    const site = await startSite(t, project.folder, { ...rules, ...isolated });
    const page = await checkApp(t, chromium, `${site.url}cdn/`, { provider });
    assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
    assert.deepEqual(
      cdn.asked,
      ['index.js', 'core.wasm'].map((file) => packagePath + file),
    );
  });
});

describe('under one without it, the error names what is missing', () => {
  const wanted = "the Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src";

  before(() => writePage('stricter', `${packagePath}index.js`));

  test('in Chromium', async (t) => {
    const provider = await startProvider(t);
    const site = await startSite(t, project.folder, policy(provider, ''));
    const { page } = await chromium.open(t, `${site.url}stricter/`);
    assert.equal(await runApp(page, provider.url), wanted);
    assert.deepEqual(await page.evaluate(() => globalThis.violations), ['script-src wasm-eval']);
  });

  test('in Firefox', async (t) => {
    const provider = await startProvider(t);
    const site = await startSite(t, project.folder, policy(provider, ''));
    const page = await firefox.open(`${site.url}stricter/`);
    assert.equal(await page.run('(url) => globalThis.runApp(url)', provider.url), wanted);
  });
});
