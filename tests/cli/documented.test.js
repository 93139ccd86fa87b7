// What README.md and docs/cli.md show, run against the demo's provider; and that they leave nothing out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startProvider } from '../../web-demo/server/provider.js';
import { commandOf, linesOf, newFolder, onTerminal, run } from '../support/cli.js';
import { documentedProvider, readmeBlocks } from '../support/readme.js';

const manual = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
/** The demo runs in tests/package/demo.test.js. */
const shown = (text) => text.split('\n').filter((line) => /^npx utcp-websocket (?!demo)/.test(line));
const ofReadme = readmeBlocks('sh').flatMap(shown);
const ofManual = shown(manual);

test('the examples of the README are the first of the manual', () => {
  assert.equal(ofReadme.length, 3);
  assert.deepEqual(ofManual.slice(0, 3), ofReadme);
});

test('the examples do what they say', async (t) => {
  const provider = await startProvider();
  t.after(() => provider.close());
  const results = [];
  const errors = join(newFolder(t), 'errors');
  for (const line of ofReadme) {
    const command = line.replaceAll(documentedProvider, provider.origin).replace('npx utcp-websocket', commandOf([]));
    // In a pipe, so that JSON is printed.
    const { code, seen } = await onTerminal(`(${command}) 2>'${errors}' | cat`);
    assert.equal(code, 0, seen);
    assert.notEqual(seen, '', readFileSync(errors, 'utf8'));
    results.push(linesOf(seen));
  }
  const [tools, [found], readings] = results;
  assert.ok(tools.some(({ name }) => name === 'watch_metrics'));
  assert.equal(found.hits.length, 3);
  assert.deepEqual(
    readings.map(({ number }) => number),
    [1, 2, 3],
  );
});

test('every option of the help is in the manual, and none besides', async () => {
  const { stdout: help } = await run(['--help']);
  const options = (text) => new Set(text.match(/(?<![\w-])--?[a-zA-Z][a-z]*(?=[^\w-])/g));
  const table = manual.split('\n').filter((line) => line.startsWith('| `-'));
  const documented = options(table.map((line) => line.split('|')[1]).join('\n'));
  assert.deepEqual([...documented].sort(), [...options(help)].sort());
});
