// A project that has the package as it is published, the SDK and `ws` installed, and the contract beside them: what every
// host runs. Where a host needs a bundle, esbuild makes it, as it would for a user.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { fromRoot, npm } from '../../scripts/lib/repo.js';

/** Resolves with the project's folder, which `remove` removes. */
export async function stageProject() {
  const project = mkdtempSync(join(tmpdir(), 'utcp-websocket-hosts-'));
  const packed = join(project, 'packed');
  mkdirSync(packed);
  await npm(['pack', '--ignore-scripts', '--pack-destination', packed], { quiet: true });
  const [tarball] = readdirSync(packed);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  await npm(['install', '--offline', '--no-audit', '--no-fund', join(packed, tarball)], { quiet: true, cwd: project });
  for (const name of ['ws', '@utcp/sdk', 'zod', 'dotenv']) {
    cpSync(fromRoot('node_modules', name), join(project, 'node_modules', name), { recursive: true });
  }
  cpSync(fromRoot('tests', 'contract'), join(project, 'contract'), { recursive: true });
  cpSync(fromRoot('tests', 'hosts', 'runners'), join(project, 'runners'), { recursive: true });
  await bundleWorker(project);
  await bundleForWorkerd(project);
  return { project, remove: () => rmSync(project, { recursive: true, force: true }) };
}

const bundled = { bundle: true, format: /** @type {const} */ ('esm'), logLevel: /** @type {const} */ ('silent') };

/** esbuild leaves the URL of the wasm as it is, `../dist/core.wasm`: the file has to lie there. */
async function bundleWorker(project) {
  await build({
    ...bundled,
    entryPoints: [join(project, 'runners', 'worker.js')],
    outfile: join(project, 'bundle', 'js', 'worker.js'),
    platform: 'browser',
  });
  cpSync(fromRoot('dist', 'core.wasm'), join(project, 'bundle', 'dist', 'core.wasm'));
}

/** As wrangler does it: one module, and the wasm as another one. */
async function bundleForWorkerd(project) {
  const wasm = {
    name: 'wasm',
    setup: ({ onResolve }) => onResolve({ filter: /\.wasm$/ }, () => ({ path: './core.wasm', external: true })),
  };
  await build({
    ...bundled,
    entryPoints: [join(project, 'runners', 'workerd.js')],
    outfile: join(project, 'workerd', 'worker.js'),
    platform: 'browser',
    conditions: ['workerd', 'worker'],
    plugins: [wasm],
  });
  cpSync(fromRoot('dist', 'core.wasm'), join(project, 'workerd', 'core.wasm'));
}
