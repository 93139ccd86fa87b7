// What templates put into the handshake arrives as it is, and what could break out of it is refused before a socket is opened.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CallTemplateError } from '../../../js/api/index.js';
import { failure, newProtocol, startServer } from '../../support/server.js';
import { startTokenServer } from '../../support/tokens.js';

const queryOf = ({ url }, name) => new URL(url, 'ws://x').searchParams.get(name);
const key = (api_key, location, var_name = 'X-Key') => ({ auth_type: 'api_key', api_key, location, var_name });

for (const [what, auth, arrived, expected] of [
  ['api_key in a header', key('kéy ÿ:"\\', 'header'), (r) => r.headers['x-key'], 'kéy ÿ:"\\'],
  ['api_key by its default', { auth_type: 'api_key', api_key: 'k' }, (r) => r.headers['x-api-key'], 'k'],
  [
    'api_key in the query',
    key('ключ 🔑+%&=#?/\r\n\0', 'query', 'the key'),
    (r) => queryOf(r, 'the key'),
    'ключ 🔑+%&=#?/\r\n\0',
  ],
  ['api_key in a cookie', key('a+b/c==!', 'cookie', 'sid'), (r) => r.headers.cookie, 'sid=a+b/c==!'],
  ['basic', { auth_type: 'basic', username: 'jürgen 名', password: 'p:ä🔑' }, (r) => decodeBasic(r), 'jürgen 名:p:ä🔑'],
  ['oauth2_user', { auth_type: 'oauth2_user', access_token: 'a.b-c' }, (r) => r.headers.authorization, 'Bearer a.b-c'],
  [
    'oauth2_user with a header and prefix of its own',
    { auth_type: 'oauth2_user', access_token: 'a', var_name: 'X-Token', prefix: 'Tökén ' },
    (r) => r.headers['x-token'],
    'Tökén a',
  ],
]) {
  test(`${what} arrives`, async (t) => {
    const server = await startServer(t);
    const template = server.template({ url: `${server.url}path?a=1`, headers: { Cookie: 'own=1' }, auth });
    await newProtocol(t).callTool(null, 'm.t', {}, template);
    const [request] = server.requests;
    assert.equal(what.includes('cookie') ? arrived(request).replace('own=1; ', '') : arrived(request), expected);
    assert.equal(queryOf(request, 'a'), '1');
    assert.match(request.headers.cookie, /^own=1/);
  });
}

const breaks = {
  CR: 'a\rb',
  LF: 'a\nX-Evil: 1',
  CRLF: 'a\r\n\r\nGET / HTTP/1.1',
  NUL: 'a\0b',
  DEL: 'a\x7fb',
  'U+0424': 'aФ',
};
const user = (fields) => ({ auth: { auth_type: 'oauth2_user', access_token: 'a', ...fields } });

for (const [field, make] of [
  ['headers.X-A', (value) => ({ headers: { 'X-A': value } })],
  ['headers', (value) => ({ headers: { [value]: 'a' } })],
  ['auth.api_key', (value) => ({ auth: key(value, 'header') })],
  ['auth.api_key', (value) => ({ auth: key(value, 'cookie') })],
  ['auth.var_name', (value) => ({ auth: key('a', 'header', value) })],
  ['auth.var_name', (value) => ({ auth: key('a', 'cookie', value) })],
  ['auth.access_token', (value) => user({ access_token: value })],
  ['auth.var_name', (value) => user({ var_name: value })],
  ['auth.prefix', (value) => user({ prefix: value })],
  ['protocol', (value) => ({ protocol: value })],
]) {
  for (const [name, value] of Object.entries(breaks)) {
    test(`${name} in ${inspect(make('…').auth ?? field, { breakLength: Infinity })} is refused`, async (t) => {
      const server = await startServer(t);
      const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template(make(value))));
      assert.ok(error instanceof CallTemplateError, String(error));
      assert.equal(error.field, field);
      assert.equal(server.requests.length, 0);
    });
  }
}

for (const [name, value] of Object.entries(breaks).filter(([name]) => name !== 'U+0424')) {
  for (const field of ['username', 'password']) {
    test(`${name} in basic's ${field} is refused`, async (t) => {
      const server = await startServer(t);
      const auth = { auth_type: 'basic', username: 'u', password: 'p', [field]: value };
      const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template({ auth })));
      assert.ok(error instanceof CallTemplateError, String(error));
      assert.equal(error.field, `auth.${field}`);
      assert.equal(server.requests.length, 0);
    });
  }

  test(`${name} in an argument that is a header is refused`, async (t) => {
    const server = await startServer(t);
    const template = server.template({ header_fields: ['X-A'] });
    const error = await failure(newProtocol(t).callTool(null, 'm.t', { 'X-A': value }, template));
    assert.equal(error.code, 'invalid_argument');
    assert.equal(server.requests.length, 0);
  });

  test(`${name} in a header of the options or of the option credentials is refused`, async (t) => {
    const server = await startServer(t);
    assert.throws(() => newProtocol(t, { headers: { 'X-A': value } }), TypeError);
    const protocol = newProtocol(t, { credentials: () => ({ headers: { 'X-A': value } }) });
    const error = await failure(protocol.callTool(null, 'm.t', {}, server.template()));
    assert.equal(error.code, 'auth_failed');
    assert.equal(server.requests.length, 0);
  });

  test(`${name} in the credential of oauth2 is only text: it adds no parameter and no header`, async (t) => {
    const tokens = await startTokenServer(t);
    const server = await startServer(t);
    const auth = tokens.auth({ client_id: value, client_secret: `${value}&scope=all`, scope: value });
    const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template({ auth })));
    assert.equal(error.code, 'auth_failed');
    const [body, basic] = tokens.requests;
    assert.deepEqual(body.form.getAll('scope'), [value]);
    assert.equal(body.form.get('client_secret'), `${value}&scope=all`);
    assert.match(Buffer.from(basic.headers.authorization.slice(6), 'base64').toString(), /^[\w%*.:+-]+$/);
    assert.equal(server.requests.length, 0);
  });
}

test('a token URL is https:, or http: to this machine', async (t) => {
  const server = await startServer(t);
  for (const token_url of [
    'http://login.example/t',
    'https://u:p@login.example/t',
    'https:login.example',
    'ftp://x/',
    '',
    7,
  ]) {
    const auth = { auth_type: 'oauth2', token_url, client_id: 'c', client_secret: 's' };
    const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template({ auth })));
    assert.equal(error.field, 'auth.token_url', String(token_url));
  }
  assert.equal(server.requests.length, 0);
});

function decodeBasic({ headers }) {
  const [scheme, value] = headers.authorization.split(' ');
  assert.equal(scheme, 'Basic');
  return Buffer.from(value, 'base64').toString();
}
