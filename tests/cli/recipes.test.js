// `recipes`, and `--recipe`: the templates of docs/recipes.md without a copy of it at hand.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRecipes } from '../../scripts/lib/recipes.js';
import { commandOf, linesOf, newFolder, onTerminal, run } from '../support/cli.js';
import { startServer } from '../support/server.js';

const recipes = readRecipes();
const names = recipes.map(({ name }) => name);
const templateOf = (wanted) => recipes.find(({ name }) => name === wanted).template;

test('they are those of docs/recipes.md: a line of JSON each in a pipe', async () => {
  const { code, stdout, stderr } = await run(['recipes']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(stdout, recipes.map((recipe) => `${JSON.stringify(recipe)}\n`).join(''));
  assert.ok(names.includes('graphql') && names.includes('signalr-stream'), names.join());
});

test('on a terminal: names, titles, and what a URL looks like', async () => {
  const { code, seen } = await onTerminal(commandOf(['recipes']), { NO_COLOR: '1' });
  assert.equal(code, 0);
  const lines = seen.trim().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(/ {2,}/)),
    recipes.map(({ name, title, template }) => [name, title, template.url]),
  );
});

test('the template of one is printed to be kept; with --json on a line', async () => {
  const { stdout } = await run(['recipes', 'signalr-stream']);
  assert.equal(stdout, `${JSON.stringify(templateOf('signalr-stream'), null, 2)}\n`);
  assert.equal((await run(['recipes', 'obs', '--json'])).stdout, `${JSON.stringify(templateOf('obs'))}\n`);
});

for (const args of [
  ['recipes', 'grapql'],
  ['call', 'ws://127.0.0.1:1/', 't', '--recipe', 'grapql'],
]) {
  test(`${args.join(' ')}: an unknown one is told which there are`, async () => {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.ok(stderr.startsWith(`error: usage: there is no recipe grapql; there are ${names.join(', ')}`), stderr);
  });
}

test('more than a name is refused', async () => {
  const { code, stderr } = await run(['recipes', 'mcp', 'obs']);
  assert.equal(code, 2);
  assert.match(stderr, /Unexpected argument "obs"; recipes takes a name only/);
});

test('call goes by it, at the URL that is given', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { id, method, params } = JSON.parse(text);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { method, params } }));
  });
  const { code, stdout, stderr } = await run(['call', server.url, 'sum', '-d', 'a=1', '--recipe', 'json-rpc']);
  assert.deepEqual([code, stdout, stderr], [0, '{"method":"sum","params":{"a":1}}\n', '']);
  assert.equal(server.received.length, 1, 'no manual is asked for');
});

test('where its URL is an example, another is asked for; a URL of this machine counts', async (t) => {
  const { code, stdout, stderr } = await run(['call', 'query', '--recipe', 'graphql']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^error: usage: the recipe graphql needs a URL, such as wss:\/\/api\.example\/graphql/);
  // Free ports are not to be had by number: the file brings one.
  const server = await startServer(t, (socket, text) => socket.send(text));
  const file = join(newFolder(t), 'template.json');
  writeFileSync(file, JSON.stringify({ url: server.url, result_path: '/params' }));
  const given = await run(['call', 'echo', '-d', 'n=1', '--recipe', 'json-rpc', '--template', file]);
  assert.deepEqual([given.code, given.stdout], [0, '{"n":1}\n']);
});

test('secrets come from the environment, which the error names; the file replaces members, and what they need', async (t) => {
  const server = await startServer(
    t,
    (socket, text) => {
      const { id, type, access_token } = JSON.parse(text);
      if (type === 'auth') socket.send(JSON.stringify({ type: access_token === 't0ken' ? 'auth_ok' : 'auth_invalid' }));
      else socket.send(JSON.stringify({ id, result: 'there' }));
    },
    { onConnection: (socket) => socket.send('{"type":"auth_required"}') },
  );
  const args = ['call', server.url, 'get_states', '--recipe', 'home-assistant'];
  const without = await run(args);
  assert.equal(without.code, 2);
  assert.match(without.stderr, /the recipe home-assistant needs \$\{HA_TOKEN\}, which is not set in the environment/);
  assert.equal(server.opened, 0);
  const given = await run([...args, '--frames'], { env: { HA_TOKEN: 't0ken' } });
  assert.deepEqual([given.code, given.stdout], [0, '"there"\n']);
  assert.ok(!given.stderr.includes('t0ken') && given.stderr.includes('auth_ok'), given.stderr);
  const refused = await run(args, { env: { HA_TOKEN: 'wr0ng' } });
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /auth_failed/);
  const input = JSON.stringify({ connect: [{ expect: { type: 'auth_required' } }] });
  const replaced = await run([...args, '--template', '-'], { input });
  assert.deepEqual([replaced.code, replaced.stdout], [0, '"there"\n']);
});

test('a header that is typed takes the place of the recipe’s, which then needs nothing of the environment', async (t) => {
  const server = await startServer(t);
  const file = join(newFolder(t), 'template.json');
  writeFileSync(file, JSON.stringify({ messages: ['{{args.text}}'], message_format: 'text', result_path: null }));
  const args = ['call', server.url, 'echo', '-d', 'text=hi', '--recipe', 'deepgram', '--template', file];
  const without = await run(args);
  assert.deepEqual([without.code, without.stdout], [2, '']);
  assert.match(without.stderr, /the recipe deepgram needs \$\{DEEPGRAM_API_KEY\}/);
  const typed = await run([...args, '-H', 'authorization: Token typed']);
  assert.deepEqual([typed.code, typed.stdout, typed.stderr], [0, '"hi"\n', '']);
  assert.equal(server.requests.at(-1).headers.authorization, 'Token typed');
  // One of the file's own, too.
  writeFileSync(
    file,
    JSON.stringify({ message: 'x', url: server.url, headers: { Authorization: 'T ${MISSING}', b: 'B' } }),
  );
  const own = await run(['call', 'echo', '--template', file, '-H', 'AUTHORIZATION: Token typed']);
  assert.deepEqual([own.code, own.stdout, own.stderr], [0, '"x"\n', '']);
  const { authorization, b } = server.requests.at(-1).headers;
  assert.deepEqual([authorization, b], ['Token typed', 'B']);
});

test('the file’s form of a field takes the place of the recipe’s other form', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === 'hello') socket.send('{"type":"welcome"}');
    else socket.send(JSON.stringify({ id: '1', type: 'next', payload: text }));
  });
  const file = join(newFolder(t), 'template.json');
  const called = async (recipe, members) => {
    writeFileSync(file, JSON.stringify({ ...members, response_format: 'raw', correlation: false, protocol: null }));
    const { code, stdout, stderr } = await run(['call', server.url, 'echo', '--recipe', recipe, '--template', file]);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout;
  };
  const message = { message: 'one', result_path: '/payload' };
  assert.equal(await called('json-rpc', { messages: ['two'], result_path: '/payload' }), '"two"\n');
  assert.equal(await called('deepgram', { ...message, headers: {}, message_format: 'text' }), '"one"\n');
  const connect = [{ send: 'hello' }, { expect: { type: 'welcome' } }];
  assert.equal(await called('graphql', { ...message, connect }), '"one"\n');
  assert.equal(
    await called('home-assistant', {
      ...message,
      message_filter: { type: 'next' },
      connect_message: 'hello',
      connect_ack: { type: 'welcome' },
    }),
    '"one"\n',
  );
});

test('one with a discovery lists the tools, and calls them as listed', async (t) => {
  const answers = {
    initialize: ({ protocolVersion }) => ({ protocolVersion }),
    'tools/list': () => ({ tools: [{ name: 'add', description: 'Adds', inputSchema: { type: 'object' } }] }),
    'tools/call': ({ name, arguments: { a, b } }) => ({ [name]: a + b }),
  };
  const server = await startServer(t, (socket, text) => {
    const { id, method, params } = JSON.parse(text);
    if (id !== undefined) socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method](params) }));
  });
  const [tool] = linesOf((await run(['discover', server.url, '--recipe', 'mcp'])).stdout);
  assert.deepEqual([tool.name, tool.description, tool.tool_call_template], ['add', 'Adds', undefined]);
  const args = ['-d', 'a=1', '-d', 'b=2', '--recipe', 'mcp'];
  assert.equal((await run(['call', server.url, 'add', ...args])).stdout, '{"add":3}\n');
  const unknown = await run(['call', server.url, 'sub', ...args]);
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /there is no tool sub; there are add/);
});
