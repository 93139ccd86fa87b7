// What a person sees: on a real terminal, made by `script`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandOf, newFolder, onTerminal, startTools } from '../support/cli.js';

const ESC = '\x1b';
const evil = `a${ESC}]0;title\x07b\u009bc\u202ed`;
const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);
const plain = { NO_COLOR: '1' };

const tools = [
  {
    name: 'weather',
    description: 'Says what it is like.\nOutside.',
    tags: ['outdoors', 'json'],
    response_format: 'json',
    inputs: {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Where' },
        unit: { type: ['string', 'null'], enum: ['C', 'F'], default: 'C' },
        n: {},
      },
      required: ['city'],
    },
  },
  { name: 'evil', description: evil },
];

const weather = { text: `it's "fine"`, celsius: -2.5, sunny: true, wind: null, days: [1] };

test('discover shows names, descriptions and arguments', async (t) => {
  const server = await startTools(t, tools);
  const { code, seen } = await onTerminal(commandOf(['discover', server.url]), plain);
  assert.equal(code, 0);
  assert.equal(
    seen,
    `weather  outdoors, json
  Says what it is like.
  Outside.
    city  string, required  Where
    unit  string or null, one of C, F, default "C"
    n     any

evil
  a\\u001b]0;title\\u0007b\\u009bc\\u202ed

2 tools
`,
  );
});

test('a call that expects nothing shows null', async (t) => {
  const server = await startTools(t, [{ name: 'note', expected_responses: 0 }], () => {});
  const { code, seen } = await onTerminal(commandOf(['call', server.url, 'note']), plain);
  assert.deepEqual([code, seen], [0, 'null\n']);
});

test('in colour, unless NO_COLOR or a dumb terminal speaks against it', async (t) => {
  const server = await startTools(t, tools, (socket) => socket.send(JSON.stringify(weather)));
  const command = commandOf(['call', server.url, 'weather']);
  const { seen } = await onTerminal(command);
  assert.ok(seen.includes(`${ESC}[34m"celsius"${ESC}[0m: ${ESC}[33m-2.5${ESC}[0m`), JSON.stringify(seen));
  assert.ok(seen.includes(`${ESC}[32m"it's \\"fine\\""${ESC}[0m`), JSON.stringify(seen));
  for (const env of [plain, { TERM: 'dumb' }]) {
    const { seen: without } = await onTerminal(command, env);
    assert.equal(without, `${JSON.stringify(weather, null, 2)}\n`);
  }
  const { seen: empty } = await onTerminal(command, { NO_COLOR: '' }); // as no-color.org wants it
  assert.equal(empty, seen);
});

test('errors are in colour, too, and their advice', async () => {
  const { code, seen } = await onTerminal(commandOf(['discover']));
  assert.equal(code, 2);
  assert.equal(
    seen,
    `${ESC}[31merror: usage${ESC}[0m: discover needs a URL\n${ESC}[2mRun utcp-websocket --help for usage.${ESC}[0m\n`,
  );
});

test('a text is shown as it is, but cannot steer the terminal', async (t) => {
  const server = await startTools(t, tools, (socket) => socket.send(`two\nlines\tand ${evil}`));
  const { seen } = await onTerminal(commandOf(['call', server.url, 'evil']));
  assert.equal(seen, 'two\nlines\tand a\\u001b]0;title\\u0007b\\u009bc\\u202ed\n');
});

test('nor can an error', async (t) => {
  const server = await startTools(t, [{ name: 'evil', error_path: '/error' }], (socket) =>
    socket.send(JSON.stringify({ error: evil })),
  );
  const { code, seen } = await onTerminal(commandOf(['call', server.url, 'evil']), plain);
  assert.equal(code, 1);
  assert.match(seen, /a \]0;title/);
  assert.ok(!seen.includes(ESC));
});

test('bytes are summarized, never printed', async (t) => {
  const server = await startTools(t, tools, (socket) => socket.send(bytes));
  const { seen } = await onTerminal(commandOf(['call', server.url, 'weather']), plain);
  assert.equal(seen, '10 bytes, binary: 89 50 4e 47 0d 0a 1a 0a …\n');
});

test('--output writes them, and says how many', async (t) => {
  const server = await startTools(t, tools, (socket) => socket.send(bytes));
  const file = join(newFolder(t), 'picture');
  const { code, seen } = await onTerminal(commandOf(['call', server.url, 'weather', '--output', file]));
  assert.deepEqual([code, seen, readFileSync(file)], [0, `${file}: 10 bytes\n`, bytes]);
});

test('--json gives JSON on a terminal as well', async (t) => {
  const server = await startTools(t, tools, (socket) => socket.send(JSON.stringify(weather)));
  const { seen } = await onTerminal(commandOf(['call', server.url, 'weather', '--json']));
  assert.equal(seen, `${JSON.stringify(weather)}\n`);
});

test('a stream shows each item, and no progress among them', async (t) => {
  const server = await startTools(t, tools, (socket) => {
    for (const item of ['{"n":1}', '{"n":2}', '{"type":"stream_end"}']) socket.send(item);
  });
  const { code, seen } = await onTerminal(commandOf(['stream', server.url, 'weather']), plain);
  assert.deepEqual([code, seen], [0, '{\n  "n": 1\n}\n{\n  "n": 2\n}\n']);
});

for (const [where, options, tail] of [
  ['into a pipe', () => [], '| cat > /dev/null'],
  ['into a file', (file) => ['--output', file], ''],
]) {
  test(`where the items go ${where}, the terminal tells how far it is`, async (t) => {
    const server = await startTools(t, tools, (socket) => {
      socket.send('{"n":1}');
      socket.send('{"n":2}');
    });
    const end = (seen) => {
      if (seen.split('2 items').length < 4) return; // it has been told three times
      for (const socket of server.clients) socket.send('{"type":"stream_end"}');
    };
    const args = ['stream', server.url, 'weather', ...options(join(newFolder(t), 'items'))];
    const { code, seen } = await onTerminal(commandOf(args, tail), plain, end);
    assert.equal(code, 0);
    // Each time over the last one, and in the end it stays.
    const shown = seen.split('\n')[0].split(`\r${ESC}[K`);
    assert.ok(shown.length > 2, seen);
    assert.match(shown.at(-1), /^2 items, 16 bytes, \d+\.\d s$/);
  });
}
