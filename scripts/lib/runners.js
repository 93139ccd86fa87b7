// Owns running tests: CTest's and Node's, each with its own runner, and what their reports count.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { fromRoot, listFiles, run, ScriptError } from './repo.js';

/** @typedef {{ passed: number, failed: number }} Count */

/** Where a runner writes what it counts; nothing of an earlier run is there. @param {string} file */
function reportOf(file) {
  const report = fromRoot('build', 'reports', file);
  mkdirSync(fromRoot('build', 'reports'), { recursive: true });
  rmSync(report, { force: true });
  return report;
}

/** What a runner has written. One that could not even start, or did not build, has written nothing. @param {string} report */
function read(report) {
  if (!existsSync(report)) throw new ScriptError('No test has run');
  return readFileSync(report, 'utf8');
}

/** A runner that failed without naming a test, or that ran none, is a failure too. @param {Count} count @param {number} code */
function verdict({ passed, failed }, code) {
  if (code !== 0 && failed === 0) return { passed, failed: 1 };
  if (passed + failed === 0) throw new ScriptError('The runner found no test');
  return { passed, failed };
}

/** Configures, builds and tests as a workflow of CMakePresets.json says. @param {string} workflow */
export async function ctest(workflow) {
  const report = reportOf(`${workflow}.xml`);
  const { code, text } = await run('cmake', ['--workflow', '--preset', workflow], { quiet: true, mayFail: true });
  const passedTests = /^ +Start +\d+: .*\n|^ *\d+\/\d+ Test .* Passed .*\n/gm;
  if (code !== 0) process.stderr.write(text.replace(passedTests, ''));
  const [, suite = ''] = /<testsuite([^>]*)>/.exec(read(report)) ?? [];
  const count = (/** @type {string} */ name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1]);
  const failed = count('failures');
  return verdict({ passed: count('tests') - failed - count('skipped') - count('disabled'), failed }, code);
}

/** The test files below a folder. @param {string} folder */
export const testFiles = (folder) => listFiles(folder, '.test.js');

/** What passed only when it ran again, told at the end of `npm test`. @type {string[]} */
export const unsteady = [];

/**
 * Runs test files with Node's runner. `atOnce`: how many at the same time. `preload`: a module that each file, and each program that it
 * starts, loads first.
 * Browsers, sockets and clocks of a busy machine fail for reasons of their own: files with a failure run once more, alone.
 * @typedef {{ preload?: string, env?: NodeJS.ProcessEnv, atOnce?: number }} NodeTestOptions
 * @param {string[]} files @param {NodeTestOptions} [options] @returns {Promise<Count>}
 */
export async function nodeTest(files, options = {}) {
  const first = await runFiles(files, options);
  const failing = files.filter((file) => first.failing.includes(fromRoot(file)));
  if (failing.length === 0 || failing.length > 2) return first;
  console.log(`${first.failed} failed; once more, alone: ${failing.join(', ')}`);
  const again = await runFiles(failing, { ...options, atOnce: 1 });
  if (again.failed > 0) return first;
  unsteady.push(...failing);
  return { passed: first.passed + first.failed, failed: 0 };
}

/** @param {string[]} files @param {NodeTestOptions} options */
async function runFiles(files, { preload, env = {}, atOnce }) {
  // Of this process: two may test at the same time.
  const report = reportOf(`node-${process.pid}.json`);
  const options = [
    // For all tests of a file: more than the slowest machine needs.
    '--test-timeout=600000',
    ...(atOnce ? [`--test-concurrency=${atOnce}`] : []),
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${new URL('reporter.js', import.meta.url)}`, `--test-reporter-destination=${report}`],
  ];
  const { code } = await run(process.execPath, ['--test', ...options, ...files], {
    mayFail: true,
    env: { ...env, ...(preload && { NODE_OPTIONS: `--import ${pathToFileURL(preload)}` }) },
  });
  const { failing, ...count } = JSON.parse(read(report));
  rmSync(report);
  return { ...verdict(count, code), failing };
}
