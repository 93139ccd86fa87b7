// What is typed wrongly: exit code 2, one line that says what, and nothing on standard output.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../support/cli.js';

const url = 'ws://127.0.0.1:1/';
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

for (const args of [['--help'], ['-h'], ['call', '--help']]) {
  test(`${args.join(' ')} prints the usage`, async () => {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Usage: utcp-websocket discover URL\n/);
    for (const option of ['--template', '--header', '--timeout', '--json', '--output', '--retry', '--verbose']) {
      assert.ok(stdout.includes(option), option);
    }
    assert.ok(stdout.split('\n').every((line) => line.length <= 100));
  });
}

for (const option of ['--version', '-V']) {
  test(`${option} prints the version`, async () => {
    const { code, stdout } = await run([option]);
    assert.deepEqual([code, stdout], [0, `utcp-websocket ${version}\n`]);
  });
}

for (const [what, args, message, options] of [
  ['nothing', [], /a command is missing/],
  ['an unknown command', ['fetch', url], /there is no command fetch/],
  ['an unknown option', ['discover', url, '--token', 'x'], /Unknown option '--token'/],
  ['an option without its value', ['discover', url, '--timeout'], /argument missing/],
  ['no URL', ['discover'], /discover needs a URL/],
  ['no tool', ['call', url], /call needs the name of a tool/],
  ['a tool too many', ['discover', url, 'tool'], /Unexpected argument "tool"; discover takes a URL only/],
  ['arguments too many', ['stream', url, 'tool', '{}', 'more'], /Unexpected argument "more"; pass one JSON object/],
  [
    'a timeout that is none',
    ['call', url, 't', '--timeout', '5s'],
    /--timeout takes a number of seconds above 0, not "5s"/,
  ],
  ['a timeout of nothing', ['call', url, 't', '--timeout', '0'], /--timeout takes/],
  ['a header that is none', ['call', url, 't', '-H', 'secret'], /--header takes 'Name: value'/],
  [
    'arguments that are not JSON',
    ['call', url, 't', '{secret}'],
    /the arguments must be a JSON object, but this is not JSON/,
  ],
  ['arguments that are no object', ['call', url, 't', '[1]'], /the arguments must be a JSON object/],
  ['null as arguments', ['call', url, 't', 'null'], /the arguments must be a JSON object/],
  ['a file that is not there', ['call', url, 't', '@/no/such.json'], /\/no\/such\.json cannot be read: ENOENT/],
  ['a template that is not there', ['call', 't', '--template', '/no/such'], /\/no\/such cannot be read: ENOENT/],
  ['no JSON on standard input', ['call', url, 't', '-'], /from standard input must be/, { input: 'secret' }],
  ['standard input for two', ['call', 't', '-', '--template', '-'], /standard input can be read only once/],
  ['a variable that is not set', ['discover', 'ws://127.0.0.1:1/?k=${NO_SUCH}'], /the URL needs \$\{NO_SUCH\}/],
  ['one in a header', ['discover', url, '-H', 'X-Key: ${NO_SUCH}'], /the header X-Key needs \$\{NO_SUCH\}/],
  [
    'one in a template',
    ['discover', '--template', '-'],
    /the template from standard input needs \$\{NO_SUCH\}/,
    { input: '{"url":"ws://127.0.0.1:1/","auth":{"auth_type":"api_key","api_key":"${NO_SUCH}"}}' },
  ],
  ['a template that names no URL', ['discover', '--template', '-'], /"url"/, { input: '{}' }],
  ['a URL that is not encrypted', ['discover', 'ws://tools.example/'], /url_refused/],
  [
    'a template that cannot be',
    ['call', 't', '--template', '-'],
    /"timeout"/,
    { input: `{"url":"${url}","timeout":"1"}` },
  ],
  ['an output that cannot be written', ['--help', '-o', '/no/such/file'], /\/no\/such\/file cannot be written: ENOENT/],
]) {
  test(`${what} is refused`, async () => {
    const { code, stdout, stderr } = await run(args, options);
    assert.match(stderr, message);
    assert.match(stderr, /^error: (usage|invalid_call_template|url_refused): /);
    assert.ok(!stderr.includes('secret'));
    assert.deepEqual([code, stdout], [2, '']);
  });
}

test('with --json errors are JSON', async () => {
  const { code, stdout, stderr } = await run(['call', '--json', url]);
  assert.deepEqual([code, stdout], [2, '']);
  const { error } = JSON.parse(stderr);
  assert.deepEqual(
    [error.code, error.message, error.advice],
    ['usage', 'call needs the name of a tool', 'Run utcp-websocket --help for usage.'],
  );
});
