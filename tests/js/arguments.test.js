// From arguments to the message: encodings, what JSON cannot hold, what no argument can do.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ready, renderMessage } from '../../js/api/index.js';
import { failure, newProtocol, startServer } from '../support/server.js';

before(() => ready());

test("an argument whose value is another argument's placeholder is sent as that text", async (t) => {
  const server = await startServer(t);
  const template = server.template({
    message: { a: 'UTCP_ARG_a_UTCP_ARG', b: 'UTCP_ARG_b_UTCP_ARG' },
    response_format: 'json',
  });
  const args = { a: 'UTCP_ARG_b_UTCP_ARG', b: 'secret {{uuid}}' };
  assert.deepEqual(await newProtocol(t).callTool(null, 'm.t', args, template), args);
});

test('no argument can add a JSON member or end a string', async (t) => {
  const server = await startServer(t);
  const evil = '","admin":true,"x":"';
  for (const message of [
    { q: 'UTCP_ARG_q_UTCP_ARG' },
    '{"q":"UTCP_ARG_q_UTCP_ARG"}',
    '{"q":UTCP_ARG_q_UTCP_ARG}',
    '{"q": "UTCP_ARG_q_UTCP_ARG" }',
  ]) {
    const result = await newProtocol(t).callTool(
      null,
      'm.t',
      { q: evil },
      server.template({ message, response_format: 'json' }),
    );
    assert.deepEqual(result, { q: evil });
  }
});

test('encodings: inside a literal, outside one, in plain text', () => {
  const args = { s: 'a"b', n: 1.5, o: { k: [1] }, z: null, b: false };
  const all = (wrap) =>
    Object.keys(args)
      .map((name) => wrap(`UTCP_ARG_${name}_UTCP_ARG`))
      .join(',');
  assert.equal(renderMessage(`[${all((p) => p)}]`, args), '["a\\"b",1.5,{"k":[1]},null,false]');
  assert.equal(renderMessage(`[${all((p) => `"${p}"`)}]`, args), '["a\\"b","1.5","{\\"k\\":[1]}","null","false"]');
  assert.equal(
    renderMessage(
      all((p) => p),
      args,
    ),
    'a"b,1.5,{"k":[1]},null,false',
  );
});

test('what is written by its toJSON is not refused, whatever is beside it', () => {
  const written = { type: 'Buffer', data: [97] };
  assert.equal(renderMessage(undefined, { f: { b: Buffer.from('a') } }), JSON.stringify({ f: { b: written } }));
  assert.equal(
    renderMessage(undefined, { f: { b: Buffer.from('a'), o: {}, s: 'a={}' } }),
    JSON.stringify({ f: { b: written, o: {}, s: 'a={}' } }),
  );
  const big = /** @type {any} */ (BigInt.prototype);
  big.toJSON = function toJSON() {
    return String(this);
  };
  try {
    assert.equal(renderMessage(undefined, { f: { n: 5n, o: {} } }), '{"f":{"n":"5","o":{}}}');
  } finally {
    delete big.toJSON;
  }
});

test('toJSON is respected: a Date is a JSON string', () => {
  const args = { when: new Date(0), custom: { toJSON: () => ({ x: 1 }) } };
  assert.equal(renderMessage('at UTCP_ARG_when_UTCP_ARG', args), 'at 1970-01-01T00:00:00.000Z');
  assert.equal(renderMessage({ t: 'UTCP_ARG_when_UTCP_ARG' }, args), '{"t":"1970-01-01T00:00:00.000Z"}');
  assert.equal(
    renderMessage('[UTCP_ARG_when_UTCP_ARG,UTCP_ARG_custom_UTCP_ARG]', args),
    '["1970-01-01T00:00:00.000Z",{"x":1}]',
  );
  const whole = { toJSON: () => ({ own: 1 }) };
  assert.equal(renderMessage(undefined, whole), '{"own":1}');
  assert.equal(renderMessage('UTCP_ARG_own_UTCP_ARG', whole), '1');
});

test('what has no JSON counts as absent', () => {
  const args = { u: undefined, f: () => {}, s: Symbol('s'), j: { toJSON: () => undefined }, here: 1 };
  const message =
    'UTCP_ARG_u_UTCP_ARG UTCP_ARG_f_UTCP_ARG UTCP_ARG_s_UTCP_ARG UTCP_ARG_j_UTCP_ARG UTCP_ARG_here_UTCP_ARG';
  assert.equal(renderMessage(message, args), message.replace('UTCP_ARG_here_UTCP_ARG', '1'));
  assert.equal(renderMessage(null, args), '{"here":1}');
});

test('the plan follows the names of the arguments from call to call', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  const template = server.template({ message: 'UTCP_ARG_a_UTCP_ARG/UTCP_ARG_b_UTCP_ARG', missing_arguments: 'keep' });
  assert.equal(await protocol.callTool(null, 'm.t', { a: 1 }, template), '1/UTCP_ARG_b_UTCP_ARG');
  assert.equal(await protocol.callTool(null, 'm.t', { b: 2 }, template), 'UTCP_ARG_a_UTCP_ARG/2');
  assert.equal(await protocol.callTool(null, 'm.t', { a: 1, b: 2 }, template), '1/2');
  assert.equal(await protocol.callTool(null, 'm.t', { a: 3 }, template), '3/UTCP_ARG_b_UTCP_ARG');
});

for (const [what, args, path] of [
  ['a BigInt', { a: { b: [0, 1, 2n] } }, 'arguments.a.b[2] is a BigInt'],
  ['a BigInt under a strange name', { 'x y': 1n }, 'arguments["x y"] is a BigInt'],
  ['a BigInt beside an object that stands there twice', twice({ x: 1 }), 'arguments.z is a BigInt'],
  ['a cycle', cyclic(), 'arguments.a.list[0] leads back to arguments.a'],
]) {
  test(`${what} is a TypeError naming the path, before anything is sent`, async (t) => {
    const server = await startServer(t);
    const protocol = newProtocol(t);
    await protocol.callTool(null, 'm.t', {}, server.template());
    const name = Object.keys(args).at(-1);
    for (const message of [undefined, { m: `UTCP_ARG_${name}_UTCP_ARG` }, '{"m":"{{args}}"}']) {
      const error = await failure(protocol.callTool(null, 'm.t', args, server.template({ message })));
      assert.ok(error instanceof TypeError, String(error));
      assert.ok(error.message.includes(path), error.message);
      const stream = protocol.callToolStreaming(null, 'm.t', args, server.template({ message }));
      assert.ok((await failure(stream.next())) instanceof TypeError);
    }
    assert.equal(server.received.length, 1);
  });
}

function twice(shared) {
  return { a: shared, b: shared, z: 1n };
}

function cyclic() {
  const a = { list: [] };
  a.list.push(a);
  return { a };
}

test('the same object twice is no cycle', () => {
  const shared = { x: 1 };
  assert.equal(renderMessage(null, { a: shared, b: [shared, shared] }), '{"a":{"x":1},"b":[{"x":1},{"x":1}]}');
});

test("an error that the caller's own toJSON throws is the cause", async (t) => {
  const server = await startServer(t);
  const mine = new Error('mine');
  const args = {
    a: {
      toJSON() {
        throw mine;
      },
    },
  };
  const error = await failure(newProtocol(t).callTool(null, 'm.t', args, server.template()));
  assert.ok(error instanceof TypeError);
  assert.equal(error.cause, mine);
});

test('arguments must be an object', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (const args of [[1], 'text', 7]) {
    assert.ok((await failure(protocol.callTool(null, 'm.t', args, server.template()))) instanceof TypeError);
  }
  assert.equal(server.opened, 0);
});

test('a name that is no Unicode is refused where it would be a member, and not sent by another name', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (const message of [{ type: 'x', '...': '{{args}}' }, { '...': '{{args}}' }]) {
    for (const args of [
      { '\ud800': 1, '\ud801': 2 },
      { a: 1, 'b\udc00': 'c' },
    ]) {
      const error = await failure(protocol.callTool(null, 'm.t', args, server.template({ message })));
      assert.ok(error instanceof TypeError, String(error));
      assert.match(error.message, /well-formed/);
      assert.throws(() => renderMessage(message, args), TypeError);
    }
  }
  assert.equal(server.received.length, 0);
});

test('of a spread each argument is read once, and what has no JSON is left out', () => {
  let reads = 0;
  const args = {
    get a() {
      reads += 1;
      return reads;
    },
    b: undefined,
    c: () => 1,
    d: { toJSON: () => undefined },
    e: { toJSON: () => ['e'] },
    toJSON: 7,
  };
  assert.equal(renderMessage({ t: 1, '...': '{{args}}' }, args), '{"t":1,"a":1,"e":["e"],"toJSON":7}');
  assert.equal(reads, 1);
});

test('while the module loads, the caller may change what it gave', async (t) => {
  const server = await startServer(t);
  const args = { n: 1 };
  const template = server.template();
  const call = newProtocol(t).callTool(null, 'm.t', args, template);
  args.n = 2;
  template.url = 'ws://changed.example/';
  assert.equal(await call, '{"n":1}');
});
