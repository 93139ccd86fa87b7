// Who shares what, over real servers: never a token, never a connection, where anything that decides differs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { newProtocol } from '../../support/server.js';
import { bearerOf, issue, startGuarded, startTokenServer } from '../../support/tokens.js';

/**
 * A token endpoint and an endpoint that answers with what the connection it was asked on was opened with, and its number.
 */
async function start(t) {
  const tokens = await startTokenServer(t, { answer: (...all) => issue(...all) });
  const server = await startGuarded(t, (token) => !token || tokens.issued.includes(token));
  const numbers = new WeakMap();
  server.onConnection = (socket) => numbers.set(socket, server.opened);
  server.onMessage = (socket, _, request) =>
    socket.send(
      JSON.stringify({
        token: bearerOf(request),
        tenant: request.headers['x-tenant'],
        connection: numbers.get(socket),
      }),
    );
  const template = (fields) => server.template({ response_format: 'json', auth: tokens.auth(), ...fields });
  return { tokens, server, template };
}

const alice = { name: 'alice' };
const bob = { name: 'bob' };

/** Each: two calls that must not meet, as `[caller, tool, args, fields of the template]`. */
const pairs = {
  'two manuals': [
    [null, 'a.t'],
    [null, 'b.t'],
  ],
  'two callers': [
    [alice, 'm.t'],
    [bob, 'm.t'],
  ],
  'a caller and nobody in particular': [
    [alice, 'm.t'],
    [null, 'm.t'],
  ],
  'two callers that say the same of themselves': [
    [{ name: 'eve' }, 'm.t'],
    [{ name: 'eve' }, 'm.t'],
  ],
};

for (const [what, [one, other]] of Object.entries(pairs)) {
  test(`${what} share no token and no connection`, async (t) => {
    const { template, tokens } = await start(t);
    const protocol = newProtocol(t, { WebSocket });
    const call = ([caller, tool]) => protocol.callTool(caller, tool, {}, template());
    const first = await Promise.all([call(one), call(other)]);
    assert.notEqual(first[0].token, first[1].token);
    assert.notEqual(first[0].connection, first[1].connection);
    assert.deepEqual([await call(one), await call(other)], first, 'each keeps its own');
    assert.equal(tokens.requests.length, 2);
  });
}

test('two protocols share no token and no connection', async (t) => {
  const { template, tokens } = await start(t);
  const protocols = [newProtocol(t, { WebSocket }), newProtocol(t, { WebSocket })];
  const answers = await Promise.all(protocols.map((protocol) => protocol.callTool(alice, 'm.t', {}, template())));
  assert.deepEqual(answers.map(({ connection }) => connection).sort(), [1, 2]);
  assert.deepEqual(answers.map(({ token }) => token).sort(), ['token-1', 'token-2']);
  await protocols[0].close();
  assert.deepEqual(
    await protocols[1].callTool(alice, 'm.t', {}, template()),
    answers[1],
    'nor does closing one end the other’s',
  );
  assert.equal(tokens.requests.length, 2);
});

test('two scopes share no token and no connection', async (t) => {
  const { template, tokens } = await start(t);
  const protocol = newProtocol(t, { WebSocket });
  const call = (scope) => protocol.callTool(null, 'm.t', {}, template({ auth: tokens.auth({ scope }) }));
  const answers = [];
  for (const scope of ['read', 'write', 'read', undefined]) answers.push(await call(scope));
  assert.deepEqual(
    answers.map(({ token, connection }) => [token, connection]),
    [
      ['token-1', 1],
      ['token-2', 2],
      ['token-1', 1],
      ['token-3', 3],
    ],
  );
});

test('two sets of headers share a token, since it is the same credential, and no connection', async (t) => {
  const { template, tokens } = await start(t);
  const protocol = newProtocol(t, { WebSocket });
  const call = (tenant) => protocol.callTool(null, 'm.t', {}, template({ headers: { 'X-Tenant': tenant } }));
  const answers = [await call('a'), await call('b'), await call('a')];
  assert.deepEqual(answers, [
    { token: 'token-1', tenant: 'a', connection: 1 },
    { token: 'token-1', tenant: 'b', connection: 2 },
    { token: 'token-1', tenant: 'a', connection: 1 },
  ]);
  assert.equal(tokens.requests.length, 1);
});

test('nor do arguments that go into headers', async (t) => {
  const { template } = await start(t);
  const protocol = newProtocol(t, { WebSocket });
  const own = template({ header_fields: ['X-Tenant'], auth: undefined });
  const call = (args) => protocol.callTool(null, 'm.t', args, own);
  const args = [{ 'X-Tenant': 'a' }, { 'X-Tenant': 'b' }, {}, { 'X-Tenant': 'a' }];
  const answers = [];
  for (const one of args) answers.push(await call(one));
  assert.deepEqual(answers, [
    { tenant: 'a', connection: 1 },
    { tenant: 'b', connection: 2 },
    { connection: 3 },
    { tenant: 'a', connection: 1 },
  ]);
});

for (const [what, one, other] of [
  ['keys', { auth_type: 'api_key', api_key: 'a' }, { auth_type: 'api_key', api_key: 'b' }],
  [
    'users',
    { auth_type: 'basic', username: 'a', password: 'bc' },
    { auth_type: 'basic', username: 'ab', password: 'c' },
  ],
  ['tokens of users', { auth_type: 'oauth2_user', access_token: 'a' }, { auth_type: 'oauth2_user', access_token: 'b' }],
  ['a key and nothing', { auth_type: 'api_key', api_key: 'a' }, undefined],
]) {
  test(`two ${what} share no connection`, async (t) => {
    const { template, server } = await start(t);
    server.wss.options.verifyClient = undefined;
    const protocol = newProtocol(t, { WebSocket });
    const call = (auth) => protocol.callTool(null, 'm.t', {}, template({ auth }));
    const answers = [];
    for (const auth of [one, other, one, other]) answers.push(await call(auth));
    assert.deepEqual(
      answers.map(({ connection }) => connection),
      [1, 2, 1, 2],
    );
  });
}

test('two first messages share no connection', async (t) => {
  const { server, template } = await start(t);
  const numbers = [];
  server.onMessage = (socket, text) => {
    const message = JSON.parse(text);
    if (message.token) {
      socket.as = message.token;
      numbers.push(message.token);
    } else socket.send(JSON.stringify({ as: socket.as }));
  };
  const protocol = newProtocol(t);
  const call = (token) => protocol.callTool(null, 'm.t', {}, template({ auth: undefined, connect_message: { token } }));
  const answers = [await call('a'), await call('b'), await call('a')];
  assert.deepEqual(
    answers.map(({ as }) => as),
    ['a', 'b', 'a'],
  );
  assert.deepEqual(numbers, ['a', 'b']);
});

test('a deregistered manual leaves neither token nor connection behind; another manual’s stay', async (t) => {
  const { template, tokens } = await start(t);
  const protocol = newProtocol(t, { WebSocket });
  const call = (manual) => protocol.callTool(alice, `${manual}.t`, {}, template());
  const before = [await call('a'), await call('b')];
  await protocol.deregisterManual(bob, { name: 'a', call_template_type: 'websocket' });
  assert.deepEqual([await call('a'), await call('b')], before, 'another caller’s manual of that name is not this one');
  await protocol.deregisterManual(alice, { name: 'a', call_template_type: 'websocket' });
  assert.equal((await call('a')).token, 'token-3');
  assert.deepEqual(await call('b'), before[1]);
  assert.equal(tokens.requests.length, 3);
});
