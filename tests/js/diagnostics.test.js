// Node's diagnostics channels: what is told of calls and events, to whom, and what never is.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { inspect, promisify } from 'node:util';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

const execute = promisify(execFile);
const calls = tracingChannel('utcp-websocket:call');
const events = channel('utcp-websocket:event');
const order = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

/** What is told of calls until the test is over: `[which channel, a copy of the message, the message]`. */
function followCalls(t) {
  const told = [];
  const subscribers = Object.fromEntries(
    order.map((name) => [name, (message) => told.push([name, { ...message }, message])]),
  );
  calls.subscribe(subscribers);
  t.after(() => calls.unsubscribe(subscribers));
  return told;
}

/** The types of the events that are told until the test is over, and the events. */
function followEvents(t) {
  const told = [];
  const subscriber = (event) => told.push(event);
  events.subscribe(subscriber);
  t.after(() => events.unsubscribe(subscriber));
  return told;
}

const names = (told) => told.map(([name]) => name);

test('a call from its start to its end, once the module is loaded', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.first', {}, server.template());
  const told = followCalls(t);
  await protocol.callTool(null, 'm.second.part', { key: 'argument' }, server.template());
  assert.deepEqual(names(told), ['start', 'end', 'asyncStart', 'asyncEnd']);
  assert.equal(new Set(told.map(([, , message]) => message)).size, 1);
  const known = { manual: 'm', tool: 'second.part' };
  const underWay = { ...known, endpoint: server.url, requestId: '2' };
  assert.deepEqual(
    told.map(([, message]) => message),
    [{ ...known, endpoint: undefined, requestId: undefined }, underWay, underWay, underWay],
  );
});

test('the first call of a protocol, too, and one whose name has no dot', async (t) => {
  const server = await startServer(t);
  const told = followCalls(t);
  await newProtocol(t).callTool(null, 'alone', {}, server.template());
  assert.deepEqual(names(told), ['start', 'end', 'asyncStart', 'asyncEnd']);
  assert.deepEqual(told.at(-1)[1], { manual: '', tool: 'alone', endpoint: server.url, requestId: '1' });
});

for (const [what, template, args] of [
  ['that the tool fails', { error_path: '/error' }, { error: 'no' }],
  ['that is refused before it is sent', { message: '{{args.missing}}' }, {}],
  ['whose template is wrong', { url: 'http://nowhere' }, {}],
]) {
  test(`a call ${what}: its caller's error`, async (t) => {
    const server = await startServer(t);
    const told = followCalls(t);
    const error = await failure(newProtocol(t).callTool(null, 'm.t', args, server.template(template)));
    assert.deepEqual(names(told), ['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    assert.ok(told.slice(2).every(([, message]) => message.error === error));
  });
}

test('an aborted call: the reason', async (t) => {
  const server = await startServer(t, () => {});
  const told = followCalls(t);
  const controller = new AbortController();
  const call = newProtocol(t).callTool(null, 'm.t', {}, server.template(), { signal: controller.signal });
  await server.until(() => server.received.length === 1);
  const reason = new Error('enough');
  controller.abort(reason);
  assert.equal(await failure(call), reason);
  assert.deepEqual(names(told), ['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
  assert.equal(told[2][1].error, reason);
});

test('a stream begins with its first `next`, and ends once however it ends', async (t) => {
  const server = await startServer(t, (socket) => {
    for (const n of [1, 2, 3]) socket.send(`${n}`);
  });
  const protocol = newProtocol(t);
  const told = followCalls(t);
  const open = (fields, options) => protocol.callToolStreaming(null, 'm.t', {}, server.template(fields), options);

  const whole = open({ expected_responses: 3 });
  assert.deepEqual(told, []);
  assert.deepEqual(await collect(whole), ['1', '2', '3']);
  assert.deepEqual(names(told.splice(0)), ['start', 'end', 'asyncStart', 'asyncEnd']);

  for await (const item of open()) if (item === '2') break;
  assert.deepEqual(names(told.splice(0)), ['start', 'end', 'asyncStart', 'asyncEnd']);

  const controller = new AbortController();
  const aborted = open({}, { signal: controller.signal });
  await aborted.next();
  controller.abort();
  await assert.rejects(collect(aborted), { name: 'AbortError' });
  assert.deepEqual(names(told.splice(0)), ['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
});

test('asking for a manual is no call', async (t) => {
  const server = await startServer(t);
  const told = followCalls(t);
  await newProtocol(t).registerManual(null, server.template({ response_timeout: 0.1 })); // an echo is no manual
  assert.deepEqual(told, []);
});

test('what is bound to the start holds while the call is made', async (t) => {
  const server = await startServer(t);
  const spans = new AsyncLocalStorage();
  calls.start.bindStore(spans, ({ tool }) => (tool === 'wanted' ? 'b'.repeat(16) : undefined));
  t.after(() => calls.start.unbindStore(spans));
  const traceContext = () => ({ traceparent: `00-${'a'.repeat(32)}-${spans.getStore()}-01` });
  const protocol = newProtocol(t, { traceContext });
  await protocol.callTool(null, 'm.wanted', {}, server.template());
  assert.equal(server.requests[0].headers.traceparent, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
  assert.equal(spans.getStore(), undefined);
});

test('no argument, result or credential is told', async (t) => {
  const server = await startServer(t, (socket) => socket.send('s3cr3t-result'));
  const auth = { auth_type: 'api_key', api_key: 's3cr3t-key', location: 'query', var_name: 'key' };
  const told = [followCalls(t), followEvents(t)];
  const url = `${server.url}path?token=s3cr3t-token`;
  await newProtocol(t).callTool(null, 'm.t', { word: 's3cr3t-argument' }, server.template({ url, auth }));
  assert.ok(told.every((some) => some.length > 2));
  assert.ok(!inspect(told, { depth: null, showHidden: true, getters: true }).includes('s3cr3t'));
});

test('events of every protocol, from its next call on', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  const told = followEvents(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  await protocol.close();
  assert.deepEqual(
    told.map(({ type, requestId }) => [type, requestId]),
    [
      ['send', '2'],
      ['message', '2'],
      ['close', undefined],
    ],
  );
  assert.ok(told.every(({ target }) => target === protocol));
});

test('a subscriber that throws breaks no call', async (t) => {
  const server = await startServer(t);
  const thrown = [];
  const others = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error.message));
  const failing = Object.fromEntries(
    order.map((name) => [
      name,
      () => {
        throw new Error(name);
      },
    ]),
  );
  calls.subscribe(failing);
  try {
    assert.equal(await newProtocol(t).callTool(null, 'm.t', {}, server.template()), '{}');
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    calls.unsubscribe(failing);
    process.removeAllListeners('uncaughtException');
    for (const other of others) process.on('uncaughtException', other);
  }
  assert.deepEqual(thrown.sort(), ['asyncEnd', 'asyncStart', 'end', 'start']);
});

test('a host without diagnostics channels calls all the same', async (t) => {
  const server = await startServer(t);
  const library = JSON.stringify(new URL('../../js/api/index.js', import.meta.url).href);
  const script = `
    import { WebSocketCommunicationProtocol } from ${library};
    process.getBuiltinModule = undefined;
    const protocol = new WebSocketCommunicationProtocol();
    console.log(await protocol.callTool(null, 'm.t', { n: 1 }, ${JSON.stringify(server.template())}));
    await protocol.close();`;
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('.', import.meta.url),
  });
  assert.equal(stdout, '{"n":1}\n');
});
