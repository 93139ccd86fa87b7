// registerManual: from the endpoint's text to checked tools, and what is left out of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { connect } from '../../js/api/index.js';
import { newProtocol, remoteWebSocket, startServer } from '../support/server.js';

const tool = (name, tool_call_template, more) => ({ name, description: `does ${name}`, tool_call_template, ...more });
const websocket = (url) => ({ call_template_type: 'websocket', url });
const http = { call_template_type: 'http', url: 'https://api.example/x', http_method: 'GET', own_field: [1] };
const manual = (...tools) => JSON.stringify({ utcp_version: '1.0.1', manual_version: '2.1.0', tools });

/** A server that answers discovery with this text. */
const offers = (text) => (socket, asked) => {
  if (asked === '{"type":"utcp"}') socket.send(typeof text === 'function' ? text() : text);
};

test('a manual is asked for and checked', async (t) => {
  const server = await startServer(t, (socket) =>
    socket.send(manual(tool('a', websocket(server.url), { inputs: { type: 'object', 'x-own': 1 } }))),
  );
  const template = server.template();
  const result = await newProtocol(t).registerManual(null, template);
  assert.deepEqual(result.errors, []);
  assert.equal(result.success, true);
  assert.equal(result.manualCallTemplate, template);
  assert.equal(result.manual.manual_version, '2.1.0');
  assert.deepEqual(result.manual.tools[0].inputs, { type: 'object', 'x-own': 1 });
  assert.deepEqual(result.manual.tools[0].tags, []);
  assert.deepEqual(server.received, ['{"type":"utcp"}']);
});

test('discovery_message can be chosen', async (t) => {
  const server = await startServer(t, (socket, text) => text === 'manual' && socket.send(manual()));
  const result = await newProtocol(t).registerManual(null, server.template({ discovery_message: 'manual' }));
  assert.equal(result.success, true);
});

test('frames that are no manual are passed over', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('welcome');
    socket.send('{"hello":1}');
    socket.send(Buffer.from([1]));
    socket.send(manual());
  });
  assert.equal((await newProtocol(t).registerManual(null, server.template())).success, true);
});

test('the connection of the discovery serves the calls', async (t) => {
  const server = await startServer(t, (socket, text) => socket.send(text.includes('utcp') ? manual() : 'x'));
  const protocol = newProtocol(t);
  await protocol.registerManual(null, server.template());
  await protocol.callTool(null, 'm.t', {}, server.template());
  assert.equal(server.opened, 1);
});

test('failures resolve with success false, an empty manual and the reason', async (t) => {
  const empty = { utcp_version: '1.0.1', manual_version: '1.0.0', tools: [] };
  const protocol = newProtocol(t, { WebSocket, retry: false });
  const refuses = await startServer(t, undefined, { verify: () => 401 });
  const lies = await startServer(t, offers('{"tools":[{"name":7}]}'));
  const silent = await startServer(t, () => {});
  const closes = await startServer(t, (socket) => socket.close(1011, 'no manual today'));
  for (const [template, reason] of [
    [refuses.template(), /401/],
    [lies.template(), /name/],
    [silent.template({ response_timeout: 0.05 }), /response_timeout/],
    [closes.template(), /1011.*no manual today/],
    [{ call_template_type: 'websocket', url: 'ws://not-loopback.example/' }, /wss/],
    [{ call_template_type: 'websocket', url: silent.url, timeout: 'soon' }, /timeout/],
    [null, /./],
  ]) {
    const result = await protocol.registerManual(null, template);
    assert.equal(result.success, false);
    assert.deepEqual(result.manual, empty);
    assert.equal(result.errors.length, 1);
    assert.match(result.errors[0], reason);
  }
});

test('tools for other protocols are kept with their call template untouched', async (t) => {
  const server = await startServer(t, (socket) =>
    socket.send(manual(tool('w', websocket(server.url)), tool('h', http))),
  );
  const { manual: found } = await newProtocol(t).registerManual(null, server.template());
  assert.deepEqual(found.tools[1].tool_call_template, http);
});

test('a remote manual cannot point tools at loopback', async (t) => {
  const host = 'remote.example';
  const server = await startServer(
    t,
    offers(() =>
      manual(
        tool('good', websocket(`wss://${host}/ws`)),
        tool('bad', websocket(server.url)),
        tool('worse', websocket('ws://[::ffff:127.0.0.1]/')),
        tool('http_bad', { ...http, url: 'http://127.1/' }),
      ),
    ),
  );
  const Remote = remoteWebSocket(server, host);
  const template = { name: 'm', call_template_type: 'websocket', url: `wss://${host}/` };

  const result = await newProtocol(t, { WebSocket: Remote }).registerManual(null, template);
  assert.equal(result.success, true);
  assert.deepEqual(
    result.manual.tools.map(({ name }) => name),
    ['good'],
  );
  assert.equal(result.errors.length, 3);
  for (const name of ['bad', 'worse', 'http_bad']) assert.ok(result.errors.some((error) => error.includes(name)));
  const endpoint = await connect(template, { WebSocket: Remote });
  t.after(() => endpoint.close());
  assert.deepEqual(endpoint.leftOut, result.errors);

  const allowed = await newProtocol(t, { WebSocket: Remote, allowLoopbackTools: true }).registerManual(null, template);
  assert.equal(allowed.manual.tools.length, 4);
  assert.deepEqual(allowed.errors, []);
});

test('a local manual may point at loopback', async (t) => {
  const server = await startServer(t, (socket) => socket.send(manual(tool('a', websocket(server.url)))));
  const { manual: found } = await newProtocol(t).registerManual(null, server.template());
  assert.equal(found.tools.length, 1);
});

test('the number of tools is limited', async (t) => {
  const server = await startServer(t, (socket) =>
    socket.send(manual(...['a', 'b', 'c'].map((name) => tool(name, http)))),
  );
  const enough = await newProtocol(t, { limits: { manualTools: 3 } }).registerManual(null, server.template());
  assert.equal(enough.success, true);
  const tooMany = await newProtocol(t, { limits: { manualTools: 2 } }).registerManual(null, server.template());
  assert.equal(tooMany.success, false);
  assert.match(tooMany.errors[0], /manualTools|2/);
});

test("a tool of the manual's origin without auth gets the manual's, others do not", async (t) => {
  const other = await startServer(t);
  const server = await startServer(t, (socket, text) => {
    if (!text.includes('utcp')) return socket.send('answer');
    const tool = (name, url, more) => ({
      name,
      tool_call_template: { call_template_type: 'websocket', url, message: 'call', ...more },
    });
    const own = { auth_type: 'api_key', api_key: 'its own' };
    const tools = [
      tool('same', `${server.url}same`),
      tool('elsewhere', other.url),
      tool('own', server.url, { auth: own }),
    ];
    socket.send(JSON.stringify({ tools }));
  });
  const protocol = newProtocol(t);
  const auth = { auth_type: 'api_key', api_key: 'the key' };
  const { manual, errors } = await protocol.registerManual(null, server.template({ auth }));
  assert.deepEqual(errors, []);
  const [same, elsewhere, own] = manual.tools.map((tool) => tool.tool_call_template);
  assert.deepEqual(same.auth, auth);
  assert.equal(elsewhere.auth, undefined);
  for (const template of [same, elsewhere, own]) await protocol.callTool(null, 'm.t', {}, template);
  assert.deepEqual(
    server.requests.map((request) => request.headers['x-api-key']),
    ['the key', 'the key', 'its own'],
  );
  assert.equal(other.requests[0].headers['x-api-key'], undefined);
});
