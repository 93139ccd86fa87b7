// Node's inspector, driven by a template alone: the Chrome DevTools Protocol, whose ids are numbers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { connect } from '../../../js/api/index.js';
import { recipes } from '../../support/endpoints.js';
import { failure } from '../../support/server.js';

/** Starts a Node whose inspector listens; resolves with its URL. @param {import('node:test').TestContext} t */
async function startInspected(t) {
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', 'setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill());
  for await (const line of createInterface({ input: child.stderr })) {
    const [url] = /ws:\/\/\S+/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error('it does not say where it listens');
}

test('methods by their name, several at once on one connection, errors with their detail', async (t) => {
  // A credential that it ignores: the run that plants secrets would plant one in the query, which this server refuses.
  const auth = /** @type {const} */ ({ auth_type: 'basic', username: 'agent', password: 'not-asked-for' });
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
