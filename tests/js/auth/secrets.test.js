// No secret comes out of the library: each way of authenticating with each thing that can go wrong, everything that comes out
// searched for what was planted.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { withoutMethod } from '../../support/hosts.js';
import { SecretWatch } from '../../support/secrets.js';
import { collect, newProtocol, startServer } from '../../support/server.js';
import { sendJson, startTokenServer } from '../../support/tokens.js';

// No part of another one, and with what has to be encoded.
const secret = 'pl4nted-S3cret+/ü';
const plain = 'pl4nted-t0ken'; // where only a token or cookie may stand
const url = `ws://127.0.0.1/path?key=${encodeURIComponent(secret)}&${plain}`;
const browser = (browserAuth) => ({ canSetHeaders: false, browserAuth });
const giving = (credentials) => ({ credentials: async () => credentials });
const apiKey = (location, value = secret) => ({
  auth: { auth_type: 'api_key', api_key: value, var_name: 'key', location },
});
const bearer = { auth: { auth_type: 'oauth2_user', access_token: plain, prefix: 'Bearer ' } };

/** By name: fields of the template, and options of the protocol. */
const ways = {
  'api_key in a header': [apiKey('header')],
  'api_key in the query': [apiKey('query')],
  'api_key in a cookie': [apiKey('cookie', plain)],
  basic: [{ auth: { auth_type: 'basic', username: 'user', password: secret } }],
  oauth2_user: [bearer],
  'a header': [{ headers: { 'X-Key': secret } }],
  'a header of the options': [{}, { headers: { 'X-Key': secret } }],
  'the query of the URL': [{ url }],
  'a first message': [{ connect_message: { token: secret } }],
  'browserAuth query': [apiKey('header'), browser('query')],
  'browserAuth query, bearer': [bearer, browser('query')],
  'browserAuth subprotocol': [apiKey('header'), browser('subprotocol')],
  'credentials: headers': [{}, giving({ headers: { 'X-Key': secret } })],
  'credentials: query': [{}, giving({ query: { key: secret } })],
  'credentials: protocols': [{}, giving({ protocols: [plain] })],
  'credentials: url': [{}, (server) => giving({ url: `${server.url}?key=${encodeURIComponent(secret)}` })],
  oauth2: [(tokens) => ({ auth: tokens.auth({ client_secret: secret, token_url: `${tokens.url}?key=${plain}` }) })],
};

/** By name: how the server behaves, and what the call is like; `endsWell`: the call may resolve. */
const faults = {
  'refused with 401': { verify: () => 401 },
  'refused with 404': { verify: () => 404 },
  'refused with 503': { verify: () => 503 },
  'closed after the opening': { onConnection: (socket) => socket.close(4401, 'who are you?') },
  'closed instead of an answer': { onMessage: (socket) => socket.close(1008, 'no') },
  'broken instead of an answer': { onMessage: (socket) => socket.terminate() },
  'no answer': { onMessage() {} },
  'the subprotocol that was offered last': { handleProtocols: (offered) => [...offered].at(-1), endsWell: true },
  'no ack': { onMessage() {}, fields: { connect_ack: { ok: true } } },
  'a tool error': { onMessage: (socket) => socket.send('{"error":"out of paper"}'), fields: { error_path: '/error' } },
  'no JSON': { onMessage: (socket) => socket.send('{'), fields: { response_format: 'json' }, endsWell: true },
  'a frame that is too large': {
    onMessage: (socket) => socket.send('x'.repeat(2000)),
    options: { limits: { frameBytes: 1000 } },
  },
  'unsolicited frames': { onConnection: (socket) => socket.send('hello'), fields: { message_filter: { a: 1 } } },
};

async function run(
  t,
  [fields, options = {}],
  fault,
  call = (protocol, template) => protocol.callTool(null, 'm.t', {}, template),
) {
  const watch = new SecretWatch(t, [secret, plain]);
  const { onMessage, endsWell, fields: more, options: others, ...behaviour } = fault;
  const server = await startServer(t, onMessage, { handleProtocols: (offered) => [...offered][0], ...behaviour });
  const tokens = typeof fields === 'function' ? await startTokenServer(t, { answer: issueSecret }) : undefined;
  const given = tokens ? fields(tokens) : fields;
  const template = server.template({ timeout: 0.1, protocol: 'tools', ...given, ...more });
  if (given.url) template.url = template.url.replace('127.0.0.1', `127.0.0.1:${server.port}`);
  const optionsOfWay = typeof options === 'function' ? options(server) : options;
  const protocol = watch.listen(
    newProtocol(t, { WebSocket, retry: { baseDelay: 0.01, maxDelay: 0.01 }, ...optionsOfWay, ...others }),
  );
  const error = await watch.follow(protocol, call(protocol, template));
  assert.ok(error || endsWell, 'it went well');
  assert.ok(watch.count > 2);
  return watch;
}

/** A token endpoint whose tokens are secrets too. */
function issueSecret(response) {
  sendJson(response, 200, { access_token: plain, expires_in: 60 });
}

for (const [name, way] of Object.entries(ways)) {
  describe(name, () => {
    for (const [what, fault] of Object.entries(faults)) {
      test(what, async (t) => (await run(t, way, fault)).check(what));
    }

    test('nobody there, and somebody who does not speak HTTP', async (t) => {
      for (const answer of [
        undefined,
        '',
        'what?\r\n\r\n',
        `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n`,
      ]) {
        const { port } = await startRaw(t, answer);
        const toRaw = (protocol, template) =>
          protocol.callTool(null, 'm.t', {}, { ...template, url: template.url.replace(/:\d+\//, `:${port}/`) });
        (await run(t, way, { endsWell: name === 'credentials: url' }, toRaw)).check(String(answer));
      }
    });

    test('a stream with a slow consumer, left, and discovery', async (t) => {
      const items = (socket) => {
        for (let n = 0; n < 20; n += 1) socket.send('item');
      };
      const overflow = { onMessage: items, options: { limits: { streamItems: 2 }, WebSocket: withoutMethod('pause') } };
      const stream = (protocol, template) => collect(protocol.callToolStreaming(null, 'm.t', {}, template));
      (await run(t, way, { onMessage: items }, stream)).check('stream');
      (await run(t, way, overflow, lateStream)).check('overflow');
      const discover = async (protocol, template) => {
        const { errors } = await protocol.registerManual(null, template);
        throw new Error(errors.join());
      };
      (await run(t, way, { onMessage: (socket) => socket.send('{"tools":7}') }, discover)).check('discovery');
      (await run(t, way, { verify: () => 401 }, discover)).check('discovery refused');
    });

    test('aborted, closed, deregistered, one too many', async (t) => {
      for (const end of [
        (protocol) => protocol.close(),
        (protocol) => protocol.deregisterManual(null, { name: 'm' }),
      ]) {
        const ended = (protocol, template) => {
          protocol.addEventListener('send', () => end(protocol));
          return protocol.callTool(null, 'm.t', {}, template);
        };
        (await run(t, way, { onMessage() {} }, ended)).check(String(end));
      }
      const two = (protocol, template) =>
        Promise.all([1, 2, 3].map(() => protocol.callTool(null, 'm.t', {}, template)));
      const full = { onMessage() {}, options: { maxConnections: 1, limits: { waitingCalls: 1 } } };
      (await run(t, way, full, two)).check('queue full');
    });
  });
}

describe('a host that cannot set headers', () => {
  for (const [name, [fields, options]] of Object.entries(ways)) {
    test(name, async (t) => {
      const own = typeof options === 'function' ? {} : options;
      const watch = await run(t, [fields, { ...own, canSetHeaders: false, browserAuth: undefined }], {
        verify: () => 401,
      });
      watch.check(name);
    });
  }
});

async function startRaw(t, answer) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (answer !== '') socket.end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  if (answer === undefined) await close();
  else t.after(close);
  return { port };
}

/** Reads the first item, and the second when there are too many. */
async function lateStream(protocol, template) {
  const stream = protocol.callToolStreaming(null, 'm.t', {}, template);
  const closed = once(protocol, 'close');
  await stream.next();
  await closed;
  await collect(stream);
}
