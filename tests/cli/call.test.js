// `call`: which endpoint is called and with what, and what is printed of the answer.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { linesOf, newFolder, run, startTools } from '../support/cli.js';
import { startServer } from '../support/server.js';

const echoTool = { name: 'echo.all', message: { name: '{{tool_name}}', args: '{{args}}' }, response_format: 'json' };
const echo = (socket, text) => socket.send(text);

for (const [what, typed, input] of [
  ['typed', '{"n":1}'],
  ['from standard input', '-', '{"n":1}'],
  ['from a file', '@args.json'],
]) {
  test(`finds the tool in the manual and calls it with arguments ${what}`, async (t) => {
    const server = await startTools(t, [{ name: 'other' }, echoTool], echo);
    const folder = newFolder(t);
    writeFileSync(join(folder, 'args.json'), '{"n":1}');
    const args = typed.replace('@', `@${folder}/`);
    const { code, stdout, stderr } = await run(['call', server.url, 'echo.all', args], { input });
    assert.deepEqual([code, stdout, stderr], [0, '{"name":"echo.all","args":{"n":1}}\n', '']);
    await server.allClosed();
  });
}

test('without arguments there are none', async (t) => {
  const server = await startTools(t, [echoTool], echo);
  assert.equal((await run(['call', server.url, 'echo.all'])).stdout, '{"name":"echo.all","args":{}}\n');
});

test('with a template no manual is asked for', async (t) => {
  const server = await startServer(t);
  const file = join(newFolder(t), 'template.json');
  writeFileSync(file, JSON.stringify({ url: server.url, message: 'GET UTCP_ARG_key_UTCP_ARG ${NAME}' }));
  const env = { NAME: 'of me' };
  const without = await run(['call', '--template', file, 'read', '{"key":"load"}'], { env });
  assert.deepEqual([without.code, without.stdout], [0, '"GET load of me"\n']);
  const withUrl = await run(['call', server.url, '--template', file, 'read', '{"key":"load"}'], { env });
  assert.equal(withUrl.stdout, without.stdout);
  assert.deepEqual(server.received, ['GET load of me', 'GET load of me']);
});

test('headers go to the tool where it is of the same origin, and else nowhere', async (t) => {
  const other = await startServer(t);
  const server = await startTools(
    t,
    [
      { name: 'near', message: 'near' },
      { name: 'far', url: other.url },
    ],
    echo,
  );
  const args = (tool) => ['call', server.url, tool, '-H', 'Authorization: Bearer ${TOKEN}'];
  const env = { TOKEN: 't0ken' };
  assert.equal((await run(args('near'), { env })).code, 0);
  // One connection for the manual and the tool: they agree in everything.
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.authorization),
    ['Bearer t0ken'],
  );
  assert.equal(server.received.at(-1), 'near');
  const { code, stderr } = await run(args('far'), { env });
  assert.equal(code, 0);
  assert.equal(other.requests[0].headers.authorization, undefined);
  assert.match(stderr, /^note: the headers are not sent to ws:\/\/127\.0\.0\.1:\d+: the tool is of another origin/);
  assert.ok(!stderr.includes('t0ken'));
});

test('results are JSON, texts in quotes unless --raw', async (t) => {
  const server = await startServer(t, (socket) => socket.send('say "hi"\u00e4'));
  const template = JSON.stringify({ url: server.url });
  const call = async (...options) =>
    (await run(['call', '--template', '-', 't', ...options], { input: template })).stdout;
  assert.equal(await call(), '"say \\"hi\\"ä"\n');
  assert.equal(await call('--json'), '"say \\"hi\\"ä"\n');
  assert.equal(await call('--raw'), 'say "hi"ä\n');
});

test('a binary result is written as it is, to a pipe and to a file; with --json in base64', async (t) => {
  const bytes = Buffer.from([0, 255, 10, 128, 27]);
  const server = await startServer(t, (socket) => socket.send(bytes));
  const input = JSON.stringify({ url: server.url });
  const file = join(newFolder(t), 'result');
  assert.deepEqual((await run(['call', '--template', '-', 't'], { input })).bytes, bytes);
  const { code, stdout, stderr } = await run(['call', '--template', '-', 't', '-o', file], { input });
  assert.deepEqual([code, stdout, stderr, readFileSync(file)], [0, '', '', bytes]);
  const { stdout: json } = await run(['call', '--template', '-', 't', '--json'], { input });
  assert.deepEqual(JSON.parse(json), { binary: bytes.toString('base64') });
});

test('several responses are one line', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('a');
    socket.send(Buffer.from('b'));
  });
  const input = JSON.stringify({ url: server.url, expected_responses: 2 });
  const { stdout } = await run(['call', '--template', '-', 't'], { input });
  assert.deepEqual(linesOf(stdout), [['a', { binary: 'Yg==' }]]);
});

test('a call that expects nothing is sent before the program ends, and says null', async (t) => {
  const server = await startServer(t, () => {});
  const input = JSON.stringify({ url: server.url, message: 'note', expected_responses: 0, disconnect_message: 'bye' });
  const { code, stdout, stderr } = await run(['call', '--template', '-', 't'], { input });
  assert.deepEqual([code, stdout, stderr], [0, 'null\n', '']);
  await server.allClosed();
  assert.deepEqual(server.received, ['note', 'bye']);
});

test('a large result arrives whole', async (t) => {
  const text = 'x'.repeat(3_000_000);
  const server = await startServer(t, (socket) => socket.send(text));
  const input = JSON.stringify({ url: server.url });
  const { code, stdout } = await run(['call', '--template', '-', 't', '--raw'], { input });
  assert.ok(code === 0 && stdout === `${text}\n`);
});

test('a call that fails leaves the output file as it was', async (t) => {
  const server = await startTools(t, [{ name: 't', error_path: '/error' }], (socket) => socket.send('{"error":"no"}'));
  const file = join(newFolder(t), 'result');
  writeFileSync(file, 'before');
  const { code } = await run(['call', server.url, 't', '--output', file]);
  assert.deepEqual([code, readFileSync(file, 'utf8')], [1, 'before']);
});

test('-v says what happens, without secrets', async (t) => {
  const server = await startTools(t, [echoTool], echo);
  const { code, stderr } = await run(['call', '-v', `${server.url}?key=\${KEY}`, 'echo.all'], {
    env: { KEY: 's3cret' },
  });
  assert.equal(code, 0);
  assert.match(stderr, /^open ws:\/\/127\.0\.0\.1:\d+\/\?key=\*+: connectionId 1$/m);
  for (const type of ['send', 'message', 'close']) assert.match(stderr, new RegExp(`^${type} ws:`, 'm'));
  assert.ok(!stderr.includes('s3cret'));
});
