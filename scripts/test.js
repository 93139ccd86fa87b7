// `npm test`: every check there is, in order, up to the first that fails. `npm test -- js package` runs only those.
// The last line of the output counts the tests of all runners.
import { runScript, ScriptError, seconds } from './lib/repo.js';
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

/** Runs one step; a step that fails without having counted a failed test counts as one. */
async function runStep({ name, title, run }) {
  console.log(`\n=== ${title} (${name}) ===`);
  const start = performance.now();
  let count;
  try {
    count = { passed: 0, failed: 0, ...(await run()) };
  } catch (error) {
    console.error(error instanceof ScriptError ? error.message : error);
    count = { passed: 0, failed: 1 };
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
