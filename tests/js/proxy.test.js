// What docs/hosts.md says of proxies, run: wss: through a proxy that tunnels by CONNECT, and asks for a password.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { makeCertificate } from '../support/tls.js';
import { listen, startTunnel } from '../support/tunnel.js';

const root = new URL('../../', import.meta.url);
const password = 's3cr3t-of-the-proxy';

test("the documents' way through a proxy", async (t) => {
  const { key, cert, file } = makeCertificate(t, 'DNS:tools.example');
  const server = createTlsServer({ key, cert });
  new WebSocketServer({ server }).on('connection', (socket) => {
    const tool_call_template = { call_template_type: 'websocket', url: 'wss://tools.example/far' };
    const tools = [{ name: 'far', description: 'is far away', tool_call_template }];
    socket.on('message', () => socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1.0.0', tools })));
  });
  const port = await listen(t, server);

  const { port: proxy, asked } = await startTunnel(t, port);
  const proxyUrl = `http://user:${password}@127.0.0.1:${proxy}`;

  const [block] = /(?<=```js\n)import \{ HttpsProxyAgent.*?(?=```)/s.exec(
    readFileSync(new URL('docs/hosts.md', root), 'utf8'),
  ) ?? [''];
  // The proxy alone knows where tools.example is. Below the repository, so that `import 'utcp-websocket'` finds this package by its own name.
  const folder = new URL(`build/proxy-${process.pid}/`, root);
  mkdirSync(folder, { recursive: true });
  t.after(() => rmSync(folder, { recursive: true }));
  const program = new URL('program.mjs', folder);
  writeFileSync(program, block);
  const env = { ...process.env, HTTPS_PROXY: proxyUrl, NODE_EXTRA_CA_CERTS: file };
  const child = spawn(process.execPath, [fileURLToPath(program)], { env });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.equal(output, "[ 'far' ]\n", errors);
  const credentials = Buffer.from(`user:${password}`).toString('base64');
  assert.deepEqual(new Set(asked), new Set([`tools.example:443 Basic ${credentials}`]));
});
