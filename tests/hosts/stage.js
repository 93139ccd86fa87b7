// A project that has the package as it is published, the SDK and `ws` installed, and the contract beside them: what every
// host runs. Where a host needs a bundle, esbuild makes it, as it would for a user.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { fromRoot } from '../../scripts/lib/repo.js';
import { newProject } from '../support/packed.js';

const modules = '/node_modules';
const page = `<!doctype html>
<title>contract</title>
<script type="importmap">
${JSON.stringify({
  imports: {
    'utcp-websocket': `${modules}/utcp-websocket/dist/index.js`,
    'utcp-websocket/register': `${modules}/utcp-websocket/dist/register.js`,
    '@utcp/sdk': `${modules}/@utcp/sdk/dist/index.js`,
    zod: `${modules}/zod/index.js`,
  },
})}
</script>
`;

/** Resolves with the project's folder, and that of a copy without `ws`; `remove` removes both. */
export async function stageProject() {
  const project = await newProject();
  for (const name of ['ws', '@utcp/sdk', 'zod', 'dotenv']) project.addModule(name);
  cpSync(fromRoot('tests', 'contract'), project.path('contract'), { recursive: true });
  cpSync(fromRoot('tests', 'hosts', 'runners'), project.path('runners'), { recursive: true });
  writeFileSync(project.path('index.html'), page);
  await bundleWorker(project.folder);
  await bundleForWorkerd(project.folder, 'runners/workerd.js', 'workerd');
  const bare = `${project.folder}-bare`;
  cpSync(project.folder, bare, { recursive: true, filter: (source) => source !== project.path('node_modules', 'ws') });
  function remove() {
    rmSync(bare, { recursive: true, force: true });
    project.remove();
  }
  return { project: project.folder, bare, remove };
}

const bundled = { bundle: true, format: /** @type {const} */ ('esm'), logLevel: /** @type {const} */ ('silent') };

/** esbuild leaves the URL of the wasm as it is: the file has to lie beside what it writes. @param {string} project */
async function bundleWorker(project) {
  await build({
    ...bundled,
    entryPoints: [join(project, 'runners', 'worker.js')],
    outfile: join(project, 'bundle', 'worker.js'),
    platform: 'browser',
  });
  cpSync(fromRoot('dist', 'core.wasm'), join(project, 'bundle', 'core.wasm'));
}

/** As wrangler does it: one module, and the wasm as another one. @param {string} project @param {string} entry @param {string} folder */
export async function bundleForWorkerd(project, entry, folder) {
  const wasm = {
    name: 'wasm',
    setup: ({ onResolve }) => onResolve({ filter: /\.wasm$/ }, () => ({ path: './core.wasm', external: true })),
  };
  await build({
    ...bundled,
    entryPoints: [join(project, entry)],
    outfile: join(project, folder, 'worker.js'),
    platform: 'browser',
    conditions: ['workerd', 'worker'],
    plugins: [wasm],
  });
  cpSync(fromRoot('dist', 'core.wasm'), join(project, folder, 'core.wasm'));
}
