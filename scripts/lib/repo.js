// Owns what every script needs: where the repository is, running programs, and how progress is printed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const fromRoot = (...parts) => join(root, ...parts);
export const readJson = (path) => JSON.parse(readFileSync(fromRoot(path), 'utf8'));

/** The files below a folder with one of these endings, sorted; none of installed packages. @returns {string[]} relative to the repository */
export const listFiles = (/** @type {string} */ folder, /** @type {string[]} */ ...endings) =>
  readdirSync(fromRoot(folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : listFiles(path, ...endings);
      return endings.some((ending) => path.endsWith(ending)) ? [path] : [];
    })
    .sort();

/** How many compilers, checkers or tests run at the same time. CMake and CTest ask for it, too. */
export const jobs = Number(process.env.CMAKE_BUILD_PARALLEL_LEVEL) || availableParallelism();
Object.assign(process.env, { CMAKE_BUILD_PARALLEL_LEVEL: jobs, CTEST_PARALLEL_LEVEL: jobs });

/** A failure whose message says it all: scripts print it without a stack. */
export class ScriptError extends Error {}

/** Runs `main` as a script's body; a ScriptError becomes one line and exit code 1. */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof ScriptError ? error.message : error);
    process.exitCode = 1;
  }
}

/** The first of `names` that is on the PATH, as a full path. @param {string[]} names */
export function which(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** What a short-lived program prints, or undefined when it cannot run or fails. */
export function output(command, args = []) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', cwd: root });
  return status === 0 ? stdout : undefined;
}

/**
 * Runs a program to its end. Its output goes to the terminal, or is kept with `quiet` and shown only if it fails. Resolves with the
 * exit code and what was kept; with `mayFail` unset a failure throws.
 */
export function run(command, args = [], { quiet = false, mayFail = false, cwd = root, env = {} } = {}) {
  return new Promise((resolveRun, rejectRun) => {
    const output = quiet ? 'pipe' : 'inherit';
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['inherit', output, output] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
    child.on('error', (error) => rejectRun(new ScriptError(`Cannot run ${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0 || mayFail) return resolveRun({ code: code ?? 1, text });
      process.stderr.write(text);
      rejectRun(new ScriptError(`Failed (${signal ?? `exit code ${code}`}): ${[command, ...args].join(' ')}`));
    });
  });
}

/** Runs npm with the Node that runs this script. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? run(process.execPath, [cli, ...args], options) : run('npm', args, options);
}

/** Runs a program that a development dependency brings. */
export function nodeBin(packageName, args, options) {
  const { bin } = readJson(`node_modules/${packageName}/package.json`);
  const file = typeof bin === 'string' ? bin : (bin[packageName.split('/').pop()] ?? Object.values(bin)[0]);
  return run(process.execPath, [fromRoot('node_modules', packageName, file), ...args], options);
}
