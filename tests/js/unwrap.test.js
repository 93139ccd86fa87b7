// `callTool` of tools that answer as UTCP's own streams do, in frames that hold the result or the error as a member.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError } from '../../js/api/index.js';
import { failure, newProtocol, startServer } from '../support/server.js';

const response = (/** @type {unknown} */ result, more = {}) =>
  JSON.stringify({ type: 'tool_response', result, ...more });

test('a call gets the result, as a stream does; raw leaves the frame as it is', async (t) => {
  const result = { text: 'x'.repeat(100_000), n: [1, null] };
  const server = await startServer(t, (socket) => socket.send(response(result)));
  const protocol = newProtocol(t);
  for (const response_format of [undefined, 'text', 'json']) {
    assert.deepEqual(await protocol.callTool(null, 'm.t', {}, server.template({ response_format })), result);
  }
  const raw = await protocol.callTool(null, 'm.t', {}, server.template({ response_format: 'raw' }));
  assert.equal(raw, response(result));
  assert.equal(server.opened, 1);
});

test('a tool_error is an error with what the tool said; the connection serves the next call', async (t) => {
  const server = await startServer(t, (socket, text) => {
    socket.send(text === 'fail' ? '{"type":"tool_error","error":{"code":7}}' : response('fine'));
  });
  const protocol = newProtocol(t);
  const error = await failure(protocol.callTool(null, 'm.t', {}, server.template({ message: 'fail' })));
  assert.ok(error instanceof ToolError);
  assert.deepEqual(error.detail, { code: 7 });
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template({ message: 'go' })), 'fine');
  assert.equal(server.opened, 1);
});

test('what only mentions such a frame is a text like any other', async (t) => {
  const texts = [
    'the word "tool_response"',
    '{"said":"tool_error","type":"tool_errors"}',
    `["tool_${'['.repeat(2000)}`,
  ];
  const server = await startServer(t, (socket, text) => socket.send(texts[Number(text)]));
  const protocol = newProtocol(t);
  for (const [index, text] of texts.entries()) {
    const template = server.template({ message: String(index) });
    assert.equal(await protocol.callTool(null, 'm.t', {}, template), text);
  }
});

test('by ids on one connection', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { request_id } = JSON.parse(text);
    socket.send(response(`for ${request_id}`, { request_id }));
  });
  const protocol = newProtocol(t);
  const template = server.template({ message: { request_id: '{{request_id}}' } });
  const all = await Promise.all([1, 2, 3].map(() => protocol.callTool(null, 'm.t', {}, template)));
  assert.deepEqual(all, ['for 1', 'for 2', 'for 3']);
  assert.equal(server.opened, 1);
});

for (const [what, next, said] of [
  ['more results', response(2), /this tool streams, call it with callToolStreaming/],
  ['the end of a stream', '{"type":"stream_end"}', /this tool streams, call it with callToolStreaming/],
  ['something else', '{"type":"news"}', /unsolicited frame/],
]) {
  test(`${what} after the answer of a call`, async (t) => {
    const server = await startServer(t, (socket) => {
      socket.send(response(1));
      socket.send(next);
    });
    const protocol = newProtocol(t);
    const heard = new Promise((resolve) => protocol.addEventListener('warning', resolve));
    assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), 1);
    assert.match((await heard).message, said);
  });
}
