// Owns that production builds of Next.js carry the package: a route handler that calls from the server, a client page that calls from
// the browser. Its package.json puts an empty package in the place of sharp, 20 MB that scale pictures.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fromRoot, run } from '../../scripts/lib/repo.js';
import { startChromium } from '../bundlers/support.js';
import { newProject } from '../support/packed.js';
import { startServer } from '../support/server.js';
import { emptyFolder, node24 } from './support.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
/** @type {Awaited<ReturnType<typeof startChromium>>} */
let chromium;

before(async () => {
  [project, chromium] = await Promise.all([newProject(), startChromium()]);
  // Without source maps: a third of it, which nobody reads.
  cpSync(fromRoot('tests/deploy/next'), project.folder, { recursive: true, filter: (file) => !file.endsWith('.map') });
});

after(async () => {
  await chromium?.close();
  project?.remove();
});

/** Builds the app and moves what it needs out of the project, where nothing else can be found. Resolves with the folder. */
async function build(t, ...args) {
  const next = project.path('node_modules/next/dist/bin/next');
  const start = performance.now();
  await run(node24, [next, 'build', ...args], {
    cwd: project.folder,
    quiet: true,
    env: { NEXT_TELEMETRY_DISABLED: '1' },
  });
  t.diagnostic(`built in ${Math.round(performance.now() - start)} ms`);
  const folder = emptyFolder(t);
  cpSync(project.path('.next/standalone'), folder, { recursive: true });
  cpSync(project.path('.next/static'), path.join(folder, '.next/static'), { recursive: true });
  // It takes 0 for no port at all.
  const server = path.join(folder, 'server.js');
  writeFileSync(server, readFileSync(server, 'utf8').replace('|| 3000', '|| 0'));
  return folder;
}

/** Starts what was built; stopped after the test. Resolves with its URL, and with what it has said, to which more is added. */
async function start(t, folder) {
  const env = { ...process.env, HOSTNAME: '127.0.0.1', PORT: '0', NEXT_TELEMETRY_DISABLED: '1' };
  const child = spawn(node24, ['server.js'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  t.after(() => {
    child.kill('SIGKILL'); // else it waits for connections that Chromium has opened and not used yet
    return ended;
  });
  const site = { url: '', said: '' };
  await new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error(site.said)));
    const take = (data) => {
      site.said += data;
      if (/Ready/.test(site.said)) resolve(site);
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', take);
  });
  site.url = /http:\S+/.exec(site.said)[0];
  return site;
}

async function check(t, ...args) {
  const site = await start(t, await build(t, ...args));
  const server = await startServer(t);
  const response = await fetch(`${site.url}/call?url=${server.url}`);
  assert.deepEqual([response.status, await response.text()], [200, '{"from":"route"}'], site.said);

  const { page, said } = await chromium.open(t, `${site.url}/?url=${server.url}`);
  await page.waitForFunction(() => document.querySelector('output').textContent !== '');
  assert.equal(await page.textContent('output'), '{"from":"page"}');
  assert.deepEqual(said, []);
  assert.deepEqual(server.received, ['{"from":"route"}', '{"from":"page"}']);
}

test('with Turbopack', (t) => check(t));

// For the server it writes the path of a URL, where no file can be read.
test('with webpack, where the route handler imports utcp-websocket/inline', (t) => {
  const route = project.path('app/call/route.js');
  writeFileSync(route, readFileSync(route, 'utf8').replace("'utcp-websocket'", "'utcp-websocket/inline'"));
  return check(t, '--webpack');
});
