// Bad templates, arguments and peers: the native client and the package say the same, word for word.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as inJavaScript from '../../js/api/index.js';
import * as native from '../support/native_library.js';
import { startServer } from '../support/server.js';

before(() => Promise.all([inJavaScript.ready(), native.start()]));
after(async () => assert.equal(await native.end(), 0, 'the driver found a leak'));

/** What a user sees of an error. */
const shown = ({ name, code, fault, field, message, closeCode, reason, wasClean, httpStatus, detail }) => ({
  ...{ name, code, fault, field, message, closeCode, reason, wasClean, httpStatus, detail },
});

async function thrownBy(action) {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

const url = 'wss://tools.example/';
const auth = (fields) => ({ url, auth: fields });
const templates = [
  ...[null, 7, 'wss://tools.example/', [], {}, { url: 7 }, { url: '' }, { url: 'tools.example' }, { url: 'http://h/' }],
  { url: 'ws://tools.example/' },
  { url: 'wss://user:secret@tools.example/' },
  ...[0, -1, '30', Number.MAX_VALUE].map((one) => ({ url, response_timeout: one })),
  { url, timeout: 30_000, connection_timeout: 'soon' },
  { url, response_format: 'xml' },
  { url, message_format: 'hex' },
  { url, expected_responses: -2 },
  { url, message: true },
  { url, leave_message: 7 },
  { url, leave_when: 'never' },
  { url, disconnect_message: false },
  { url, expected_responses: 1.5 },
  { url, result_path: 'result' },
  { url, result_path: '/~2' },
  { url, error_path: ['/a', 'b'] },
  { url, error_match: 7 },
  { url, missing_arguments: 'ignore' },
  { url, headers: { 'X Y': 'a' } },
  { url, headers: { Host: 'a' } },
  { url, headers: { 'X-A': 'a\nb' } },
  { url, header_fields: ['X-A', 7] },
  { url, protocol: 'a b' },
  { url, keep_alive: 'yes' },
  { url, ping_interval: 0 },
  { url, correlation: { request: 'id' } },
  { url, correlation: { '/a': 'id' } },
  { url, correlation: ['/a', 'b'] },
  { url, stream_end: 7 },
  { url, capture: { a: 'a' } },
  { url, message: '{{request_id}}', capture: { a: '/a' }, message_filter: { a: '{{answer.b}}' } },
  { url, message: { id: '{{request_id}}' }, capture: { a: '/a' } },
  { url, message: '{{connect.a}}' },
  { url, stream_end_item: 'yes' },
  { url, stream_end: { a: 1, '...': '{{args}}' } },
  { url, result_default: 1 },
  { url, message: { '...': '{{args.a}}' } },
  { url: `${url}{{args}}` },
  { url, headers: { 'X-A': 'UTCP_ARG_hush_UTCP_ARG' } },
  { url, connect_message: { id: '{{request_id}}' } },
  { url, connect_message: 'hi', connect_ack: 'no' },
  auth({ auth_type: 'digest' }),
  auth({ auth_type: 'api_key' }),
  auth({ auth_type: 'api_key', api_key: 'k', location: 'body' }),
  auth({ auth_type: 'api_key', api_key: 'k\u0000' }),
  auth({ auth_type: 'basic', username: 'a:b', password: 'c' }),
  auth({ auth_type: 'oauth2', token_url: 'http://login.example/', client_id: 'a', client_secret: 'b' }),
  auth({ auth_type: 'oauth2', client_id: 'a' }),
  auth({ auth_type: 'oauth2_user', access_token: '' }),
];

for (const [i, template] of templates.entries()) {
  test(`template ${i}: ${JSON.stringify(template).slice(0, 70)}`, async () => {
    const wanted = await thrownBy(() => inJavaScript.validateCallTemplate(template));
    assert.equal(wanted.code === 'invalid_call_template' || wanted.code === 'url_refused', true, wanted.message);
    assert.deepEqual(shown(await thrownBy(() => native.validateCallTemplate(template))), shown(wanted));
  });
}

/** By name: what is called at the server, and what the server does. */
const calls = {
  'an argument is missing': { template: { message: 'GET UTCP_ARG_a_UTCP_ARG' }, args: { b: 1 } },
  'no answer': { template: { response_timeout: 0.1 }, on: () => {} },
  'an answer that does not fit': {
    template: { response_timeout: 1, result_path: '/result', message_filter: { type: 'x' } },
    on: (socket) => socket.send('{"type":"y"}'),
  },
  'no acknowledgement': {
    template: { connect_message: { token: 't' }, connect_ack: { type: 'ok' }, connection_timeout: 2 },
    on: (socket) => socket.send('{"type":"no"}'),
  },
  'closed after connect_message': {
    template: { connect_message: { token: 't' }, connect_ack: { type: 'ok' } },
    on: (socket) => socket.close(4009, 'who?'),
  },
  'an error of the tool': {
    template: { error_path: '/error' },
    on: (socket) => socket.send('{"error":{"message":"no"}}'),
  },
  'an error that a match names': {
    template: { error_match: { $prefix: 'ERR' } },
    on: (socket) => socket.send('ERR 5\u001b[31m'),
  },
  'a stream that fails': { stream: true, on: (socket) => socket.send('{"type":"tool_error","error":"no"}') },
  'closed with a code': { on: (socket) => socket.close(1011, 'cra\nsh') },
  'closed without one': { on: (socket) => socket.close() },
  'broken off': { on: (socket) => socket.terminate() },
  'refused with 401': { verify: () => 401 },
  'refused with 403': { verify: () => 403 },
  'refused with 404': { verify: () => 404 },
  'refused with 500': { verify: () => 500, retry: false },
  'a frame that is too large': {
    options: { limits: { frameBytes: 100 } },
    on: (socket) => socket.send('x'.repeat(101)),
  },
};

for (const [name, { template, args = {}, on, verify, options, stream, retry }] of Object.entries(calls)) {
  test(`call: ${name}`, async (t) => {
    const server = await startServer(t, on, { verify });
    const errors = [];
    for (const library of [inJavaScript, native]) {
      const protocol = new library.WebSocketCommunicationProtocol({ ...options, ...(retry === false && { retry }) });
      t.after(() => protocol.close());
      errors.push(
        await thrownBy(async () => {
          const whole = server.template(template);
          if (!stream) return protocol.callTool(null, 'm.t', args, whole);
          return protocol.callToolStreaming(null, 'm.t', args, whole).next();
        }),
      );
    }
    const [wanted, got] = errors.map(shown);
    assert.deepEqual(got, wanted);
  });
}
