// What token endpoints answer when they do not answer as they should: typed errors, in time, that tell what to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { WebSocketAuthError, WebSocketTimeoutError } from '../../../js/api/index.js';
import { freePort } from '../../support/ports.js';
import { failure, newProtocol } from '../../support/server.js';
import { bearerOf, client, issue, sendJson, startGuarded, startTokenServer } from '../../support/tokens.js';

/** One call whose token endpoint answers like this; what it rejects with is shown to hold no secret. */
async function callWith(t, answer, { fields = {}, options = {} } = {}) {
  const tokens = await startTokenServer(t, { answer });
  const server = await startGuarded(t, () => true);
  const template = server.template({ auth: tokens.auth(), ...fields });
  const started = performance.now();
  const error = await failure(newProtocol(t, options).callTool(null, 'm.t', {}, template));
  assert.equal(server.requests.length, 0, 'no connection without a token');
  assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(client.client_secret));
  return { error, tokens, seconds: (performance.now() - started) / 1000 };
}

for (const [what, status, body, words] of [
  [
    'an error of the provider',
    400,
    { error: 'invalid_scope', error_description: 'no such scope' },
    /400: "invalid_scope", "no such scope"/,
  ],
  ['one without description', 401, { error: 'invalid_client' }, /401: "invalid_client"$/],
  ['line breaks in it', 403, { error: 'a\r\nb' }, /403: "a {2}b"$/],
  ['an error that is no string', 403, { error: { s: 1 } }, /HTTP status 403$/],
  ['HTML with status 200', 200, '<html>Sign in</html>', /not answer with a JSON object; check auth\.token_url/],
  ['nothing', 200, '', /not answer with a JSON object/],
  ['an array', 200, [1], /not answer with a JSON object/],
  ['JSON that ends in the middle', 200, '{"access_token":"a', /not answer with a JSON object/],
  [
    'JSON nested beyond reason',
    200,
    `{"access_token":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    /not answer with a JSON object/,
  ],
  ['no access_token', 200, { token: 'x' }, /without a usable access_token/],
  ['an empty one', 200, { access_token: '' }, /without a usable access_token/],
  ['a number', 200, { access_token: 7 }, /without a usable access_token/],
  ['one with line breaks', 200, { access_token: 'a\r\nX-Evil: 1' }, /without a usable access_token/],
  ['one that no header can carry', 200, { access_token: 'ключ' }, /without a usable access_token/],
  ['another type of token', 200, { access_token: 'a', token_type: 'DPoP' }, /token_type is not Bearer/],
  ['204', 204, undefined, /HTTP status 204$/],
  ['404', 404, 'not here', /HTTP status 404$/],
]) {
  test(`an answer that no other try would change: ${what}`, async (t) => {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const { error, tokens } = await callWith(t, (response) => response.writeHead(status).end(text));
    assert.ok(error instanceof WebSocketAuthError, String(error));
    assert.equal(error.code, 'auth_failed');
    assert.equal(error.field, 'auth');
    assert.equal(error.httpStatus, status === 200 ? undefined : status);
    assert.match(error.message, words);
    assert.ok(error.message.includes(tokens.url), error.message);
    assert.equal(tokens.requests.length, status === 400 || status === 401 ? 2 : 1);
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect (${status}) is refused: the secret goes nowhere else`, async (t) => {
    const other = await startTokenServer(t);
    const { error, tokens } = await callWith(t, (response) =>
      response.writeHead(status, { location: other.url }).end(),
    );
    assert.equal(error.code, 'auth_failed');
    assert.match(error.message, /redirects are refused; set auth\.token_url/);
    assert.equal(tokens.requests.length, 1);
    assert.equal(other.requests.length, 0);
  });
}

for (const status of [429, 500, 503]) {
  test(`status ${status} is tried again within connection_timeout`, async (t) => {
    let first = true;
    const tokens = await startTokenServer(t, {
      answer(response, request, server) {
        if (!first) return issue(response, request, server);
        first = false;
        sendJson(response, status, { error: 'temporarily_unavailable' });
      },
    });
    const server = await startGuarded(t, (token) => token === 'token-1');
    const protocol = newProtocol(t, { retry: { baseDelay: 0.01, maxDelay: 0.01 } });
    assert.equal(await protocol.callTool(null, 'm.t', {}, server.template({ auth: tokens.auth() })), '{}');
    assert.equal(tokens.requests.length, 2);
  });

  test(`status ${status} for ever ends with connection_timeout, and says what the provider said`, async (t) => {
    const answer = (response) => sendJson(response, status, { error: 'overloaded', error_description: 'come back' });
    const { error, tokens, seconds } = await callWith(t, answer, {
      fields: { connection_timeout: 1.5 },
      options: { retry: { baseDelay: 0.02, maxDelay: 0.02 } },
    });
    assert.ok(error instanceof WebSocketAuthError);
    assert.equal(error.code, 'token_unavailable');
    assert.match(error.message, new RegExp(`${status}: "overloaded", "come back"; attempts: \\d+`));
    assert.ok(tokens.requests.length > 2);
    assert.ok(seconds < 20, String(seconds)); // without it, 30 s
  });
}

for (const [what, answer] of [
  ['no answer at all', () => {}],
  ['an answer whose body does not come', (response) => response.writeHead(200).flushHeaders()],
  ['a body that never ends, slowly', (response) => drip(response, ' ', 5)],
]) {
  test(`a slow endpoint is left after connection_timeout: ${what}`, async (t) => {
    const { error, seconds } = await callWith(t, answer, { fields: { connection_timeout: 0.2 } });
    assert.ok(error instanceof WebSocketTimeoutError, String(error));
    assert.equal(error.timeout, 'connection');
    assert.match(error.message, /the token endpoint .* did not answer within 0\.2 s/);
    assert.ok(seconds < 20, String(seconds)); // without it, 30 s
  });
}

test('a body of a megabyte is read', async (t) => {
  const tokens = await startTokenServer(t, {
    answer: (response) => {
      const text = JSON.stringify({ access_token: 'whole', token_type: 'bearer', rest: '' });
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(text.replace('""}', `"${'x'.repeat(2 ** 20 - text.length)}"}`));
    },
  });
  const server = await startGuarded(t, (token) => token === 'whole');
  await newProtocol(t).callTool(null, 'm.t', {}, server.template({ auth: tokens.auth() }));
  assert.equal(server.opened, 1);
});

test('a body that never ends is left after a megabyte', async (t) => {
  const ended = [];
  const answer = (response) => {
    response.on('close', () => ended.push(true));
    drip(response, 'x'.repeat(65_536), 0);
  };
  const { error } = await callWith(t, answer, { options: { retry: false } });
  assert.equal(error.code, 'token_unavailable');
  assert.match(error.message, /its answer is larger than a megabyte/);
});

test('a connection that breaks in the middle of the answer, and one that nobody takes', async (t) => {
  const broken = await callWith(
    t,
    (response) => response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy()),
    {
      options: { retry: false },
    },
  );
  assert.equal(broken.error.code, 'token_unavailable');
  assert.match(broken.error.message, /could not be reached/);

  const port = await freePort();
  const server = await startGuarded(t, () => true);
  const auth = { auth_type: 'oauth2', token_url: `http://127.0.0.1:${port}/token?key=s3cret`, ...client };
  const error = await failure(newProtocol(t, { retry: false }).callTool(null, 'm.t', {}, server.template({ auth })));
  assert.equal(error.code, 'token_unavailable');
  assert.equal(error.fault, 'network');
  assert.match(error.message, /token\?key=\*\*\* could not be reached/);
});

for (const [lifetime, asked] of [
  [undefined, 1],
  [null, 1],
  ['3600', 1],
  [3600.7, 1],
  [-1, 1],
  ['soon', 1],
  [1e300, 1],
  [{}, 1],
  [0, 2],
  [0.5, 2],
]) {
  test(`expires_in ${inspect(lifetime)}: two connections one after the other ask for ${asked}`, async (t) => {
    const tokens = await startTokenServer(t, {
      answer(response, _, server) {
        sendJson(response, 200, { ...server.issueToken(), expires_in: lifetime });
      },
    });
    const server = await startGuarded(t, (token) => tokens.issued.includes(token));
    const protocol = newProtocol(t);
    const template = server.template({ auth: tokens.auth(), keep_alive: false });
    await protocol.callTool(null, 'm.t', {}, template);
    await protocol.callTool(null, 'm.t', {}, template);
    assert.equal(tokens.requests.length, asked);
    assert.equal(bearerOf(server.requests[1]), `token-${asked}`);
  });
}

test('what goes wrong is everybody’s who waits, and nobody’s later', async (t) => {
  let broken = true;
  const tokens = await startTokenServer(t, {
    answer(response, request, server) {
      if (broken) response.writeHead(200).end('<html>');
      else issue(response, request, server);
    },
  });
  const server = await startGuarded(t, () => true);
  const protocol = newProtocol(t);
  const call = () => protocol.callTool(null, 'm.t', {}, server.template({ auth: tokens.auth() }));
  const errors = await Promise.all([1, 2, 3].map(() => failure(call())));
  assert.deepEqual(
    errors.map((error) => error.code),
    ['auth_failed', 'auth_failed', 'auth_failed'],
  );
  assert.equal(tokens.requests.length, 1);
  broken = false;
  assert.equal(await call(), '{}');
});

/** A body that never ends: the next part when the last one has gone out, and `milliseconds` have passed. */
function drip(response, part, milliseconds) {
  if (response.destroyed) return;
  response.write(part, () => setTimeout(() => drip(response, part, milliseconds), milliseconds));
}
