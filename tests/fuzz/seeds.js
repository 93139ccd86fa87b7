// Owns the seed corpora of the fuzz targets: inputs made of the shared vectors and of the fields that those do not have,
// one file each. The parts of an input are separated by NUL, as `parts` in fuzz.hpp reads them.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const vectors = (name) => JSON.parse(readFileSync(join(here, '..', 'vectors', `${name}.json`), 'utf8'));

const withUrl = (members) => ({ call_template_type: 'websocket', url: 'wss://h.example/ws', ...members });

// Call templates with the fields of UTCP's page and of this project.
const templates = [
  { expected_responses: 3, ping_interval: 5, response_format: 'json', close_after_response: true },
  { expected_responses: -1, connection_timeout: 0.5, response_timeout: 1e2, stream_end: {} },
  { message_filter: { op: 'data', meta: { v: 1, w: [1, {}] }, any: {}, none: [] } },
  { message_filter: { room: 'UTCP_ARG_a_UTCP_ARG', re: '{{request_id}}' }, stream_end: { type: 'complete' } },
  {
    message: { jsonrpc: '2.0', id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' },
    result_path: '/result',
    error_path: '/error',
  },
  { error_match: [{ jsonrpc: '2.0', error: { code: -32601 } }, { $prefix: '{"t' }], error_path: ['/why', '/error'] },
  { connection_error: [{ type: 7 }, { $prefix: 'ERROR' }] },
  { error_match: { meta: { w: [1, {}] } }, message_filter: { room: 'a' }, missing_arguments: 'omit' },
  { progress_filter: { $prefix: '{"o' }, result_path: '/ok' },
  {
    message: '{"id":{{request_id}},"trace":"{{traceparent}}"}',
    progress_filter: { of: '{{request_id}}', step: { n: 1 } },
    response_format: 'json',
  },
  { message: '[48,{{request_id}}]', correlation: ['/2', '/1'] },
  { message: ['REQ', '{{args.a}}'], correlation: { '/1': '{{args.a}}' } },
  { message: '{{args.a}}', message_format: 'binary', response_format: 'base64' },
  { message: ['1', '{{uuid}}', 'topic', { a: 'UTCP_ARG_a_UTCP_ARG' }], correlation: '/1' },
  { message: '{"id":{{request_id}},"a":UTCP_ARG_a_UTCP_ARG,"b":"{{args}}"}', correlation: false, result_path: '' },
  { connect_message: { type: 'auth', token: 't' }, connect_ack: { type: 'auth_ok' }, ping_message: 'ping' },
  {
    leave_message: ['CLOSE', '{{request_id}}', '{{new_id}}'],
    leave_when: 'always',
    disconnect_message: { type: 'bye' },
  },
  { message: false, leave_message: '{"id":{{new_id}}}', leave_when: 'left', expected_responses: 0 },
  { discovery: { tools: '/result/methods', name: '/id', template: { message: 'x', url: null } }, error_path: '/error' },
  {
    connect: [
      {
        expect: { $prefix: 'hi' },
        error: [{ op: 9 }],
        capture: { s: '/s' },
        send: { a: { $sha256_base64: ['k', '{{connect.s}}'] } },
      },
      { expect: { ok: true } },
    ],
  },
  { connect_message: 'hello', connect_ack: {}, discovery_message: 'manual', ping_message: { type: 'ping' } },
  {
    message: '42{{request_id}}["{{tool_name}}",{{args}}]',
    frame: { terminator: '\u001e', strip: true },
    correlation: { $prefix: '43{{request_id}}[' },
    connect_ack: { $prefix: '40' },
    replies: [
      { match: { $prefix: '2' }, send: '3' },
      { match: { of: 7, step: { n: 1 } }, send: { id: '{{frame:/of}}', text: 'n {{frame:/step/n}}' } },
    ],
    result_path: '/0',
  },
  { auth: { auth_type: 'basic', username: 'user', password: 12345678 } },
  { auth: { auth_type: 'api_key', api_key: 'k', location: 'cookie', var_name: 'c' }, protocol: 'p' },
  {
    auth: { auth_type: 'oauth2', token_url: 'https://h.example/token', client_id: 'c', client_secret: 's', scope: 'a' },
  },
  { auth: { auth_type: 'oauth2_user', access_token: 't', prefix: 'Token ' }, headers: { Cookie: 'a=b' } },
].map(withUrl);

const frames = [
  { type: 'tool_response', request_id: '7', result: { a: [1, 2.5, null] } },
  { type: 'tool_error', error: 'no' },
  { type: 'stream_end' },
  { type: 'complete', op: 'data', meta: { v: 1.0, w: [1, {}, 2] }, any: { x: 1 }, none: [] },
  { room: 'a', re: '7' },
  { jsonrpc: '2.0', id: 7, result: 'ok' },
  { jsonrpc: '2.0', id: '7', error: { code: -32601, message: 'no' } },
  { of: 7, step: { n: 1.0, all: 3 } },
  { of: '7', step: { n: 1 } },
  { tools: [] },
];

const messages = [
  ['{"id":{{request_id}},"u":"{{uuid}}","UTCP_ARG_a_UTCP_ARG":[UTCP_ARG_b_UTCP_ARG,"x UTCP_ARG_b_UTCP_ARG"]}', 'a'],
  ['{UTCP_ARG_a_UTCP_ARG:{"id":"{{request_id}}"},"p":{{args}},"q":"{{args}}","r":"\\u00e9 {{args}}"}', 'b'],
  ['{"a":"\\UTCP_ARG_a_UTCP_ARG","b":"\\\\UTCP_ARG_a_UTCP_ARG \\"UTCP_ARG_a_UTCP_ARG"}', '",x'],
  ['say UTCP_ARG_a_UTCP_ARG at {{now}} to {{tool_name}}: {{args}}', '"],"x":1'],
  [{ id: '{{uuid}}', list: ['{{args}}', 'UTCP_ARG_a_UTCP_ARG', 'UTCP_ARG_UTCP_ARG_UTCP_ARG'] }, 'UTCP_ARG_b_UTCP_ARG'],
  [
    { d: '{"t":"UTCP_ARG_a_UTCP_ARG","v":{{args.b}},"i":{{request_id}}}', v: '{{args.b}}', w: '<{{args.a}}>' },
    '","x":"',
  ],
  ['{"d":"{\\"t\\":\\"UTCP_ARG_a_UTCP_ARG\\"}","v":{{args.b}},"id":"{{request_id}}"}', '\\","x":"'],
  [{ a: '{{args.b}}', t: '{{traceparent}}', s: ['{{tracestate}}', 'v={{tracestate}}'] }, 'UTCP_ARG_b_UTCP_ARG'],
  ['{"t":{{traceparent}},"d":"{\\"s\\":\\"{{tracestate}}\\"}"}', 'a'],
  // An id that touches something else.
  ['{"k0":111111111611111111{{request_id}}1243}', 'a'],
  ['{"k":{{request_id}}2,"l":-{{uuid}},"m":"x"{{request_id}},"n":"{{request_id}}"5}', 'b'],
  ['[{{uuid}}{{request_id}},1 {{request_id}},UTCP_ARG_a_UTCP_ARG{{request_id}}]', 'c'],
].map(([message, a]) => ({ message, args: { a, b: [1, { c: '"}' }], UTCP: 2, '': null } }));

// Templates with the fields that have vectors of their own, and frames for them.
const fields = ['placeholder_places', 'result_default', 'stream_end_item'].flatMap(vectors);
const framed = fields.filter((c) => c.frames);

const tokens = [
  [200, { access_token: 't', token_type: 'Bearer', expires_in: 3600 }],
  [200, { access_token: 't', expires_in: '12.5' }],
  [400, { error: 'invalid_client', error_description: 'no' }],
  [503, {}],
];

// Options, three tools, then operations: what these bytes mean stands in session_fuzz.cpp.
const limits = [1, 2, 1, 4, 0x10, 1];
const options = [...limits, 3]; // the host can ping, and pause reading
const [call, open, message, time] = [1, 5, 7, 12];
const again = (times, bytes) => Array.from({ length: times }, () => bytes).flat();
const sessions = [
  [...options, 0, 1, 4, call, 0, 0, open, 0, 0, message, 0, 0, 0, 0, call, 1, 0, message, 0, 0, 1, 0], // answers
  [...options, 5, 15, 11, call, 0, 1, open, 0, 0, message, 0, 0, 6, 0, message, 0, 0, 4, 0, 11, 0, 0], // streams
  [...options, 1, 0, 2, call, 0, 0, open, 0, 0, 4, 0, call, 1, 0, message, 0, 1, 1, 0], // aborts
  [...options, 7, 8, 14, call, 0, 0, open, 0, 0, message, 0, 0, 7, 0, message, 0, 0, 0, 0], // first messages
  [...options, 10, 19, 9, call, 0, 3, call, 0, 6, open, 1, 0, 10, 0, 1, time, 8, time, 8, open, 0, 1], // handshakes
  [...options, 13, 17, 18, call, 0, 0, 16, 0, 3, 16, 0, 1, open, 0, 1, message, 0, 0, 0, 0, 10, 0, 1, 16, 0, 0], // tokens
  [...options, 16, 17, 18, call, 0, 1, open, 0, 0, time, 8, 15, 0, time, 8, message, 0, 0, 0, 0, 13, 0, 3, time, 8], // pings
  [...limits, 0, 17, 0, 1, call, 0, 0, open, 0, 0, message, 0, 0, 0, 0, time, 8, call, 0, 0], // ping messages
  [...options, 0, 1, 4, call, 0, 1, open, 0, 0, ...again(2, [message, 0, 0, 0, 0]), message, 0, 0, 4, 0, call, 0, 0], // pauses
  [...options, 0, 1, 3, call, 0, 0, call, 0, 0, call, 1, 0, time, 4, time, 24, 14, 0, 14, 64, 14, 128, call, 2, 2], // ends
  [...options, 27, 28, 29, call, 0, 1, open, 0, 0, message, 0, 0, 15, 0, call, 0, 1, message, 0, 0, 16, 0], // given up
  [...options, 27, 1, 29, call, 1, 1, open, 0, 0, message, 0, 0, 18, 0, 11, 0, 0, 1], // last words
  [...options, 29, 1, 0, call, 0, 1, open, 0, 0, message, 0, 0, 1, 0, message, 0, 0, 19, 0, call, 0, 1, 4, 1], // values
  [
    ...options,
    22,
    23,
    24,
    call,
    0,
    48,
    open,
    0,
    0,
    18,
    0,
    1,
    18,
    0,
    2,
    time,
    4,
    18,
    0,
    3,
    message,
    0,
    0,
    1,
    0,
    call,
    2,
    48,
  ], // uploads
];

// How the peer's bytes are cut and limited, then the bytes: what the first three mean stands in tests/client/wire_check.hpp.
const hello =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n';
const frame = (first, text) => Buffer.concat([Buffer.from([first, Buffer.byteLength(text)]), Buffer.from(text)]);
const long = (size) => Buffer.concat([Buffer.from([0x82, 126, size >> 8, size & 255]), Buffer.alloc(size)]);
const wires = [
  [[1, 20, 9], Buffer.from(hello)],
  [[1, 255, 9], Buffer.from('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno')],
  [[2, 6, 40], frame(0x81, '{"a":"é"}'), frame(0x89, 'ping'), frame(0x8a, ''), frame(0x88, '\x03\xe8bye')],
  [[0, 0, 9], frame(0x01, '€'), frame(0x00, ''), frame(0x89, ''), frame(0x80, '😀'), frame(0x82, '\0\xff')],
  [[0, 200, 100], long(126), long(700), long(801)],
];

/** What each target starts from, by the name of its file. */
const seeds = {
  json: () => [
    ...[...seeds.call_template(), ...frames.map((frame) => JSON.stringify(frame))],
    ...vectors('templates').flatMap((c) => [c.expect, JSON.stringify(c.args)]),
  ],
  url: () => vectors('urls').map((c) => c.url),
  call_template: () =>
    [...vectors('call_templates').map((c) => c.input), ...templates, ...fields.map((c) => withUrl(c.template))].map(
      (c) => JSON.stringify(c),
    ),
  manual: () => vectors('manuals').map((c) => JSON.stringify(c.input)),
  message: () =>
    [...vectors('templates'), ...vectors('spread'), ...messages].map(
      (c) => `${JSON.stringify(c.message)}\0${JSON.stringify(c.args ?? {})}`,
    ),
  frame: () => {
    const own = (template) => [template.message_filter ?? {}, template.stream_end ?? {}, template.error_match ?? {}];
    const all = templates.flatMap((template) => frames.map((frame, i) => [template, frame, own(template), i % 3]));
    for (const { template, frames: sent } of framed) {
      for (const frame of sent) all.push([withUrl(template), frame, own(template), template.stream_end_item ? 1 : 0]);
    }
    return all.map((parts) => parts.map((part) => JSON.stringify(part)).join('\0'));
  },
  token: () => tokens.map(([status, body]) => [status, JSON.stringify(body), 'id', 'se:cret', 'a b'].join('\0')),
  wire: () => wires.map(([head, ...bytes]) => Buffer.concat([Buffer.from(head), ...bytes])),
  session: () => sessions.map((bytes) => Buffer.from(bytes)),
};

/** The names of all targets. */
export const targets = readdirSync(here)
  .map((file) => /^(.+)_fuzz\.cpp$/.exec(file)?.[1])
  .filter((name) => name !== undefined);

/** Writes the seeds of one target into `folder`, which is emptied first. */
export function writeSeeds(target, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  seeds[target]().forEach((text, index) => {
    writeFileSync(join(folder, String(index)), text);
  });
}
