// Values that the peer tells first, and that go into messages and filters then: `capture` (`{{answer.…}}`) and what a
// handshake has kept (`{{connect.…}}`); and connections that a peer gives up (`connection_error`). The cases of
// tests/vectors/captured.json and connection_error.json against a server that follows their script, here and through the
// native client; and what else decides.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { failure, newProtocol, startServer } from '../support/server.js';

const isNative = process.env.UTCP_NATIVE_CLIENT === '1';
const cases = ['captured', 'connection_error'].flatMap((file) =>
  JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), 'utf8')),
);

/** What a line of a script does, by its first member. */
class Scenario {
  calls = new Map();
  heard = 0;

  constructor(server, protocol, { template, other = template }) {
    Object.assign(this, { server, protocol, template: server.template(template), other: server.template(other) });
  }

  start(name, begin) {
    const controller = new AbortController();
    const call = { controller, ...begin(controller) };
    this.calls.set(name, call);
    this.expect(call, call.promise);
  }
  /** What the script does not come back to is refused when it is over. */
  expect(call, promise) {
    call.promise = promise;
    promise.catch(() => {});
  }
  call(name, { args = {} }) {
    const made = (controller) => this.protocol.callTool(null, 'm.t', args, this.other, controller);
    this.start(name, (controller) => ({ promise: made(controller) }));
  }
  stream(name, { args = {} }) {
    this.start(name, (controller) => {
      const stream = this.protocol.callToolStreaming(null, 'm.t', args, this.template, controller);
      return { stream, promise: stream.next() };
    });
  }
  manual(name) {
    this.start(name, () => ({
      promise: this.protocol.registerManual(null, this.template).then((made) => made.success),
    }));
  }
  async client(text) {
    await this.server.until(() => this.server.received.length > this.heard);
    assert.equal(this.server.received[this.heard], text);
    this.heard += 1;
  }
  server_(text) {
    for (const socket of this.server.clients) socket.send(text);
  }
  async item(name, { is }) {
    const call = this.calls.get(name);
    assert.deepEqual(await (call.promise ?? call.stream.next()), { done: false, value: is });
    call.promise = undefined;
  }
  async end(name) {
    const { stream, promise } = this.calls.get(name);
    assert.equal((await (promise ?? stream.next())).done, true);
  }
  async error(name, { code, says }) {
    const refused = await failure(this.calls.get(name).promise);
    assert.equal(refused.code, code);
    assert.ok(refused.message.includes(says), refused.message);
  }
  async result(name, { is }) {
    assert.deepEqual(await this.calls.get(name).promise, is);
  }
  async leave(name) {
    await this.calls.get(name).stream.return();
  }
  async abort(name) {
    const { controller, promise } = this.calls.get(name);
    controller.abort();
    await failure(promise);
  }
  opened(count) {
    assert.equal(this.server.opened, count);
  }
  closed() {
    return this.server.allClosed();
  }
  close() {
    return this.protocol.close();
  }
}

for (const { script = [], field, ...one } of cases) {
  test(one.name, async (t) => {
    const protocol = newProtocol(t);
    if (field) {
      const template = { name: 'm', call_template_type: 'websocket', url: 'ws://127.0.0.1:9/', ...one.template };
      const refused = await failure(protocol.callTool(null, 'm.t', {}, template));
      assert.deepEqual([refused.code, refused.field], ['invalid_call_template', field]);
      return;
    }
    const server = await startServer(t, () => {});
    const scenario = new Scenario(server, protocol, one);
    for (const line of script) {
      const [[action, what]] = Object.entries(line);
      await scenario[action === 'server' ? 'server_' : action](what, line);
    }
    await protocol.close();
    await server.allClosed();
  });
}

const subscribe = {
  message: { id: '{{request_id}}' },
  capture: { sub: '/result' },
  message_filter: { sub: '{{answer.sub}}' },
  result_path: '/n',
  leave_message: ['stop', '{{answer.sub}}'],
};

test('eight streams that are held share a connection with calls; each that is left is stopped on the server', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { id, call } = JSON.parse(text);
    if (id === undefined) return;
    socket.send(JSON.stringify(call ? { id, n: call } : { id, result: `sub ${id}` }));
    if (!call) socket.send(JSON.stringify({ sub: `sub ${id}`, n: id }));
  });
  const protocol = newProtocol(t, { maxConnections: 1 });
  const streams = Array.from({ length: 8 }, () =>
    protocol.callToolStreaming(null, 'm.t', {}, server.template(subscribe)),
  );
  const items = await Promise.all(streams.map((stream) => stream.next()));
  const template = server.template({ message: { id: '{{request_id}}', call: '{{args.n}}' }, result_path: '/n' });
  for (let n = 1; n <= 3; n += 1) assert.equal(await protocol.callTool(null, 'm.t', { n }, template), n);
  await Promise.all(streams.map((stream) => stream.return()));
  const stops = items.map(({ value }) => `["stop","sub ${value}"]`);
  await server.until(() => server.received.length === 8 + 3 + 8);
  assert.deepEqual(server.received.slice(-8).sort(), stops.sort());
  assert.equal(server.opened, 1);
});

test('each connection has its own value, also where a template sends binary messages', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text === 'hi') socket.send(`{"ok":1,"sid":${server.opened}}`);
    else if (text !== 'on 1') socket.send(text);
  });
  const protocol = newProtocol(t);
  const template = server.template({
    connect: [{ send: 'hi' }, { expect: { ok: 1 }, capture: { sid: '/sid' } }],
    message: 'on {{connect.sid}}',
    message_format: 'binary',
  });
  const held = failure(protocol.callTool(null, 'm.t', {}, template));
  await server.until(() => server.received.includes('on 1'));
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), 'on 2');
  await protocol.close();
  await held;
});

test('arguments are read when the call is made, not when the connection is there', async (t) => {
  const server = await startServer(t, (socket, text) => socket.send(text === 'hi' ? '{"ok":1,"sid":"S"}' : text));
  const protocol = newProtocol(t);
  const connect = [{ send: 'hi' }, { expect: { ok: 1 }, capture: { sid: '/sid' } }];
  const template = server.template({ connect, message: ['{{connect.sid}}', '{{args.a}}'] });
  const args = { a: 1 };
  const call = protocol.callTool(null, 'm.t', args, template);
  args.a = 2;
  assert.equal(await call, '["S",1]');
  const missing = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.equal(missing.code, 'invalid_argument');
});

test('a captured value whose name speaks of a secret is not shown', async (t) => {
  const server = await startServer(t, (socket, text) => {
    socket.send(text === 'hi' ? '{"ok":1,"token":"s3cr3t-value"}' : '{"error":"who is s3cr3t-value?"}');
  });
  const connect = [{ send: 'hi' }, { expect: { ok: 1 }, capture: { token: '/token' } }];
  const template = server.template({ connect, message: ['{{connect.token}}'], error_path: '/error' });
  const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, template));
  assert.equal(error.code, 'tool_failed');
  assert.ok(!`${error.message} ${JSON.stringify(error.detail)}`.includes('s3cr3t'), error.message);
  assert.ok(error.message.includes('who is ***'));
});

test('a first value that is too long to keep refuses the connection', async (t) => {
  const sids = ['x'.repeat(65_536), 'x'.repeat(65_534)]; // without quotes
  const server = await startServer(t, (socket, text) => {
    socket.send(text === 'hi' ? JSON.stringify({ ok: 1, sid: sids[server.opened - 1] }) : String(text.length));
  });
  const connect = [{ send: 'hi' }, { expect: { ok: 1 }, capture: { sid: '/sid' } }];
  const protocol = newProtocol(t);
  const template = server.template({ connect, message: 'on {{connect.sid}}' });
  const refused = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.equal(refused.code, 'auth_failed');
  assert.match(refused.message, /more than "capture" of connect\[1\] keeps: a value of over 65,536 bytes/);
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), '65537');
});

test('a captured value that makes a message too long is an error of that call alone', {
  skip: isNative && 'only the host of JavaScript has such a limit',
}, async (t) => {
  const server = await startServer(t, (socket, text) =>
    socket.send(text === 'hi' ? '{"ok":1,"sid":"0123456789"}' : text),
  );
  const connect = [{ send: 'hi' }, { expect: { ok: 1 }, capture: { sid: '/sid' } }];
  const protocol = newProtocol(t);
  const one = server.template({ connect, message: '{{args.a}}{{connect.sid}}' });
  const two = server.template({ connect, messages: ['{{args.a}}{{connect.sid}}', 'end'] });
  assert.equal(await protocol.callTool(null, 'm.t', { a: 'x' }, one), 'x0123456789');
  const huge = { a: 'x'.repeat(2 ** 28 - 5) };
  for (const template of [one, two]) {
    const error = await failure(protocol.callTool(null, 'm.t', huge, template));
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, /more than 268435456 characters/);
  }
  assert.equal(await protocol.callTool(null, 'm.t', { a: 'y' }, one), 'y0123456789');
  assert.deepEqual(
    server.received.filter((text) => text !== 'hi'),
    ['x0123456789', 'y0123456789'],
  );
});
