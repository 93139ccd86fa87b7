// Owns building and running the simulation, and the proof that it finds bugs: each planted one in a copy of src/.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from './cmake.js';
import { fromRoot, readJson, run, ScriptError } from './repo.js';

// Less than a minute even under sanitizers; more says that a planted bug is not found.
const plantedEvents = 5_000_000;
// So that the program itself can say which seed it was.
const env = { ASAN_OPTIONS: 'abort_on_error=1:handle_abort=0', UBSAN_OPTIONS: 'print_stacktrace=1:abort_on_error=1' };

/** Runs the simulation with its own arguments (see tests/simulation/main.cpp). */
export async function simulate(args, { sanitized = false } = {}) {
  const preset = sanitized ? 'simulation-sanitized' : 'simulation';
  await build(preset);
  const { code } = await run(fromRoot('build', preset, 'simulate'), args, { mayFail: true, env });
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Runs that of the whole package (see tests/package_simulation/main.js), or plants its bugs. dist/ must be there. */
export async function simulatePackage(args) {
  const program = args.includes('--planted') ? 'planted.js' : 'main.js';
  const given = args.filter((arg) => arg !== '--planted');
  const { code } = await run(process.execPath, [fromRoot('tests', 'package_simulation', program), ...given], {
    mayFail: true,
  });
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Plants each bug of tests/simulation/planted.json in turn; fails if one cannot be planted or is not found. */
export async function findPlanted() {
  const copy = fromRoot('build', 'planted');
  rmSync(copy, { recursive: true, force: true });
  for (const path of [
    'CMakeLists.txt',
    'CMakePresets.json',
    'LICENSE',
    'package.json',
    'cmake',
    'src',
    'tests/simulation',
  ]) {
    cpSync(fromRoot(path), `${copy}/${path}`, { recursive: true });
  }
  const inCopy = (args) => run('cmake', args, { quiet: true, cwd: copy });
  await inCopy(['--preset', 'simulation', '-DUTCP_WEBSOCKET_WERROR=OFF']);

  const missed = [];
  for (const { name, file, from, to } of readJson('tests/simulation/planted.json')) {
    const path = `${copy}/${file}`;
    const source = readFileSync(path, 'utf8');
    if (source.split(from).length !== 2) throw new ScriptError(`"${name}": its text stands not once in ${file}.`);
    writeFileSync(
      path,
      source.replace(from, () => to),
    );
    await inCopy(['--build', '--preset', 'simulation']);
    const { text } = await run(`${copy}/build/simulation/simulate`, ['--events', String(plantedEvents)], {
      quiet: true,
      mayFail: true,
    });
    writeFileSync(path, source);
    const found = /^Seed .*$/m.exec(text)?.[0];
    console.log(`${name}\n    ${found ?? 'NOT FOUND'}`);
    if (!found) missed.push(name);
  }
  if (missed.length > 0) throw new ScriptError(`Planted and not found: ${missed.join('; ')}.`);
}
