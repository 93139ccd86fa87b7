// `npm test`: every check there is, in order, up to the first that fails. `npm test -- js package` runs only those.
// The last line of the output counts the tests of all runners.
import { build } from './lib/cmake.js';
import { installFolder } from './lib/modules.js';
import { runScript, ScriptError } from './lib/repo.js';
import { unsteady } from './lib/runners.js';
import { steps } from './lib/steps.js';
import { setup } from './setup.js';

function chosenSteps(names) {
  if (names.length === 0) return steps;
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length === 0) return steps.filter((step) => names.includes(step.name));
  throw new ScriptError(
    [
      `No such step: ${unknown.join(', ')}. The steps are:`,
      ...steps.map(({ name, title }) => `  ${name.padEnd(9)} ${title}`),
    ].join('\n'),
  );
}

const seconds = (/** @type {number} */ since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs one step; a step that fails without having counted a failed test counts as one. @param {import('./lib/steps.js').Step} step */
async function runStep({ name, title, builds = [], folders = [], run }) {
  console.log(`\n=== ${title} (${name}) ===`);
  const start = performance.now();
  const count = { passed: 0, failed: 0 };
  try {
    for (const workflow of builds) await build(workflow);
    for (const folder of folders) await installFolder(folder);
    for (const { passed = 0, failed = 0 } of [(await run?.()) ?? []].flat()) {
      count.passed += passed;
      count.failed += failed;
    }
  } catch (error) {
    console.error(error instanceof ScriptError ? error.message : error);
    count.failed += 1;
  }
  const tests = count.passed > 0 ? `, ${count.passed} tests passed` : '';
  console.log(`${name}: ${count.failed === 0 ? 'ok' : 'FAILED'} in ${seconds(start)}${tests}`);
  return count;
}

await runScript(async () => {
  const chosen = chosenSteps(process.argv.slice(2));
  const start = performance.now();
  await setup('test');
  const total = { passed: 0, failed: 0 };
  for (const step of chosen) {
    const { passed, failed } = await runStep(step);
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) break;
  }
  if (unsteady.length > 0) console.log(`\nUnsteady, passed only when run again: ${unsteady.join(', ')}`);
  console.log(`\nAll of it took ${seconds(start)}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) process.exitCode = 1;
});
