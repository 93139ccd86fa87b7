// No secret comes out of the library: each way of authenticating with each thing that can go wrong, everything that comes out
// searched for what was planted.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { hosts, withoutMethod } from '../../support/hosts.js';
import { SecretWatch } from '../../support/secrets.js';
import { collect, failure, newProtocol, startServer } from '../../support/server.js';
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
  'closed with what came': { onConnection: (socket, request) => socket.close(4000, echoOf(request).slice(-100)) },
  'closed with the message': { onMessage: (socket, text) => socket.close(4000, text.slice(0, 100)) },
  'a tool that fails with what came': {
    onMessage: (socket, text, request) => socket.send(JSON.stringify({ error: { message: echoOf(request), text } })),
    fields: { error_path: '/error' },
  },
  'a tool that fails with what came, in names': {
    onMessage: (socket, text, request) => socket.send(JSON.stringify({ error: { [echoOf(request)]: [[text]] } })),
    fields: { error_path: '/error' },
  },
  'unsolicited frames': { onConnection: (socket) => socket.send('hello'), fields: { message_filter: { a: 1 } } },
};

/** What a peer knows of a handshake, in other spellings than it came in, too. */
function echoOf({ url, headers }) {
  const {
    authorization = '',
    cookie = '',
    'x-key': header = '',
    key = '',
    'sec-websocket-protocol': offered = '',
  } = headers;
  const [, basic = ''] = authorization.split(' ');
  const [, carried = ''] = offered.split('authorization.');
  const decoded = [basic, carried].map((text) => Buffer.from(text, 'base64').toString());
  const query = [...new URL(url, 'ws://h').searchParams.values()];
  return [url, authorization, cookie, header, key, offered, ...decoded, ...query].join(' ');
}

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
      const manual = (socket, _text, request) => {
        const name = echoOf(request).slice(-90);
        const tool_call_template = { call_template_type: 'http', url: 'http://localhost/' };
        socket.send(JSON.stringify({ tools: [{ name, tool_call_template }] }));
      };
      const named = { onMessage: manual, options: { allowLoopbackTools: false } };
      (await run(t, way, named, discover)).check('a tool named so');
      for (const wrong of [(text) => ({ tools: [{ name: text.slice(-90) }] }), (text) => ({ tools: [], [text]: 1 })]) {
        const onMessage = (socket, _text, request) => socket.send(JSON.stringify(wrong(echoOf(request))));
        (await run(t, way, { onMessage }, discover)).check('a manual with what came');
      }
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

describe('what the host cannot open', () => {
  for (const [host, WebSocket] of Object.entries(hosts)) {
    for (const place of ['wss://xn--a/', 'wss://a／b.example/']) {
      for (const [name, [fields, options]] of Object.entries({
        'the query of the URL': [{ url: `${place}?key=${encodeURIComponent(secret)}` }],
        'api_key in the query': [apiKey('query')],
        'api_key in a header': [apiKey('header')],
        'credentials: query': [{}, giving({ query: { key: secret } })],
      })) {
        test(`${place}, ${host}, ${name}: rejects at once, without the secret`, async (t) => {
          const watch = new SecretWatch(t, [secret, plain]);
          const protocol = watch.listen(newProtocol(t, { WebSocket, ...options }));
          const retries = [];
          protocol.addEventListener('retry', (event) => retries.push(event.message));
          const template = { call_template_type: 'websocket', url: place, ...fields };
          const error = await watch.follow(protocol, protocol.callTool(null, 'm.t', {}, template));
          assert.equal(error.code, 'url_refused');
          assert.match(error.message, /the host cannot parse this URL$/);
          assert.equal(error.cause?.input, undefined);
          assert.deepEqual(retries, []);
          watch.check(place);
        });
      }
    }
  }
});

test("a host's error with the URL in all of its members", async (t) => {
  const watch = new SecretWatch(t, [secret]);
  class Telling {
    constructor(url, { headers }) {
      const error = new SyntaxError(`no: ${url}`, { cause: new Error(JSON.stringify(headers)) });
      Object.assign(error, { input: url, request: { headers }, code: 'ERR_INVALID_URL', name: `Error of ${url}` });
      error.cause.cause = error;
      throw error;
    }
  }
  const protocol = watch.listen(newProtocol(t, { WebSocket: Telling, headers: { 'X-Key': secret } }));
  const url = `ws://localhost/?key=${encodeURIComponent(secret)}`;
  const error = await watch.follow(
    protocol,
    protocol.callTool(null, 'm.t', {}, { call_template_type: 'websocket', url }),
  );
  assert.match(error.cause.message, /^no: ws:\/\/localhost\/\?key=\*\*\*(&planted=\*\*\*)?$/);
  assert.equal(error.cause.code, 'ERR_INVALID_URL');
  assert.match(error.cause.cause.message, /\*\*\*/);
  watch.check('members');
});

test('a token endpoint that echoes the request, in each of its spellings', async (t) => {
  const echoes = [
    (request) => ({ error: 'invalid_request', error_description: String(request.form) }),
    (request) => ({ error: JSON.stringify([...request.form]), error_description: request.form.get('client_secret') }),
    (request) => ({ error: request.headers.authorization ?? 'none', error_description: request.url }),
  ];
  for (const echoOfRequest of echoes) {
    for (const status of [400, 403, 500]) {
      const watch = new SecretWatch(t, [secret, plain]);
      const tokens = await startTokenServer(t, {
        answer: (response, request) => sendJson(response, status, echoOfRequest(request)),
      });
      const server = await startServer(t);
      const auth = tokens.auth({ client_secret: secret, token_url: `${tokens.url}?key=${plain}` });
      const protocol = watch.listen(newProtocol(t, { retry: false }));
      const error = await watch.follow(protocol, protocol.callTool(null, 'm.t', {}, server.template({ auth })));
      assert.match(error.message, /answered with HTTP status \d+: "/);
      watch.check(`${status}`);
    }
  }
});

test('what peers say is text on one line', async (t) => {
  const nasty = 'a\r\nb\u001b[2Jc\u0085d\u2028e\u202ef';
  const clean = 'a  b [2Jc d e f';
  const closing = await startServer(t, (socket) => socket.close(4000, nasty));
  const events = [];
  const protocol = newProtocol(t, { WebSocket, retry: false });
  protocol.addEventListener('close', (event) => events.push(event.reason));
  const closed = await failure(protocol.callTool(null, 'm.t', {}, closing.template()));
  assert.ok(closed.message.includes(`reason "${clean}"`));
  assert.deepEqual([closed.reason, ...events], [clean, clean]);

  const failing = await startServer(t, (socket) => socket.send(JSON.stringify({ error: nasty })));
  const failed = await failure(protocol.callTool(null, 'm.t', {}, failing.template({ error_path: '/error' })));
  assert.equal(failed.message, `the tool failed: ${clean}`);
  assert.equal(failed.detail, nasty, 'what it said is data, like a result');

  const describing = await startServer(t, (socket) =>
    socket.send(JSON.stringify({ tools: [{ name: nasty, tool_call_template: 7 }] })),
  );
  const { errors } = await protocol.registerManual(null, describing.template());
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
  assert.doesNotMatch(errors.join(), /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
});
