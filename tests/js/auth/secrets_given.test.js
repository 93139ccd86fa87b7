// No secret comes out of the library where what it is given is wrong: templates, options, the option credentials, answers of token
// endpoints, a `fetch` and a `WebSocket` of the user's that speak too freely.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { WebSocket } from 'ws';
import { parseManual, ready, validateCallTemplate, WebSocketCommunicationProtocol } from '../../../js/api/index.js';
import { SecretWatch } from '../../support/secrets.js';
import { failure, newProtocol, startServer } from '../../support/server.js';
import { sendJson, startTokenServer } from '../../support/tokens.js';

const secret = 'pl4nted-S3cret';
const bad = `${secret}\r\nü€`;
const user = { auth_type: 'oauth2_user', access_token: secret };
const basic = { auth_type: 'basic', username: 'u', password: secret };
const oauth2 = { auth_type: 'oauth2', token_url: 'https://login.example/t', client_id: 'c', client_secret: secret };

const templates = [
  { auth: secret },
  { auth: [secret] },
  { auth: { auth_type: 'api_key', api_key: bad } },
  { auth: { auth_type: 'api_key', api_key: [secret] } },
  { auth: { auth_type: 'api_key', api_key: { a: secret } } },
  { auth: { auth_type: 'api_key', api_key: bad, location: 'cookie' } },
  { auth: { auth_type: 'api_key', api_key: secret, location: 'body' } },
  { auth: { auth_type: 'api_key', api_key: secret, var_name: 7 } },
  { auth: { auth_type: 'API_KEY', api_key: secret } },
  { auth: { api_key: secret } },
  { auth: { ...basic, password: bad } },
  { auth: { ...basic, password: 7 }, headers: { A: secret } },
  { auth: { ...basic, username: `${secret}:a` } },
  { auth: { ...basic, username: [secret] } },
  { auth: { ...user, access_token: bad } },
  { auth: { ...user, access_token: [secret] } },
  { auth: { ...user, prefix: bad } },
  { auth: { ...user, prefix: [secret] } },
  { auth: { ...user, var_name: 'a b' } },
  { auth: { ...oauth2, token_url: `http://login.example/?key=${secret}` } },
  { auth: { ...oauth2, token_url: `https://u:${secret}@login.example/` } },
  { auth: { ...oauth2, token_url: `login.example?${secret}` } },
  { auth: { ...oauth2, client_id: [secret] } },
  { auth: { ...oauth2, client_secret: [secret] } },
  { auth: { ...oauth2, scope: 7 } },
  { headers: secret },
  { headers: [secret] },
  { headers: { A: bad } },
  { headers: { A: [secret] } },
  { headers: { Connection: secret } },
  { url: `ws://tools.example/?key=${secret}` },
  { url: `wss://u:${secret}@tools.example/` },
  { url: `wss://${secret}@tools.example/` },
  { url: `wss:tools.example?key=${secret}` },
  { url: `https://tools.example/?key=${secret}` },
  { url: `wss://tools.example/ ?key=${secret}` },
  { url: [secret] },
  { timeout: 0, url: `wss://tools.example/?key=${secret}#${secret}` },
  { connect_message: 7, auth: user },
  { connect_message: [[secret]] },
  { connect_ack: secret },
  { ping_message: [secret] },
];

describe('a call template that is wrong', () => {
  for (const fields of templates) {
    test(inspect(fields, { breakLength: Number.POSITIVE_INFINITY, depth: 3 }), async (t) => {
      const watch = new SecretWatch(t, [secret]);
      const protocol = watch.listen(newProtocol(t, { WebSocket, retry: false }));
      const template = { call_template_type: 'websocket', name: 'm', url: 'ws://127.0.0.1:1/', ...fields };
      const error = await watch.follow(protocol, protocol.callTool(null, 'm.t', {}, template));
      assert.ok(error);
      const { errors } = await protocol.registerManual(null, template);
      watch.see('errors', errors);
      await ready();
      watch.see('validateCallTemplate', await failure((async () => validateCallTemplate(template).none)()));
      const tool = { name: 't', tool_call_template: template };
      watch.see('parseManual', await failure((async () => parseManual({ tools: [tool, 7, tool] }).none)()));
      watch.check('template');
    });
  }
});

describe('options that are wrong', () => {
  for (const options of [
    { headers: { A: bad } },
    { headers: secret },
    { headers: [secret] },
    { headers: { 'a b': secret } },
    { browserAuth: 'header', headers: { A: secret } },
    { credentials: { headers: { A: secret } } },
    { fetch: { token: secret } },
  ]) {
    test(inspect(options), (t) => {
      const watch = new SecretWatch(t, [secret]);
      assert.throws(
        () => new WebSocketCommunicationProtocol(options),
        (error) => {
          watch.see('error', error);
          return error instanceof TypeError;
        },
      );
      watch.check('options');
    });
  }
});

describe('the result of the option credentials is wrong', () => {
  for (const given of [
    secret,
    [secret],
    { headers: { A: bad } },
    { headers: [secret] },
    { headers: { 'a b': secret } },
    { query: { key: [secret] } },
    { query: secret },
    { protocols: secret },
    { protocols: [bad] },
    { protocols: [secret, secret] },
    { url: `ws://tools.example/?key=${secret}` },
    { url: `wss://u:${secret}@tools.example/` },
    { url: [secret] },
    { token: secret },
  ]) {
    test(inspect(given), async (t) => {
      const watch = new SecretWatch(t, [secret]);
      const server = await startServer(t);
      const protocol = watch.listen(newProtocol(t, { WebSocket, credentials: () => given }));
      const error = await watch.follow(protocol, protocol.callTool(null, 'm.t', {}, server.template({ timeout: 0.3 })));
      assert.ok(error);
      assert.notEqual(error.code, 'connection_failed', 'nothing is tried with it');
      assert.equal(server.requests.length, 0);
      watch.check('credentials');
    });
  }
});

describe('a token endpoint that answers wrongly', () => {
  const token = 'pl4nted-t0ken';
  for (const [status, answer] of [
    [200, { access_token: `${token}\r\n` }],
    [200, { access_token: [token] }],
    [200, { access_token: token, token_type: 'DPoP' }],
    [200, `access_token=${token}`],
    [200, `<html>${token}`],
    [200, `"${token}"`],
    [400, { access_token: token, error: 'invalid_request' }],
    [400, `<html>${token}`],
    [302, { access_token: token }],
    [500, { access_token: token }],
    [500, token],
  ]) {
    test(`${status} ${inspect(answer)}`, async (t) => {
      const watch = new SecretWatch(t, [secret, token]);
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      const tokens = await startTokenServer(t, {
        answer: (response) => response.writeHead(status, { location: `http://127.0.0.1:1/${token}` }).end(text),
      });
      const server = await startServer(t);
      const auth = tokens.auth({ client_secret: secret, token_url: `${tokens.url}?key=${secret}` });
      const protocol = watch.listen(newProtocol(t, { retry: false }));
      assert.ok(await watch.follow(protocol, protocol.callTool(null, 'm.t', {}, server.template({ auth }))));
      watch.check('answer');
    });
  }

  test('an answer that does not come, then one that is cut off', async (t) => {
    for (const answer of [
      () => {},
      (response) => response.writeHead(200, { 'content-length': 99 }).write(token, () => response.destroy()),
    ]) {
      const watch = new SecretWatch(t, [secret, token]);
      const tokens = await startTokenServer(t, { answer });
      const server = await startServer(t);
      const template = server.template({ auth: tokens.auth({ client_secret: secret }), timeout: 0.1 });
      const protocol = watch.listen(newProtocol(t));
      assert.ok(await watch.follow(protocol, protocol.callTool(null, 'm.t', {}, template)));
      watch.check('answer');
    }
  });
});

test('a fetch that tells in its error what it was given', async (t) => {
  const watch = new SecretWatch(t, [secret]);
  const server = await startServer(t);
  const fetch = (url, init) => Promise.reject(new Error(`${url} ${inspect(init)}`));
  const protocol = watch.listen(newProtocol(t, { fetch, retry: false }));
  assert.ok(await watch.follow(protocol, protocol.callTool(null, 'm.t', {}, server.template({ auth: oauth2 }))));
  watch.check('fetch');
});

test('what is kept while calls are in flight is not to be seen from outside', async (t) => {
  const watch = new SecretWatch(t, [secret, 'token-1']);
  const tokens = await startTokenServer(t, {
    answer: (response, _, server) => sendJson(response, 200, server.issueToken()),
  });
  const server = await startServer(t, () => {});
  const aborter = new AbortController();
  const protocol = watch.listen(
    newProtocol(t, { headers: { 'X-Key': secret }, credentials: () => ({ query: { key: secret } }) }),
  );
  const template = server.template({
    auth: tokens.auth({ client_secret: secret }),
    connect_message: { token: secret },
  });
  const { signal } = aborter;
  const calls = [protocol.callTool(null, 'm.t', { secret }, template, { signal })];
  const stream = protocol.callToolStreaming(null, 'm.t', { secret }, template, { signal });
  calls.push(stream.next());
  const ended = Promise.allSettled(calls);
  await server.until(() => server.received.filter((text) => text.includes('"secret"')).length === 2);
  watch.see('protocol', protocol);
  watch.see('stream', stream);
  watch.see('calls', calls);
  aborter.abort('enough');
  await ended;
  watch.see('protocol', protocol);
  watch.check('inside');
});
