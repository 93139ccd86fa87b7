// `npm run mutate -- --in src|js [--count N] [--seed N] [--jobs N] [--only TEXT] [--again]`: plants small faults, one at a time, in copies of the
// repository, and tells which no test and no simulation notices. `--again`: only those that the last run left unnoticed. Those are to be killed by a test, or listed in
// tests/mutants.json with the reason why they change nothing.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { draw, mutantsOf, mutate } from './lib/mutants.js';
import { fromRoot, jobs, listFiles, readJson, run, runScript, ScriptError } from './lib/repo.js';
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

const testArgs = (test) => ['--test', '--test-timeout=60000', test];

/** Which tests of js/ run which of its code, by V8's coverage, the quick ones first. Set by the first copy. */
let measured;

async function measure(copy) {
  if (measured) return;
  const tests = listFiles('tests/js', '.test.js').filter((path) => !path.endsWith('/readme.test.js'));
  measured = [];
  for (const test of tests) {
    const reports = `${copy}/build/coverage`;
    rmSync(reports, { recursive: true, force: true });
    const start = performance.now();
    if (!(await passes(process.execPath, testArgs(test), copy, { env: { NODE_V8_COVERAGE: reports } })))
      throw new ScriptError(`Without any fault this fails: ${test}`);
    const scripts = readdirSync(reports)
      .flatMap((name) => JSON.parse(readFileSync(`${reports}/${name}`, 'utf8')).result)
      .filter(({ url }) => url.includes('/js/') && !url.includes('/tests/'));
    const runs = ({ file, at }) =>
      scripts.some(({ url, functions }) => url.split('?')[0].endsWith(`/${file}`) && countAt(functions, at) > 0);
    measured.push({ test, seconds: (performance.now() - start) / 1000, runs });
  }
  measured.sort((one, other) => one.seconds - other.seconds);
}

/** How often the code at a place ran: the innermost range that has it knows. */
function countAt(functions, at) {
  const ranges = functions.flatMap((one) => one.ranges).filter((one) => one.startOffset <= at && at < one.endOffset);
  const size = (one) => one.endOffset - one.startOffset;
  return ranges.reduce((inner, one) => (inner && size(inner) < size(one) ? inner : one), undefined)?.count ?? 0;
}

/** How faults of a folder are noticed. `stages`: in turn, until one fails; `builds`: a fault without which is none. */
const kinds = {
  src: {
    files: () => listFiles('src', '.cpp', '.hpp'),
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
    files: () => ['base', 'host', 'core', 'api'].flatMap((room) => listFiles(`js/${room}`, '.js')),
    async prepare(copy) {
      copyInto(copy, ['package.json', 'js', 'dist', 'tests', 'scripts', 'docs', 'web-demo/server', 'README.md']);
      symlinkSync(fromRoot('node_modules'), `${copy}/node_modules`);
      await measure(copy);
    },
    builds: (copy, { file }) => passes(process.execPath, ['--check', file], copy),
    stages: {
      simulation: (copy) => passes(process.execPath, ['tests/package_simulation/main.js', '--events', '60000'], copy),
      // The quick ones first, and file by file, so that the first failure ends it.
      'tests that run it': async (copy, mutant) => {
        for (const { test, seconds } of measured.filter(({ runs }) => runs(mutant)))
          if (!(await passes(process.execPath, testArgs(test), copy, { seconds: 20 + 3 * seconds }))) return false;
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
