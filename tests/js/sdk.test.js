// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the SDK's variables look like this
// The plugin with the real `@utcp/sdk` 1.1.2: UtcpClient discovers and calls WebSocket tools with no other code.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { CallTemplateSerializer, CommunicationProtocol, UtcpClient } from '@utcp/sdk';
import '../../js/api/register.js';
import { CallTemplateError, WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { register } from '../../js/api/sdk.js';
import { collect, startServer } from '../support/server.js';

for (const method of ['log', 'warn', 'error']) mock.method(console, method, () => {});

const http = { name: 'h', call_template_type: 'http', url: 'https://api.example/x', http_method: 'GET' };

/** A provider with a tool that adds, one that counts, and an `http` tool beside them. */
function provider(t) {
  return startServer(t, (socket, text, request) => {
    const asked = JSON.parse(text);
    const websocket = (message) => ({
      call_template_type: 'websocket',
      url: `ws://${request.headers.host}/`,
      response_format: 'json',
      message,
    });
    if (asked.type === 'utcp') {
      const tools = [
        { name: 'add', description: 'Adds two numbers', tags: ['math'], tool_call_template: websocket() },
        {
          name: 'count',
          description: 'Counts up',
          tags: ['stream'],
          tool_call_template: websocket({ to: 'UTCP_ARG_to_UTCP_ARG' }),
        },
        {
          name: 'key',
          description: 'Says the key',
          tool_call_template: { ...websocket({ key: '{{args}}' }), headers: { 'X-Key': '${WS_KEY}' } },
        },
        { name: 'web', description: 'Over HTTP', tool_call_template: http },
      ];
      socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1.0.0', tools }));
    } else if (asked.to) {
      for (let i = 1; i <= Number(asked.to); i += 1) socket.send(JSON.stringify({ type: 'tool_response', result: i }));
      socket.send('{"type":"stream_end"}');
    } else if (asked.key) socket.send(JSON.stringify(request.headers['x-key']));
    else socket.send(JSON.stringify(asked.a + asked.b));
  });
}

/** A client of the provider, under the manual's name `prov`. */
async function newClient(t, server, { template, ...config } = {}) {
  const manual = { name: 'prov', call_template_type: 'websocket', url: server.url, ...template };
  const client = await UtcpClient.create(process.cwd(), { manual_call_templates: [manual], ...config });
  t.after(() => client.close());
  return client;
}

const names = (tools) => tools.map(({ name }) => name).sort();

test('discovers, calls, streams, searches, deregisters and closes', async (t) => {
  const server = await provider(t);
  const client = await newClient(t, server);
  assert.deepEqual(names(await client.getTools()), ['prov.add', 'prov.count', 'prov.key']);
  assert.equal(await client.callTool('prov.add', { a: 1, b: 2 }), 3);
  assert.deepEqual(await collect(client.callToolStreaming('prov.count', { to: 3 })), [1, 2, 3]);
  assert.deepEqual(names(await client.searchTools('counts up', 1)), ['prov.count']);
  assert.equal(server.opened, 1);
  assert.equal(await client.deregisterManual('prov'), true);
  await server.allClosed();
  assert.deepEqual(await client.getTools(), []);
  await client.close();
});

test('variables are filled in by the SDK, in manual and tool templates', async (t) => {
  const server = await provider(t);
  const template = { auth: { auth_type: 'api_key', api_key: '${PROV_KEY}', var_name: 'X-Api' }, timeout: 5 };
  const client = await newClient(t, server, { template, variables: { prov_PROV_KEY: 'k1', prov_WS_KEY: 'k2' } });
  assert.equal(server.requests[0].headers['x-api'], 'k1');
  assert.equal(await client.callTool('prov.key', { any: 1 }), 'k2');
});

test('a variable may hold what the check would refuse as it stands, and is checked afterwards', async (t) => {
  const server = await provider(t);
  const good = await newClient(t, server, { template: { url: '${URL}' }, variables: { prov_URL: server.url } });
  assert.equal((await good.getTools()).length, 3);
  const bad = await newClient(t, server, {
    template: { url: '${URL}' },
    variables: { prov_URL: 'ws://evil.example/' },
  });
  assert.equal((await bad.getTools()).length, 0);
});

test('an http tool registers where the manual allows it', async (t) => {
  const server = await provider(t);
  const template = { allowed_communication_protocols: ['websocket', 'http'] };
  const client = await newClient(t, server, { template });
  assert.deepEqual(names(await client.getTools()), ['prov.add', 'prov.count', 'prov.key', 'prov.web']);
  assert.deepEqual((await client.getTool('prov.web')).tool_call_template, http);
});

test("after close() of one client another client's next call works, and two never share a connection", async (t) => {
  const server = await provider(t);
  const [one, two] = [await newClient(t, server), await newClient(t, server)];
  assert.equal(server.opened, 2);
  assert.equal(await one.callTool('prov.add', { a: 1, b: 1 }), 2);
  assert.equal(await two.callTool('prov.add', { a: 2, b: 2 }), 4);
  assert.equal(server.opened, 2);
  await one.close();
  assert.equal(await two.callTool('prov.add', { a: 3, b: 3 }), 6);
});

test("a failing provider is the SDK's failure, not an exception", async (t) => {
  const server = await startServer(t, undefined, { verify: () => 401 });
  const client = await newClient(t, server);
  assert.deepEqual(await client.getTools(), []);
});

test('what is wrong with a template reaches the user, with the field, and nothing is opened', async (t) => {
  const server = await provider(t);
  const client = await newClient(t, server);
  const wrong = { name: 'wrong', call_template_type: 'websocket', url: server.url, timeout: -1 };
  const { success, errors } = await client.registerManual(wrong);
  assert.equal(success, false);
  assert.match(errors.join(), /"timeout" must be a number of seconds above 0/);
  assert.equal(server.opened, 1);
});

test('the serializer checks what leads to the plugin, and leaves the rest as it is', () => {
  const serializer = new CallTemplateSerializer();
  const template = { name: 'm', call_template_type: 'websocket', url: 'wss://tools.example/', timeout: 30 };
  assert.deepEqual(serializer.validateDict(template), template);
  assert.deepEqual(serializer.toDict(template), template);
  assert.deepEqual(serializer.copy(template), template);
  for (const url of [undefined, null, true, 7, [], {}]) {
    assert.throws(() => serializer.validateDict({ ...template, url }), CallTemplateError);
  }
});

test('a tool of a manual from elsewhere is checked when it is called, before anything is opened', async (t) => {
  const server = await provider(t);
  const client = await newClient(t, server);
  const template = { call_template_type: 'websocket', url: server.url, timeout: -1 };
  const tool = { ...(await client.getTool('prov.add')), name: 'prov.wrong', tool_call_template: template };
  const manual = { utcp_version: '1.0.1', manual_version: '1.0.0', tools: [tool] };
  await client.config.tool_repository.saveManual(
    { name: 'other', call_template_type: 'websocket', url: server.url },
    manual,
  );
  await assert.rejects(client.callTool('prov.wrong', {}), { name: 'CallTemplateError', field: 'timeout' });
  assert.equal(server.opened, 1);
});

test('registering again takes the place of what is there only where that is asked for', () => {
  const { websocket } = CommunicationProtocol.communicationProtocols;
  register();
  assert.equal(CommunicationProtocol.communicationProtocols.websocket, websocket);
  register(true);
  assert.notEqual(CommunicationProtocol.communicationProtocols.websocket, websocket);
  assert.throws(() => register(new Uint8Array()), /takes a boolean; ready\(\) takes the wasm/);
});

test('SDK 1.1 has no factories: one protocol is shared', () => {
  const { websocket } = CommunicationProtocol.communicationProtocols;
  assert.ok(websocket instanceof WebSocketCommunicationProtocol);
  assert.equal(driverOf(websocket).counts().hostCalls, 0);
});

test('the tools that a service lists in its own way appear under the name of the manual', async (t) => {
  const inputSchema = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } };
  const server = await startServer(t, (socket, sent) => {
    const { id, method, params } = JSON.parse(sent);
    const results = {
      list: () => ({ tools: [{ name: 'add', description: 'Adds two numbers', inputSchema }, { title: 'nameless' }] }),
      add: () => params.a + params.b,
    };
    socket.send(JSON.stringify({ id, result: results[method]() }));
  });
  const template = {
    headers: { 'X-Key': '${WS_KEY}' },
    message: { id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' },
    result_path: '/result',
    discovery_message: { id: '{{request_id}}', method: 'list' },
    discovery: {},
  };
  const client = await newClient(t, server, { template, variables: { prov_WS_KEY: 'k' } });
  const [add, ...others] = await client.getTools();
  assert.deepEqual([add.name, add.description, add.inputs, others], ['prov.add', 'Adds two numbers', inputSchema, []]);
  assert.equal(await client.callTool('prov.add', { a: 1, b: 2 }), 3);
  assert.equal(server.requests[0].headers['x-key'], 'k');
  assert.equal(server.opened, 1);
});
