// The contract in every host, a test for each of its tests; and the README's table of hosts, which is made from the results.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fromRoot } from '../../scripts/lib/repo.js';
import { contract } from '../contract/contract.js';
import { hosts } from './hosts.js';
import { runHosts } from './run.js';
import { bundleForWorkerd } from './stage.js';
import { readmeTable, tableOf, withoutBrowserVersions } from './table.js';
import { askWorker } from './workerd.js';

const { setUp, runs, close } = runHosts();
after(close);

for (const [i, { name, place, cannot, absent = {} }] of hosts.entries()) {
  describe([name, place].filter(Boolean).join(', '), () => {
    test('runs', async (t) => {
      const { error, version, seconds } = await runs[i];
      assert.equal(error, undefined);
      t.diagnostic(`version ${version}, ${seconds.toFixed(1)} s`);
      const major = /\d+/.exec(name)?.[0];
      if (major) assert.equal(String(Number.parseInt(version, 10)), major);
    });

    for (const [group, tests] of Object.entries(contract)) {
      if (absent[group]) continue;
      for (const { name, needs } of tests) {
        test(`${group}: ${name}${needs && cannot[needs] ? ` (not here: ${needs})` : ''}`, async () => {
          const result = (await runs[i]).results.find((one) => one.group === group && one.name === name);
          assert.ok(result, 'it did not run');
          assert.equal(result.failure, undefined);
        });
      }
    }
  });
}

test("the README's table of hosts says what was found (npm run hosts writes it)", async () => {
  const table = tableOf(await Promise.all(runs));
  assert.equal(withoutBrowserVersions(readmeTable()), withoutBrowserVersions(table));
});

test('the worker of docs/hosts.md serves one request after the other', async () => {
  const [server, { project }] = await setUp;
  await Promise.all(runs); // no more than two hosts at a time
  const [worker] = /(?<=```js\n)import \{ ready.*?(?=```)/s.exec(readFileSync(fromRoot('docs/hosts.md'), 'utf8')) ?? [];
  writeFileSync(join(project, 'documented.js'), worker ?? '');
  await bundleForWorkerd(project, 'documented.js', 'documented');
  const url = `${server.url.replace('http', 'ws')}/documented/echo`;
  const requests = [1, 2].map((n) => ({ url, args: { n } }));
  assert.deepEqual(await askWorker(join(project, 'documented'), requests), ['{"n":1}', '{"n":2}']);
});
