// Owns running the two test runners and reading from their own summaries how many tests passed and failed.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromRoot, jobs, output, run, ScriptError } from './repo.js';

/** @typedef {{ passed: number, failed: number }} Count */

/** Runs the tests of a CMake build folder. */
export async function ctest(buildDir) {
  const { code, text } = await run(
    'ctest',
    ['--test-dir', buildDir, '--output-on-failure', '--no-tests=error', '--progress', '--parallel', String(jobs)],
    { quiet: true, mayFail: true, env: { CTEST_PROGRESS_OUTPUT: '0' } },
  );
  const summary = /(\d+) tests failed out of (\d+)/.exec(text);
  if (code !== 0 || !summary) process.stderr.write(withoutPassed(text));
  if (!summary) throw new ScriptError(`ctest gave no summary for ${buildDir}`);
  const failed = Number(summary[1]);
  return verdict({ passed: Number(summary[2]) - failed, failed }, code);
}

/**
 * Starts a program with addresses that are not random, where that is allowed: older ThreadSanitizers end where the kernel spreads them widely.
 */
export const fixedAddresses = () => (output('setarch', ['-R', 'true']) === undefined ? [] : ['setarch', '-R']);

/** Runs one program of GoogleTest. @param {string} program @param {string[]} [prefix] what it is started by */
export async function gtest(program, prefix = []) {
  const [command, ...args] = [...prefix, program];
  const { code, text } = await run(command, args, { quiet: true, mayFail: true });
  if (code !== 0) process.stderr.write(text);
  const count = (/** @type {string} */ word) =>
    Number(new RegExp(`^\\[ +${word} +\\] (\\d+) tests?`, 'm').exec(text)?.[1] ?? 0);
  return verdict({ passed: count('PASSED'), failed: count('FAILED') }, code);
}

/** The output of ctest without the lines about tests that passed. */
const withoutPassed = (text) =>
  text
    .split('\n')
    .filter((line) => !/^\s+Start\s+\d+: |^\s*\d+\/\d+ Test .* Passed /.test(line))
    .join('\n');

/** What passed only when it ran again, told at the end of `npm test`. @type {string[]} */
export const unsteady = [];

/**
 * Runs test files with Node's runner. `seconds`: how long each file may take, all its tests together: more than the slowest machine needs.
 * `preload`: a module that each file, and each program it starts, loads first.
 * Browsers, sockets and clocks of a busy machine fail for reasons of their own: files with a failure run once more, alone.
 * @typedef {{ seconds?: number, preload?: string, env?: NodeJS.ProcessEnv, atOnce?: number }} NodeTestOptions
 * @param {string[]} files @param {string} name @param {NodeTestOptions} [options]
 */
export async function nodeTest(files, name, options = {}) {
  if (files.length === 0) throw new ScriptError(`There are no test files for ${name}`);
  const first = await runFiles(files, name, options);
  if (first.failed === 0 || first.failing.length === 0 || first.failing.length > 2) return first;
  console.log(`${name}: ${first.failed} failed; once more, alone: ${first.failing.join(', ')}`);
  const again = await runFiles(first.failing, `${name}-again`, { ...options, atOnce: 1 });
  if (again.failed > 0) return first;
  unsteady.push(...first.failing);
  return { passed: first.passed + first.failed, failed: 0 };
}

/** @param {string[]} files @param {string} name @param {NodeTestOptions} options */
async function runFiles(files, name, { seconds = 600, preload = undefined, env = {}, atOnce = 0 }) {
  const tap = fromRoot('build', 'reports', `${name}.tap`);
  mkdirSync(dirname(tap), { recursive: true });
  rmSync(tap, { force: true });
  const { code } = await run(
    process.execPath,
    [
      '--test',
      `--test-timeout=${seconds * 1000}`,
      ...(atOnce > 0 ? [`--test-concurrency=${atOnce}`] : []),
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${tap}`,
      ...files,
    ],
    { mayFail: true, env: { ...env, ...(preload && { NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` }) } },
  );
  const report = readFileSync(tap, 'utf8');
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
  const failing = files.filter((file) => failedIn(report, file));
  return { ...verdict({ passed: count('pass'), failed: count('fail') + count('cancelled') }, code), failing };
}

/** Whether a report says that something failed which stands in a file. @param {string} report @param {string} file */
const failedIn = (report, file) =>
  report
    .split(/^ *not ok /m)
    .slice(1)
    .some((failure) => /^ *location: '(.*):\d+:\d+'$/m.exec(failure)?.[1]?.endsWith(file));

/** A runner that failed without naming a test, or that ran none, is a failure too. */
function verdict({ passed, failed }, code) {
  if (code !== 0 && failed === 0) return { passed, failed: 1 };
  if (passed + failed === 0) throw new ScriptError('The runner found no test');
  return { passed, failed };
}
