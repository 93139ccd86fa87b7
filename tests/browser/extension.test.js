// An extension of Chromium whose service worker calls a tool: its connection outlives the 30 seconds after which an idle worker is stopped.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fromRoot } from '../../scripts/lib/repo.js';
import { chromiumOptions } from '../support/chromium.js';
import { removeFolder } from '../support/folders.js';
import { startServer } from '../support/server.js';

const manifest = {
  manifest_version: 3,
  name: 'calls a tool',
  version: '1',
  background: { service_worker: 'worker.js', type: 'module' },
  content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'" },
};

/** An unpacked extension, and a Chromium that has it. */
async function startExtension(t, worker) {
  const folder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-extension-'));
  const extension = path.join(folder, 'extension');
  mkdirSync(extension);
  for (const file of ['index.js', 'core.wasm']) cpSync(fromRoot('dist', file), path.join(extension, file));
  writeFileSync(path.join(extension, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(path.join(extension, 'worker.js'), worker);
  const { executablePath, args } = chromiumOptions();
  const own = ['--disable-features=DisableLoadExtensionCommandLineSwitch', `--load-extension=${extension}`];
  const child = spawn(
    executablePath,
    [...args, ...own, `--user-data-dir=${path.join(folder, 'data')}`, 'about:blank'],
    {
      stdio: 'ignore',
    },
  );
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill();
    await exited;
    await removeFolder(folder);
  });
}

test('a ping_message keeps its worker, and the connection, beyond 30 seconds', { timeout: 300_000 }, async (t) => {
  const pings = [];
  const server = await startServer(t, (socket, text) => {
    if (text === 'ping') pings.push(performance.now());
    socket.send(text === 'ping' ? 'pong' : text);
  });
  const template = server.template({ message: { id: '{{request_id}}' }, ping_message: 'ping' }); // ping_interval: 30
  const start = performance.now();
  await startExtension(
    t,
    `import { WebSocketCommunicationProtocol } from './index.js';
     new WebSocketCommunicationProtocol().callTool(null, 'm.t', {}, ${JSON.stringify(template)});`,
  );
  await server.until(() => pings.length === 2);
  assert.ok(pings[1] - start > 39_000, `${pings[1] - start} ms`);
  assert.ok(pings[1] - pings[0] < 29_000, `${pings[1] - pings[0]} ms`);
  assert.equal(server.opened, 1);
  assert.equal(server.clients.size, 1);
});
