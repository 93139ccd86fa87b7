// Hosts with several addresses: the first one answers late, which is no reason to give it up.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { newProtocol, startServer } from '../../support/server.js';
import { makeCertificate } from '../../support/tls.js';

/** A server that takes no connection until it is told to: the system keeps two, and drops the packets of those after them. */
const sleeper = `
  import { readSync, readFileSync } from 'node:fs';
  import { createServer } from 'node:https';
  import { WebSocketServer } from 'ws';
  const server = createServer({ key: process.env.KEY, cert: process.env.CERT });
  new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    process.stdout.write(String(server.address().port));
    readSync(0, Buffer.alloc(1));
  });
`;

const linuxOnly = process.platform !== 'linux' && 'how many connections wait is known of Linux alone';
test('an address that answers after a second is waited for', { skip: linuxOnly }, async (t) => {
  const { key, cert } = makeCertificate(t, 'DNS:far.example');
  const child = spawn(process.execPath, ['--input-type=module', '-e', sleeper], {
    cwd: new URL('.', import.meta.url),
    env: { ...process.env, KEY: String(key), CERT: String(cert) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const [port] = await once(child.stdout, 'data');
  for (let i = 0; i < 2; i += 1) {
    const waiting = connect(Number(port), '127.0.0.1');
    t.after(() => waiting.destroy());
    await once(waiting, 'connect');
  }

  class Far extends WebSocket {
    constructor(url, { protocols, ...options }) {
      super(url, protocols, { ...options, ca: cert, lookup: addresses });
    }
  }
  /** Nobody listens at the second one. The first packet has gone out, and was dropped, when the server wakes; the system's next comes a second later. */
  function addresses(_host, _options, found) {
    found(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    setImmediate(() => setImmediate(() => child.stdin.write('!')));
  }
  const template = { url: `wss://far.example:${port}/`, name: 'm' };
  assert.equal(await newProtocol(t, { WebSocket: Far, retry: false }).callTool(null, 'm.t', {}, template), '{}');
});

test('where the process waits longer, so does the package', async (t) => {
  const server = await startServer(t);
  const own = getDefaultAutoSelectFamilyAttemptTimeout();
  t.after(() => setDefaultAutoSelectFamilyAttemptTimeout(own));
  const given = [];
  class Watched extends WebSocket {
    constructor(url, options) {
      super(url, options);
      given.push(options.autoSelectFamilyAttemptTimeout);
    }
  }
  for (const milliseconds of [own, 7000]) {
    setDefaultAutoSelectFamilyAttemptTimeout(milliseconds);
    await newProtocol(t, { WebSocket: Watched }).callTool(null, 'm.t', {}, server.template());
  }
  assert.deepEqual(given, [2000, 7000]);
});
