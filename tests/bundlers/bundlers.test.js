// Owns that bundlers build apps with the packed package, as the README says and without a warning, and that these run.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { createLogger, createServer } from 'vite';
import { fromRoot, run } from '../../scripts/lib/repo.js';
import { newProject } from '../support/packed.js';
import { startSite } from '../support/site.js';
import { checkApp, expected, runApp, startChromium, startProvider } from './support.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
/** @type {Awaited<ReturnType<typeof startChromium>>} */
let chromium;

before(async () => {
  [project, chromium] = await Promise.all([newProject(), startChromium()]);
});

after(async () => {
  await chromium?.close();
  project?.remove();
});

const bundle = ['--bundle', '--minify', '--outdir=dist'];
const script = (attributes) => `<!doctype html><title>app</title><script ${attributes} src="index.js"></script>`;

/**
 * The program of each with its arguments. `page`: what loads the result, where the bundler makes no page. `copies`: whether
 * core.wasm has to be copied beside the result.
 */
const bundlers = {
  Vite: { program: ['vite/bin/vite.js', 'build'] },
  Parcel: { program: ['parcel/lib/bin.js', 'build', 'index.html', '--dist-dir', 'dist', '--no-autoinstall'] },
  webpack: {
    program: ['webpack-cli/bin/cli.js', '--mode', 'production', '--output-filename', 'index.js'],
    page: script('defer'),
  },
  esbuild: {
    program: ['esbuild/bin/esbuild', 'src/index.js', '--format=esm', ...bundle],
    page: script('type="module"'),
    copies: true,
  },
  Rollup: {
    program: ['rollup/dist/bin/rollup', 'src/index.js', '--plugin', 'node-resolve', '--format', 'es', '--dir', 'dist'],
    page: script('type="module"'),
    copies: true,
  },
};

/** Builds an app of this folder. Resolves with the folder that is served. */
async function build(name, app) {
  const { program, page, copies } = bundlers[name];
  const folder = project.path(`${name}-${app}`);
  cpSync(fromRoot('tests/bundlers', app), folder, { recursive: true });
  const [file, ...args] = program;
  const result = await run(process.execPath, [fromRoot('tests/bundlers/node_modules', file), ...args], {
    cwd: folder,
    quiet: true,
    env: { NO_COLOR: '1' },
  });
  assert.doesNotMatch(result.text, /warn|⚠|\(!\)/i);
  const served = path.join(folder, 'dist');
  if (page) writeFileSync(path.join(served, 'index.html'), page);
  if (copies) copyFileSync(project.installed('dist', 'core.wasm'), path.join(served, 'core.wasm'));
  return served;
}

/** All JavaScript of a folder. */
function scripts(folder) {
  const files = readdirSync(folder, { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .join('\n');
}

for (const name of Object.keys(bundlers)) {
  describe(name, () => {
    test('builds an app that discovers, calls and streams', async (t) => {
      const start = performance.now();
      const folder = await build(name, 'app');
      const text = scripts(folder);
      t.diagnostic(
        `${name}: ${Math.round(performance.now() - start)} ms, ${text.length} bytes, ${brotliCompressSync(text).length} with brotli`,
      );
      assert.ok(!text.includes(project.folder), 'the app names a path of this machine');
      await checkApp(t, chromium, (await startSite(t, folder)).url);
    });

    test('leaves out what an app does not use', async (t) => {
      const folder = await build(name, 'pure');
      const text = scripts(folder);
      assert.match(text, /utcp_ws_start_call/);
      assert.doesNotMatch(text, /deregisterManual|manualTools must|grant_type|callToolStreaming/);
      await checkApp(t, chromium, (await startSite(t, folder)).url, { wanted: '[true,false]' });
    });
  });
}

test('Parcel finds the other entries where package.json tells it to read exports', async (t) => {
  const manifest = project.path('package.json');
  const before = readFileSync(manifest, 'utf8');
  t.after(() => writeFileSync(manifest, before));
  const settings = { '@parcel/resolver-default': { packageExports: true } };
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(before), ...settings }));
  const site = await startSite(t, await build('Parcel', 'inlined'));
  await checkApp(t, chromium, site.url, { wanted: '{"sum":5}' });
  assert.ok(!site.asked.some((file) => file.endsWith('.wasm')));
});

test('a classic script, which cannot know where it lies, is told where the wasm is', async (t) => {
  const folder = project.path('classic');
  const app = fromRoot('tests/bundlers/app/src/index.js');
  cpSync(app, path.join(folder, 'index.js'));
  const { warnings } = await esbuild({
    stdin: {
      contents: "import './index.js'; import { ready } from 'utcp-websocket'; globalThis.load = ready;",
      resolveDir: folder,
    },
    bundle: true,
    outfile: path.join(folder, 'dist', 'index.js'),
    logLevel: 'silent',
  });
  assert.deepEqual(warnings, []);
  cpSync(project.installed('dist', 'core.wasm'), path.join(folder, 'dist', 'core.wasm'));
  writeFileSync(path.join(folder, 'dist', 'index.html'), script('defer'));
  const site = await startSite(t, path.join(folder, 'dist'));
  const { page } = await chromium.open(t, site.url);
  const refusal = await page.evaluate(() => globalThis.load().catch(({ code, message }) => `${code}: ${message}`));
  assert.match(refusal, /^module_failed: .* pass its location to ready\(\)$/);
  await page.evaluate(() => globalThis.load('core.wasm'));
  assert.equal(await runApp(page, (await startProvider(t)).url), expected);
});

test('Vite serves an app that is being worked on', async (t) => {
  const root = project.path('vite-dev');
  cpSync(fromRoot('tests/bundlers/app'), root, { recursive: true });
  /** @type {string[]} */
  const warnings = [];
  const customLogger = createLogger('silent');
  for (const level of ['warn', 'warnOnce', 'error']) customLogger[level] = (text) => warnings.push(text);
  const server = await createServer({ root, customLogger, server: { host: '127.0.0.1', port: 0 } });
  t.after(() => server.close());
  await server.listen();
  await checkApp(t, chromium, server.resolvedUrls.local[0]);
  assert.deepEqual(warnings, []);
});
