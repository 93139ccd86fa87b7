// What docs/hosts.md says of certificates, run: a server with an authority of its own, which asks each client for a certificate.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';
import { failure, newProtocol } from '../../support/server.js';
import { makeCertificate } from '../../support/tls.js';
import { listen } from '../../support/tunnel.js';

const root = new URL('../../../', import.meta.url);
const [block = ''] =
  /import \{ readFileSync.*?(?=```)/s.exec(readFileSync(new URL('docs/hosts.md', root), 'utf8')) ?? [];

/** A server that lets in who has `client`'s certificate, and tells its tools. `clients`: whose certificates came. */
async function startServer(t, client) {
  const own = makeCertificate(t);
  const clients = [];
  const server = createServer({
    key: own.key,
    cert: own.cert,
    ca: client.cert,
    requestCert: true,
    rejectUnauthorized: true,
  });
  new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] }).on('connection', (socket, request) => {
    clients.push(request.socket.getPeerCertificate().fingerprint256);
    const tool_call_template = { call_template_type: 'websocket', url: `wss://127.0.0.1:${port}/guarded` };
    const tools = [{ name: 'guarded', description: 'is guarded', tool_call_template }];
    socket.on('message', () => socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1.0.0', tools })));
  });
  const port = await listen(t, server);
  return { port, clients, own, template: { url: `wss://127.0.0.1:${port}/`, name: 'm' } };
}

test("the documents' way to show a certificate", async (t) => {
  const client = makeCertificate(t, 'DNS:agent');
  const server = await startServer(t, client);
  // Below the repository, so that `import 'utcp-websocket'` finds this package by its own name.
  const folder = new URL(`build/certificates-${process.pid}/`, root);
  mkdirSync(folder, { recursive: true });
  t.after(() => rmSync(folder, { recursive: true }));
  copyFileSync(server.own.file, new URL('authority.pem', folder));
  copyFileSync(client.file, new URL('client.pem', folder));
  writeFileSync(new URL('client-key.pem', folder), client.key);
  writeFileSync(new URL('program.mjs', folder), block.replace('8443', String(server.port)));
  const child = spawn(process.execPath, ['program.mjs'], { cwd: fileURLToPath(folder) });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.equal(output, "[ 'guarded' ]\n", errors);
  assert.equal(server.clients.length, 1);
});

/** As in that program. */
const identified = (own) =>
  class extends WebSocket {
    constructor(url, { protocols, ...options }) {
      super(url, protocols, { ...options, ...own });
    }
  };

test('without a certificate, or with another, nobody gets in; an unknown authority is told from that', async (t) => {
  const [client, other] = [makeCertificate(t, 'DNS:agent'), makeCertificate(t, 'DNS:other')];
  const { template, own, clients } = await startServer(t, client);
  const call = (given) =>
    failure(newProtocol(t, { WebSocket: identified(given), retry: false }).callTool(null, 'm.t', {}, template));
  assert.equal((await call({ ca: own.cert })).code, 'connection_failed');
  assert.equal((await call({ ca: own.cert, cert: other.cert, key: other.key })).code, 'connection_failed');
  assert.match((await call({ cert: client.cert, key: client.key })).message, /certificate/);
  assert.deepEqual(clients, []);
});

test('its subprotocol and the limit of a message reach what is made of `ws` so', async (t) => {
  const client = makeCertificate(t, 'DNS:agent');
  const { template, own } = await startServer(t, client);
  const WebSocket = identified({ ca: own.cert, cert: client.cert, key: client.key });
  const protocol = newProtocol(t, { WebSocket, limits: { frameBytes: 10 } });
  const error = await failure(protocol.callTool(null, 'm.t', {}, { ...template, protocol: 'tools' }));
  assert.equal(error.code, 'frame_too_large');
});
