// How calls with an async iterable end: by the peer, the caller, the iterable itself, or code of the caller that the iterable runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driverOf } from '../../js/api/protocol.js';
import { failure, newProtocol, startServer, turns } from '../support/server.js';
import { firstOnly, given, never, source, startListener, upload } from '../support/upload.js';

// How calls end, while their iterable gives nothing more and never will.
const endings = {
  answered: ({ socket }) => socket.send('answer'),
  failed: ({ socket }) => socket.send('{"error":"no"}'),
  'connection lost': ({ socket }) => socket.terminate(),
  'closed by the peer': ({ socket }) => socket.close(4000),
  aborted: ({ controller }) => controller.abort(new Error('enough')),
  'protocol closed': ({ protocol }) => protocol.close(),
  deregistered: ({ protocol }) => protocol.deregisterManual(null, { name: 'm', call_template_type: 'websocket' }),
};
for (const [name, end] of Object.entries(endings)) {
  test(`${name}: the iterable hears it once, and nothing more is sent`, async (t) => {
    const server = await startListener(t, () => {});
    const protocol = newProtocol(t);
    const controller = new AbortController();
    let give;
    const audio = source((n) => (n === 0 ? { value: 'first' } : new Promise((resolve) => (give = resolve))));
    const template = server.template({ ...upload, error_path: '/error' });
    const call = protocol.callTool(null, 'm.t', { audio }, template, controller).catch((error) => error);
    await server.until(() => server.heard.length === 2);
    await turns();
    await end({ socket: [...server.clients][0], controller, protocol });
    const outcome = await call;
    assert.equal(outcome === 'answer', name === 'answered', outcome);
    await turns();
    assert.deepEqual([audio.nexts, audio.returns], [2, 1]);
    give({ value: 'too late' });
    await turns();
    await protocol.close();
    assert.deepEqual([audio.nexts, audio.returns, server.heard.length], [2, 1, 2]);
    assert.equal(driverOf(protocol).counts().hostCalls, 0);
  });
}

test('a stream that is left tells its iterable and the service', async (t) => {
  const server = await startListener(t, (socket) => socket.send('item'));
  const audio = source(firstOnly);
  const template = server.template({ ...upload, leave_message: { type: 'leave' } });
  for await (const item of newProtocol(t).callToolStreaming(null, 'm.t', { audio }, template)) {
    assert.equal(item, 'item');
    if (server.heard.length === 2) break;
  }
  await server.until(() => server.heard.length === 3);
  assert.deepEqual([server.heard.at(-1), audio.returns], [{ type: 'leave' }, 1]);
});

test('a call that never gets a connection tells its iterable, which gives nothing', async (t) => {
  const server = await startServer(t, () => {}, { verify: () => 403 });
  const audio = source(never);
  const { code } = await failure(newProtocol(t).callTool(null, 'm.t', { audio }, server.template(upload)));
  await turns();
  assert.deepEqual([code, audio.nexts, audio.returns], ['auth_failed', 0, 1]);
});

test('of a call that is left before anything was sent the service hears nothing', async (t) => {
  const server = await startServer(t, () => {});
  const controller = new AbortController();
  const audio = source(never);
  const template = server.template({ messages: ['{{args.audio}}', 'end'], leave_message: 'leave' });
  const call = failure(newProtocol(t).callTool(null, 'm.t', { audio }, template, controller));
  await server.until(() => server.opened === 1);
  while (audio.nexts === 0) await turns(1);
  controller.abort();
  await call;
  await server.allClosed();
  assert.deepEqual(server.received, []);
});

for (const [what, audio] of Object.entries({ 'an upload': () => given('chunk'), 'several messages': () => 'text' })) {
  test(`${what}: a listener that ends the call when a message is sent ends what follows`, async (t) => {
    const server = await startListener(t, () => {});
    const protocol = newProtocol(t);
    const controller = new AbortController();
    const id = '{{request_id}}';
    const messages = [
      { id, chunk: '{{args.audio}}' },
      { id, at: 'b' },
      { id, at: 'c' },
    ];
    const template = server.template({ messages, leave_message: { at: 'left' } });
    const beside = failure(protocol.callTool(null, 'm.t', { audio: 'x' }, template));
    await server.until(() => server.heard.length === 3);
    let sent = 0;
    protocol.addEventListener('send', () => ++sent === 2 && controller.abort());
    await failure(protocol.callTool(null, 'm.t', { audio: audio() }, template, controller));
    const next = failure(protocol.callTool(null, 'm.t', { audio: 'x' }, template));
    await server.until(
      () => server.heard.filter(({ at }) => at === 'c').length === 2 && server.heard.at(-1).id === '3',
    );
    assert.deepEqual(
      server.heard.slice(3, -3).map(({ at }) => at),
      [undefined, 'b', 'left'],
    );
    await protocol.close();
    await Promise.all([beside, next]);
  });
}

const broken = {
  'cannot be begun': {
    [Symbol.asyncIterator]() {
      throw new RangeError('no microphone');
    },
  },
  rejects: source(() => Promise.reject(new RangeError('no microphone'))),
  throws: source(() => {
    throw new RangeError('no microphone');
  }),
  'breaks off': source((n) => (n === 0 ? { value: 'a' } : Promise.reject(new RangeError('no microphone')))),
};
for (const [name, audio] of Object.entries(broken)) {
  test(`an iterable that ${name}: the call fails with that, and the service hears that it is left`, async (t) => {
    const server = await startListener(t, () => {});
    const template = server.template({ ...upload, leave_message: { type: 'leave' } });
    const error = await failure(newProtocol(t).callTool(null, 'm.t', { audio }, template));
    assert.deepEqual(
      [error.code, error.fault, error.field, error.cause.message],
      ['invalid_argument', 'caller', 'audio', 'no microphone'],
    );
    assert.doesNotMatch(error.message, /microphone/);
    await server.until(() => server.heard.at(-1)?.type === 'leave');
    assert.equal(audio.returns ?? 0, 0); // it has ended
  });
}

const noChunks = {
  'gave undefined as a chunk': () => ({ value: undefined }),
  'gave a function as a chunk': () => ({ value: () => {} }),
  'is a BigInt': () => ({ value: 1n }),
  'is bytes': () => ({ value: new Uint8Array(1) }),
  '.deep is bytes': () => ({ value: { deep: new Uint8Array(1) } }),
  'is an async iterable': () => ({ value: given(1) }),
};
for (const [what, next] of Object.entries(noChunks)) {
  test(`no chunk: ${what}`, async (t) => {
    const server = await startListener(t, () => {});
    const audio = source(next);
    const template = server.template({ ...upload, leave_message: { type: 'leave' } });
    const error = await failure(newProtocol(t).callTool(null, 'm.t', { audio }, template));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, new RegExp(`^arguments\\.audio.*${what.replace('.', '\\.')}`));
    await server.until(() => server.heard.length === 2);
    assert.deepEqual([audio.nexts, audio.returns, server.heard.at(-1)], [1, 1, { type: 'leave' }]);
  });
}

test('code of the caller that ends what asks for it', async (t) => {
  const server = await startListener(t);
  const ways = {
    close: (protocol) => protocol.close(),
    call: (protocol) => protocol.callTool(null, 'm.other', {}, server.template({ message: { type: 'end' } })),
    abort: (_, controller) => controller.abort(new Error('enough')),
  };
  for (const [way, act] of Object.entries(ways)) {
    for (const where of ['next', 'chunk', 'return']) {
      const protocol = newProtocol(t);
      const controller = new AbortController();
      const acted = [];
      const run = () => acted.push(Promise.resolve(act(protocol, controller)).catch(() => {}));
      let asked = 0;
      const audio = {
        [Symbol.asyncIterator]: () => ({
          next() {
            asked += 1;
            if (where === 'next') run();
            if (where === 'return' && asked === 3) controller.abort();
            return { value: where === 'chunk' ? { toJSON: () => [run()] } : 'x', done: acted.length > 1 };
          },
          return() {
            if (where === 'return') run();
            return never();
          },
        }),
      };
      const template = server.template({ ...upload, leave_message: { type: 'leave' } });
      const call = protocol.callTool(null, 'm.t', { audio }, template, controller).catch((error) => error);
      assert.ok(await call, `${way} in ${where}`);
      await turns();
      await Promise.all(acted);
      assert.ok(acted.length > 0, `${way} in ${where}`);
      assert.equal(driverOf(protocol).counts().hostCalls, 0, `${way} in ${where}`);
    }
  }
});
