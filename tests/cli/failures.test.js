// What goes wrong: the exit code, the error as the library types it, and what to do.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { finished, run, start, startTools } from '../support/cli.js';
import { freePort } from '../support/ports.js';
import { startServer } from '../support/server.js';

const call = (template, ...options) =>
  run(['call', '--template', '-', 't', ...options], { input: JSON.stringify(template) });

test('the tool fails: 1', async (t) => {
  const server = await startServer(t, (socket) => socket.send('{"error":{"message":"no such city","at":"city"}}'));
  const template = { url: server.url, error_path: '/error' };
  const { code, stdout, stderr } = await call(template);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^error: tool_failed: .*no such city$/m);
  const { stderr: json } = await call(template, '--json');
  const { error } = JSON.parse(json);
  assert.deepEqual([error.code, error.fault, error.detail.at], ['tool_failed', 'peer', 'city']);
});

test('the endpoint has no such tool: 1, with those that it has', async (t) => {
  const server = await startTools(t, [{ name: 'add' }, { name: 'echo' }]);
  const { code, stderr } = await run(['call', server.url, 'ad']);
  assert.equal(code, 1);
  assert.match(stderr, /^error: unknown_tool: there is no tool ad; there are add, echo\n.*discover to list/);
});

test('nobody listens: 3, at once', async () => {
  const { code, stderr } = await run(['discover', `ws://127.0.0.1:${await freePort()}/`]);
  assert.equal(code, 3);
  assert.match(stderr, /^error: connection_failed: .*\((ECONNREFUSED|Connection refused)\)\nCheck the address/);
});

test('the handshake is refused: 3, with the status', async (t) => {
  for (const [status, name] of [
    [404, 'handshake_refused'],
    [401, 'auth_failed'],
  ]) {
    const server = await startServer(t, undefined, { verify: () => status });
    const { code, stderr } = await run(['discover', '--json', server.url]);
    const { error } = JSON.parse(stderr);
    assert.deepEqual([code, error.code, error.httpStatus], [3, name, status]);
    assert.ok(error.advice);
  }
});

test('the connection is closed before the answer: 3', async (t) => {
  const server = await startServer(t, (socket) => socket.close(4000, 'going'));
  const { code, stderr } = await call({ url: server.url }, '--json');
  const { error } = JSON.parse(stderr);
  assert.deepEqual([code, error.code, error.closeCode, error.reason], [3, 'connection_closed', 4000, 'going']);
});

test('no answer: 4', async (t) => {
  const server = await startServer(t, () => {});
  const { code, stderr } = await call({ url: server.url, response_timeout: 60 }, '--timeout', '3');
  assert.equal(code, 4);
  assert.match(stderr, /^error: response_timeout: .*\nIncrease --timeout/);
});

test('no connection in time: 4', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1'); // takes connections and says nothing
  await once(silent, 'listening');
  t.after(() => silent.close());
  const { code, stderr } = await run(['discover', '--timeout', '0.1', `ws://127.0.0.1:${silent.address().port}/`]);
  assert.equal(code, 4);
  assert.match(stderr, /^error: connection_timeout: /);
});

test("a manual's tool is not waited for longer than --timeout says, either", async (t) => {
  const server = await startTools(t, [{ name: 't', timeout: 60 }], () => {});
  assert.equal((await run(['call', server.url, 't', '--timeout', '2'])).code, 4);
});

test('--retry waits until somebody listens', async (t) => {
  const port = await freePort();
  const child = start(['call', '--template', '-', 't', '--retry', '-v'], {
    input: `{"url":"ws://127.0.0.1:${port}/"}`,
  });
  const end = finished(child);
  let seen = '';
  await new Promise((resolve) => {
    child.stderr.on('data', (chunk) => {
      seen += chunk;
      if (/^retry ws:/m.test(seen)) resolve(undefined);
    });
  });
  await startServer(t, undefined, { port });
  const { code, stdout } = await end;
  assert.deepEqual([code, stdout], [0, '"{}"\n']);
});

test('what the environment gave is in no error and no event, wherever it stood; the host is', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.includes('close')) socket.close(4000, text);
    else socket.send(JSON.stringify({ error: { message: text, again: [text] } }));
  });
  const env = { KEY: 'hush-hush', HOST: `127.0.0.1:${server.port}` };
  const template = (what) => JSON.stringify({ message: [what, '${KEY}'], error_path: '/error' });
  for (const what of ['close', 'fail']) {
    for (const option of ['--json', '-v']) {
      const args = ['call', 'ws://${HOST}/${KEY}', 't', '--template', '-', option];
      const { code, stderr } = await run(args, { input: template(what), env });
      assert.equal(code, what === 'close' ? 3 : 1);
      assert.doesNotMatch(stderr, /hush/);
      assert.match(stderr, /\["(close|fail)\\*","\*\*\*\\*"\]|\[\\"(close|fail)\\",\\"\*\*\*\\"\]/);
      if (option === '-v') assert.match(stderr, new RegExp(`^open ws://${env.HOST}/\\*\\*\\*: connectionId 1$`, 'm'));
    }
  }
  const nobody = await run(['call', 'ws://127.0.0.1:1/${KEY}', 't', '--template', '-'], { input: '{}', env });
  assert.match(nobody.stderr, /could not connect to ws:\/\/127\.0\.0\.1:1\/\*\*\*: nothing listens there/);
  const whole = { URL: 'ws://127.0.0.1:1/v3/hush-hush?key=hush-hush' };
  const hidden = await run(['discover', '${URL}'], { env: whole });
  assert.match(hidden.stderr, /could not connect to ws:\/\/127\.0\.0\.1:1\*\*\*\?key=\*\*\*: nothing listens there/);
});
