// `npm run hosts`: runs the contract in every host and writes the README's table of them from the results.
import { writeFileSync } from 'node:fs';
import { build } from './lib/cmake.js';
import { installFolder } from './lib/modules.js';
import { fromRoot, runScript, ScriptError } from './lib/repo.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('test');
  await build('wasm');
  await build('driver');
  await installFolder('tests/hosts');
  // After the installation: what they import may be missing before.
  const { runHosts } = await import('../tests/hosts/run.js');
  const { readmeWith, tableOf } = await import('../tests/hosts/table.js');
  const { runs, close } = runHosts();
  for (const run of runs) print(await run);
  await close();
  const all = await Promise.all(runs);
  const table = tableOf(all);
  console.log(`\n${table}`);
  if (all.some(({ error, results }) => error || results.some(({ failure }) => failure))) {
    throw new ScriptError('\nNot all of it works: the README stays as it is.');
  }
  writeFileSync(fromRoot('README.md'), readmeWith(table));
});

/** @param {import('../tests/hosts/run.js').HostRun} run */
function print({ host, version, results, error, seconds }) {
  const passed = results.filter(({ failure }) => !failure).length;
  const name = [host.name, host.place].filter(Boolean).join(', ');
  console.log(`${name} (${version}): ${passed} of ${results.length} tests in ${seconds.toFixed(1)} s`);
  if (error) console.error(error);
  for (const { group, name, failure } of results) if (failure) console.error(`  ${group}: ${name}\n  ${failure}`);
}
