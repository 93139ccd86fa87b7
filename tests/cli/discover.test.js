// `discover`: one tool a line in a pipe, and what the manual is asked with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, run, startTools } from '../support/cli.js';
import { startServer } from '../support/server.js';

const tools = [{ name: 'add', description: 'Adds.', tags: ['math'] }, { name: 'echo' }];

test('prints each tool of the manual as a line of JSON', async (t) => {
  const server = await startTools(t, tools);
  const { code, stdout, stderr } = await run(['discover', server.url]);
  assert.deepEqual([code, stderr], [0, '']);
  const [add, echo] = linesOf(stdout);
  assert.deepEqual([add.name, add.description, add.tags, echo.name], ['add', 'Adds.', ['math'], 'echo']);
  assert.equal(add.tool_call_template.url, server.url);
  await server.allClosed();
});

test('asks as a template says, with the credential that it names', async (t) => {
  const server = await startTools(t, tools);
  const template = {
    url: server.url,
    headers: { 'X-Tenant': '${TENANT}' },
    auth: { auth_type: 'api_key', api_key: '${TOOLS_KEY}' },
  };
  const { code, stdout, stderr } = await run(['discover', '--template', '-'], {
    input: JSON.stringify(template),
    env: { TOOLS_KEY: 's3cret-key', TENANT: 'acme' },
  });
  assert.deepEqual([code, stderr], [0, '']);
  const [{ headers }] = server.requests;
  assert.deepEqual([headers['x-api-key'], headers['x-tenant']], ['s3cret-key', 'acme']);
  // Its tools get the manual's credential, but that is not for printing.
  assert.ok(!stdout.includes('s3cret-key'));
  assert.deepEqual(
    linesOf(stdout).map(({ name, tool_call_template }) => [name, tool_call_template.auth]),
    [
      ['add', undefined],
      ['echo', undefined],
    ],
  );
});

test("prints a tool's own credential, which the provider has told anyway", async (t) => {
  const auth = { auth_type: 'api_key', api_key: 'public', var_name: 'X-Api-Key', location: 'header' };
  const server = await startTools(t, [{ name: 'own', auth }]);
  const template = { url: server.url, auth: { auth_type: 'api_key', api_key: 'mine' } };
  const { stdout } = await run(['discover', '--template', '-'], { input: JSON.stringify(template) });
  assert.deepEqual(linesOf(stdout)[0].tool_call_template.auth.api_key, 'public');
});

test('takes the URL of the command line, where a template has one too', async (t) => {
  const server = await startTools(t, tools);
  const input = '{"url":"ws://127.0.0.1:1/","headers":{"X-A":"template","X-B":"template"}}';
  const { code, stderr } = await run(['discover', server.url, '--template', '-', '-H', 'x-b: typed'], { input });
  assert.deepEqual([code, stderr], [0, '']);
  const [{ headers }] = server.requests;
  assert.deepEqual([headers['x-a'], headers['x-b']], ['template', 'typed']);
});

test('sends headers and a query filled in from the environment', async (t) => {
  const server = await startTools(t, tools);
  const { code } = await run(
    [
      ...['discover', `\${WHERE}?key=\${KEY}&kept=$\${KEY}`],
      ...['--header', 'Authorization: Bearer ${TOKEN}', '-H', 'X-Empty:', '-H', 'X-Colons: a:b'],
    ],
    { env: { TOKEN: 't0ken', KEY: 'a&b=c', WHERE: server.url } },
  );
  assert.equal(code, 0);
  const [{ url, headers }] = server.requests;
  assert.equal(new URL(url, server.url).searchParams.get('key'), 'a&b=c');
  assert.equal(new URL(url, server.url).searchParams.get('kept'), '${KEY}');
  assert.deepEqual([headers.authorization, headers['x-empty'], headers['x-colons']], ['Bearer t0ken', '', 'a:b']);
});

test('no manual: exit code 1', async (t) => {
  const server = await startServer(t, (socket) => socket.send('{"tools":7}'));
  const { code, stdout, stderr } = await run(['discover', server.url]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^error: invalid_manual: /);
});

test('lists and calls the tools of a service that lists them in its own way; its template stays in the file', async (t) => {
  const server = await startServer(t, (socket, sent) => {
    const { list, call, n } = JSON.parse(sent);
    socket.send(JSON.stringify(list ? { all: [{ id: 'double' }, {}] } : { result: call === 'double' ? 2 * n : null }));
  });
  const template = {
    url: server.url,
    headers: { 'X-Key': '${TOOLS_KEY}' },
    discovery_message: { list: true },
    discovery: { tools: '/all', name: '/id', template: { message: { call: '{{tool_name}}', n: '{{args.n}}' } } },
    result_path: '/result',
  };
  const options = { input: JSON.stringify(template), env: { TOOLS_KEY: 's3cret-key' } };
  const { code, stdout, stderr } = await run(['discover', '--template', '-'], options);
  assert.equal(code, 0);
  assert.match(stderr, /left out: .*tool number 2 has no member "name"/);
  assert.deepEqual(linesOf(stdout), [{ name: 'double', description: '', inputs: {}, outputs: {}, tags: [] }]);
  assert.equal(server.requests[0].headers['x-key'], 's3cret-key');
  const called = await run(['call', '--template', '-', 'double', '{"n":4}'], options);
  assert.deepEqual([called.code, called.stdout], [0, '8\n']);
  const unknown = await run(['call', '--template', '-', 'triple', '{"n":4}'], options);
  assert.match(unknown.stderr, /there is no tool triple; there are double/);
});
