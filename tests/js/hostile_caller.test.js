// What a caller gives may be anything that JavaScript has. It gets a TypeError for itself; calls of others go on.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  isSecureTokenUrl,
  isSecureWebSocketUrl,
  parseManual,
  ready,
  renderMessage,
  validateCallTemplate,
  WebSocketCommunicationProtocol,
} from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { runningInstance } from '../../js/core/module.js';
import { failure, newProtocol, startServer } from '../support/server.js';

before(() => ready());

const boom = () => {
  throw new Error('of the caller');
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const nested = (depth) => {
  let value = {};
  for (let i = 0; i < depth; i += 1) value = { a: value };
  return value;
};

/** Values that are no text. */
const noTexts = {
  undefined: undefined,
  null: null,
  'a number': 7,
  NaN: Number.NaN,
  'a BigInt': 7n,
  'a symbol': Symbol('s'),
  'a function': () => 'x',
  'an object without prototype': Object.create(null),
  'an object whose toString throws': { toString: boom },
  'an object whose getters throw': Object.defineProperty({}, 'toString', { get: boom }),
  'an array': ['x'],
  'a proxy that was revoked': revoked(),
  'a proxy that throws': new Proxy({}, { get: boom, ownKeys: boom, getPrototypeOf: boom }),
  'an object nested deeply': nested(100_000),
  'a boxed string': new String('m.t'),
};

/** Values that JSON cannot hold, or that cannot be read. */
const noJson = {
  'a BigInt': { a: 1n },
  'a getter that throws': {
    get a() {
      return boom();
    },
  },
  'a toJSON that throws': { toJSON: boom },
  'a toJSON of a member that throws': { a: { toJSON: boom } },
  'a proxy that was revoked': revoked(),
  'a proxy that was revoked, within': { a: revoked() },
  'a proxy that throws': new Proxy({}, { get: boom, ownKeys: boom, getPrototypeOf: boom }),
  'an object nested deeply': nested(100_000),
  'an object nested for ever': {
    get a() {
      return this;
    },
  },
  'an object that makes up new ones for ever': endless(),
};

function endless() {
  return {
    get a() {
      return endless();
    },
  };
}

/** A call of another protocol that is under way meanwhile, and must not notice. */
async function bystander(t) {
  let answer;
  const server = await startServer(t, (socket) => {
    answer = () => socket.send('untouched');
  });
  const instance = runningInstance();
  // Texts of 256 MB take a slow machine longer than the default of 30 s.
  const call = newProtocol(t).callTool(null, 'm.t', {}, server.template({ response_timeout: 3600 }));
  await server.until(() => server.received.length === 1);
  return async () => {
    answer();
    assert.equal(await call, 'untouched');
    assert.equal(runningInstance(), instance, 'the module is the same');
  };
}

for (const [what, value] of Object.entries(noTexts)) {
  test(`${what} as tool name, URL or built-in is a TypeError for that caller alone`, async (t) => {
    const untouched = await bystander(t);
    const server = await startServer(t);
    const protocol = newProtocol(t);
    const template = server.template();
    const errors = [
      await failure(protocol.callTool(null, value, {}, template)),
      await failure(protocol.callToolStreaming(null, value, {}, template).next()),
    ];
    for (const pure of [isSecureWebSocketUrl, isSecureTokenUrl]) errors.push(thrownBy(() => pure(value)));
    if (value !== undefined) {
      for (const name of ['toolName', 'requestId', 'uuid', 'now', 'traceparent', 'tracestate']) {
        if (typeof value === 'number' && name === 'requestId') continue;
        errors.push(thrownBy(() => renderMessage('{{uuid}}', {}, { [name]: value })));
      }
    }
    for (const error of errors)
      assert.ok(error instanceof TypeError || error.message === 'of the caller', String(error));
    assert.equal(server.opened, 0);
    assert.equal(driverOf(protocol).counts().hostCalls, 0);
    await untouched();
  });
}

for (const [what, value] of Object.entries(noJson)) {
  test(`${what} as arguments, template, message or manual is a TypeError for that caller alone`, async (t) => {
    const untouched = await bystander(t);
    const server = await startServer(t);
    const protocol = newProtocol(t);
    const template = server.template();
    const errors = [
      await failure(protocol.callTool(null, 'm.t', value, template)),
      await failure(protocol.callToolStreaming(null, 'm.t', value, template).next()),
      await failure(protocol.callTool(null, 'm.t', {}, { ...template, message: { value } })),
      (await protocol.registerManual(null, { ...template, message: { value } })).error,
      thrownBy(() => renderMessage(undefined, value)),
      thrownBy(() => parseManual({ tools: [value] })),
      thrownBy(() => validateCallTemplate({ ...template, message: { value } })),
    ];
    for (const error of errors) assert.ok(error instanceof TypeError, String(error));
    assert.equal(server.opened, 0);
    assert.equal(driverOf(protocol).counts().hostCalls, 0);
    await untouched();
  });
}

test('deep nesting is told with a path that can be read', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (const [error, start] of [
    [await failure(protocol.callTool(null, 'm.t', nested(100_000), server.template())), /^arguments\.a\.a\./],
    [await failure(protocol.callTool(null, 'm.t', { x: nested(100_000) }, server.template())), /^arguments\.x\.a\./],
    [
      thrownBy(() => validateCallTemplate({ url: 'wss://x.example/', message: nested(100_000) })),
      /^callTemplate\.message\.a/,
    ],
  ]) {
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, start);
    assert.match(error.message, /nested too deeply/);
    assert.ok(error.message.length < 300, error.message);
    assert.ok(error.cause instanceof RangeError);
  }
});

test('a BigInt or a cycle far down is found, and its path is cut', () => {
  let [big, cycle] = [{ end: 1n }, {}];
  const start = cycle;
  for (let i = 0; i < 3000; i += 1) [big, cycle] = [{ a: big }, { ['long name '.repeat(20)]: cycle }];
  start.back = cycle;
  assert.match(thrownBy(() => renderMessage(undefined, big)).message, /^arguments\.a.*….*\.end is a BigInt/);
  const { message } = thrownBy(() => renderMessage(undefined, cycle));
  assert.match(message, /leads back to arguments\["long name .*: JSON cannot hold a cycle$/);
  assert.ok(message.length < 2000, String(message.length));
});

test('what stands there often is searched once', () => {
  let value = { end: 1n };
  for (let i = 0; i < 60; i += 1) value = { a: value, b: value };
  let wide = {};
  for (let i = 0; i < 60; i += 1) wide = { a: wide, b: wide };
  // JSON.stringify itself meets the BigInt at once; a search through every path would take for ever.
  assert.match(thrownBy(() => renderMessage(undefined, { value, wide })).message, /is a BigInt/);
});

test('a text too large for the module is a TypeError for that caller alone', async (t) => {
  const untouched = await bystander(t);
  const huge = 'x'.repeat(2 ** 28);
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (const error of [
    thrownBy(() => isSecureWebSocketUrl(huge)),
    thrownBy(() => isSecureTokenUrl(huge)),
    thrownBy(() => validateCallTemplate({ url: huge })),
    thrownBy(() => renderMessage(huge, {})),
    thrownBy(() => renderMessage('UTCP_ARG_a_UTCP_ARG', { [huge]: 1 })),
    await failure(protocol.callTool(null, huge, {}, server.template())),
    await failure(protocol.deregisterManual(null, { name: huge })),
    await failure(protocol.callTool(null, 'm.t', {}, server.template({ message: huge }))),
    await failure(protocol.callTool(null, 'm.t', { h: huge }, server.template({ header_fields: ['h'] }))),
  ]) {
    assert.ok(error instanceof TypeError, String(error).slice(0, 200));
    assert.match(error.message, /too large/);
  }
  await untouched();
});

for (const status of ['200', Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40, 7n, Symbol('s'), {}, null, undefined]) {
  test(`a fetch of the application whose status is ${String(status)} fails its call alone`, async (t) => {
    const untouched = await bystander(t);
    const fetch = async () => ({ status, type: 'basic', body: new Response('{"access_token":"a"}').body });
    const protocol = newProtocol(t, { fetch, retry: false });
    const auth = { auth_type: 'oauth2', token_url: 'https://x.example/', client_id: 'c', client_secret: 's' };
    const template = { call_template_type: 'websocket', url: 'wss://x.example/', auth, connection_timeout: 0.5 };
    const { code } = await failure(protocol.callTool(null, 'm.t', {}, template));
    assert.ok(['auth_failed', 'token_unavailable', 'connection_failed', 'connection_timeout'].includes(code), code);
    await untouched();
  });
}

test('a signal must be one, and options an object', async (t) => {
  const untouched = await bystander(t);
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const throwing = Object.defineProperty({}, 'aborted', { get: boom });
  for (const options of [
    ...[new AbortController(), {}, 'soon', 7, Symbol('s'), throwing, revoked()].map((signal) => ({ signal })),
    'options',
    7,
    revoked(),
    Object.defineProperty({}, 'signal', { get: boom }),
  ]) {
    const call = await failure(protocol.callTool(null, 'm.t', {}, server.template(), options));
    const stream = await failure(protocol.callToolStreaming(null, 'm.t', {}, server.template(), options).next());
    const { success, error } = await protocol.registerManual(null, server.template(), options);
    assert.equal(success, false);
    for (const one of [call, stream, error]) {
      assert.ok(one instanceof TypeError || one.message === 'of the caller', String(one));
    }
  }
  assert.equal(server.opened, 0);
  for (const options of [undefined, null, {}, { signal: undefined }, { signal: null }]) {
    assert.equal(await protocol.callTool(null, 'm.t', {}, server.template(), options), '{}');
  }
  await untouched();
});

test('a signal of the own making that throws ends its call, and only that', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const make = (fields) => ({ aborted: false, addEventListener() {}, removeEventListener() {}, ...fields });
  const template = server.template();
  const deaf = { signal: make({ addEventListener: boom }) };
  assert.equal((await failure(protocol.callTool(null, 'm.t', {}, template, deaf))).message, 'of the caller');
  const stream = protocol.callToolStreaming(null, 'm.t', {}, template, deaf);
  assert.equal((await failure(stream.next())).message, 'of the caller');
  assert.equal((await stream.next()).done, true);
  const clinging = { signal: make({ removeEventListener: boom }) };
  assert.equal(await protocol.callTool(null, 'm.t', {}, template, clinging), '{}');
  const eager = { signal: make({ reason: 'at once', addEventListener: (_, listener) => listener() }) };
  assert.equal(await failure(protocol.callTool(null, 'm.t', {}, template, eager)), 'at once');
  assert.equal(driverOf(protocol).counts().hostCalls, 0);
});

test('anything may be the caller', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t, { maxConnections: 1 });
  const symbol = Symbol('caller');
  const callers = [symbol, revoked(), Object.create(null), 7n, Number.NaN, '', () => {}];
  for (const caller of [...callers, ...callers]) {
    assert.equal(await protocol.callTool(caller, 'm.t', {}, server.template()), '{}');
  }
  assert.equal(server.opened, callers.length);
  for (const caller of callers) await protocol.deregisterManual(caller, { name: 'm' });
  await server.allClosed();
});

for (const template of [null, undefined, 7, 'm', Symbol('m'), Object.create(null), { name: Symbol('m') }]) {
  test(`deregisterManual with ${String(typeof template)} for a template ends nothing of others`, async (t) => {
    const untouched = await bystander(t);
    await newProtocol(t).deregisterManual(null, template);
    const result = await newProtocol(t).registerManual(null, template);
    assert.equal(result.success, false);
    assert.equal(typeof result.errors[0], 'string');
    await untouched();
  });
}

test('options are read once', () => {
  let reads = 0;
  const limits = Object.defineProperty({}, 'streamItems', {
    enumerable: true,
    get: () => {
      reads += 1;
      return reads === 1 ? 5 : Number.NaN;
    },
  });
  new WebSocketCommunicationProtocol({ limits, retry: Object.create({ toJSON: boom }) });
  assert.equal(reads, 1);
  for (const options of [null, 7, 'x', [], Symbol('s'), revoked(), { limits: revoked() }, { headers: revoked() }]) {
    assert.ok(thrownBy(() => new WebSocketCommunicationProtocol(options)) instanceof TypeError);
  }
  for (const name of ['constructor', 'toString', '__proto__']) {
    const options = Object.defineProperty({}, name, { value: 1, enumerable: true });
    assert.match(thrownBy(() => new WebSocketCommunicationProtocol(options)).message, /is unknown/);
  }
});

function thrownBy(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
