// The option `credentials`: asked anew at each opening, checked, and never shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { WebSocket } from 'ws';
import { WebSocketAuthError, WebSocketSecurityError, WebSocketTimeoutError } from '../../js/api/index.js';
import { exactly } from '../support/secrets.js';
import { failure, newProtocol, startServer } from '../support/server.js';

test('header, query and subprotocol are asked for anew at each opening', async (t) => {
  const server = await startServer(t, undefined, { handleProtocols: (offered) => [...offered][0] });
  let turn = 0;
  const asked = [];
  const credentials = async (endpoint) => {
    asked.push(endpoint);
    turn += 1;
    return { headers: { 'X-Key': `key ${turn}` }, query: { 'a b': `${turn}&=` }, protocols: [`ticket${turn}`] };
  };
  const protocol = newProtocol(t, { credentials });
  const template = exactly(
    server.template({
      url: `${server.url}path?p=1`,
      protocol: 'tools',
      keep_alive: false,
      headers: { 'x-key': 'old', 'X-Kept': 'kept' },
    }),
  );
  for (const n of [1, 2]) {
    await protocol.callTool(null, 'm.t', {}, template);
    const { headers, url } = server.requests[n - 1];
    assert.equal(headers['x-key'], `key ${n}`);
    assert.equal(headers['x-kept'], 'kept');
    assert.equal(url, `/path?p=1&a%20b=${n}%26%3D`, 'as api_key in the query is written');
    assert.deepEqual(headers['sec-websocket-protocol'].split(/, ?/), ['tools', `ticket${n}`]);
  }
  assert.deepEqual([asked[0].url, asked[0].manual, asked[0].protocols], [template.url, 'm', ['tools']]);
});

test('a connection that is kept is not asked for again', async (t) => {
  const server = await startServer(t);
  let asked = 0;
  const protocol = newProtocol(t, { credentials: () => ({ headers: { N: String(++asked) } }) });
  for (let i = 0; i < 3; i += 1) await protocol.callTool(null, 'm.t', {}, server.template());
  assert.equal(asked, 1);
});

test('what was checked is what is used, whatever a getter says the next time', async (t) => {
  const server = await startServer(t);
  const once = (first, then) => {
    let reads = 0;
    return { enumerable: true, get: () => (reads++ === 0 ? first : then) };
  };
  const given = Object.defineProperties(
    {},
    {
      url: once(`${server.url}checked`, 'ws://tools.example/'),
      headers: once({ A: 'checked' }, { A: 'b\r\nHost: other' }),
      protocols: once(['checked'], ['a b']),
      query: once({ t: 'checked' }, { t: 7 }),
    },
  );
  const protocol = newProtocol(t, { credentials: () => given });
  await protocol.callTool(null, 'm.t', {}, server.template());
  const [{ url, headers }] = server.requests;
  assert.equal(url, '/checked?t=checked');
  assert.equal(headers.a, 'checked');
  assert.equal(headers['sec-websocket-protocol'], 'checked');
});

test('the URL may be given anew, within the rules for URLs', async (t) => {
  const server = await startServer(t);
  const template = server.template({ url: 'wss://tools.example/' });
  const moved = newProtocol(t, { credentials: () => ({ url: `${server.url}moved#part`, query: { t: '1' } }) });
  await moved.callTool(null, 'm.t', {}, template);
  assert.equal(server.requests[0].url, '/moved?t=1');
  const lost = newProtocol(t, { credentials: () => ({ url: 'ws://tools.example/?key=s3cret' }) });
  const error = await failure(lost.callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketSecurityError);
  assert.doesNotMatch(inspect(error), /s3cret/);
});

test('a URL that is a ticket as a whole is masked as a whole, in what the peer says of it', async (t) => {
  const server = await startServer(t, (socket, _text, { url }) => socket.close(4000, url));
  for (const place of ['?ticket-of-today', 'ticket-of-today']) {
    const credentials = () => ({ url: `${server.url}${place}` });
    const error = await failure(newProtocol(t, { credentials }).callTool(null, 'm.t', {}, server.template()));
    assert.match(error.reason, /^\/?\??\*\*\*$/);
  }
});

test('nothing given is nothing added', async (t) => {
  const server = await startServer(t);
  assert.equal(
    await newProtocol(t, { credentials: () => undefined }).callTool(null, 'm.t', {}, server.template()),
    '{}',
  );
});

test('what the source throws is the cause, at once and for all who wait', async (t) => {
  const server = await startServer(t);
  const cause = new Error('the vault is sealed');
  const protocol = newProtocol(t, { credentials: () => Promise.reject(cause) });
  const calls = [1, 2].map((n) => failure(protocol.callTool(null, 'm.t', { n }, server.template())));
  for (const error of await Promise.all(calls)) {
    assert.ok(error instanceof WebSocketAuthError);
    assert.equal(error.code, 'auth_failed');
    assert.match(error.message, /option credentials failed/);
    assert.equal(error.cause, cause);
  }
  assert.equal(server.opened, 0);
});

test('also an error of this library that the source passes on from elsewhere', async (t) => {
  const server = await startServer(t);
  const cause = await failure(newProtocol(t).callTool(null, 'm.t', {}, { url: 'ws://elsewhere.example/' }));
  const credentials = () => Promise.reject(cause);
  const error = await failure(newProtocol(t, { credentials }).callTool(null, 'm.t', {}, server.template()));
  assert.ok(error instanceof WebSocketAuthError);
  assert.equal(error.cause, cause);
});

for (const [given, what] of [
  [{ headers: { A: 's3cret\r\nB: b' } }, /credentials\.headers must be/],
  [{ headers: { A: 's3cret ' } }, /credentials\.headers must be .* no blanks at its ends/],
  [{ headers: { Host: 's3cret' } }, /credentials\.headers must be .* that the WebSocket handshake does not set itself/],
  [{ headers: { A: undefined } }, /credentials\.headers must be an object of strings/],
  [{ headers: 's3cret' }, /credentials\.headers must be/],
  [{ query: { a: 1 } }, /credentials\.query must be an object of strings/],
  [{ protocols: ['s3cret secret'] }, /credentials\.protocols must be/],
  [{ protocols: ['s3cret', 's3cret'] }, /credentials\.protocols must differ/],
  [{ url: 7 }, /credentials\.url must be a URL/],
  [{ url: '' }, /credentials\.url must be a URL/],
  [{ header: {} }, /credentials\.header is unknown; known are url, headers, query, protocols/],
  ['s3cret', /credentials must return an object/],
]) {
  test(`what it gives is checked: ${JSON.stringify(given)}`, async (t) => {
    const server = await startServer(t);
    const error = await failure(
      newProtocol(t, { credentials: () => given }).callTool(null, 'm.t', {}, server.template()),
    );
    assert.ok(error instanceof WebSocketAuthError);
    assert.match(error.cause.message, what);
    assert.doesNotMatch(inspect(error), /s3cret/);
    assert.equal(server.opened, 0);
  });
}

test('what is too large for the module is refused, and the module goes on', async (t) => {
  const server = await startServer(t);
  let size = 2 ** 25;
  const protocol = newProtocol(t, { credentials: () => ({ query: { a: 'x'.repeat(size) } }) });
  const error = await failure(protocol.callTool(null, 'm.t', {}, server.template()));
  assert.ok(error.cause instanceof TypeError);
  assert.match(error.cause.message, /the result of the option credentials is too large/);
  size = 3;
  await protocol.callTool(null, 'm.t', {}, exactly(server.template()));
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['/?a=xxx'],
  );
});

test('a host that cannot set headers says what it takes instead', async (t) => {
  const server = await startServer(t);
  const options = { canSetHeaders: false, WebSocket };
  const withHeader = newProtocol(t, { ...options, credentials: () => ({ headers: { A: 'a' } }) });
  const error = await failure(withHeader.callTool(null, 'm.t', {}, exactly(server.template())));
  assert.equal(error.code, 'auth_unsupported');
  assert.match(error.message, /query or protocols/);
  const withQuery = newProtocol(t, { ...options, credentials: () => ({ query: { key: 'k' } }) });
  await withQuery.callTool(null, 'm.t', {}, exactly(server.template()));
  assert.equal(server.requests[0].url, '/?key=k');
});

test('its time counts into connection_timeout, and its signal says when nobody waits any more', async (t) => {
  const server = await startServer(t);
  const aborted = deferred();
  const credentials = ({ signal }) => {
    signal.addEventListener('abort', () => aborted.resolve());
    return new Promise(() => {});
  };
  const protocol = newProtocol(t, { credentials });
  const call = protocol.callTool(null, 'm.t', {}, server.template({ connection_timeout: 0.05 }));
  assert.ok((await failure(call)) instanceof WebSocketTimeoutError);
  await aborted.promise;
});

test('an abort while it is asked', async (t) => {
  const server = await startServer(t);
  const given = deferred();
  const asked = deferred();
  const credentials = () => {
    asked.resolve();
    return given.promise;
  };
  const protocol = newProtocol(t, { credentials });
  const aborter = new AbortController();
  const call = failure(protocol.callTool(null, 'm.t', {}, server.template(), { signal: aborter.signal }));
  await asked.promise;
  aborter.abort('enough');
  assert.equal(await call, 'enough');
  given.resolve({});
  await protocol.close();
  assert.equal(server.opened, 0);
});

function deferred() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
