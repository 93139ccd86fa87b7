// What tells whose an answer is: an id at one of several places (`correlation` with an array), or a value that the caller gave (an object).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { ready, ToolError } from '../../js/api/index.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

const send = (socket, value) => socket.send(JSON.stringify(value));
before(() => ready?.());

const vectors = JSON.parse(readFileSync(new URL('../vectors/correlation.json', import.meta.url), 'utf8'));
for (const { template, args = {}, frames, answer, error, field } of vectors) {
  test(`vector: ${JSON.stringify([template, args, frames]).slice(0, 200)}`, async (t) => {
    let texts = [];
    const server = await startServer(t, (socket, text) => {
      texts = frames.map((frame) => JSON.stringify(frame).replaceAll('$id', JSON.parse(text).id));
      for (const one of texts) socket.send(one);
    });
    const call = newProtocol(t).callTool(null, 'm.tool', args, server.template(template));
    if (answer === undefined) {
      const thrown = await failure(call);
      assert.equal(thrown.code, error ?? 'invalid_call_template');
      if (field) assert.equal(thrown.field, field);
      assert.equal(server.opened, 0);
    } else {
      assert.equal(await call, texts[answer]);
    }
  });
}

// WAMP: `[48, request, options, procedure, arguments]`, answered by `[50, request, details, arguments]` or
// `[8, 48, request, details, error, arguments]`.
test('WAMP: results and errors of calls at once, with more calls than 48', async (t) => {
  const asked = [];
  const server = await startServer(t, (socket, text) => {
    asked.push(JSON.parse(text));
    if (asked.length < 60) return;
    for (const [, request, , , [n]] of asked.reverse()) {
      if (n % 3 === 0) send(socket, [8, 48, request, {}, 'wamp.error.invalid_argument', [`${n} will not do`]]);
      else send(socket, [50, request, {}, [n * 2]]);
    }
  });
  const template = server.template({
    message: '[48,{{request_id}},{},"{{tool_name}}",[{{args.n}}]]',
    correlation: ['/2', '/1'],
    result_path: '/3/0',
    error_match: { 0: 8 },
    error_path: '/5/0',
  });
  const protocol = newProtocol(t);
  const calls = Array.from({ length: 60 }, (_, n) => protocol.callTool(null, 'm.double', { n }, template));
  for (const [n, { value, reason }] of (await Promise.allSettled(calls)).entries()) {
    if (n % 3 !== 0) assert.equal(value, n * 2);
    else assert.ok(reason instanceof ToolError && reason.detail === `${n} will not do`, String(reason));
  }
  assert.equal(server.opened, 1);
});

/** Speaks Nostr's relay protocol (NIP-01): `["REQ", sub, filter]` → `["EVENT", sub, event]`…, `["EOSE", sub]`. */
function relay(socket, text) {
  const [type, sub, filter] = JSON.parse(text);
  if (type === 'CLOSE') return;
  if (filter.kinds[0] < 0) return send(socket, ['CLOSED', sub, 'invalid: no such kind']);
  for (let n = 0; n < filter.limit; n += 1) send(socket, ['EVENT', sub, { kind: filter.kinds[0], content: `${n}` }]);
  if (filter.kinds[0] !== 7) send(socket, ['EOSE', sub]);
}

const nostr = {
  message: ['REQ', '{{args.sub}}', { kinds: '{{args.kinds}}', limit: '{{args.limit}}' }],
  correlation: { '/1': 'UTCP_ARG_sub_UTCP_ARG' },
  stream_end: { 0: 'EOSE' },
  error_match: { 0: 'CLOSED' },
  leave_message: ['CLOSE', '{{args.sub}}'],
  result_path: '/2/content',
};

test('Nostr: streams share a connection, each with the subscription that its caller names', async (t) => {
  const server = await startServer(t, relay);
  const protocol = newProtocol(t);
  const template = server.template(nostr);
  const read = (sub, limit, kind = 1) =>
    collect(protocol.callToolStreaming(null, 'm.read', { sub, limit, kinds: [kind] }, template));
  assert.deepEqual(await Promise.all([read('a', 2), read('b', 3), read('c', 0)]), [['0', '1'], ['0', '1', '2'], []]);
  assert.equal(server.opened, 1);
  const refused = await failure(read('d', 1, -1));
  assert.ok(refused instanceof ToolError);
  assert.deepEqual(refused.detail, ['CLOSED', 'd', 'invalid: no such kind']);
  assert.deepEqual(await read('a', 1), ['0'], 'a name that its stream has ended with is free again');
  assert.equal(server.opened, 1);
});

test('Nostr: the same subscription twice at once, and once more after it was left', async (t) => {
  const server = await startServer(t, relay);
  const protocol = newProtocol(t);
  const args = { sub: 'a', limit: 2, kinds: [7] }; // goes on for ever
  const open = () => protocol.callToolStreaming(null, 'm.read', args, server.template(nostr));
  const [first, second] = [open(), open()];
  assert.deepEqual(await Promise.all([first.next(), second.next()]), [
    { done: false, value: '0' },
    { done: false, value: '0' },
  ]);
  assert.equal(server.opened, 2);
  await first.return();
  await server.until(() => server.received.includes('["CLOSE","a"]'));
  const third = open();
  assert.equal((await third.next()).value, '0');
  assert.equal(server.opened, 3, 'what still comes for the one that was left is not its');
  await Promise.all([second.return(), third.return()]);
});
