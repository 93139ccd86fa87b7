// Owns build/demo: the inspector as any static host can serve it, built by Vite from web-demo/page and the package as it is packed.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { installFolder } from './modules.js';
import { fromRoot, npm, readJson, run } from './repo.js';
import { hashOf, readStamp, writeStamp } from './stamps.js';

const packageInputs = ['js', 'dist', 'package.json', 'README.md'];
const pageInputs = [
  'web-demo/page',
  'web-demo/offline.js',
  'web-demo/policy.js',
  'web-demo/recipes.js',
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
