// The contract in every host, a test for each of its tests; and the README's table of hosts, which is made from the results.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { contract } from '../contract/contract.js';
import { hosts } from './hosts.js';
import { runHosts } from './run.js';
import { readmeTable, tableOf, withoutBrowserVersions } from './table.js';

const { runs, close } = runHosts();
after(close);

for (const [i, { name, place, cannot }] of hosts.entries()) {
  describe([name, place].filter(Boolean).join(', '), () => {
    test('runs', async (t) => {
      const { error, version, seconds } = await runs[i];
      assert.equal(error, undefined);
      t.diagnostic(`version ${version}, ${seconds.toFixed(1)} s`);
      const major = /\d+/.exec(name)?.[0];
      if (major) assert.equal(String(Number.parseInt(version, 10)), major);
    });

    for (const [group, tests] of Object.entries(contract)) {
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
