// The contract on credentials that travel without handshake headers: in the URL, as a subprotocol, as the first message.
import { equal, fails, ok, same } from './assert.js';

const user = { auth_type: 'oauth2_user', access_token: 'user-token' };

/** Where a bearer token has arrived: in a header where the host can set them, else where `browserAuth` puts it. */
async function bearerOf(bench, endpoint, elsewhere) {
  const [request] = (await endpoint.seen()).requests;
  if (bench.can('headers')) return request.headers.authorization?.replace('Bearer ', '');
  ok(!('authorization' in request.headers), 'there is no such header');
  return elsewhere(request);
}

export const credentials = [
  {
    name: 'api_key in the query arrives',
    async run(bench) {
      const echo = bench.at('echo', { own: 1 });
      const auth = { auth_type: 'api_key', api_key: 'kéy-ключ+/=&', location: 'query', var_name: 'the key' };
      equal(await bench.call(echo.template({ auth }), { a: 1 }), '{"a":1}');
      same((await echo.seen()).requests[0].query, { own: '1', 'the key': 'kéy-ключ+/=&' });
    },
  },
  {
    name: 'browserAuth "query": a token arrives where headers cannot be set',
    async run(bench) {
      const echo = bench.at('echo');
      await bench.call(echo.template({ auth: user }), {}, { browserAuth: 'query' });
      equal(await bearerOf(bench, echo, ({ query }) => query.access_token), 'user-token');
    },
  },
  {
    name: 'browserAuth "subprotocol": a token arrives where headers cannot be set',
    async run(bench) {
      const echo = bench.at('echo', { pick: 'tools' });
      await bench.call(echo.template({ auth: user, protocol: 'tools' }), {}, { browserAuth: 'subprotocol' });
      const prefix = 'base64url.bearer.authorization.';
      const offered = ({ protocols }) => atob(protocols.find((name) => name.startsWith(prefix)).slice(prefix.length));
      equal(await bearerOf(bench, echo, offered), 'user-token');
    },
  },
  {
    name: 'oauth2 with browserAuth: a token of a token endpoint of another origin arrives',
    async run(bench) {
      const echo = bench.at('echo');
      await bench.call(echo.template({ auth: echo.clientCredentials }), {}, { browserAuth: 'query' });
      equal(await bearerOf(bench, echo, ({ query }) => query.access_token), 'token-1');
    },
  },
  {
    name: 'oauth2: a refused client rejects, and shows no secret',
    async run(bench) {
      const echo = bench.at('echo');
      const auth = { ...echo.clientCredentials, client_secret: 'wr0ng' };
      const error = await fails(bench.call(echo.template({ auth }), {}, { browserAuth: 'query' }), {
        name: 'WebSocketAuthError',
        code: 'auth_failed',
      });
      ok(error.message.includes('invalid_client'), error.message);
      ok(!`${error.stack} ${error.cause} ${JSON.stringify(error)}`.includes('wr0ng'), 'the secret does not show');
      equal((await echo.seen()).requests.length, 0);
    },
  },
  {
    name: 'connect_message: calls wait for its acknowledgement',
    async run(bench) {
      const login = bench.at('login');
      const connect_message = { token: 'right' };
      const template = login.template({ connect_message, connect_ack: { type: 'welcome' } });
      equal(await bench.call(template, { n: 1 }), '{"n":1}');
      same((await login.seen()).texts, ['{"token":"right"}', '{"n":1}']);
    },
  },
  {
    name: 'connect_message: a refusal with 4401 or 1008 rejects at once',
    async run(bench) {
      for (const code of [4401, 1008]) {
        const login = bench.at('login', { code });
        const template = login.template({ connect_message: { token: 'wr0ng' }, connect_ack: { type: 'welcome' } });
        const error = await fails(bench.call(template), { name: 'WebSocketAuthError', code: 'auth_failed' });
        ok(!error.message.includes('wr0ng'), 'the secret does not show');
        equal((await login.seen()).opened, 1);
      }
    },
  },
  {
    name: 'the option credentials is asked at each opening, for query, subprotocols or URL',
    async run(bench) {
      const echo = bench.at('echo', { pick: 'tools' });
      const given = [{ query: { ticket: 't1' } }, { protocols: ['ticket.t2'] }, { url: `${echo.url}&ticket=t3` }];
      const protocol = bench.protocol({ credentials: async () => given.shift() });
      const template = echo.template({ protocol: 'tools', keep_alive: false });
      for (const n of [1, 2, 3]) await protocol.callTool(null, 'm.t', { n }, template);
      const { requests } = await echo.seen();
      same(
        requests.map(({ query }) => query.ticket),
        ['t1', undefined, 't3'],
      );
      same(
        requests.map(({ protocols }) => protocols.length),
        [1, 2, 1],
      );
    },
  },
];
