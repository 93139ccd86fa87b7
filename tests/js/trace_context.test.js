// The option `traceContext`: asked once per call, carried by the handshake that the call opens, never in the way of a call.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { WebSocket as UndiciWebSocket } from 'undici';
import { connect } from '../../js/api/index.js';
import { exactly } from '../support/secrets.js';
import { collect, newProtocol, startServer } from '../support/server.js';

const traceparent = (n) => `00-${String(n).padStart(32, 'a')}-${String(n).padStart(16, 'b')}-01`;
const carried = ({ headers }) => [headers.traceparent, headers.tracestate];

/** What `warning` events say. */
function warningsOf(protocol) {
  const warnings = [];
  protocol.addEventListener('warning', (event) => warnings.push(event));
  return warnings;
}

for (const [host, WebSocket] of [
  ['ws', undefined],
  ['undici', UndiciWebSocket],
]) {
  test(`the handshake has the context of the call that opens the connection (${host})`, async (t) => {
    const server = await startServer(t);
    let asked = 0;
    const traceContext = () => ({ traceparent: traceparent(++asked), tracestate: 'vendor=a, other@b=c' });
    const protocol = newProtocol(t, { WebSocket, traceContext });
    for (let i = 0; i < 3; i += 1) await protocol.callTool(null, 'm.t', {}, server.template());
    await collect(protocol.callToolStreaming(null, 'n.t', {}, server.template({ name: 'n', expected_responses: 1 })));
    assert.equal(asked, 4);
    assert.deepEqual(server.requests.map(carried), [
      [traceparent(1), 'vendor=a, other@b=c'], // the calls after it use its connection
      [traceparent(4), 'vendor=a, other@b=c'],
    ]);
  });
}

test('of calls made at once each opens with its own', async (t) => {
  const server = await startServer(t);
  const current = new AsyncLocalStorage();
  const protocol = newProtocol(t, { traceContext: () => ({ traceparent: traceparent(current.getStore()) }) });
  const calls = [1, 2, 3].map((n) => current.run(n, () => protocol.callTool(null, `m${n}.t`, {}, server.template())));
  await Promise.all(calls); // the first ones wait for the module
  assert.deepEqual(server.requests.map((request) => carried(request)[0]).sort(), [1, 2, 3].map(traceparent).sort());
});

test('an argument in a header, and `connect`, change nothing of it', async (t) => {
  const server = await startServer(t);
  const template = server.template({ header_fields: ['tenant'] });
  const endpoint = await connect(template, { discover: false, traceContext: () => ({ traceparent: traceparent(1) }) });
  t.after(() => endpoint.close());
  await endpoint.call('t', { tenant: 'ours' });
  assert.deepEqual(carried(server.requests[0]), [traceparent(1), undefined]);
  assert.equal(server.requests[0].headers.tenant, 'ours');
});

test('a manual is asked for with it, too', async (t) => {
  const manual = JSON.stringify({ utcp_version: '1.0.1', manual_version: '1.0.0', tools: [] });
  const server = await startServer(t, (socket) => socket.send(manual));
  const protocol = newProtocol(t, { traceContext: () => ({ traceparent: traceparent(1) }) });
  assert.ok((await protocol.registerManual(null, server.template())).success);
  assert.deepEqual(carried(server.requests[0]), [traceparent(1), undefined]);
});

test('a traceparent of the template and of `credentials` wins', async (t) => {
  const server = await startServer(t);
  const traceContext = () => ({ traceparent: traceparent(1), tracestate: 'a=b' });
  const headers = { Traceparent: traceparent(2) };
  await newProtocol(t, { traceContext }).callTool(null, 'm.t', {}, exactly(server.template({ headers })));
  const credentials = () => ({ headers: { TraceParent: traceparent(3), Tracestate: 'c=d' } });
  await newProtocol(t, { traceContext, credentials }).callTool(null, 'm.t', {}, exactly(server.template()));
  assert.deepEqual(server.requests.map(carried), [
    [traceparent(2), undefined],
    [traceparent(3), 'c=d'],
  ]);
});

test('a message holds the context of its own call, also on a connection that is open, and where no header can be set', async (t) => {
  const server = await startServer(t);
  let asked = 0;
  const traceContext = () => ({ traceparent: traceparent(++asked), tracestate: asked === 2 ? undefined : 'v=a' });
  const protocol = newProtocol(t, { traceContext, canSetHeaders: false });
  const message = {
    ...{ id: '{{request_id}}', a: '{{args.a}}' },
    _meta: { traceparent: '{{traceparent}}', tracestate: '{{tracestate}}' },
  };
  const template = exactly(server.template({ message, response_format: 'json' }));
  const call = async () => (await protocol.callTool(null, 'm.t', { a: 1 }, template))._meta;
  assert.deepEqual(await call(), { traceparent: traceparent(1), tracestate: 'v=a' });
  assert.deepEqual(await call(), { traceparent: traceparent(2) });
  assert.deepEqual(await call(), { traceparent: traceparent(3), tracestate: 'v=a' });
  const text = exactly(server.template({ message: '{{traceparent}};{{tracestate}}', expected_responses: 1 }));
  assert.deepEqual(await collect(protocol.callToolStreaming(null, 'm.t', {}, text)), [`${traceparent(4)};v=a`]);
  assert.equal(asked, 4);
});

test('without a context a message has no place for it; what is malformed counts as none', async (t) => {
  const server = await startServer(t);
  const message = { tp: '{{traceparent}}', list: [1, '{{tracestate}}'], text: '<{{traceparent}}>' };
  const template = server.template({ message, response_format: 'json' });
  const bare = { list: [1], text: '<>' };
  for (const traceContext of [undefined, () => undefined, () => ({ traceparent: 'secret' }), () => 7]) {
    assert.deepEqual(await newProtocol(t, { traceContext }).callTool(null, 'm.t', {}, template), bare);
  }
  // An argument of that name is an argument.
  assert.deepEqual(await newProtocol(t).callTool(null, 'm.t', { traceparent: 'mine' }, template), bare);
});

test('a manual is asked for without it: a message for that cannot hold it', async (t) => {
  const server = await startServer(t, (socket) => socket.send('{"tools":[]}'));
  const protocol = newProtocol(t, { traceContext: () => ({ traceparent: traceparent(1) }) });
  const discovery_message = { type: 'utcp', tp: '{{traceparent}}' };
  const { errors } = await protocol.registerManual(null, server.template({ discovery_message }));
  assert.match(errors[0] ?? '', /discovery_message": {{traceparent}} has no value there/);
  assert.deepEqual(server.received, []);
});

test('no trace, no header, no warning', async (t) => {
  const server = await startServer(t);
  const answers = [undefined, null, {}, { tracestate: 'a=b' }, { traceparent: undefined }, { baggage: 'x=y' }];
  const protocol = newProtocol(t, { traceContext: () => answers.shift() });
  const warnings = warningsOf(protocol);
  for (let i = answers.length; i > 0; i -= 1) {
    await protocol.callTool(null, 'm.t', {}, server.template({ keep_alive: false }));
  }
  assert.equal(server.requests.length, 6);
  assert.deepEqual(new Set(server.requests.flatMap(carried)), new Set([undefined]));
  assert.deepEqual(warnings, []);
});

const secret = 'secret-in-what-was-given';
const malformed = {
  'another version than there is': () => ({ traceparent: traceparent(1).replace('00', 'ff') }),
  'an invalid trace': () => ({ traceparent: `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01` }),
  'an invalid span': () => ({ traceparent: `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01` }),
  'upper case': () => ({ traceparent: traceparent(1).toUpperCase() }),
  'no flags': () => ({ traceparent: traceparent(1).slice(0, -3) }),
  'a line break': () => ({ traceparent: `${traceparent(1)}\r\nX-Evil: ${secret}` }),
  'a number': () => ({ traceparent: 1 }),
  'no object': () => secret,
  'a promise': async () => ({ traceparent: traceparent(1) }),
  'an error': () => {
    throw new Error(secret);
  },
  'a getter that throws': () => ({
    get traceparent() {
      throw new Error(secret);
    },
  }),
};

for (const [what, traceContext] of Object.entries(malformed)) {
  test(`${what}: the call goes on without, and a warning says so`, async (t) => {
    const server = await startServer(t);
    const protocol = newProtocol(t, { traceContext });
    const warnings = warningsOf(protocol);
    for (let i = 0; i < 2; i += 1) assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
    assert.deepEqual(carried(server.requests[0]), [undefined, undefined]);
    assert.equal(server.requests[0].headers['x-evil'], undefined);
    assert.equal(warnings.length, 1); // of the opening
    const [{ message, requestId, connectionId, endpoint }] = warnings;
    assert.match(message, /^the option traceContext .*: no trace context is sent$/);
    assert.ok(!message.includes(secret));
    assert.deepEqual([requestId, connectionId, endpoint], ['1', 1, server.url]);
  });
}

const longest = Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(',');
for (const [tracestate, isOne] of [
  ['a=b', true],
  ['0tenant@vendor=x!~ y,,b=c', true],
  [longest, true],
  [`${longest},one=more`, false],
  ['a', false],
  ['A=b', false],
  ['a=b\r\nX-Evil: 1', false],
  [7, false],
]) {
  test(`tracestate ${JSON.stringify(tracestate).slice(0, 40)} ${isOne ? 'is' : 'is not'} sent`, async (t) => {
    const server = await startServer(t);
    const protocol = newProtocol(t, { traceContext: () => ({ traceparent: traceparent(1), tracestate }) });
    const warnings = warningsOf(protocol);
    await protocol.callTool(null, 'm.t', {}, server.template());
    assert.deepEqual(carried(server.requests[0]), [traceparent(1), isOne ? tracestate : undefined]);
    assert.deepEqual(
      warnings.map(({ message }) => message),
      isOne ? [] : ['the option traceContext returned an invalid tracestate (key=value,…): only traceparent is sent'],
    );
  });
}

test('a host that cannot set headers carries none', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { canSetHeaders: false, traceContext: () => ({ traceparent: traceparent(1) }) });
  assert.equal(await protocol.callTool(null, 'm.t', {}, exactly(server.template())), '{}');
  assert.deepEqual(carried(server.requests[0]), [undefined, undefined]);
});

test('it must be a function', (t) => {
  assert.throws(() => newProtocol(t, { traceContext: {} }), /options\.traceContext must be a function, not an object/);
});
