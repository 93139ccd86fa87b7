// Owns that components of React may open in an effect and close in its cleanup, also where StrictMode mounts them twice.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { fromRoot } from '../../scripts/lib/repo.js';
import { newProject } from '../support/packed.js';
import { startSite } from '../support/site.js';
import { startChromium, startProvider } from './support.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
/** @type {Awaited<ReturnType<typeof startChromium>>} */
let chromium;

before(async () => {
  [project, chromium] = await Promise.all([newProject(), startChromium()]);
  cpSync(fromRoot('tests/bundlers/strict'), project.folder, { recursive: true });
  const outdir = project.path('dist');
  await build({
    entryPoints: [project.path('src/index.jsx')],
    nodePaths: [fromRoot('tests/bundlers/node_modules')],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
    outdir,
    logLevel: 'error',
  });
  copyFileSync(project.installed('dist', 'core.wasm'), path.join(outdir, 'core.wasm'));
  writeFileSync(
    path.join(outdir, 'index.html'),
    '<!doctype html><title>app</title><script type="module" src="index.js"></script>',
  );
});

after(async () => {
  await chromium?.close();
  project?.remove();
});

for (const [effect, failure, asked] of [
  ['a protocol of its own', 'ProtocolClosedError', []],
  ['a protocol that stays', 'ProtocolClosedError', []],
  ['connect', 'AbortError', ['{"type":"utcp"}']],
]) {
  test(`StrictMode, ${effect}: one call is answered, no connection is left, nothing is complained about`, async (t) => {
    const server = await startProvider(t);
    const site = await startSite(t, project.path('dist'));
    const { page, said } = await chromium.open(t, site.url);
    // Once while the wasm is being loaded, once with it at hand.
    for (const round of [1, 2]) {
      const done = await page.evaluate((given) => globalThis.runApp(...given), [server.url, effect]);
      // The component that was cleaned up at once hears of it, and has opened nothing.
      assert.deepEqual(done, { sum: { sum: 5 }, errors: [failure] });
      await server.allClosed();
      assert.equal(server.opened, round);
      assert.deepEqual(server.received.splice(0), [...asked, '{"a":2,"b":3}']);
    }
    assert.deepEqual(said, []);
    assert.ok(server.closings.every(([code]) => code === 1000));
  });
}
