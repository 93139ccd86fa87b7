// The contract on what travels in handshake headers. Hosts that cannot set them say so before anything is opened.
import { equal, fails, ok } from './assert.js';

/** What says that the host cannot: it names the ways out. */
async function isUnsupported(endpoint, call, header) {
  const error = await fails(call, { name: 'WebSocketAuthError', code: 'auth_unsupported' });
  for (const word of [`(${header})`, 'connect_message']) {
    ok(error.message.includes(word), `${error.message} has ${word}`);
  }
  equal((await endpoint.seen()).requests.length, 0, 'requests');
}

/** @param {string} name @param {object} fields of the call template @param {string} header @param {string} value @param {object} [args] */
const headerTest = (name, fields, header, value, args = {}) => ({
  name: `${name} arrives`,
  needs: 'headers',
  async run(bench) {
    const echo = bench.at('echo');
    await bench.call(echo.template(fields), args);
    equal((await echo.seen()).requests[0].headers[header.toLowerCase()], value, header);
  },
  async without(bench) {
    const echo = bench.at('echo');
    await isUnsupported(echo, bench.call(echo.template(fields), args), header);
  },
});

const apiKey = { auth_type: 'api_key', api_key: 'k-1+/=' };

export const headers = [
  headerTest('headers', { headers: { 'X-Own': 'a b' } }, 'X-Own', 'a b'),
  headerTest('header_fields', { header_fields: ['X-Tenant'] }, 'X-Tenant', 'acme', { 'X-Tenant': 'acme' }),
  headerTest('api_key in a header', { auth: apiKey }, 'X-Api-Key', 'k-1+/='),
  headerTest(
    'api_key in a cookie',
    { auth: { ...apiKey, api_key: 'k1', location: 'cookie', var_name: 'key' } },
    'Cookie',
    'key=k1',
  ),
  headerTest(
    'basic',
    { auth: { auth_type: 'basic', username: 'jürgen', password: 'pä:ss' } },
    'Authorization',
    'Basic asO8cmdlbjpww6Q6c3M=',
  ),
  headerTest('oauth2_user', { auth: { auth_type: 'oauth2_user', access_token: 'tok' } }, 'Authorization', 'Bearer tok'),
  {
    name: 'oauth2: a token of the token endpoint arrives, one for all calls',
    needs: 'headers',
    async run(bench) {
      const echo = bench.at('echo');
      const protocol = bench.protocol();
      const template = echo.template({ auth: echo.clientCredentials, keep_alive: false });
      await Promise.all([1, 2].map((n) => protocol.callTool(null, 'm.t', { n }, template)));
      const { requests, tokens } = await echo.seen();
      for (const request of requests) equal(request.headers.authorization, 'Bearer token-1');
      equal(tokens, 1);
    },
    async without(bench) {
      const echo = bench.at('echo');
      const call = bench.call(echo.template({ auth: echo.clientCredentials }));
      await isUnsupported(echo, call, 'Authorization');
      equal((await echo.seen()).tokens, 0);
    },
  },
  {
    name: 'headers of the option credentials arrive',
    needs: 'headers',
    async run(bench) {
      const echo = bench.at('echo');
      await bench.call(echo.template(), {}, { credentials: () => ({ headers: { 'X-Ticket': 't1' } }) });
      equal((await echo.seen()).requests[0].headers['x-ticket'], 't1');
    },
    async without(bench) {
      const echo = bench.at('echo');
      const call = bench.call(echo.template(), {}, { credentials: () => ({ headers: { 'X-Ticket': 't1' } }) });
      await fails(call, { name: 'WebSocketAuthError', code: 'auth_unsupported', field: 'credentials.headers' });
      equal((await echo.seen()).requests.length, 0);
    },
  },
];
