// Frames that tell progress of a call (`progress_filter`): they give it more time, and reach `onProgress`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketTimeoutError } from '../../js/api/index.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

const send = (socket, value) => socket.send(JSON.stringify(value));
const progress_filter = { status: 'running' };

/** Tells progress `steps` times, with `every` milliseconds between them, then answers. */
function worker(steps, every = 150) {
  return (socket) => {
    let step = 0;
    const tick = setInterval(() => {
      step += 1;
      if (step <= steps) return send(socket, { status: 'running', step });
      clearInterval(tick);
      send(socket, { status: 'done' });
    }, every);
    socket.on('close', () => clearInterval(tick));
  };
}

test('a call lives longer than its response_timeout, and hears of it', async (t) => {
  const server = await startServer(t, worker(8));
  const protocol = newProtocol(t);
  const template = server.template({ progress_filter, response_format: 'json', response_timeout: 1 });
  const heard = [];
  const started = performance.now();
  const result = await protocol.callTool(null, 'm.work', {}, template, { onProgress: (value) => heard.push(value) });
  assert.deepEqual(result, { status: 'done' });
  assert.deepEqual(
    heard,
    [1, 2, 3, 4, 5, 6, 7, 8].map((step) => ({ status: 'running', step })),
  );
  assert.ok(performance.now() - started > 1000, 'longer than one response_timeout');
});

test('nobody need listen; without a progress_filter the same frame is the answer, and nobody is told', async (t) => {
  const server = await startServer(t, worker(1, 1));
  const protocol = newProtocol(t);
  const told = [];
  const onProgress = (value) => told.push(value);
  const filtered = server.template({ progress_filter, response_format: 'json' });
  assert.deepEqual(await protocol.callTool(null, 'm.work', {}, filtered), { status: 'done' });
  const plain = server.template({ response_format: 'json' });
  assert.deepEqual(await protocol.callTool(null, 'm.work', {}, plain, { onProgress }), { status: 'running', step: 1 });
  assert.deepEqual(told, []);
});

test('when no more progress comes, the time is over', async (t) => {
  const server = await startServer(t, (socket) => send(socket, { status: 'running' }));
  const protocol = newProtocol(t);
  const heard = [];
  const template = server.template({ progress_filter, response_timeout: 1 });
  const call = protocol.callTool(null, 'm.work', {}, template, { onProgress: (value) => heard.push(value) });
  const error = await failure(call);
  assert.ok(error instanceof WebSocketTimeoutError);
  assert.equal(error.code, 'response_timeout');
  assert.deepEqual(heard, ['{"status":"running"}']);
});

test('text, by how it begins', async (t) => {
  const server = await startServer(t, (socket) => {
    for (const line of ['% 10', '% 90', 'done']) socket.send(line);
  });
  const heard = [];
  const template = server.template({ message: 'GO', progress_filter: { $prefix: '%' } });
  const options = { onProgress: (value) => heard.push(value) };
  assert.equal(await newProtocol(t).callTool(null, 'm.work', {}, template, options), 'done');
  assert.deepEqual(heard, ['% 10', '% 90']);
});

test('with a result_path it is parsed, as results are, and whole', async (t) => {
  const server = await startServer(t, (socket) => {
    send(socket, { status: 'running', result: 'not yet', n: 1 });
    send(socket, { result: 'r' });
  });
  const heard = [];
  const template = server.template({ progress_filter, result_path: '/result' });
  const options = { onProgress: (value) => heard.push(value) };
  assert.equal(await newProtocol(t).callTool(null, 'm.work', {}, template, options), 'r');
  assert.deepEqual(heard, [{ status: 'running', result: 'not yet', n: 1 }]);
});

test('in a stream it comes between items, is none of them, and waits for nobody', async (t) => {
  const server = await startServer(t, (socket) => {
    for (const frame of [{ n: 1 }, { status: 'running', step: 1 }, { n: 2 }, { status: 'running', step: 2 }]) {
      send(socket, frame);
    }
    send(socket, { type: 'stream_end' });
  });
  const protocol = newProtocol(t);
  const template = server.template({ progress_filter, response_format: 'json' });
  const told = [];
  const stream = protocol.callToolStreaming(null, 'm.work', {}, template, { onProgress: (value) => told.push(value) });
  let frames = 0;
  const allCame = new Promise((resolve) => {
    protocol.addEventListener('message', () => ++frames === 5 && resolve());
  });
  assert.deepEqual((await stream.next()).value, { n: 1 });
  await allCame; // the second item is not taken
  assert.deepEqual(
    told,
    [1, 2].map((step) => ({ status: 'running', step })),
  );
  assert.deepEqual(await collect(stream), [{ n: 2 }]);
});

test('after an abort, also by onProgress itself, nobody is told', async (t) => {
  const server = await startServer(t, (socket) => {
    for (let step = 1; step <= 3; step += 1) send(socket, { status: 'running', step });
  });
  const protocol = newProtocol(t);
  const aborter = new AbortController();
  const heard = [];
  const onProgress = (value) => {
    heard.push(value);
    aborter.abort(new Error('enough'));
  };
  const template = server.template({ progress_filter, response_format: 'json' });
  const call = protocol.callTool(null, 'm.work', {}, template, { onProgress, signal: aborter.signal });
  assert.equal((await failure(call)).message, 'enough');
  await server.allClosed();
  assert.deepEqual(heard, [{ status: 'running', step: 1 }]);
});

test('what onProgress throws is thrown where nobody waits, as a listener does; the call goes on', async (t) => {
  const server = await startServer(t, worker(1, 1));
  const protocol = newProtocol(t);
  const uncaught = [];
  const handlers = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => uncaught.push(error.message));
  t.after(() => {
    process.removeAllListeners('uncaughtException');
    for (const handler of handlers) process.on('uncaughtException', handler);
  });
  const onProgress = () => {
    throw new Error('of the progress');
  };
  protocol.addEventListener(
    'message',
    () => {
      throw new Error('of a listener');
    },
    { once: true },
  );
  const template = server.template({ progress_filter, response_format: 'json' });
  assert.deepEqual(await protocol.callTool(null, 'm.work', {}, template, { onProgress }), { status: 'done' });
  assert.deepEqual(uncaught.sort(), ['of a listener', 'of the progress']);
});

test('a wrong onProgress is a TypeError', async (t) => {
  const protocol = newProtocol(t);
  const template = { url: 'ws://127.0.0.1:9/' };
  for (const onProgress of [null, 'log', {}, 1]) {
    const error = await failure(protocol.callTool(null, 'm.t', {}, template, { onProgress }));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /^options\.onProgress must be a function, not /);
    assert.ok(
      (await failure(protocol.callToolStreaming(null, 'm.t', {}, template, { onProgress }).next())) instanceof
        TypeError,
    );
  }
});

test('calls that share a connection are told of their own, by an id that stands elsewhere', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { token } = JSON.parse(text);
    for (const of of [token, token + 100, 'nobody']) send(socket, { of, status: 'running' });
    if (server.received.length === 10) for (let n = 1; n <= 10; n += 1) send(socket, { id: n, done: true });
  });
  const protocol = newProtocol(t);
  const dropped = [];
  protocol.addEventListener('unsolicited', (event) => dropped.push(event.message));
  const template = server.template({
    message: '{"id":{{request_id}},"token":{{request_id}}}',
    progress_filter: { status: 'running', of: '{{request_id}}' },
    response_format: 'json',
  });
  const heard = [];
  const calls = Array.from({ length: 10 }, (_, i) =>
    protocol.callTool(null, 'm.t', {}, template, { onProgress: ({ of }) => heard.push([i + 1, of]) }),
  );
  await Promise.all(calls);
  assert.deepEqual(
    heard.sort(([a], [b]) => a - b),
    calls.map((_, i) => [i + 1, i + 1]),
  );
  assert.equal(server.opened, 1);
  assert.deepEqual(dropped, Array(20).fill('it carries no id of a waiting call'));
});
