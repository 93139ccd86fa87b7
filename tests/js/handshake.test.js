// The opening handshake: headers, credentials, subprotocols, refusals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketAuthError, WebSocketConnectionError, WebSocketProtocolError } from '../../js/api/index.js';
import { exactly } from '../support/secrets.js';
import { failure, newProtocol, startServer } from '../support/server.js';

test("headers of the template and of the options arrive; the template's win", async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { headers: { 'X-Both': 'option', 'X-Option': 'o' } });
  await protocol.callTool(null, 'm.t', {}, server.template({ headers: { 'x-both': 'template', 'X-Own': 'Größe' } }));
  const { headers } = server.requests[0];
  assert.equal(headers['x-both'], 'template');
  assert.equal(headers['x-option'], 'o');
  assert.equal(headers['x-own'], 'Größe');
});

test('header_fields arrive as headers and stay in the message', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({ header_fields: ['X-Tenant', 'X-Count', 'X-Absent'] });
  const args = { 'X-Tenant': 'acme', 'X-Count': 7, other: true };
  assert.equal(await protocol.callTool(null, 'm.t', args, template), '{"X-Tenant":"acme","X-Count":7,"other":true}');
  const { headers } = server.requests[0];
  assert.equal(headers['x-tenant'], 'acme');
  assert.equal(headers['x-count'], '7');
  assert.ok(!('x-absent' in headers));
  await protocol.callTool(null, 'm.t', { ...args, 'X-Tenant': 'other' }, template);
  assert.equal(server.requests[1].headers['x-tenant'], 'other');
  assert.equal(server.opened, 2);
});

test('an argument cannot break out of its header', async (t) => {
  const server = await startServer(t);
  const call = newProtocol(t).callTool(
    null,
    'm.t',
    { 'X-A': 'a\r\nX-B: b' },
    server.template({ header_fields: ['X-A'] }),
  );
  const error = await failure(call);
  assert.equal(error.code, 'invalid_argument');
  assert.equal(error.field, 'X-A');
  assert.equal(server.opened, 0);
});

for (const [location, arrived] of [
  ['header', ({ headers }) => headers['x-key']],
  ['query', ({ url }) => new URL(url, 'ws://x').searchParams.get('X-Key')],
  ['cookie', ({ headers }) => /X-Key=([^;]*)/.exec(headers.cookie)?.[1]],
]) {
  test(`api_key in ${location} really arrives`, async (t) => {
    const server = await startServer(t);
    const auth = { auth_type: 'api_key', api_key: 's3cret+/=', var_name: 'X-Key', location };
    await newProtocol(t).callTool(null, 'm.t', {}, server.template({ url: `${server.url}path?a=1`, auth }));
    assert.equal(decodeURIComponent(arrived(server.requests[0])), 's3cret+/=');
    assert.match(server.requests[0].url, /^\/path\?a=1/);
  });
}

test('basic arrives, in UTF-8', async (t) => {
  const server = await startServer(t);
  const auth = { auth_type: 'basic', username: 'jürgen', password: 'pä:ss' };
  await newProtocol(t).callTool(null, 'm.t', {}, server.template({ auth }));
  const [scheme, value] = server.requests[0].headers.authorization.split(' ');
  assert.equal(scheme, 'Basic');
  assert.equal(Buffer.from(value, 'base64').toString(), 'jürgen:pä:ss');
});

test('oauth2_user sends the ready token', async (t) => {
  const server = await startServer(t);
  const auth = { auth_type: 'oauth2_user', access_token: 'tok' };
  await newProtocol(t).callTool(null, 'm.t', {}, server.template({ auth }));
  assert.equal(server.requests[0].headers.authorization, 'Bearer tok');
});

test('a refused credential is a WebSocketAuthError with the status, after one attempt', async (t) => {
  for (const status of [401, 403]) {
    const server = await startServer(t, undefined, { verify: () => status });
    const auth = { auth_type: 'api_key', api_key: 'planted-secret', location: 'query', var_name: 'k' };
    const call = newProtocol(t, { WebSocket }).callTool(null, 'm.t', {}, server.template({ auth }));
    const error = await failure(call);
    assert.ok(error instanceof WebSocketAuthError, String(error));
    assert.ok(error instanceof WebSocketConnectionError);
    assert.equal(error.httpStatus, status);
    assert.equal(server.requests.length, 1);
    assert.ok(!`${error.stack}`.includes('planted-secret'));
  }
});

test('another refusal (404) says so, and is not tried again; 503 is', async (t) => {
  const gone = await startServer(t, undefined, { verify: () => 404 });
  const error = await failure(newProtocol(t, { WebSocket }).callTool(null, 'm.t', {}, gone.template()));
  assert.equal(error.code, 'handshake_refused');
  assert.equal(error.httpStatus, 404);
  assert.equal(gone.requests.length, 1);

  let first = true;
  const busy = await startServer(t, undefined, {
    verify: () => {
      const status = first ? 503 : undefined;
      first = false;
      return status;
    },
  });
  const protocol = newProtocol(t, { WebSocket, retry: { baseDelay: 0.01, maxDelay: 0.01 } });
  assert.equal(await protocol.callTool(null, 'm.t', {}, busy.template()), '{}');
  assert.equal(busy.requests.length, 2);
});

test('the subprotocol is offered and checked', async (t) => {
  const server = await startServer(t, undefined, { handleProtocols: (offered) => [...offered][0] });
  await newProtocol(t).callTool(null, 'm.t', {}, server.template({ protocol: 'graphql-transport-ws' }));
  assert.equal(server.requests[0].headers['sec-websocket-protocol'], 'graphql-transport-ws');
});

test('subprotocol and headers go together', async (t) => {
  const server = await startServer(t);
  const template = server.template({ protocol: 'v1.chat', headers: { 'X-A': 'b' } });
  await newProtocol(t).callTool(null, 'm.t', {}, template);
  assert.equal(server.requests[0].headers['sec-websocket-protocol'], 'v1.chat');
  assert.equal(server.requests[0].headers['x-a'], 'b');
});

test('a peer that does not choose the subprotocol is refused, also where the host accepts it', async (t) => {
  const server = await startServer(t);
  /** As Firefox, Deno and workerd do. */
  const Lenient = new Proxy(WebSocket, { construct: (Real, [url]) => new Real(url) });
  const call = newProtocol(t, { WebSocket: Lenient }).callTool(
    null,
    'm.t',
    {},
    server.template({ protocol: 'v1.chat' }),
  );
  const error = await failure(call);
  assert.ok(error instanceof WebSocketProtocolError, String(error));
  assert.equal(error.code, 'subprotocol_mismatch');
});

test('a host that cannot set headers refuses before anything is opened, and names ways out', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { canSetHeaders: false });
  const auth = { auth_type: 'api_key', api_key: 'planted-secret' };
  const error = await failure(protocol.callTool(null, 'm.t', {}, exactly(server.template({ auth }))));
  assert.ok(error instanceof WebSocketAuthError);
  assert.equal(error.code, 'auth_unsupported');
  assert.equal(error.fault, 'host');
  assert.match(error.message, /query/);
  assert.match(error.message, /connect_message/);
  assert.ok(!error.message.includes('planted-secret'));
  assert.equal(server.requests.length, 0);
  const inQuery = exactly(server.template({ auth: { ...auth, location: 'query' } }));
  assert.equal(await protocol.callTool(null, 'm.t', {}, inQuery), '{}');
});

test("without headers, the host's WebSocket gets none of our options, but for those that `ws` knows", async (t) => {
  const server = await startServer(t);
  const seen = [];
  class Spy extends WebSocket {
    constructor(...args) {
      super(...args);
      seen.push(args);
    }
  }
  class Plain extends Spy {}
  Plain.prototype.terminate = undefined;
  for (const one of [Spy, Plain]) {
    const protocol = newProtocol(t, { WebSocket: one, limits: { frameBytes: 1000 } });
    await protocol.callTool(null, 'm.t', {}, exactly(server.template()));
  }
  const forWs = { protocols: [], headers: {}, maxPayload: 3000, autoSelectFamilyAttemptTimeout: 2000 };
  assert.deepEqual(seen, [[server.url, forWs], [server.url]]);
});

test('a constructor that throws is not tried again', async (t) => {
  class Broken {
    constructor() {
      throw new SyntaxError('refused by the host');
    }
  }
  const protocol = newProtocol(t, { WebSocket: Broken });
  const error = await failure(
    protocol.callTool(null, 'm.t', {}, { call_template_type: 'websocket', url: 'ws://localhost/' }),
  );
  assert.equal(error.code, 'websocket_unavailable');
  assert.match(error.message, /the host refuses to open it \(refused by the host\)$/);
  assert.equal(error.cause.message, 'refused by the host');
});

for (const name of ['Host', 'host', 'Connection', 'TE', 'Sec-WebSocket-Protocol', 'Expect']) {
  test(`the header ${name} is nobody's to set: not the template's, an argument's, the options', nor what credentials give`, async (t) => {
    const server = await startServer(t);
    const headers = { [name]: 'elsewhere.example' };
    const call = (protocol, fields) => failure(protocol.callTool(null, 'm.t', {}, server.template(fields)));
    assert.equal((await call(newProtocol(t), { headers })).code, 'invalid_call_template');
    assert.equal((await call(newProtocol(t), { header_fields: [name] })).code, 'invalid_call_template');
    const auth = { auth_type: 'api_key', api_key: 'a', var_name: name };
    assert.equal((await call(newProtocol(t), { auth })).code, 'invalid_call_template');
    assert.throws(() => newProtocol(t, { headers }), TypeError);
    const given = await call(newProtocol(t, { credentials: () => ({ headers }) }), {});
    assert.equal(given.code, 'auth_failed');
    assert.match(given.cause.message, /credentials\.headers/);
    assert.equal(server.requests.length, 0);
  });
}
