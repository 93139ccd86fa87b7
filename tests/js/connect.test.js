// `connect`: an endpoint with its tools in one call, or any endpoint by a template alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect, Endpoint, UtcpWebSocketError } from '../../js/api/index.js';
import { startProvider } from '../../web-demo/server/provider.js';
import { failure, startServer } from '../support/server.js';

/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
/** @type {string} */
let url;
before(async () => {
  provider = await startProvider();
  url = `${provider.origin}/utcp`;
});
after(() => provider.close());

test('discovers, calls and streams, and closes with the block', async () => {
  const demo = await connect(url);
  try {
    assert.ok(demo instanceof Endpoint);
    const search = demo.tools.find(({ name }) => name === 'search_docs');
    assert.ok(search?.description);
    assert.equal(search.inputs.type, 'object');
    assert.ok((await demo.call('search_docs', { query: 'ping', limit: 2 })) !== undefined);
    const readings = [];
    for await (const reading of demo.stream('watch_metrics', { interval_ms: 20 })) {
      readings.push(reading);
      if (readings.length === 2) break;
    }
    assert.equal(readings.length, 2);
  } finally {
    await demo[Symbol.asyncDispose]();
  }
});

test('a URL object and a call template are targets, too', async () => {
  for (const target of [new URL(url), { name: 'demo', url }]) {
    const demo = await connect(target);
    assert.ok(demo.tools.length > 0);
    await demo.close();
  }
});

test('calls belong to the manual that the template names', async (t) => {
  const server = await startServer(t);
  for (const [named, manual] of [
    [{ name: 'mine' }, 'mine'],
    [{}, 'endpoint'],
  ]) {
    const asked = [];
    const credentials = (endpoint) => void asked.push(endpoint.manual);
    const any = await connect({ url: server.url, ...named }, { discover: false, credentials });
    await any.call('t', {});
    await any.close();
    assert.deepEqual(asked, [manual]);
  }
});

test("a manual's name may hold dots, or nothing: tools keep theirs, and are called where they were asked for", async (t) => {
  for (const name of ['my.server', '']) {
    const names = [];
    const server = await startServer(t, (socket, text) => {
      const { type, tool } = JSON.parse(text);
      const tool_call_template = server.template({ name: undefined, message: { tool: '{{tool_name}}' } });
      const manual = { tools: [{ name: 'a.dd', description: '', inputs: {}, tool_call_template }] };
      if (tool) names.push(tool);
      socket.send(type === 'utcp' ? JSON.stringify({ utcp_version: '1.0.1', manual_version: '1', ...manual }) : 'done');
    });
    const asked = await connect(server.template({ name }));
    assert.equal(await asked.call('a.dd'), 'done');
    assert.equal(server.opened, 1);
    const told = await connect(server.template({ name, message: { tool: '{{tool_name}}' } }), { discover: false });
    assert.equal(await told.call('a.dd'), 'done');
    assert.deepEqual(names, ['a.dd', 'a.dd']);
    await Promise.all([asked.close(), told.close()]);
  }
});

test('a tool that is not there is refused, with those that are', async () => {
  const demo = await connect(url);
  const error = await failure(demo.call('serch_docs', {}));
  assert.equal(error.code, 'invalid_argument');
  assert.match(error.message, /no tool "serch_docs"; there are .*search_docs/);
  assert.equal((await failure(demo.stream('nothing').next())).code, 'invalid_argument');
  await assert.rejects(demo.call(/** @type {any} */ (7)), TypeError);
  await demo.close();
});

test('rejects with the reason where there is no manual', async (t) => {
  const server = await startServer(t, (socket) => socket.send('hello'));
  const error = await failure(connect(server.template({ response_timeout: 1 })));
  assert.ok(error instanceof UtcpWebSocketError);
  assert.equal(error.code, 'response_timeout');
  assert.match(error.message, /it is not a manual: it has no member tools: hello/);
  await server.allClosed();
  await assert.rejects(connect('http://127.0.0.1:1/'), /write ws:\/\//);
  await assert.rejects(connect('127.0.0.1:8765/utcp'), /it has no scheme/);
  await assert.rejects(connect(/** @type {any} */ (undefined)), TypeError);
  await assert.rejects(connect(url, /** @type {any} */ ({ discover: 'no' })), TypeError);
  await assert.rejects(connect(url, /** @type {any} */ ({ headerz: {} })), /options\.headerz is unknown/);
});

test('without discovery the template serves every name, with arguments as an object or an array', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { id, method, params } = JSON.parse(text);
    socket.send(JSON.stringify({ id, result: { method, params } }));
  });
  const message = { jsonrpc: '2.0', id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' };
  const rpc = await connect({ ...server.template({ message, result_path: '/result' }) }, { discover: false });
  assert.deepEqual(rpc.tools, []);
  assert.equal(server.opened, 0);
  assert.deepEqual(await rpc.call('eth_blockNumber', []), { method: 'eth_blockNumber', params: [] });
  assert.deepEqual(await rpc.call('sum', [1, 'two']), { method: 'sum', params: [1, 'two'] });
  assert.deepEqual(await rpc.call('sum', { a: 1 }), { method: 'sum', params: { a: 1 } });
  assert.deepEqual(await rpc.call('now'), { method: 'now', params: {} });
  await rpc.close();
});

test('an array is refused where the message takes arguments by name, or is made of them', async (t) => {
  const server = await startServer(t);
  for (const message of [undefined, 'GET UTCP_ARG_a_UTCP_ARG', { a: '{{uuid}}' }]) {
    const text = await connect({ ...server.template({ message, missing_arguments: 'keep' }) }, { discover: false });
    const error = await failure(text.call('t', ['a']));
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, /only a message with \{\{args\}\} as a value accepts an array/);
    await text.close();
  }
});

test('a wrong template rejects before anything is opened; its arguments are told beforehand', async () => {
  const error = await failure(connect({ url, timeout: -1 }, { discover: false }));
  assert.equal(error.code, 'invalid_call_template');
  const message = { a: 'UTCP_ARG_a_UTCP_ARG', b: ['{{args.b}}', '{{args}}', 'UTCP_ARG_a_UTCP_ARG!'] };
  const template = { url, message, message_filter: { c: 'UTCP_ARG_c_UTCP_ARG' } };
  const endpoint = await connect(template, { discover: false });
  assert.deepEqual(endpoint.arguments, ['a', 'b', 'c']);
  await endpoint.close();
});

test('leaving a stream does not wait for an item that does not come', async (t) => {
  let asked;
  const sent = new Promise((resolve) => {
    asked = resolve;
  });
  const server = await startServer(t, () => asked());
  const endpoint = await connect(server.template({}), { discover: false });
  const stream = endpoint.stream('t');
  const next = stream.next();
  await sent;
  assert.deepEqual(await stream.return(), { done: true, value: undefined });
  assert.deepEqual(await next, { done: true, value: undefined });
  await endpoint.close();
});

test('an AbortController as options ends the asking, a bare signal is refused, as with calls', async (t) => {
  const server = await startServer(t, () => controller.abort(new Error('enough')));
  const controller = new AbortController();
  const error = await failure(connect(server.url, /** @type {any} */ (controller)));
  assert.equal(error.message, 'enough');
  await assert.rejects(connect(server.url, /** @type {any} */ (controller.signal)), {
    name: 'TypeError',
    message: 'options must be an object with a signal: pass { signal }',
  });
  assert.equal(server.opened, 1);
});

test('options whose getter throws are a TypeError', async () => {
  const options = {
    get headers() {
      throw new Error('no');
    },
  };
  await assert.rejects(connect(url, options), { name: 'TypeError', message: 'options cannot be read' });
});
