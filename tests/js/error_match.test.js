// Errors that endpoints tell in ways of their own: by members, by how a line begins, in one of several places.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError } from '../../js/api/index.js';
import { failure, newProtocol, startServer } from '../support/server.js';

test('MCP: isError in a result is an error with what the tool said; other calls go on', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { id, method } = JSON.parse(text);
    const failed = method === 'fails';
    socket.send(JSON.stringify({ id, result: { isError: failed, content: [{ type: 'text', text: method }] } }));
  });
  const protocol = newProtocol(t);
  const template = server.template({
    message: { id: '{{request_id}}', method: '{{tool_name}}' },
    result_path: '/result',
    error_match: { result: { isError: true } },
    error_path: ['/fault', '/error'],
  });
  const [works, fails] = await Promise.all([
    protocol.callTool(null, 'm.works', {}, template),
    failure(protocol.callTool(null, 'm.fails', {}, template)),
  ]);
  assert.equal(works.content[0].text, 'works');
  assert.ok(fails instanceof ToolError);
  assert.equal(fails.detail.result.content[0].text, 'fails');
  assert.match(fails.message, /^the tool failed: \{.*"fails"/);
  assert.equal(server.opened, 1);
});

test('a text device: a line that begins with ERR; the connection serves the next call', async (t) => {
  const server = await startServer(t, (socket, text) => socket.send(text === 'GET load' ? '0.7' : `ERR no ${text}`));
  const protocol = newProtocol(t);
  const template = server.template({ message: 'GET UTCP_ARG_sensor_UTCP_ARG', error_match: { $prefix: 'ERR' } });
  const error = await failure(protocol.callTool(null, 'm.read', { sensor: 'nothing' }, template));
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail, 'ERR no GET nothing');
  assert.equal(error.message, 'the tool failed: ERR no GET nothing');
  assert.equal(await protocol.callTool(null, 'm.read', { sensor: 'load' }, template), '0.7');
  assert.equal(server.opened, 1);
});

test('without a path the frame is the detail, without secrets; it also ends a stream', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('{"n":1}');
    socket.send('{"status":"error","key":"hush-hush"}');
  });
  const protocol = newProtocol(t);
  const template = server.template({
    ...{ error_match: [{ status: 'error' }, { status: 'fatal' }], response_format: 'json' },
    auth: { auth_type: 'api_key', api_key: 'hush-hush', var_name: 'X-Key' },
  });
  const stream = protocol.callToolStreaming(null, 'm.watch', {}, template);
  assert.deepEqual((await stream.next()).value, { n: 1 });
  const error = await failure(stream.next());
  assert.deepEqual(error.detail, { status: 'error', key: '***' });
});
