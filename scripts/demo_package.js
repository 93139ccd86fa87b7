// Puts together build/demo-package, the package utcp-websocket-demo: build/demo, which has to be up to date, beside a provider.
// `npm publish build/demo-package`.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { fromRoot, readJson } from './lib/repo.js';

const to = (/** @type {string[]} */ ...parts) => fromRoot('build', 'demo-package', ...parts);
/** What the provider needs. It comes with the package: a demo starts at once, and without a network. */
const bundled = ['graphql', 'graphql-ws', 'utcp-websocket', 'ws'];

rmSync(to(), { recursive: true, force: true });
for (const part of ['server', 'policy.js', 'README.md'])
  cpSync(fromRoot('web-demo', part), to(part), { recursive: true });
cpSync(fromRoot('build', 'demo'), to('inspector'), { recursive: true });
// Those of a page on a static host, which has the API reference beside it.
rmSync(to('inspector', 'reference'), { recursive: true, force: true });
cpSync(fromRoot('docs', 'inspector.webp'), to('inspector.webp'));
cpSync(fromRoot('LICENSE'), to('LICENSE'));
for (const name of bundled) {
  const from = fromRoot(name === 'utcp-websocket' ? 'web-demo' : '.', 'node_modules', name);
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
