// Node's inspector, driven by a template alone: the Chrome DevTools Protocol, whose ids are numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../../js/api/index.js';
import { recipes } from '../../support/endpoints.js';
import { startInspected } from '../../support/peers.js';
import { failure } from '../../support/server.js';

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

test('what it tells on its own is a stream: the lines that the program writes', async (t) => {
  const url = await startInspected(t, 'let n = 0; setInterval(() => console.log("tick", ++n), 10)');
  const template = { ...recipes.get('devtools'), ...recipes.get('devtools-events'), auth, url };
  const devtools = await connect(template, { discover: false });
  t.after(() => devtools.close());
  const seen = [];
  for await (const { args } of devtools.stream('events', { domain: 'Runtime', event: 'consoleAPICalled' })) {
    assert.equal(args[0].value, 'tick');
    if (seen.push(args[1].value) === 3) break;
  }
  assert.deepEqual(
    seen.map((n) => n - seen[0]),
    [0, 1, 2],
  );
});
