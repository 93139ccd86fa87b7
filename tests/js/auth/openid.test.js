// OAuth2 client credentials with a certified OpenID provider, and endpoints that verify its tokens; also over TLS.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketAuthError, WebSocketConnectionError } from '../../../js/api/index.js';
import { startOpenId } from '../../support/openid.js';
import { failure, newProtocol } from '../../support/server.js';
import { makeCertificate, trusting } from '../../support/tls.js';

const callWith = (protocol, template) => protocol.callTool(null, 'm.t', {}, template);

test('a JWT of the provider opens the connection; another scope has another token', async (t) => {
  const openId = await startOpenId(t);
  const endpoint = await openId.startEndpoint(t);
  const protocol = newProtocol(t, { WebSocket });
  for (const scope of ['read', 'read write', 'read']) {
    const template = endpoint.template({ auth: openId.auth({ scope }), keep_alive: false });
    assert.equal(await callWith(protocol, template), '{}');
    assert.equal(openId.verdicts.at(-1).scope, scope);
    assert.equal(openId.verdicts.at(-1).client_id, 'agent');
  }
  assert.equal(openId.issued, 2);
});

test('what the provider refuses says why', async (t) => {
  const openId = await startOpenId(t);
  const endpoint = await openId.startEndpoint(t);
  const protocol = newProtocol(t, { WebSocket });
  for (const [auth, words] of [
    [{ client_secret: 'wrong' }, /401: "invalid_client", "client authentication failed"/],
    [{ client_id: 'nobody' }, /401: "invalid_client"/],
    [{ scope: 'admin' }, /400: "invalid_scope"/],
    [{ token_url: `${openId.issuer}/nowhere` }, /nowhere answered with HTTP status 404/],
  ]) {
    const error = await failure(callWith(protocol, endpoint.template({ auth: openId.auth(auth) })));
    assert.ok(error instanceof WebSocketAuthError);
    assert.match(error.message, words);
  }
  assert.deepEqual(openId.verdicts, []);
});

test('a token that the endpoint does not take (scope) is replaced once, then the call rejects', async (t) => {
  const openId = await startOpenId(t);
  const endpoint = await openId.startEndpoint(t, 'write');
  const error = await failure(
    callWith(newProtocol(t, { WebSocket }), endpoint.template({ auth: openId.auth({ scope: 'read' }) })),
  );
  assert.equal(error.code, 'auth_failed');
  assert.equal(error.httpStatus, 401);
  assert.deepEqual(openId.verdicts, ['scope', 'scope']);
  assert.equal(openId.issued, 2);
});

test('no token that has expired reaches the endpoint', async (t) => {
  const openId = await startOpenId(t, { lifetime: 2 });
  const endpoint = await openId.startEndpoint(t);
  const protocol = newProtocol(t, { WebSocket });
  const template = endpoint.template({ auth: openId.auth({ scope: 'read' }), keep_alive: false });
  await callWith(protocol, template);
  const { exp } = openId.verdicts[0];
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 1000)); // its clock counts whole seconds
  await callWith(protocol, template);
  assert.equal(openId.verdicts[1].scope, 'read');
  assert.notEqual(openId.verdicts[1].jti, openId.verdicts[0].jti);
});

test('after the provider has changed its keys, a fresh token is fetched', async (t) => {
  const openId = await startOpenId(t);
  const endpoint = await openId.startEndpoint(t);
  const protocol = newProtocol(t, { WebSocket });
  const template = endpoint.template({ auth: openId.auth({ scope: 'read' }), keep_alive: false });
  await callWith(protocol, template);
  await openId.rotateKeys();
  assert.equal(await callWith(protocol, template), '{}');
  assert.deepEqual(
    openId.verdicts.map((verdict) => verdict.scope ?? verdict),
    ['read', 'ERR_JWKS_NO_MATCHING_KEY', 'read'],
  );
});

test('after the provider has revoked the token, a fresh one is fetched', async (t) => {
  const openId = await startOpenId(t, { format: 'opaque' });
  const endpoint = await openId.startEndpoint(t);
  const seen = [];
  const protocol = newProtocol(t, { WebSocket });
  protocol.addEventListener('token', ({ message }) => seen.push(message));
  let token;
  endpoint.wss.on('headers', (_, request) => {
    token = request.headers.authorization.slice('Bearer '.length);
  });
  const template = endpoint.template({ auth: openId.auth({ scope: 'read' }), keep_alive: false });
  await callWith(protocol, template);
  assert.equal((await openId.ask('/token/revocation', { token })).status, 200);
  assert.equal(await callWith(protocol, template), '{}');
  assert.deepEqual(
    openId.verdicts.map((verdict) => verdict.scope ?? verdict),
    ['read', 'inactive', 'read'],
  );
  assert.deepEqual(seen, ['a token was requested', 'a token arrived', 'a token was requested', 'a token arrived']);
});

test('over https: and wss:, with an authority that the host is given', async (t) => {
  const certificate = makeCertificate(t);
  const openId = await startOpenId(t, { certificate });
  const endpoint = await openId.startEndpoint(t);
  const template = endpoint.template({ auth: openId.auth({ scope: 'read' }) });
  assert.equal(await callWith(newProtocol(t, trusting(certificate.cert)), template), '{}');
  assert.equal(openId.verdicts[0].scope, 'read');
});

test('over TLS, a host that does not know the authority sends neither secret nor token', async (t) => {
  const certificate = makeCertificate(t);
  const openId = await startOpenId(t, { certificate });
  const endpoint = await openId.startEndpoint(t);
  const template = endpoint.template({ auth: openId.auth({ scope: 'read' }) });
  const strange = await failure(callWith(newProtocol(t, { WebSocket, retry: false }), template));
  assert.equal(strange.code, 'token_unavailable');
  assert.match(strange.message, /could not be reached/);
  assert.equal(openId.issued, 0);
  const { fetch } = trusting(certificate.cert);
  const half = await failure(callWith(newProtocol(t, { WebSocket, fetch, retry: false }), template));
  assert.ok(half instanceof WebSocketConnectionError);
  assert.equal(half.cause.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  assert.deepEqual(openId.verdicts, []);
});

test('over TLS in a process of its own, with NODE_EXTRA_CA_CERTS alone', async (t) => {
  const certificate = makeCertificate(t);
  const openId = await startOpenId(t, { certificate });
  const endpoint = await openId.startEndpoint(t);
  const template = endpoint.template({ auth: openId.auth({ scope: 'read' }) });
  const code = `import { WebSocketCommunicationProtocol } from ${JSON.stringify(new URL('../../../js/api/index.js', import.meta.url))};
    const protocol = new WebSocketCommunicationProtocol();
    console.log(await protocol.callTool(null, 'm.t', { a: 1 }, ${JSON.stringify(template)}));
    await protocol.close();`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate.file };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  await once(child, 'close');
  assert.equal(output, '{"a":1}\n');
});
