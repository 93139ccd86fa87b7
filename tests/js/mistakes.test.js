// Mistakes that are easily made: each says what to do instead, and none passes in silence.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ready, renderMessage } from '../../js/api/index.js';
import { failure, newProtocol, startServer } from '../support/server.js';

before(() => ready());

test('an argument that the message needs and the call has not', async (t) => {
  const server = await startServer(t);
  const template = server.template({ message: 'GET UTCP_ARG_sensor_UTCP_ARG' });
  const protocol = newProtocol(t);
  const error = await failure(protocol.callTool(null, 'm.t', { senser: 'load', n: 1 }, template));
  assert.equal(error.code, 'invalid_argument');
  assert.equal(error.field, 'sensor');
  assert.match(error.message, /needs the argument "sensor".*given: "senser", "n"/);
  const none = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.match(none.message, /given: none/);
  const stream = protocol.callToolStreaming(null, 'm.t', undefined, template);
  assert.equal((await failure(stream.next())).code, 'invalid_argument');
  const filter = { message: 'x', message_filter: { id: 'UTCP_ARG_id_UTCP_ARG' } };
  assert.equal((await failure(protocol.callTool(null, 'm.t', {}, server.template(filter)))).field, 'id');
  assert.equal(server.opened, 0);
  assert.equal(await protocol.callTool(null, 'm.t', { sensor: 'load' }, template), 'GET load');
});

test('missing_arguments: omit leaves out members and elements, keep sends what stands there', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const message = {
    first: 'UTCP_ARG_a_UTCP_ARG',
    list: ['UTCP_ARG_a_UTCP_ARG', 1, '{{args.a}}', 'UTCP_ARG_b_UTCP_ARG', '{{args.a}}'],
    text: 'a=UTCP_ARG_a_UTCP_ARG;b=UTCP_ARG_b_UTCP_ARG',
    last: '{{args.a}}',
  };
  const asks = (args, more) =>
    protocol.callTool(null, 'm.t', args, server.template({ message, response_format: 'json', ...more }));
  assert.deepEqual(await asks({ b: 2 }, { missing_arguments: 'omit' }), { list: [1, '2'], text: 'a=;b=2' });
  assert.deepEqual(await asks({ a: 1, b: 2 }, { missing_arguments: 'omit' }), {
    first: '1',
    list: ['1', 1, 1, '2', 1],
    text: 'a=1;b=2',
    last: 1,
  });
  assert.deepEqual(await asks({ b: 2 }, { missing_arguments: 'keep' }), {
    first: 'UTCP_ARG_a_UTCP_ARG',
    list: ['UTCP_ARG_a_UTCP_ARG', 1, null, '2', null],
    text: 'a=UTCP_ARG_a_UTCP_ARG;b=2',
    last: null,
  });
  assert.equal((await failure(asks({}, { missing_arguments: 'drop' }))).field, 'missing_arguments');
});

test('renderMessage keeps by default, and does as it is told', () => {
  const message = { a: 'UTCP_ARG_a_UTCP_ARG', b: 1 };
  assert.equal(renderMessage(message, {}), '{"a":"UTCP_ARG_a_UTCP_ARG","b":1}');
  assert.equal(renderMessage(message, {}, {}, { missingArguments: 'omit' }), '{"b":1}');
  assert.throws(() => renderMessage(message, {}, {}, { missingArguments: 'error' }), { code: 'invalid_argument' });
  assert.throws(() => renderMessage(message, {}, {}, { missingArguments: /** @type {any} */ ('x') }), TypeError);
});

test('JSON inside a JSON string: no argument adds a member, at any depth', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const evil = 'x","admin":true,"y":"\\';
  const inner = {
    text: 'UTCP_ARG_text_UTCP_ARG',
    n: '{{args.n}}',
    deep: JSON.stringify({ t: 'UTCP_ARG_text_UTCP_ARG' }),
  };
  for (const message of [{ data: JSON.stringify(inner) }, JSON.stringify({ data: JSON.stringify(inner) })]) {
    const template = server.template({ message, response_format: 'json' });
    const answer = await protocol.callTool(null, 'm.t', { text: evil, n: 5 }, template);
    const data = JSON.parse(answer.data);
    assert.deepEqual(Object.keys(data), ['text', 'n', 'deep']);
    assert.equal(data.text, evil);
    assert.equal(data.n, 5);
    assert.deepEqual(JSON.parse(data.deep), { t: evil });
  }
});

test('fields that are not known, and times in milliseconds, are warned of once', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const warnings = [];
  protocol.addEventListener('warning', (event) => warnings.push(event.reason ?? event.message ?? event.text));
  const template = server.template({ respose_format: 'json', timeout: 30000, colour: 1 });
  await protocol.callTool(null, 'm.t', {}, template);
  await protocol.callTool(null, 'm.t', {}, template);
  assert.equal(warnings.length, 3, warnings.join('\n'));
  assert.match(warnings.join('\n'), /"respose_format" is unknown and ignored; did you mean "response_format"\?/);
  assert.match(warnings.join('\n'), /"timeout" is in seconds; did you mean milliseconds\? got 30000/);
  assert.match(warnings.join('\n'), /"colour" is unknown and ignored$/m);
});

test('what was meant is said where a parameter is in the wrong place', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({});
  const controller = new AbortController();
  const cases = [
    [protocol.callTool('m.t', {}, /** @type {any} */ (template)), /pass the caller before it, or null/],
    [protocol.callTool(null, 'm.t', {}, template, /** @type {any} */ (controller.signal)), /pass \{ signal \}/],
    [protocol.callTool(null, 'm.t', {}, template, /** @type {any} */ ({ timout: 1 })), /options\.timout is unknown/],
    [protocol.callTool(null, 'm.t', {}, template, { timeout: -1 }), /options\.timeout must be a number of seconds/],
    [
      protocol.callTool(null, 'm.t', {}, /** @type {any} */ ({ name: 't', tool_call_template: template })),
      /this is a tool, not a call template: pass its tool_call_template/,
    ],
    [
      protocol.callTool(null, 'm.t', {}, { url: 'http://127.0.0.1:1/' }),
      /cannot be opened as http:\/\/; write ws:\/\//,
    ],
    [protocol.callTool(null, 'm.t', {}, { url: 'https://h.example/' }), /write wss:\/\//],
    [protocol.callTool(null, 'm.t', {}, { url: 'h.example/x' }), /it has no scheme; write one, such as wss:\/\//],
  ];
  for (const [promise, text] of cases) assert.match((await failure(promise)).message, text);
  const { success, errors } = await protocol.registerManual(template, /** @type {any} */ (undefined));
  assert.equal(success, false);
  assert.match(errors[0] ?? '', /pass the caller first, or null/);
  assert.equal(server.opened, 0);
});

test('a timeout of its own: for one call, and none', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.includes('later')) setTimeout(() => socket.send('late'), 60);
    else if (text.includes('now')) socket.send('at once');
  });
  const protocol = newProtocol(t);
  const template = server.template({ timeout: 20 });
  // A call that times out leaves no connection, and a busy machine may take longer than the timeout to open one.
  const connected = () => protocol.callTool(null, 'm.t', { now: 1 }, template);
  await connected();
  const error = await failure(protocol.callTool(null, 'm.t', { never: 1 }, template, { timeout: 0.03 }));
  assert.equal(error.code, 'response_timeout');
  assert.match(error.message, /within 30 ms/);
  const short = server.template({ response_timeout: 0.02 });
  assert.equal(await protocol.callTool(null, 'm.t', { later: 1 }, short, { timeout: 0 }), 'late');
  assert.equal((await failure(protocol.callTool(null, 'm.t', { never: 1 }, short))).code, 'response_timeout');
  await connected();
  const stream = protocol.callToolStreaming(null, 'm.t', { never: 1 }, template, { timeout: 0.03 });
  assert.equal((await failure(stream.next())).code, 'response_timeout');
});

test('a timeout says what came instead, without secrets', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('{"ok":1}');
    socket.send('{"value":{"key":"hush-hush"}}');
  });
  const protocol = newProtocol(t);
  const template = server.template({
    ...{ result_path: '/result', response_timeout: 1 },
    auth: { auth_type: 'api_key', api_key: 'hush-hush', var_name: 'X-Key' },
  });
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.equal(error.code, 'response_timeout');
  assert.match(
    error.message,
    /did not answer this call: 2, the last because it has neither result_path nor error_path: /,
  );
  assert.match(error.message, /\{"value":\{"key":"\*+"\}\}/);
  assert.doesNotMatch(error.message, /hush/);
  const greeted = await startServer(t, (socket) => socket.send('{"type":"auth_invalid","why":"no such user"}'));
  const greeting = { connect_message: { type: 'auth' }, connect_ack: { type: 'auth_ok' }, connection_timeout: 2 };
  const refused = await failure(protocol.callTool(null, 'm.t', {}, greeted.template(greeting)));
  assert.match(
    refused.message,
    /did not send the frame that connect_ack expects; the last frame instead: .*no such user/,
  );
});
