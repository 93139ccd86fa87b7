// `npm run mutate -- --in src|js [--count N] [--seed N] [--jobs N] [--only TEXT] [--again]`: plants small faults, one at a time, in copies of the
// repository, and tells which no test and no simulation notices. `--again`: only those that the last run left unnoticed. Those are to be killed by a test, or listed in
// tests/mutants.json with the reason why they change nothing.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { draw, mutantsOf, mutate } from './lib/mutants.js';
import { fromRoot, jobs, readJson, run, runScript, ScriptError } from './lib/repo.js';
import { listFiles } from './lib/stamps.js';
import { setup } from './setup.js';

const string = { type: 'string' };
const folder = (...parts) => fromRoot('build', 'mutate', ...parts);

/** Runs a program and ends it with all that it started when it takes too long. Resolves with whether it went well. */
function passes(command, args, cwd, { seconds = 120, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: 'ignore', detached: true, env: { ...process.env, ...env } });
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), seconds * 1000);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

const copyInto = (copy, paths) => {
  rmSync(copy, { recursive: true, force: true });
  for (const path of paths) cpSync(fromRoot(path), `${copy}/${path}`, { recursive: true });
};

/** How faults of a folder are noticed. `stages`: in turn, until one fails; `builds`: a fault without which is none. */
const kinds = {
  src: {
    files: () => listFiles(['src'], (path) => path.endsWith('.cpp') || path.endsWith('.hpp')),
    async prepare(copy) {
      copyInto(copy, [
        'CMakeLists.txt',
        'CMakePresets.json',
        'package.json',
        'cmake',
        'src',
        'tests',
        'bindings/native',
      ]);
      const settings = ['UTCP_WEBSOCKET_TESTS=ON', 'UTCP_WEBSOCKET_INSTALL=OFF', 'UTCP_WEBSOCKET_WERROR=OFF'];
      const flags = ['-DCMAKE_CXX_FLAGS_RELEASE=-O1 -D_GLIBCXX_ASSERTIONS', ...settings.map((one) => `-D${one}`)];
      await run('cmake', ['--preset', 'simulation', ...flags], { quiet: true, cwd: copy });
    },
    builds: (copy) =>
      passes('cmake', ['--build', 'build/simulation', '--target', 'utcp_tests', 'simulate'], copy, { seconds: 600 }),
    stages: {
      tests: (copy) => passes(`${copy}/build/simulation/utcp_tests`, ['--gtest_brief=1'], copy),
      simulation: (copy) => passes(`${copy}/build/simulation/simulate`, ['--events', '1000000'], copy),
    },
  },
  js: {
    files: () => listFiles(['js'], (path) => /^js\/(base|host|core|api)\/\w+\.js$/.test(path)),
    async prepare(copy) {
      copyInto(copy, ['package.json', 'js', 'dist', 'tests', 'scripts', 'docs', 'web-demo/server', 'README.md']);
      symlinkSync(fromRoot('node_modules'), `${copy}/node_modules`);
    },
    builds: (copy, { file }) => passes(process.execPath, ['--check', file], copy),
    stages: {
      simulation: (copy) => passes(process.execPath, ['tests/package_simulation/main.js', '--events', '60000'], copy),
      // Those of the same name find most, at once.
      'its tests': (copy, { file }) => {
        const name = basename(file, '.js');
        const own = listFiles(['tests/js'], (path) => basename(path).startsWith(name) && path.endsWith('.test.js'));
        const basics = ['tests/js/hostile_caller.test.js', 'tests/js/stream.test.js', 'tests/js/concurrency.test.js'];
        return passes(process.execPath, ['--test', '--test-timeout=60000', ...new Set([...own, ...basics])], copy);
      },
      // File by file, so that the first failure ends it; what takes long and finds little comes last.
      'all tests': async (copy) => {
        const late = /\/(large|leak|bombs|demo_load|herd|process)\.test\.js$/;
        const all = listFiles(['tests/js'], (path) => /(?<!readme)\.test\.js$/.test(path));
        for (const path of all.sort((one, other) => Number(late.test(one)) - Number(late.test(other)))) {
          if (!(await passes(process.execPath, ['--test', '--test-timeout=60000', path], copy))) return false;
        }
        return true;
      },
    },
  },
};

await runScript(async () => {
  const { values } = parseArgs({
    options: { in: string, count: string, seed: string, jobs: string, only: string, again: { type: 'boolean' } },
  });
  const kind = kinds[values.in ?? 'src'];
  if (!kind) throw new ScriptError('--in takes src or js');
  await setup('build');
  const reasons = readJson('tests/mutants.json');
  const isListed = ({ file, text, from, to }) =>
    reasons.some((one) => one.file === file && one.text === text && one.from === from && one.to === to);
  const report = folder(`${values.in ?? 'src'}.json`);
  const before = values.again ? JSON.parse(readFileSync(report, 'utf8')).filter(({ noticed }) => !noticed) : undefined;
  const wasLeft = ({ file, text, from, to }) =>
    before === undefined ||
    before.some((one) => one.file === file && one.text === text && one.from === from && one.to === to);
  const all = kind
    .files()
    .flatMap((file) => mutantsOf(file, readFileSync(fromRoot(file), 'utf8')))
    .filter(
      (mutant) => !isListed(mutant) && wasLeft(mutant) && `${mutant.file}:${mutant.text}`.includes(values.only ?? ''),
    );
  const todo = draw(all, Number(values.count ?? 100), Number(values.seed ?? 1));
  console.log(`${todo.length} of ${all.length} faults, without the ${reasons.length} that are listed as harmless`);

  const results = [];
  const copies = Array.from({ length: Number(values.jobs ?? jobs) }, (_, i) => folder(`${values.in ?? 'src'}${i}`));
  const work = async (copy) => {
    if (copy !== copies[0]) await kind.prepare(copy);
    for (let mutant = todo.shift(); mutant; mutant = todo.shift()) {
      const path = `${copy}/${mutant.file}`;
      const source = readFileSync(path, 'utf8');
      writeFileSync(path, mutate(source, mutant));
      let noticed = (await kind.builds(copy, mutant)) ? undefined : 'no build';
      for (const [stage, holds] of Object.entries(kind.stages)) {
        if (!noticed && !(await holds(copy, mutant))) noticed = stage;
      }
      writeFileSync(path, source);
      results.push({ ...mutant, noticed });
      const { file, line, from, to, text } = mutant;
      if (noticed !== 'no build')
        console.log(`${noticed ?? 'SURVIVED'}: ${file}:${line}  ${from} → ${to}  in  ${text}`);
      writeFileSync(report, JSON.stringify(results, null, 2));
    }
  };
  mkdirSync(folder(), { recursive: true });
  await kind.prepare(copies[0]);
  // What fails without a fault would notice every one.
  for (const [stage, holds] of Object.entries({ build: kind.builds, ...kind.stages })) {
    if (!(await holds(copies[0], todo[0]))) throw new ScriptError(`Without any fault this fails: ${stage}`);
  }
  await Promise.all(copies.map(work));

  const made = results.filter(({ noticed }) => noticed !== 'no build');
  const survived = made.filter(({ noticed }) => noticed === undefined);
  const share = ((100 * (made.length - survived.length)) / made.length).toFixed(1);
  console.log(`${made.length - survived.length} of ${made.length} noticed: ${share} %`);
  for (const { file, line, from, to, text } of survived) console.log(`  ${file}:${line}  ${from} → ${to}  in  ${text}`);
});
