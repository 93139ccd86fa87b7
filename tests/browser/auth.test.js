// Authentication in pages of real browsers, against servers that check what arrives.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, callInPage, startPages } from '../support/pages.js';
import { startServer } from '../support/server.js';
import { client, startTokenServer } from '../support/tokens.js';

const key = 'kéy-ключ+/=&';
const apiKey = (fields) => ({ auth_type: 'api_key', api_key: key, ...fields });
const user = { auth_type: 'oauth2_user', access_token: 'user-token' };
const queryOf = ({ url }, name) => new URL(url, 'ws://x').searchParams.get(name);
const offeredTo = ({ headers }) => (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());

for (const [name, start] of Object.entries(browsers)) {
  describe(name, () => {
    /** @type {Awaited<ReturnType<typeof browsers.Chromium>>} */
    let browser;
    /** @type {Awaited<ReturnType<typeof startPages>>} */
    let pages;

    before(async () => {
      [browser, pages] = await Promise.all([start(), startPages()]);
    });
    after(() => Promise.all([browser?.close(), pages?.close()]));

    /** Makes calls in a new page. */
    async function inPage(t, what) {
      const page = await browser.open(pages.url);
      t.after(() => page.close());
      return callInPage(page, what);
    }

    /** One call to a server that takes what `isValid` says, and picks the subprotocol `tools`. */
    async function callOnce(t, isValid, fields, options) {
      const server = await startServer(t, undefined, {
        verify: (request) => (isValid(request) ? undefined : 401),
        handleProtocols: (offered) => (offered.has('tools') ? 'tools' : false),
      });
      const template = server.template(fields);
      const [outcome] = await inPage(t, { options, calls: [{ template, args: { a: 1 } }] });
      return { ...outcome, server };
    }

    for (const [what, fields, words] of [
      ['api_key in a header', { auth: { auth_type: 'api_key', api_key: 'kéy' } }, /\(X-Api-Key\)/],
      ['api_key in a cookie', { auth: { auth_type: 'api_key', api_key: 'k', location: 'cookie' } }, /\(Cookie\)/],
      ['basic', { auth: { auth_type: 'basic', username: 'u', password: key } }, /\(Authorization\)/],
      ['oauth2_user', { auth: user }, /\(Authorization\)/],
      ['oauth2', { auth: { auth_type: 'oauth2', token_url: 'http://127.0.0.1:1/', ...client } }, /\(Authorization\)/],
      ['headers', { headers: { 'X-Own': 'a' } }, /\(X-Own\)/],
      ['header_fields', { header_fields: ['a'] }, /\(a\)/],
    ]) {
      test(`${what}: an error that names the ways out, and nothing is opened`, async (t) => {
        const { error, server } = await callOnce(t, () => true, fields);
        assert.equal(error.name, 'WebSocketAuthError');
        assert.equal(error.code, 'auth_unsupported');
        for (const way of ['location "query"', 'connect_message', 'cookie of the page', 'server']) {
          assert.ok(error.message.includes(way), error.message);
        }
        const canMove = ['api_key in a header', 'oauth2_user', 'oauth2'].includes(what);
        assert.equal(error.message.includes('browserAuth'), canMove, error.message);
        assert.match(error.message, words);
        assert.equal(server.requests.length, 0);
      });
    }

    test('api_key in the query', async (t) => {
      const auth = apiKey({ location: 'query', var_name: 'the key' });
      const { result } = await callOnce(t, (request) => queryOf(request, 'the key') === key, { auth });
      assert.equal(result, '{"a":1}');
    });

    for (const [what, auth, parameter, value] of [
      ['api_key', { auth_type: 'api_key', api_key: 'kéy+/=&' }, 'X-Api-Key', 'kéy+/=&'],
      ['oauth2_user', user, 'access_token', 'user-token'],
    ]) {
      test(`browserAuth "query" with ${what}`, async (t) => {
        const isValid = (request) => queryOf(request, parameter) === value;
        const { result } = await callOnce(t, isValid, { auth }, { browserAuth: 'query' });
        assert.equal(result, '{"a":1}');
      });

      for (const [subprotocolPrefix, before] of [
        [undefined, 'base64url.bearer.authorization.'],
        ['own-', 'own-'],
      ]) {
        test(`browserAuth "subprotocol" with ${what} after ${before}`, async (t) => {
          const isValid = (request) => {
            const [protocol, credential] = offeredTo(request);
            const decoded = Buffer.from(credential?.slice(before.length) ?? '', 'base64url').toString();
            return protocol === 'tools' && credential.startsWith(before) && decoded === value;
          };
          const options = { browserAuth: 'subprotocol', subprotocolPrefix };
          const { result } = await callOnce(t, isValid, { auth, protocol: 'tools' }, options);
          assert.equal(result, '{"a":1}');
        });
      }
    }

    for (const ways of ['body', 'basic']) {
      test(`oauth2 (credentials by ${ways}) with browserAuth "query", from a token endpoint that allows pages`, async (t) => {
        const tokens = await startTokenServer(t, { cors: true, ways: [ways] });
        const isValid = (request) => queryOf(request, 'access_token') === 'token-1';
        const { result } = await callOnce(t, isValid, { auth: tokens.auth() }, { browserAuth: 'query' });
        assert.equal(result, '{"a":1}');
      });
    }

    test('oauth2 from a token endpoint that does not allow pages, and from one that redirects', async (t) => {
      for (const [answer, words] of [
        [undefined, /could not be reached/],
        [(response) => response.writeHead(307, { location: '/other' }).end(), /302: redirects are refused/],
      ]) {
        const tokens = await startTokenServer(t, { answer, cors: answer !== undefined });
        const options = { browserAuth: 'query', retry: false };
        const { error, server } = await callOnce(t, () => true, { auth: tokens.auth() }, options);
        assert.match(error.message, words);
        assert.equal(tokens.requests.length, 1);
        assert.equal(server.requests.length, 0);
      }
    });

    test('connect_message: taken, and refused', async (t) => {
      const server = await startServer(t, (socket, text) => {
        const { token } = JSON.parse(text);
        if (token === undefined) socket.send(text);
        else if (token === key) socket.send('{"type":"welcome"}');
        else socket.close(4401, 'unauthorized');
      });
      const template = server.template({ connect_message: { token: key }, connect_ack: { type: 'welcome' } });
      const wrong = { ...template, connect_message: { token: 'wrong-key' } };
      const calls = [{ template }, { template }, { template: wrong }];
      const [first, second, { error }] = await inPage(t, { calls });
      assert.deepEqual([first, second], [{ result: '{}' }, { result: '{}' }]);
      assert.equal(error.code, 'auth_failed');
      assert.match(error.message, /4401.*check connect_message/);
      assert.ok(!error.all.includes('wrong-key'));
      assert.equal(server.opened, 2);
    });

    test('the cookie of the page', async (t) => {
      pages.cookies = ['session=c00kie; HttpOnly; SameSite=Strict'];
      t.after(() => {
        pages.cookies = ['session=; Max-Age=0'];
      });
      const { result } = await callOnce(t, ({ headers }) => headers.cookie === 'session=c00kie', {});
      assert.equal(result, '{"a":1}');
    });

    test('a ticket of the option credentials for each opening', async (t) => {
      const open = new Set(['t1', 't2', 't3']);
      const server = await startServer(t, undefined, {
        verify: (request) => (open.delete(queryOf(request, 'ticket')) ? undefined : 401),
      });
      const template = server.template({ keep_alive: false });
      const calls = [{ template }, { template }];
      const outcomes = await inPage(t, { given: [{ query: { ticket: 't1' } }, { query: { ticket: 't2' } }], calls });
      assert.deepEqual(outcomes, [{ result: '{}' }, { result: '{}' }]);
      assert.deepEqual([...open], ['t3']);
    });

    test('subprotocol and URL of the option credentials; no headers', async (t) => {
      const server = await startServer(t, undefined, { handleProtocols: (offered) => [...offered][0] });
      const template = server.template({ protocol: 'tools', keep_alive: false });
      const given = [
        { protocols: ['ticket.t1'] },
        { url: `${server.url}signed?ticket=t2` },
        { headers: { 'X-Key': 't3' } },
      ];
      const [first, second, { error }] = await inPage(t, { given, calls: given.map(() => ({ template })) });
      assert.deepEqual([first, second], [{ result: '{}' }, { result: '{}' }]);
      assert.deepEqual(offeredTo(server.requests[0]), ['tools', 'ticket.t1']);
      assert.equal(server.requests[1].url, '/signed?ticket=t2');
      assert.equal(error.code, 'auth_unsupported');
      assert.equal(server.requests.length, 2);
    });

    for (const [what, auth, options, secret] of [
      ['the query', apiKey({ api_key: 'wr0ng', location: 'query' }), {}, 'wr0ng'],
      ['browserAuth "query"', { ...user, access_token: 'wr0ng' }, { browserAuth: 'query' }, 'wr0ng'],
      ['browserAuth "subprotocol"', apiKey({ api_key: 'wr0ng' }), { browserAuth: 'subprotocol' }, 'd3Iwbmc'],
    ]) {
      test(`a refusal of what is in ${what} looks like any failed opening, and shows no secret`, async (t) => {
        const { error, server } = await callOnce(
          t,
          () => false,
          { auth, protocol: 'tools' },
          { ...options, retry: false },
        );
        assert.equal(error.code, 'connection_failed');
        assert.ok(!error.all.includes(secret), error.all);
        assert.equal(server.requests.length, 1);
      });
    }
  });
}
