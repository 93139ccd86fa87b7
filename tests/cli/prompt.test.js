// What helps at a shell: arguments one by one, frames, times, a prompt, help and completion.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { finished, newFolder, run, start } from '../support/cli.js';
import { startServer } from '../support/server.js';

const echo = (t) => startServer(t, (socket, text) => socket.send(text));
const templateOf = (server, more) => JSON.stringify({ ...server.template({ response_format: 'json', ...more }) });

test('--data gives one argument each: JSON where it can be, else a text, and wins over ARGUMENTS', async (t) => {
  const server = await echo(t);
  const args = [
    'call',
    'tool',
    '{"a":1,"z":true}',
    '--template',
    '-',
    '-d',
    'a=2',
    '--data',
    'b=x=y',
    '-d',
    'c="5"',
    '-d',
    'd=[1]',
  ];
  const { code, stdout } = await run(args, { input: templateOf(server) });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { a: 2, z: true, b: 'x=y', c: '5', d: [1] });
  const wrong = await run(['call', 'tool', '--template', '-', '-d', 'a'], { input: templateOf(server) });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--data takes NAME=VALUE/);
});

test('--frames shows what goes and comes, with times and without secrets; --time how long it took', async (t) => {
  const server = await echo(t);
  const template = templateOf(server, {
    message: { key: '${KEY}', n: '{{args.n}}' },
    auth: { auth_type: 'api_key', api_key: 'hush-auth' },
  });
  const args = ['call', 'tool', '-d', 'n=hush-auth', '--template', '-', '--frames', '--time'];
  const { code, stderr } = await run(args, { input: template, env: { KEY: 'hush "key"' } });
  assert.equal(code, 0);
  assert.match(stderr, /^ +\d+\.\d{3} > \{"key":"\*\*\*","n":"\*\*\*"\}$/m);
  assert.match(stderr, /^ +\d+\.\d{3} < \{"key":"\*\*\*","n":"\*\*\*"\}$/m);
  assert.match(stderr, /^note: it took \d+\.\d{3} s$/m);
  assert.doesNotMatch(stderr, /hush/);
});

test('a field that is not known is noted', async (t) => {
  const server = await echo(t);
  const { code, stderr } = await run(['call', 'tool', '--template', '-'], {
    input: templateOf(server, { respons_format: 'json' }),
  });
  assert.equal(code, 0);
  assert.match(
    stderr,
    /^note: the call template field "respons_format" is unknown and ignored; did you mean "response_format"\?$/m,
  );
});

test('open: lines are frames, lines with a slash are commands', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === '{"type":"utcp"}') {
      const tool_call_template = server.template({ message: 'GET UTCP_ARG_what_UTCP_ARG' });
      socket.send(JSON.stringify({ tools: [{ name: 'read', description: 'Reads.', tool_call_template }] }));
    } else {
      socket.send(`you said ${text}`);
    }
  });
  const child = start(['open', server.url], {
    input: 'hello\n/tools\n/call read {"what":"load"}\n/call other\n/what\n',
  });
  const { code, stdout, stderr } = await finished(child);
  assert.equal(code, 0);
  assert.match(stdout, /^< you said hello$/m);
  assert.match(stdout, /"name":"read"/);
  assert.match(stdout, /^"you said GET load"$/m);
  assert.match(stderr, /there is no tool other; there are read/);
  assert.match(stderr, /commands are \/tools/);
  await server.allClosed();
});

test('open: what the peer sends with the handshake is shown, and headers are sent', async (t) => {
  const server = await startServer(t, undefined, {
    onConnection: (socket, { headers }) => socket.send(`welcome, ${headers['x-own']}`),
  });
  const args = ['open', server.url, '--header', 'X-Own: ${OWN}'];
  const { stdout } = await finished(start(args, { env: { OWN: 'me-me' }, input: 'hello\n' }));
  assert.match(stdout, /^< welcome, \*{3}$/m);
});

test('open: the peer closes, and refuses', async (t) => {
  const server = await startServer(t, (socket) => socket.close(4001, 'bye'));
  const { code, stdout } = await finished(start(['open', server.url], { input: 'hello\n' }));
  assert.equal(code, 0);
  assert.match(stdout, /^closed \(4001, bye\)$/m);
  const nobody = await run(['open', 'ws://127.0.0.1:1/']);
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /connection_failed: /);
  assert.equal((await run(['open', 'ws://tools.example/'])).code, 2);
});

test('open: SIGINT closes the connection properly: 130', async (t) => {
  const server = await echo(t);
  const child = start(['open', server.url], { input: null });
  const end = finished(child);
  child.stdin.write('hello\n');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await end;
  assert.deepEqual([code, stdout, stderr], [130, '< hello\nclosed (1000)\n', '']);
  await server.allClosed();
  assert.equal(server.closings[0][0], 1000);
});

test('open: a reader that goes away ends it: 0', async (t) => {
  const server = await echo(t);
  const child = start(['open', server.url], { input: null });
  const end = finished(child);
  child.stdin.write('hello\n');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stdin.write('nobody reads the answer\n');
  const { code, stderr } = await end;
  assert.deepEqual([code, stderr], [0, '']);
  await server.allClosed();
});

test('open: a handshake that is never answered ends at the timeout; what it does not use is said', async (t) => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const url = `ws://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (silent.address()).port}/`;
  const template = JSON.stringify({ url, auth: { auth_type: 'api_key', api_key: 'hush-hush' } });
  const folder = newFolder(t);
  writeFileSync(join(folder, 'template.json'), template);
  const { code, stderr } = await run(['open', '--template', join(folder, 'template.json'), '--timeout', '0.2']);
  assert.equal(code, 4);
  assert.match(stderr, /connection_timeout: no connection to the endpoint within 0\.2 s/);
  assert.match(stderr, /it does not use auth/);
  assert.doesNotMatch(stderr, /hush/);
});

test('--frames hides a secret whole that begins as another does, and no word of auth that is none', async (t) => {
  const server = await echo(t);
  const template = templateOf(server, {
    message: { query: ['${USER}', '${PASSWORD}'] },
    auth: { auth_type: 'api_key', api_key: 'hush-auth', location: 'query' },
  });
  const env = { USER: 'admin', PASSWORD: 'admin-hush' };
  const { stderr } = await run(['call', 'tool', '--template', '-', '--frames'], { input: template, env });
  assert.match(stderr, /> \{"query":\["\*\*\*","\*\*\*"\]\}$/m);
});

test('--frames leaves texts alone that a short value of the environment would tear apart', async (t) => {
  const server = await echo(t);
  const template = templateOf(server, { message: { n: '${N}', text: 'n 1 of 11' } });
  const { stderr } = await run(['call', 'tool', '--template', '-', '--frames'], { input: template, env: { N: '1' } });
  assert.match(stderr, /> \{"n":"1","text":"n 1 of 11"\}$/m);
});

test('help tells of each command, with examples', async () => {
  for (const command of ['discover', 'call', 'stream', 'open', 'completion']) {
    const { code, stdout } = await run(['help', command]);
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: utcp-websocket ${command} `), stdout);
    assert.match(stdout, /Examples?:/);
    assert.ok(stdout.split('\n').every((line) => line.length <= 100));
  }
  assert.match((await run(['help', 'nothing'])).stderr, /there is no command nothing/);
  assert.match((await run(['help'])).stdout, /^Usage: utcp-websocket discover URL/);
});

test('completion prints scripts that shells can read', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await run(['completion', shell]);
    assert.equal(code, 0);
    assert.match(stdout, /utcp-websocket/);
    assert.match(stdout, /frames/);
  }
  const { stdout } = await run(['completion', 'bash']);
  const complete = (words) =>
    spawnSync('bash', [
      '-c',
      `${stdout}\nCOMP_WORDS=(utcp-websocket ${words}); COMP_CWORD=${words.split(' ').length}
_utcp_websocket; echo "\${COMPREPLY[@]}"`,
    ])
      .stdout.toString()
      .trim();
  assert.equal(complete('dis'), 'discover');
  assert.equal(complete('call --fr'), '--frames');
  assert.equal(complete('help str'), 'stream');
  assert.equal((await run(['completion', 'tcsh'])).code, 2);
});
