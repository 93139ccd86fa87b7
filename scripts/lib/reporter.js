// Owns what runners.js learns of a run of Node's test runner: how many tests passed and failed, and in which files.

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* report(events) {
  const count = { passed: 0, failed: 0 };
  const failing = new Set();
  for await (const { type, data } of events) {
    // What is skipped or still to do has not passed.
    if (data.skip || data.todo) continue;
    if (type === 'test:fail') failing.add(data.file);
    // Suites are counted by their tests.
    if (data.details?.type === 'suite') continue;
    if (type === 'test:pass') count.passed += 1;
    if (type === 'test:fail') count.failed += 1;
  }
  yield JSON.stringify({ ...count, failing: [...failing] });
}
