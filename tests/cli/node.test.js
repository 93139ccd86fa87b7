// What only the program for Node has: hosts without WebSocket, Node's own, its place in the package, and modules loaded before it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { linesOf, newFolder, program, run, startTools } from '../support/cli.js';
import { startServer } from '../support/server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where the package lies alone, so that there is no `ws`. */
function programAlone(t) {
  const folder = newFolder(t);
  for (const name of ['js', 'dist', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  return join(folder, 'js', 'cli', 'main.js');
}

test('a host without WebSocket, and no ws: 3, and what to install', async (t) => {
  const node = ['--no-experimental-websocket'];
  const { code, stderr } = await run(['discover', 'ws://127.0.0.1:1/'], { file: programAlone(t), node });
  assert.equal(code, 3);
  assert.match(stderr, /^error: websocket_unavailable: .*\nWith Node 20: npx -p ws -p utcp-websocket /);
});

test("a peer that does not even answer the closing does not hold the program, with Node's own WebSocket", async (t) => {
  const silent = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => {
      const [, key] = /^Sec-WebSocket-Key: (\S+)/im.exec(String(request)) ?? [];
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
      socket.write(`Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    });
    t.after(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const { code, stderr } = await run(['discover', `ws://127.0.0.1:${silent.address().port}/`, '--timeout', '3'], {
    file: programAlone(t),
    node: ['--experimental-websocket', '--no-warnings'],
  });
  assert.match(stderr, /^error: response_timeout: /);
  assert.equal(code, 4);
});

test("open: headers are sent with Node's own WebSocket, too", async (t) => {
  const server = await startServer(t, undefined, { onConnection: (socket) => socket.close(4000) });
  const { code, stdout } = await run(['open', server.url, '-H', 'X-Own: yes'], {
    file: programAlone(t),
    node: ['--experimental-websocket', '--no-warnings'],
  });
  assert.deepEqual([code, stdout], [0, 'closed (4000)\n']);
  assert.equal(server.requests[0].headers['x-own'], 'yes');
});

test('the package names the program, which can be run as it is', () => {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.deepEqual(bin, { 'utcp-websocket': 'dist/cli/main.js' });
  for (const file of [program, join(root, bin['utcp-websocket'])]) {
    assert.ok(readFileSync(file, 'utf8').startsWith('#!/usr/bin/env node\n'));
    assert.equal(statSync(file).mode & 0o111, 0o111);
  }
});

test('demo: npm fetches the package of this version where it is not installed, with all that was typed', async (t) => {
  const npm = join(newFolder(t), 'npm.js');
  writeFileSync(npm, 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;');
  const args = ['demo', '--port', '0', '--help'];
  const { code, stdout, stderr } = await run(args, { file: programAlone(t), env: { npm_execpath: npm } });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const expected = ['exec', '--yes', '--', `utcp-websocket-demo@${version}`, '--port', '0', '--help'];
  assert.deepEqual(JSON.parse(stdout), expected);
  assert.equal(stderr, `note: npm downloads utcp-websocket-demo@${version}\n`);
  assert.equal(code, 7);
});

test('demo: without npm, what to do', async (t) => {
  const env = { PATH: newFolder(t) };
  const { code, stderr } = await run(['demo'], { file: programAlone(t), env });
  assert.match(
    stderr,
    /\nerror: usage: the demo cannot be started \(spawn npm ENOENT\); install it first: npm install /,
  );
  assert.equal(code, 2);
});

test('says which tools were left out', async (t) => {
  const server = await startTools(t, [{ name: 'good', url: 'wss://tools.example/' }, { name: 'bad' }]);
  // The endpoint is reached under the name of another machine: real sockets, without its DNS and its TLS.
  const file = join(newFolder(t), 'reach.cjs');
  writeFileSync(file, `require('node:tls').connect = () => require('node:net').connect(${server.port}, '127.0.0.1');`);
  const { code, stdout, stderr } = await run(['discover', 'wss://tools.example/'], { node: ['--require', file] });
  assert.equal(code, 0);
  assert.deepEqual(
    linesOf(stdout).map(({ name }) => name),
    ['good'],
  );
  assert.match(stderr, /^note: left out: .*bad/);
});
