// `connect`, the handshake of a connection step by step: the cases of tests/vectors/connect.json against a server that follows
// their script, here and through the native client; and what else a handshake decides.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { WebSocketAuthError, WebSocketTimeoutError } from '../../js/api/index.js';
import { failure, newProtocol, startServer } from '../support/server.js';

const cases = JSON.parse(readFileSync(new URL('../vectors/connect.json', import.meta.url), 'utf8'));

/** Follows the script up to the client's next line; after it, calls are answered. */
function follow(script) {
  const rest = [...script];
  const speak = (socket) => {
    while (rest[0]?.server !== undefined) socket.send(rest.shift().server);
  };
  const hear = (socket, text) => {
    if (rest.length === 0) socket.send('done');
    else assert.equal(text, rest.shift().client);
    speak(socket);
  };
  return [hear, { onConnection: speak }];
}

for (const { name, script, error, says, field, ...fields } of cases) {
  test(`connect: ${name}`, async (t) => {
    const protocol = newProtocol(t);
    if (field) {
      const template = { name: 'm', call_template_type: 'websocket', url: 'ws://127.0.0.1:9/', ...fields };
      const refused = await failure(protocol.callTool(null, 'm.t', {}, template));
      assert.deepEqual([refused.code, refused.field], ['invalid_call_template', field]);
      return;
    }
    const server = await startServer(t, ...follow(script));
    const call = protocol.callTool(null, 'm.t', {}, server.template({ message: 'call', ...fields }));
    if (error) {
      const refused = await failure(call);
      assert.ok(refused instanceof WebSocketAuthError);
      assert.equal(refused.code, error);
      assert.ok(refused.message.endsWith(says ?? ''), refused.message);
      assert.equal(server.opened, 1);
    } else {
      assert.equal(await call, 'done');
      assert.equal(server.received.at(-1), 'call');
    }
    await protocol.close();
  });
}

test('a refusal rejects all calls that wait, and each later one makes one attempt', async (t) => {
  const server = await startServer(t, (socket) => socket.send('no'));
  const template = server.template({
    message: { id: '{{request_id}}' },
    connect: [{ send: { token: 'wr0ngkey' } }, { expect: { ok: true }, error: { $prefix: 'no' } }],
  });
  const protocol = newProtocol(t);
  const call = () => failure(protocol.callTool(null, 'm.t', {}, template));
  for (const error of await Promise.all([call(), call(), call()])) assert.ok(error instanceof WebSocketAuthError);
  assert.equal(server.opened, 1);
  const error = await call();
  assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes('wr0ngkey'));
  assert.equal(server.opened, 2);
});

test('a timeout says at which step, and what came instead', async (t) => {
  const server = await startServer(t, (socket) => socket.send('{"type":"later"}'), {
    onConnection: (socket) => socket.send('{"type":"hello"}'),
  });
  const template = server.template({
    connect: [{ expect: { type: 'hello' }, send: 'login' }, { expect: { type: 'welcome' } }],
    connection_timeout: 3,
  });
  const error = await failure(newProtocol(t, { retry: false }).callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketTimeoutError);
  assert.equal(error.code, 'connection_timeout');
  assert.match(error.message, /did not send the frame that connect\[1\] expects.*\{"type":"later"\}/);
});

test('built-ins are filled in; every connection has its own', async (t) => {
  const server = await startServer(t);
  const template = server.template({
    message: 'call',
    connect: [{ send: ['{{uuid}}', '{{now}}'] }],
    keep_alive: false,
  });
  const protocol = newProtocol(t);
  for (let i = 0; i < 2; i += 1) await protocol.callTool(null, 'm.t', {}, template);
  const [first, , second] = server.received.map((text) => (text === 'call' ? undefined : JSON.parse(text)));
  assert.match(first[0], /^[\da-f-]{36}$/);
  assert.ok(Date.parse(first[1]) > 0);
  assert.notEqual(first[0], second[0]);
});
