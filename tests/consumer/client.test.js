// The examples for C++, built against the installed client, with the bundled provider: over ws: and wss:, and by pkg-config.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { startProvider } from '../../web-demo/server/provider.js';
import { documentedProvider, readmeBlocks } from '../support/readme.js';
import { makeCertificate } from '../support/tls.js';
import { debian, examples, fromDebian, install, packages, prefix, project } from './installed.js';

const execute = promisify(execFile);
/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
before(async () => {
  await install();
  provider = await startProvider();
});
after(() => provider.close());

/** @param {string} name @param {string} path @param {string[]} more */
const example = async (name, path, ...more) =>
  (
    await execute(join(examples, name), [path.includes('://') ? path : `${provider.origin}${path}`, ...more], {
      timeout: 120_000,
    })
  ).stdout;

test('the core alone, in a project that finds it', async () => {
  await execute(join(project, 'consumer'));
});

test('blocking: discovers and calls', async () => {
  assert.ok(JSON.parse(await example('blocking', '/utcp')));
});

test('stream: three readings, then it leaves', async () => {
  assert.equal(
    (await example('stream', '/utcp'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)).length,
    3,
  );
});

for (const [name, path] of [
  ['future', '/jsonrpc'],
  ['callback', '/device'],
  ['coroutine', '/device'],
]) {
  test(`${name}: an endpoint that knows nothing of UTCP`, async () => {
    assert.notEqual((await example(name, path)).trim(), '');
  });
}

test('an endpoint that is not there is an error that says so', async () => {
  const failed = await example('callback', 'ws://127.0.0.1:1/').catch((error) => error);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /could not connect|no connection|refused/i);
});

test('over TLS, with an authority of its own; without it the certificate is refused', async (t) => {
  const { key, cert, file } = makeCertificate(t);
  const { port } = new URL(provider.origin);
  const front = createServer({ key, cert }, (socket) => {
    const back = connect(Number(port), '127.0.0.1');
    socket.pipe(back).pipe(socket);
    socket.on('error', () => back.destroy());
    back.on('error', () => socket.destroy());
  });
  front.on('tlsClientError', () => {});
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  t.after(() => front.close());
  const url = `wss://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (front.address()).port}/device`;
  const refused = await example('callback', url).catch((error) => error);
  assert.match(refused.stderr, /certificate/);
  assert.ok(JSON.parse(await example('blocking', url.replace('/device', '/utcp'), file)));
});

test("the README's program is built by pkg-config, and calls", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'utcp-websocket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const env = { ...process.env, PKG_CONFIG_PATH: join(prefix, 'lib', 'pkgconfig') };
  const found = (await execute('pkg-config', ['--cflags', '--libs', '--static', 'utcp_websocket_client'], { env }))
    .stdout;
  const [source, program] = ['program.cpp', 'program'].map((name) => join(folder, name));
  writeFileSync(source, readmeBlocks('cpp')[0].replace(documentedProvider, provider.origin));
  await execute('g++', ['-std=c++20', source, '-o', program, ...found.trim().split(/\s+/)], { timeout: 300_000 });
  assert.ok(JSON.parse((await execute(program)).stdout));
});

test('the Debian packages name what they need, and their client works', async () => {
  const files = readdirSync(packages).filter((name) => name.endsWith('.deb'));
  assert.equal(files.length, 3, files.join(', '));
  const facts = await Promise.all(
    files.map(
      async (file) => (await execute('dpkg-deb', ['--field', join(packages, file), 'Package', 'Depends'])).stdout,
    ),
  );
  assert.match(facts.join('\n'), /Package: libutcp-websocket-dev$/m);
  assert.match(
    facts.join('\n'),
    /Depends: libutcp-websocket-dev \(= [\d.]+\), libboost1\.81-dev .*libssl-dev, nlohmann-json3-dev/,
  );
  const { stdout } = await execute(join(fromDebian, 'callback'), [`${provider.origin}/device`]);
  assert.notEqual(stdout.trim(), '');
});

test('the program is installed, and its Debian package names the libraries that it loads', async () => {
  const [file] = readdirSync(packages).filter((name) => /^utcp-websocket_/.test(name));
  const { stdout: needs } = await execute('dpkg-deb', ['--field', join(packages, file), 'Depends']);
  assert.match(needs, /libc6 .*libssl3/);
  for (const program of [join(prefix, 'bin'), join(debian, 'bin')]) {
    const { stdout } = await execute(join(program, 'utcp-websocket'), ['discover', `${provider.origin}/utcp`]);
    assert.ok(stdout.split('\n').some((line) => line && JSON.parse(line).name === 'search_docs'));
  }
});
