// Which WebSocket a program gets that gives none, and which of them follow the variables that name a proxy: what docs/hosts.md says, run
// with the packed package beside `ws`, and without.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { makeCertificate } from '../support/tls.js';
import { listen, startTunnel } from '../support/tunnel.js';
import { binaryOf, LIMIT_MS } from './programs.js';
import { stageProject } from './stage.js';

/** @type {Awaited<ReturnType<typeof stageProject>>} */
let staged;
before(async () => {
  staged = await stageProject();
});
after(() => staged?.remove());

/** Prints the answer, or why there is none. */
const program = `
  import { WebSocketCommunicationProtocol } from 'utcp-websocket';
  const given = process.env.OWN ? { WebSocket: globalThis.WebSocket } : {};
  const protocol = new WebSocketCommunicationProtocol({ retry: false, ...given });
  const template = { call_template_type: 'websocket', url: process.env.ENDPOINT };
  console.log(await protocol.callTool(null, 'm.t', {}, template).catch(({ code }) => code));
  await protocol.close();
`;

/** An endpoint and a proxy in front of it. Each call is answered with whose handshake it was: `ws`, and Bun, say nothing of themselves. */
async function startEndpoint(t) {
  const { key, cert, file } = makeCertificate(t);
  const server = createServer({ key, cert });
  new WebSocketServer({ server }).on('connection', (socket, { headers }) =>
    socket.on('message', () => socket.send(headers['user-agent'] ?? 'ws')),
  );
  const port = await listen(t, server);
  const { port: proxy, asked } = await startTunnel(t, port);
  const target = `127.0.0.1:${port}`;
  const env = { ENDPOINT: `wss://${target}/`, NODE_EXTRA_CA_CERTS: file, DENO_CERT: file };
  return { env, target, proxy: `http://127.0.0.1:${proxy}`, asked };
}

/** @param {string} host @param {string} folder @param {NodeJS.ProcessEnv} env @returns {Promise<string>} what the program printed */
async function run(host, folder, env) {
  const { HTTP_PROXY, HTTPS_PROXY, NO_PROXY, http_proxy, https_proxy, no_proxy, NODE_USE_ENV_PROXY, ...clean } =
    process.env;
  const args =
    host === 'deno'
      ? ['run', '-A', '--unsafely-ignore-certificate-errors', '--quiet', '-']
      : host === 'bun'
        ? ['run', '-']
        : ['--input-type=module'];
  const child = spawn(binaryOf(host), args, {
    cwd: folder,
    env: { ...clean, ...env, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  child.stdin.end(program);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return output.trim() || errors;
}

const nodes = ['node22', 'node24', 'node26'];

for (const host of nodes) {
  describe(host, () => {
    test('uses ws where it is installed, its own WebSocket elsewhere and where it is given', async (t) => {
      const { env } = await startEndpoint(t);
      assert.equal(await run(host, staged.project, env), 'ws');
      assert.equal(await run(host, staged.bare, env), 'node');
      assert.equal(await run(host, staged.project, { ...env, OWN: '1' }), 'node');
    });

    test('with NODE_USE_ENV_PROXY the proxy is followed, beside ws, too; not where NO_PROXY names the endpoint', async (t) => {
      const { env, target, proxy, asked } = await startEndpoint(t);
      const proxied = { ...env, HTTPS_PROXY: proxy, NODE_USE_ENV_PROXY: '1' };
      for (const folder of [staged.project, staged.bare]) {
        assert.equal(await run(host, folder, proxied), 'node');
        assert.deepEqual(asked.splice(0), [`${target} undefined`]);
      }
      assert.equal(await run(host, staged.project, { ...proxied, NO_PROXY: '127.0.0.1' }), 'node');
      assert.deepEqual(asked, []);
    });
  });
}

for (const [host, answer, follows] of [
  ...nodes.map((host) => [host, 'ws', false]),
  ['deno', 'deno', true],
  ['bun', 'ws', false],
]) {
  test(`${host}: HTTPS_PROXY alone is ${follows ? '' : 'not '}followed`, async (t) => {
    const { env, target, proxy, asked } = await startEndpoint(t);
    const said = await run(host, staged.project, { ...env, HTTPS_PROXY: proxy });
    assert.match(said, new RegExp(answer, 'i'));
    assert.deepEqual(asked, follows ? [`${target} undefined`] : []);
  });
}
