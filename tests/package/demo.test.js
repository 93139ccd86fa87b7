// The package utcp-websocket-demo, as npm packs it: a fresh folder, no network, `npx utcp-websocket demo`, a browser, a first result.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { fromRoot, npm, run } from '../../scripts/lib/repo.js';
import { chromiumOptions } from '../support/chromium.js';
import { Inspector } from '../support/inspector.js';
import { manifest, newProject } from '../support/packed.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;

before(async () => {
  await run(process.execPath, [fromRoot('scripts', 'demo_package.js')]);
  project = await newProject();
  const packed = project.path('packed', 'demo');
  mkdirSync(packed);
  await npm(['pack', '--ignore-scripts', '--pack-destination', packed], {
    quiet: true,
    cwd: fromRoot('build', 'demo-package'),
  });
  const [tarball] = readdirSync(packed);
  const install = ['install', '--offline', '--no-audit', '--no-fund', project.path('packed', 'demo', tarball)];
  await npm(install, { quiet: true, cwd: project.folder });
});
after(() => project?.remove());

test('brings all it needs, of the same version', () => {
  const { version, dependencies, bundleDependencies } = JSON.parse(
    String(project.read('..', 'utcp-websocket-demo', 'package.json')),
  );
  assert.equal(version, manifest.version);
  assert.equal(dependencies[manifest.name], manifest.version);
  assert.deepEqual(Object.keys(dependencies), bundleDependencies);
  const there = readdirSync(project.path('node_modules')).filter((name) => !name.startsWith('.'));
  assert.deepEqual(there, ['utcp-websocket', 'utcp-websocket-demo']);
});

test('npx utcp-websocket demo: a first result in the browser, and a clean end', async (t) => {
  const bin = project.path('node_modules', '.bin', 'utcp-websocket');
  const child = spawn(bin, ['demo', '--port', '0', '--page-port', '0'], {
    cwd: project.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'close');
  const said = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, url] = /^(Provider|Inspector) +(\S+)$/.exec(line) ?? [];
    if (name) said[name] = url;
    if (line.includes('Ctrl-C')) break;
  }
  child.stdout.resume();
  const browser = await chromium.launch(chromiumOptions());
  t.after(() => browser.close());
  const inspector = new Inspector(await browser.newPage());
  await inspector.watch();
  await inspector.page.goto(said.Inspector);
  await inspector.connect();
  await inspector.choose('package_info');
  await inspector.writeArguments({ name: 'utcp-websocket' });
  assert.ok((await inspector.call('text')).includes(manifest.version));
  inspector.noComplaints();
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('walks through every tool, and fails where one does otherwise', async () => {
  const bin = project.path('node_modules', '.bin', 'utcp-websocket');
  const { code, text } = await project.node(bin, 'demo', '--once', '--port', '0', '--page-port', '0');
  assert.equal(code, 0, text);
  assert.match(text, /graphql-transport-ws/);
  const wrong = await project.node(bin, 'demo', '--prot', '1');
  assert.equal(wrong.code, 2);
  assert.match(wrong.text, /--prot.*Usage: utcp-websocket-demo \[flags\]/s);
});
