// Peers that send much where little is expected: memory and time stay in proportion to what is kept, and what an instance of the
// module has grown to is given back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { parseManual, ready } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { runningInstance } from '../../js/core/module.js';
import { newProtocol, startServer } from '../support/server.js';

const MIB = 2 ** 20;
const LIMIT = 8 * MIB;
const deflated = { perMessageDeflate: { threshold: 0 } };

/** As often as it takes to fill this many bytes. */
const fill = (what, bytes, before, after) =>
  before + what.repeat((bytes - before.length - after.length) / what.length) + after;
const elements = (what, bytes) => fill(`${what},`, bytes, '{"tools":[', `${what}]}`);
const members = (bytes) => fill('"a":0,', bytes, '{"tools":[{"name":"t",', '"a":0}]}');
const template = (bytes) =>
  fill(
    '"a":0,',
    bytes,
    '{"tools":[{"name":"t","tool_call_template":{"call_template_type":"websocket",',
    '"url":"wss://h/"}}]}',
  );

/** Memory of all instances that are there, and its peak while something runs. */
const wasmBytes = () => runningInstance().memory.buffer.byteLength;

describe('a manual over the limit', () => {
  for (const [name, bytes, limits] of [
    ['65 KB on the wire, 60 MiB of it', 60 * MIB, undefined],
    ['a byte more than the default', LIMIT + 1, undefined],
    ['a byte more than the option says', 1001, { manualBytes: 1000 }],
  ]) {
    test(`${name}: refused before anything of it is copied`, async (t) => {
      await ready();
      const before = runningInstance();
      const size = wasmBytes();
      const text = elements('0', 1000) + ' '.repeat(bytes);
      const server = await startServer(t, (socket) => socket.send(text.slice(0, bytes)), deflated);
      const protocol = newProtocol(t, { WebSocket, limits });
      const { success, error, errors } = await protocol.registerManual(null, server.template());
      assert.equal(success, false);
      assert.deepEqual([error.name, error.code], ['WebSocketOverflowError', 'frame_too_large']);
      assert.match(errors[0], /sent a manual of \d+ bytes, over the limit manualBytes of \d+$/);
      assert.equal(runningInstance(), before);
      assert.equal(wasmBytes(), size, 'not even the text went into the module');
      await server.allClosed();
    });
  }

  test('where it is given as a text, too', async (t) => {
    await ready();
    assert.throws(() => parseManual(elements('0', LIMIT).padEnd(LIMIT + 1)), {
      name: 'ManualError',
      message: `invalid manual: it has ${LIMIT + 1} characters; the limit manualBytes is ${LIMIT}`,
    });
    const server = await startServer(t, (socket) => socket.send('{"tools":[]}'));
    const protocol = newProtocol(t, { limits: { manualBytes: 12 } });
    assert.equal((await protocol.registerManual(null, server.template())).success, true);
  });
});

for (const [name, text] of Object.entries({
  'zeros for tools': elements('0', LIMIT),
  'empty tools': elements('{}', LIMIT),
  'a tool of a million members': members(LIMIT),
  'a call template of a million members': template(LIMIT),
  'a name of eight megabytes': fill('x', LIMIT, '{"tools":[{"name":"', '"}]}'),
  'an unknown member of eight megabytes': fill('x', LIMIT, '{"tools":[],"', '":1}'),
  'open brackets': fill('[', LIMIT, '{"tools":', ''),
})) {
  test(`a manual just under the limit, ${name}: little memory, little time, and both are given back`, async (t) => {
    await ready();
    const server = await startServer(t, (socket) => socket.send(text), deflated);
    const protocol = newProtocol(t, { WebSocket });
    const grown = [];
    const instance = runningInstance();
    const start = process.cpuUsage(); // of this process: others may have the processor
    const { success, errors } = await protocol.registerManual(null, server.template());
    grown.push(instance.memory.buffer.byteLength);
    assert.equal(success, false);
    assert.ok(errors[0].length < 1100, 'the error quotes little');
    assert.ok(grown[0] < 64 * MIB, `${grown[0] / MIB} MiB`);
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < 10_000_000, `${user + system} µs`);
    await protocol.close();
    await newProtocol(t).registerManual(null, server.template({ url: 'ws://127.0.0.1:1/' }));
    assert.ok(wasmBytes() <= 33 * MIB, `${wasmBytes() / MIB} MiB`);
  });
}

describe('an instance that has grown', () => {
  const large = { type: 'tool_error', error: 'x'.repeat(40 * MIB) };

  test('is left by who has nothing running, and not by who has', async (t) => {
    await ready();
    const server = await startServer(t, (socket, text) => {
      if (text.includes('wait')) socket.release = () => socket.send('"done"');
      else socket.send(text.includes('grow') ? JSON.stringify(large) : text);
      server.emit('waits', socket);
    });
    const options = { WebSocket };
    const [busy, idle, grower] = [newProtocol(t, options), newProtocol(t, options), newProtocol(t, options)];
    const old = runningInstance();
    await idle.callTool(null, 'm.t', {}, server.template({ close_after_response: true }));
    const waiting = new Promise((resolve) => server.once('waits', resolve));
    const call = busy.callTool(null, 'm.t', { wait: 1 }, server.template());
    const socket = await waiting;
    const stream = grower.callToolStreaming(null, 'm.t', { grow: 1 }, server.template());
    await assert.rejects(stream.next(), { code: 'tool_failed' });
    assert.ok(old.memory.buffer.byteLength > 32 * MIB, 'it has grown');
    await grower.close();

    await newProtocol(t, options).callTool(null, 'm.t', {}, server.template());
    assert.ok(old.retired);
    assert.notEqual(runningInstance(), old);
    assert.ok(wasmBytes() < 8 * MIB);
    socket.release();
    assert.equal(await call, '"done"', 'what was in flight goes on');
    assert.equal(await idle.callTool(null, 'm.t', { n: 1 }, server.template()), '{"n":1}');
    await busy.close();
    await idle.close();
    assert.equal(old.users.size, 0);
  });

  test('is replaced under a protocol that lives on, once it has nothing running', async (t) => {
    await ready();
    const server = await startServer(t, (socket, text) =>
      socket.send(text.includes('grow') ? JSON.stringify(large) : text),
    );
    const protocol = newProtocol(t, { WebSocket });
    const stream = protocol.callToolStreaming(
      null,
      'm.t',
      { grow: 1 },
      server.template({ close_after_response: true }),
    );
    await assert.rejects(stream.next(), { code: 'tool_failed' });
    assert.equal(driverOf(protocol).counts().calls, undefined, 'its session has ended');
    assert.equal(await protocol.callTool(null, 'm.t', { n: 1 }, server.template()), '{"n":1}');
    assert.ok(wasmBytes() < 8 * MIB, `${wasmBytes() / MIB} MiB`);
  });
});

describe('a template that would make much of little', () => {
  test('more than 1,000 placeholders, or JSON texts nested more than 8 deep, are refused before anything is opened', async (t) => {
    const server = await startServer(t);
    let nested = '{"a":"UTCP_ARG_a_UTCP_ARG"}';
    for (let depth = 0; depth < 12; depth += 1) nested = JSON.stringify({ a: nested });
    for (const message of ['{{args}}'.repeat(1001), { a: 'UTCP_ARG_a_UTCP_ARG'.repeat(1001) }, { a: nested }]) {
      const call = newProtocol(t).callTool(null, 'm.t', { a: '"' }, server.template({ message }));
      await assert.rejects(call, { code: 'invalid_call_template', field: 'message' });
    }
    assert.equal(server.opened, 0);
  });

  test('a message that no host could hold is a TypeError for its caller', async (t) => {
    const server = await startServer(t);
    const args = { a: 'x'.repeat(300_000) };
    const call = newProtocol(t).callTool(null, 'm.t', args, server.template({ message: '{{args}}'.repeat(1000) }));
    await assert.rejects(call, {
      name: 'TypeError',
      message: /^the message would have more than 268435456 characters/,
    });
    assert.equal(server.opened, 0);
  });
});
