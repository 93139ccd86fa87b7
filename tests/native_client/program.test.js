// The program in C++ and the one for Node: what they print, on both outputs, and how they end is the same.
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { fromRoot } from '../../scripts/lib/repo.js';
import { finished, linesOf, start, startTools } from '../support/cli.js';
import { makeCertificate } from '../support/tls.js';
import { listen, startTunnel } from '../support/tunnel.js';

const native = fromRoot('build', 'clang-debug', 'utcp-websocket');
const commands = ['discover', 'call', 'stream', 'open', 'recipes', 'help', 'completion'];
const url = 'ws://127.0.0.1:1/';

/** The program in C++ has no demo: that is a package of npm. */
const withoutDemo = (text) =>
  text
    .replace(/^ +utcp-websocket demo\n/m, '')
    .replace(/^demo .*\n/m, '')
    .replaceAll(' open demo recipes ', ' open recipes ');

/** What a user sees; ports and times differ from run to run, and what a system says of an address. */
async function shown(args, options) {
  const { code, stdout, stderr } = await finished(start(args, options));
  const same = stderr.replace(/\((ECONNREFUSED|Connection refused)\)/, '(refused)').replace(/\d+\.\d{3}/g, '0.000');
  return { code, stdout: withoutDemo(stdout), stderr: withoutDemo(same) };
}

const both = (args, options) => Promise.all([shown(args, options), shown(args, { ...options, command: [native] })]);

for (const [args, options] of [
  ...[[], ['--help'], ['call', '-h'], ['--version'], ['-V', 'nonsense'], ['help', 'nothing'], ['nothing', '-h']].map(
    (one) => [one],
  ),
  ...commands.map((name) => [['help', name]]),
  ...['bash', 'zsh', 'fish', 'tcsh', ''].map((shell) => [['completion', shell]]),
  ...commands.map((name) => [[name]]),
  ...[
    ['discover', url, 'more'],
    ['call', url],
    ['stream', url, 't', '{}', '{}'],
    ['--unknown'],
    ['-x'],
    ['-vx'],
    ['call', url, 't', '--json=yes'],
    ['call', url, 't', '--timeout'],
    ['call', url, 't', '-o', '-v'],
    ['call', url, 't', '--timeout=-1'],
    ['call', url, 't', '--timeout', 'NaN'],
    ['call', url, 't', '--timeout', ' '],
    ['call', url, 't', '-H', ': x'],
    ['call', url, 't', '-H', 'a b: x'],
    ['call', url, 't', '-d', '=x'],
    ['call', url, 't', '7'],
    ['call', url, 't', '{"a":'],
    ['call', url, 't', '@/no/such/file'],
    ['call', url, 't', '@/'],
    ['call', 't', '--template', '/no/such/file'],
    ['call', 't', '-', '--template', '-'],
    ['call', '--', '--json'],
    ['discover', url],
    ['discover', '--json', url],
    ['discover', '${NO_SUCH}'],
    ['discover', 'ws://tools.example/'],
    ['discover', 'http://127.0.0.1/'],
    ['open', 'ws://tools.example/'],
    ['recipes', 'mcp'],
    ['recipes', '--json', 'no-such'],
    ['recipes', 'mcp', 'more'],
    ['call', '--recipe', 'mcp', 'echo'],
    ['call', url, '--recipe', 'obs', 'GetVersion'],
    ['--help', '-o', '/no/such/file'],
  ].map((one) => [one]),
  [['call', 't', '--template', '-'], { input: '{}' }],
  [['call', 't', '--recipe', 'mcp', '--template', '-'], { input: '{"url":7}' }],
  [['call', 't', '--template', '-'], { input: 'no JSON' }],
  [['call', 't', '--template', '-', '--json'], { input: '{"url":"ws://127.0.0.1:1/","timeout":"1"}' }],
  [
    ['call', 't', '--template', '-'],
    { input: '{"url":"ws://127.0.0.1:1/?${A}=$${A}","headers":{"x":"${NO_SUCH}"}}', env: { A: 'b c' } },
  ],
]) {
  test(`${args.join(' ')} ${options?.input ?? ''}`, async () => {
    const [node, inCpp] = await both(args, options);
    assert.deepEqual(inCpp, node);
  });
}

const values = [
  '[1, 1.0, -0, -0.0, 1e21, 1e20, 123456789012345680000, 1e-6, 1e-7, 1.5e300, 5e-324, 0.1, 1e999, 9007199254740991]',
  '{"b":1,"a":[],"c":{},"d":[{}],"":{"e":[[2.50,-1.25e-9]]}}',
  '"\\u0000\\u001b\\u007f\\u0085\\u202e \\ud83d\\ude00 \\/ \\b\\f\\n\\r\\t"',
  'null',
  'no JSON',
  '{"type":"x","text":"a\\nb"}',
];

for (const value of values) {
  test(`a result is printed in the same way: ${value}`, async (t) => {
    const server = await startTools(t, [{ name: 't', response_format: 'json' }], (socket) => socket.send(value));
    for (const more of [[], ['--raw'], ['--json']]) {
      const [node, inCpp] = await both(['call', server.url, 't', ...more]);
      assert.deepEqual(inCpp, node);
      assert.equal(node.code, 0);
    }
  });
}

test('a manual is, and what happens with -v, and frames', async (t) => {
  const tools = [
    {
      name: 'a',
      description: 'Says.',
      tags: ['x', 'y'],
      inputs: { type: 'object', properties: { n: { type: 'number' } } },
    },
    { name: 'c', message: { request_id: '{{request_id}}', n: '{{args.n}}' }, response_format: 'json' },
  ];
  const server = await startTools(t, tools, (socket, text) => socket.send(text));
  for (const args of [
    ['discover', server.url],
    ['discover', '-v', `${server.url}?key=secret-key`],
    ['call', server.url, 'c', '{"n":1}', '-v'],
    ['call', server.url, 'c', '-d', 'n=x', '-d', 'n=2', '--frames', '--time'],
    ['call', server.url, 'c'],
    ['call', server.url, 'd'],
    ['call', '-v', server.url, 'd'],
  ]) {
    const [node, inCpp] = await both(args);
    assert.deepEqual(inCpp, node, args.join(' '));
  }
});

test('so is what is seen at the prompt', async (t) => {
  const server = await startTools(t, [{ name: 't', message: 'call' }], (socket, text) => {
    socket.send(text === 'bytes' ? Buffer.from([1, 2]) : text);
    if (text === 'end') socket.close(4001, 'enough');
  });
  for (const input of [
    'hello\n\nbytes\n',
    '/tools\n/call t\n/call\n/nothing\n',
    'end\n',
    '/quit\nhello\n',
    'no line end',
  ]) {
    const [node, inCpp] = await both(['open', server.url], { input });
    assert.deepEqual(inCpp, node, input);
  }
});

test('wss: through a proxy, with an authority of its own; tools that are refused are noted', async (t) => {
  const { key, cert, file } = makeCertificate(t, 'DNS:tools.example');
  const server = createServer({ key, cert });
  new WebSocketServer({ server }).on('connection', (socket) => {
    const tool = (name, url) => ({
      name,
      description: '',
      tool_call_template: { call_template_type: 'websocket', url },
    });
    const tools = [tool('good', 'wss://tools.example/'), tool('bad', 'ws://127.0.0.1/')];
    socket.on('message', () => socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1.0.0', tools })));
  });
  const { port, asked } = await startTunnel(t, await listen(t, server));
  const env = { HTTPS_PROXY: `http://127.0.0.1:${port}`, SSL_CERT_FILE: file };
  const { code, stdout, stderr } = await shown(['discover', 'wss://tools.example/'], { env, command: [native] });
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    linesOf(stdout).map(({ name }) => name),
    ['good'],
  );
  assert.match(stderr, /^note: left out: .*bad/);
  assert.deepEqual(asked, ['tools.example:443 undefined']);
});
