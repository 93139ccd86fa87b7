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

for (const effect of ['protocol', 'connect']) {
  test(`StrictMode, ${effect}: one call is answered, no connection is left`, async (t) => {
    const server = await startProvider(t);
    const site = await startSite(t, project.path('dist'));
    const { page, said } = await chromium.open(t, site.url);
    const rounds = [];
    // Once while the wasm is being loaded, once with it at hand.
    for (const round of ['cold', 'warm']) {
      const before = server.received.length;
      const { sum, errors } = await page.evaluate(
        ([url, effect]) => globalThis.runApp(url, effect),
        [server.url, effect],
      );
      await server.allClosed();
      rounds.push({
        round,
        sum,
        errors,
        calls: server.received.slice(before),
        opened: server.opened,
        closings: server.closings.slice(),
      });
    }
    console.log(JSON.stringify(rounds, null, 1), said);
  });
}
