// OAuth2 client credentials against a real token endpoint: how tokens are asked for, shared, renewed and replaced.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketAuthError } from '../../../js/api/index.js';
import { failure, newProtocol } from '../../support/server.js';
import { bearerOf, client, startGuarded, startTokenServer } from '../../support/tokens.js';

const bearers = (server) => server.requests.map(bearerOf);

test('twenty calls at once ask for one token, and later ones for none', async (t) => {
  const tokens = await startTokenServer(t);
  const server = await startGuarded(t, (token) => token === 'token-1');
  const protocol = newProtocol(t, { WebSocket });
  const template = server.template({ auth: tokens.auth({ scope: 'read write' }) });
  const call = (n) => protocol.callTool(null, 'm.t', { n }, template);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => call(n)));
  assert.deepEqual(
    answers,
    answers.map((_, n) => `{"n":${n}}`),
  );
  await call(20);
  assert.equal(server.opened, 8);
  assert.equal(tokens.requests.length, 1);
  const [{ method, headers, form }] = tokens.requests;
  assert.equal(method, 'POST');
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
  assert.equal(headers.accept, 'application/json');
  assert.ok(!('authorization' in headers));
  assert.deepEqual(Object.fromEntries(form), { grant_type: 'client_credentials', ...client, scope: 'read write' });
});

test('a new connection has the token that is there; one for each token URL, client, secret and scope', async (t) => {
  const tokens = await startTokenServer(t, {
    answer: (response, _, server) => response.end(JSON.stringify(server.issueToken())),
  });
  const server = await startGuarded(t, () => true);
  const protocol = newProtocol(t, { WebSocket });
  const call = (fields) =>
    protocol.callTool(null, 'm.t', {}, server.template({ auth: tokens.auth(fields), keep_alive: false }));
  const differing = [
    {},
    { token_url: `${tokens.url}?tenant=2` },
    { client_id: 'other' },
    { client_secret: 'other' },
    { scope: 'read' },
    { client_id: 'agentx', client_secret: client.client_secret.slice(1) },
  ];
  for (const round of [1, 2]) {
    for (const fields of differing) await call(fields);
    assert.equal(tokens.requests.length, differing.length, `round ${round}`);
  }
  const expected = differing.map((_, n) => `token-${n + 1}`);
  assert.deepEqual(bearers(server), [...expected, ...expected]);
});

test('HTTP Basic after a 401 for credentials in the body: the same ones, form-encoded first', async (t) => {
  const tokens = await startTokenServer(t, { ways: ['basic'] });
  const server = await startGuarded(t, (token) => token === 'token-1');
  const template = server.template({ auth: tokens.auth({ scope: 'read' }) });
  assert.equal(await newProtocol(t).callTool(null, 'm.t', {}, template), '{}');
  assert.equal(tokens.requests.length, 2);
  const { form } = tokens.requests[1];
  assert.deepEqual(Object.fromEntries(form), { grant_type: 'client_credentials', scope: 'read' });
});

test('an open connection outlives its token; the next one gets a token that was renewed before the old one expired', async (t) => {
  const tokens = await startTokenServer(t, { lifetime: 3 });
  const server = await startGuarded(t, (token) => token === tokens.issued.at(-1));
  const protocol = newProtocol(t, { WebSocket });
  const call = () => protocol.callTool(null, 'm.t', {}, server.template({ auth: tokens.auth() }));
  const issuedAt = performance.now();
  await call();
  await untilTime(issuedAt + 2880); // 10 % before the end
  await call();
  assert.equal(tokens.requests.length, 1, 'the connection that is open goes on');
  const closed = once(protocol, 'close');
  for (const socket of server.clients) socket.close(1001);
  await closed;
  await call();
  assert.deepEqual(bearers(server), ['token-1', 'token-2']);
});

test('a token that the endpoint refuses is replaced by a fresh one, for all who wait, in one request', async (t) => {
  const tokens = await startTokenServer(t);
  const revoked = new Set(['token-1']);
  const server = await startGuarded(t, (token) => tokens.issued.includes(token) && !revoked.has(token));
  const protocol = newProtocol(t, { WebSocket });
  const call = () => protocol.callTool(null, 'm.t', {}, server.template({ auth: tokens.auth(), keep_alive: false }));
  assert.deepEqual(await Promise.all([call(), call(), call()]), ['{}', '{}', '{}']);
  assert.deepEqual(tokens.issued, ['token-1', 'token-2']);
  revoked.add('token-2');
  assert.equal(await call(), '{}');
  assert.deepEqual(tokens.issued, ['token-1', 'token-2', 'token-3']);
});

for (const status of [401, 403]) {
  test(`an endpoint that refuses everybody (${status}) gets two tokens and no more`, async (t) => {
    const tokens = await startTokenServer(t);
    const server = await startGuarded(t, () => false, { verify: () => status });
    const protocol = newProtocol(t, { WebSocket });
    const template = server.template({ auth: tokens.auth() });
    const error = await failure(protocol.callTool(null, 'm.t', {}, template));
    assert.ok(error instanceof WebSocketAuthError);
    assert.equal(error.code, 'auth_failed');
    assert.equal(error.httpStatus, status);
    assert.deepEqual(bearers(server), ['token-1', 'token-2']);
    assert.equal(tokens.requests.length, 2);
  });
}

test('another refusal (404) costs no token', async (t) => {
  const tokens = await startTokenServer(t);
  const server = await startGuarded(t, () => false, { verify: () => 404 });
  const protocol = newProtocol(t, { WebSocket });
  const error = await failure(protocol.callTool(null, 'm.t', {}, server.template({ auth: tokens.auth() })));
  assert.equal(error.code, 'handshake_refused');
  assert.equal(tokens.requests.length, 1);
});

test('an abort while the token is asked for ends its request, and nothing is opened', async (t) => {
  const aborter = new AbortController();
  let gone;
  const requestGone = new Promise((resolve) => {
    gone = resolve;
  });
  const tokens = await startTokenServer(t, {
    answer(response) {
      response.on('close', gone);
      aborter.abort('enough');
    },
  });
  const server = await startGuarded(t, () => true);
  const template = server.template({ auth: tokens.auth() });
  const call = newProtocol(t).callTool(null, 'm.t', {}, template, { signal: aborter.signal });
  assert.equal(await failure(call), 'enough');
  await requestGone;
  assert.equal(server.requests.length, 0);
});

test('the option fetch asks in place of the host', async (t) => {
  const tokens = await startTokenServer(t);
  const server = await startGuarded(t, (token) => token === 'token-1');
  const asked = [];
  const own = (url, init) => {
    asked.push([url, init.redirect, init.credentials]);
    return fetch(tokens.url, init);
  };
  const auth = tokens.auth({ token_url: 'https://login.example/token' });
  const protocol = newProtocol(t, { fetch: own });
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template({ auth })), '{}');
  assert.deepEqual(asked, [['https://login.example/token', 'manual', 'omit']]);
});

/** The life of a token is measured by the clock: there is no event to wait for. */
function untilTime(time) {
  return new Promise((resolve) => setTimeout(resolve, time - performance.now()));
}
