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

/**
 * Runs test files with Node's runner. `seconds`: how long each file may take, all its tests together: more than the slowest machine needs.
 * `preload`: a module that each file, and each program it starts, loads first.
 */
export async function nodeTest(files, name, { seconds = 900, preload = undefined, env = {}, atOnce = 0 } = {}) {
  if (files.length === 0) throw new ScriptError(`There are no test files for ${name}`);
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
  return verdict({ passed: count('pass'), failed: count('fail') + count('cancelled') }, code);
}

/** A runner that failed without naming a test, or that ran none, is a failure too. */
function verdict({ passed, failed }, code) {
  if (code !== 0 && failed === 0) return { passed, failed: 1 };
  if (passed + failed === 0) throw new ScriptError('The runner found no test');
  return { passed, failed };
}
