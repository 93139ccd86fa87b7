// A caller's objects may run code while they are read, and change between calls: each is read once for each call.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ready } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { exactly } from '../support/secrets.js';
import { failure, newProtocol, startServer } from '../support/server.js';

before(() => ready());

const boom = () => {
  throw new Error('of the caller');
};

test('a call that a getter or toJSON ends is not made', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'm.t', {}, server.template());
  const controller = new AbortController();
  const args = { a: { toJSON: () => controller.abort('enough') } };
  assert.equal(await failure(protocol.callTool(null, 'm.t', args, server.template(), controller)), 'enough');
  assert.equal(driverOf(protocol).counts().calls, 0);
  assert.equal(server.received.length, 1);
});

test('nor does it end another, whose id it could have had', async (t) => {
  const server = await startServer(t, (socket, text) => server.received.length > 1 && socket.send(text));
  const protocol = newProtocol(t);
  const template = server.template({ message: '{{args}}', keep_alive: false });
  const first = protocol.callTool(null, 'm.t', { n: 1 }, { ...template, message: 'first' });
  await server.until(() => server.received.length === 1);
  const controller = new AbortController();
  const args = { a: { toJSON: () => controller.abort('enough') } };
  assert.equal(await failure(protocol.callTool(null, 'm.t', args, template, controller)), 'enough');
  assert.equal(driverOf(protocol).counts().calls, 1);
  for (const socket of server.clients) socket.send('answer');
  assert.equal(await first, 'answer');
});

test('a getter may make calls itself', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const message = '{{args}} UTCP_ARG_n_UTCP_ARG UTCP_ARG_other_UTCP_ARG';
  const template = server.template({ message, missing_arguments: 'keep' });
  await protocol.callTool(null, 'm.t', { n: 0 }, template);
  let inner;
  const args = {
    n: {
      toJSON() {
        inner ??= protocol.callTool(null, 'm.t', { other: 1 }, template);
        return 'outer';
      },
    },
  };
  assert.equal(await protocol.callTool(null, 'm.t', args, template), '{"n":"outer"} outer UTCP_ARG_other_UTCP_ARG');
  assert.equal(await inner, '{"other":1} UTCP_ARG_n_UTCP_ARG 1');
});

test('arguments that make so many calls that their own tool is released end their call alone', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { limits: { waitingCalls: 20_000 } });
  const message = (n) => ({ id: '{{request_id}}', n, text: 'UTCP_ARG_text_UTCP_ARG' });
  const template = (n) => server.template({ message: message(n), missing_arguments: 'keep' });
  const others = [];
  const args = new Proxy(
    { text: 'outer' },
    {
      ownKeys(target) {
        for (let n = 1; n <= 12_001 && others.length < 12_001; n += 1) {
          others.push(protocol.callTool(null, 'm.t', {}, template(n)));
        }
        return Reflect.ownKeys(target);
      },
    },
  );
  await protocol.callTool(null, 'm.t', {}, template(-1));
  const error = await failure(protocol.callTool(null, 'm.t', args, template(0)));
  assert.match(error.message, /the tool was released before it was called/);
  assert.equal((await Promise.all(others)).length, 12_001);
});

test('what getters return is read once', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  let reads = 0;
  const args = {
    get n() {
      reads += 1;
      return `read ${reads}`;
    },
  };
  const template = server.template({ message: 'UTCP_ARG_n_UTCP_ARG {{args}}', header_fields: ['n'] });
  await protocol.callTool(null, 'm.t', {}, server.template());
  assert.equal(await protocol.callTool(null, 'm.t', args, template), 'read 1 {"n":"read 1"}');
  assert.equal(server.requests.at(-1).headers.n, 'read 1');

  const other = await startServer(t);
  const urls = [other.url, server.url, server.url];
  const moving = Object.defineProperty({ call_template_type: 'websocket' }, 'url', {
    enumerable: true,
    get: () => urls.shift() ?? server.url,
  });
  await protocol.callTool(null, 'm.t', {}, exactly(moving));
  await protocol.callTool(null, 'm.t', {}, moving);
  assert.equal(other.received.length, 1);
});

test('a template is used as it is at the time of the call, however deep the change lies', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({ message: { text: '{{args}}', tags: ['a', { deep: 1 }] } });
  const { message } = template;
  const changes = [
    () => {},
    () => (message.tags[1].deep = 2),
    () => message.tags.push('b'),
    () => delete message.tags[1].deep,
    () => (message.tags = { 0: 'a' }),
    () => (message.tags = null),
    () => (message.toJSON = () => 'of its own'),
    () => Object.defineProperty(message, 'toJSON', { value: undefined, enumerable: false }),
  ];
  for (const change of changes) {
    change();
    const { toJSON, ...members } = message;
    const expected = typeof toJSON === 'function' ? toJSON() : JSON.stringify({ ...members, text: {} });
    const answer = await protocol.callTool(null, 'm.t', {}, template);
    assert.equal(answer, expected);
  }
});

test('a getter in a template that throws later on fails that call alone', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  let broken = false;
  const message = {
    get text() {
      if (broken) boom();
      return '{{args}}';
    },
  };
  const template = server.template({ message });
  assert.equal(await protocol.callTool(null, 'm.t', { a: 1 }, template), '{"text":{"a":1}}');
  broken = true;
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof TypeError);
  assert.match(error.message, /^callTemplate/);
  broken = false;
  assert.equal(await protocol.callTool(null, 'm.t', { a: 2 }, template), '{"text":{"a":2}}');
});
