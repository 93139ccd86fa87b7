// Node's inspector, driven by a template alone: the Chrome DevTools Protocol, whose ids are numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../../js/api/index.js';
import { recipes } from '../../support/endpoints.js';
import { startInspected } from '../../support/peers.js';
import { failure, newProtocol } from '../../support/server.js';

// A credential that it ignores: the run that plants secrets would plant one in the query, which this server refuses.
const auth = /** @type {const} */ ({ auth_type: 'basic', username: 'agent', password: 'not-asked-for' });

test('methods by their name, several at once on one connection, errors with their detail', async (t) => {
  const devtools = await connect(
    { ...recipes.get('devtools'), auth, url: await startInspected(t) },
    { discover: false },
  );
  t.after(() => devtools.close());
  const expressions = ['6 * 7', '"a" + "b"', '[1, 2].length'];
  const results = await Promise.all(
    expressions.map((expression) => devtools.call('Runtime.evaluate', { expression, returnByValue: true })),
  );
  assert.deepEqual(
    results.map(({ result }) => result.value),
    [42, 'ab', 2],
  );
  const error = await failure(devtools.call('No.such'));
  assert.equal(error.code, 'tool_failed');
  assert.match(error.message, /'No\.such' wasn't found/);
  assert.equal(error.detail.code, -32601);
});

const logs = { domain: 'Runtime', event: 'consoleAPICalled' };

test('what it tells on its own is a stream beside the calls; left, nothing is told any more', async (t) => {
  const url = await startInspected(t);
  const protocol = newProtocol(t);
  const counts = { opened: 0, unsolicited: 0 };
  protocol.addEventListener('open', () => {
    counts.opened += 1;
  });
  protocol.addEventListener('unsolicited', () => {
    counts.unsolicited += 1;
  });
  const template = { ...recipes.get('devtools'), auth, url };
  const events = { ...template, ...recipes.get('devtools-events') };
  const call = (method, args = {}) => protocol.callTool(null, `cdp.${method}`, args, template);
  const log = (n) => call('Runtime.evaluate', { expression: `console.log("tick", ${n})` });
  const stream = protocol.callToolStreaming(null, 'cdp.events', logs, events);
  for (const n of [1, 2, 3]) {
    const next = stream.next();
    await log(n);
    const { args } = (await next).value;
    assert.deepEqual(
      args.map(({ value }) => value),
      ['tick', n],
    );
  }
  await stream.return();
  await log(4); // behind the answer to Runtime.disable
  const { unsolicited } = counts;
  await log(5);
  assert.equal(counts.unsolicited, unsolicited);
  await call('Runtime.enable');
  assert.ok(counts.unsolicited > unsolicited, 'as it would be seen: it tells all that was logged');
  assert.equal(counts.opened, 1);
});

test('what it refuses ends a stream at once, with its error', async (t) => {
  const template = { ...recipes.get('devtools'), ...recipes.get('devtools-events'), auth };
  const devtools = await connect({ ...template, url: await startInspected(t) }, { discover: false });
  t.after(() => devtools.close());
  const error = await failure(devtools.stream('events', { domain: 'NoSuchDomain', event: 'event' }).next());
  assert.equal(error.code, 'tool_failed');
  assert.equal(error.detail.code, -32601);
});

test("who does not know the program's id is refused at the first attempt", async (t) => {
  const url = (await startInspected(t)).replace(/[^/]+$/, '01234567-89ab-cdef-0123-456789abcdef');
  const protocol = newProtocol(t);
  const error = await failure(protocol.callTool(null, 'cdp.Runtime.enable', {}, { ...recipes.get('devtools'), url }));
  assert.equal(error.code, 'handshake_refused');
  assert.equal(error.httpStatus, 400);
  assert.doesNotMatch(error.message, /attempts/);
});
