// Owns build/demo: the inspector as any static host can serve it, built by Vite from web-demo/page and the package as it is packed:
// the page uses what others get from npm, not the sources beside it. Run by Ninja: see cmake/Dist.cmake.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { installFolder } from '../lib/modules.js';
import { fromRoot, npm, readJson, run } from '../lib/repo.js';

await installFolder('web-demo');

const packed = fromRoot('build', 'packed');
const installed = fromRoot('web-demo', 'node_modules', 'utcp-websocket');
for (const folder of [packed, installed]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
await npm(['pack', '--ignore-scripts', '--pack-destination', packed], { quiet: true });
const [tarball = ''] = readdirSync(packed);
// m: npm packs files of 1985, which Ninja would take for old ones.
await run('tar', ['-xzmf', `${packed}/${tarball}`, '-C', installed, '--strip-components', '1'], { quiet: true });

const { bin } = readJson('web-demo/node_modules/vite/package.json');
const vite = fromRoot('web-demo', 'node_modules', 'vite', bin.vite);
await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], { quiet: true, cwd: fromRoot('web-demo') });
