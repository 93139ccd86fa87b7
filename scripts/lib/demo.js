// Owns build/demo: the inspector as any static host can serve it, built by Vite from web-demo/page and the package as it is packed.
// Owns build/demo-package, too: the package utcp-websocket-demo, which serves it beside a provider.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { installFolder } from './modules.js';
import { fromRoot, npm, readJson, run } from './repo.js';
import { hashOf, readStamp, writeStamp } from './stamps.js';

const packageInputs = ['js', 'dist', 'package.json', 'README.md', 'docs/recipes.md'];
const pageInputs = [
  'web-demo/page',
  'web-demo/offline.js',
  'web-demo/policy.js',
  'web-demo/recipes.js',
  'scripts/lib/recipes.js',
  'web-demo/vite.config.js',
];
const lock = 'web-demo/package-lock.json';
const installed = fromRoot('web-demo', 'node_modules', 'utcp-websocket');

/** Brings build/demo up to date; dist/ has to be. Resolves with whether there was anything to do. */
export async function buildDemo() {
  const inputs = hashOf([...packageInputs, ...pageInputs, lock, 'scripts/lib/demo.js']);
  const output = fromRoot('build', 'demo', 'index.html');
  if (readStamp('demo')?.inputs === inputs && existsSync(output) && existsSync(installed)) return false;
  await installFolder('web-demo');
  await unpackPackage();
  const { bin } = readJson('web-demo/node_modules/vite/package.json');
  const vite = fromRoot('web-demo', 'node_modules', 'vite', bin.vite);
  await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], { quiet: true, cwd: fromRoot('web-demo') });
  writeStamp('demo', { inputs });
  return true;
}

/** Where the package is put together: `npm publish build/demo-package`. */
export const demoPackage = fromRoot('build', 'demo-package');

/** What the provider needs. It comes with the package: a demo starts at once, and without a network. */
const bundled = ['graphql', 'graphql-ws', 'utcp-websocket', 'ws'];

/** Puts the package together; build/demo has to be up to date. */
export function buildDemoPackage() {
  const to = (/** @type {string[]} */ ...parts) => fromRoot('build', 'demo-package', ...parts);
  rmSync(demoPackage, { recursive: true, force: true });
  for (const part of ['server', 'policy.js', 'README.md'])
    cpSync(fromRoot('web-demo', part), to(part), { recursive: true });
  cpSync(fromRoot('build', 'demo'), to('inspector'), { recursive: true });
  // Those of a page on a static host, which has the API reference beside it.
  rmSync(to('inspector', 'reference'), { recursive: true, force: true });
  cpSync(fromRoot('docs', 'inspector.webp'), to('inspector.webp'));
  cpSync(fromRoot('LICENSE'), to('LICENSE'));
  for (const name of bundled) {
    const from = name === 'utcp-websocket' ? installed : fromRoot('node_modules', name);
    cpSync(from, to('node_modules', name), { recursive: true });
  }
  rmSync(to('node_modules', 'utcp-websocket', 'dist', 'index.js.map'));
  const { version, license, engines, type, publishConfig } = readJson('package.json');
  const manifest = {
    name: 'utcp-websocket-demo',
    version,
    description:
      'A provider of tools over WebSocket and an inspector for any WebSocket endpoint: the demo of utcp-websocket',
    keywords: ['utcp', 'websocket', 'inspector', 'tools', 'demo'],
    license,
    type,
    engines,
    main: 'server/main.js',
    bin: { 'utcp-websocket-demo': 'server/main.js' },
    files: ['inspector', 'server', 'policy.js', 'inspector.webp'],
    dependencies: Object.fromEntries(
      bundled.map((name) => [name, readJson(`build/demo-package/node_modules/${name}/package.json`).version]),
    ),
    bundleDependencies: bundled,
    publishConfig,
  };
  writeFileSync(to('package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The page uses what others get from npm, not the sources beside it. */
async function unpackPackage() {
  const folder = fromRoot('build', 'packed');
  rmSync(folder, { recursive: true, force: true });
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  mkdirSync(installed, { recursive: true });
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder], { quiet: true });
  const [tarball = ''] = readdirSync(folder);
  await run('tar', ['-xzf', `${folder}/${tarball}`, '-C', installed, '--strip-components', '1'], { quiet: true });
}
