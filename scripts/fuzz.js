// `npm run fuzz`: builds the fuzz targets and runs each of them, a minute by default. What they learn stays in
// build/fuzz/corpus, so that the next run goes on from there. `npm run fuzz -- --help` tells the options.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { targets, writeSeeds } from '../tests/fuzz/seeds.js';
import { build } from './lib/cmake.js';
import { fromRoot, jobs, root, run, runScript, ScriptError } from './lib/repo.js';
import { setup } from './setup.js';

/** Of the whole package, in JavaScript: see tests/fuzz/js. */
const packageTargets = ['caller', 'peer'];
const packageProgram = fromRoot('tests', 'fuzz', 'js', 'main.js');

const help = `npm run fuzz -- [options]
  --seconds N      how long each target runs (60)
  --target NAME    only this target; may be given more than once: ${[...targets, ...packageTargets].join(', ')}
  --jobs N         how many targets run at the same time (${jobs}: the processors of this machine)
  --replay FILE    runs one input, of the target whose name its folder has, or of --target
  --replay-hex HEX runs one input of ${packageTargets.join(' or ')}, as a failure prints it`;

const folder = (...parts) => fromRoot('build', 'fuzz', ...parts);
const program = (target) => folder(`fuzz_${target}`);
const env = { UBSAN_OPTIONS: 'print_stacktrace=1' };

/** @param {string[]} names */
async function buildTargets(names) {
  if (names.some((name) => packageTargets.includes(name))) await build('wasm');
  const programs = names
    .filter((name) => !packageTargets.includes(name))
    .flatMap((name) => ['--target', `fuzz_${name}`]);
  if (programs.length === 0) return;
  await run('cmake', ['--preset', 'fuzz'], { quiet: true });
  await run('cmake', ['--build', '--preset', 'fuzz', ...programs], { quiet: true });
}

/**
 * How many inputs `npm test` gives to each target: about what it takes in 5 s, and in half a minute for those of the
 * package. A count, not a time, so that a slow machine tries as much as a fast one.
 */
const testRuns = {
  ...{ call_template: 30_000, frame: 40_000, manual: 12_000, json: 100_000, message: 35_000, session: 5_500 },
  ...{ token: 100_000, url: 300_000, caller: 50_000, peer: 50_000 },
};

/**
 * Runs one target for some time, or `runs` inputs: then from the seeds alone and with a fixed seed, so that two runs of
 * the same code do much the same. Resolves with whether it found nothing.
 */
async function fuzzTarget(target, { seconds, runs }) {
  const fresh = runs !== undefined;
  if (packageTargets.includes(target)) {
    const given = fresh
      ? ['--runs', String(runs), '--seed', '1']
      : ['--seconds', String(seconds), '--seed', String(Date.now())];
    return (await run(process.execPath, [packageProgram, target, ...given], { mayFail: true })).code === 0;
  }
  const seeds = folder('seeds', target);
  const corpus = folder(fresh ? 'corpus-fresh' : 'corpus', target);
  const findings = folder('findings', target);
  if (fresh) rmSync(corpus, { recursive: true, force: true });
  writeSeeds(target, seeds);
  for (const path of [corpus, findings]) mkdirSync(path, { recursive: true });
  const options = [
    ...(fresh ? [`-runs=${runs}`, '-seed=1'] : [`-max_total_time=${seconds}`]),
    ...['-timeout=10', '-rss_limit_mb=2048', '-print_final_stats=1'],
    ...[`-dict=${fromRoot('tests', 'fuzz', 'fuzz.dict')}`, `-artifact_prefix=${findings}/`],
  ];
  const { code, text } = await run(program(target), [...options, corpus, seeds], { quiet: true, mayFail: true, env });
  const done = Number(/stat::number_of_executed_units:\s*(\d+)/.exec(text)?.[1] ?? 0);
  const rate = /stat::average_exec_per_sec:\s*(\d+)/.exec(text)?.[1];
  const edges = /.*\bcov: (\d+)/s.exec(text)?.[1];
  if (code === 0 && done > 0) {
    console.log(`${target}: nothing found in ${done} runs (${rate} a second), ${edges} edges`);
    return true;
  }
  console.error(text.slice(text.search(/^.*(this must hold|ERROR:|runtime error:)/m)));
  const input = /Test unit written to (\S+)/.exec(text)?.[1];
  console.error(`${target}: FAILED${input ? `. Again: npm run fuzz -- --replay ${relative(root, input)}` : ''}`);
  return false;
}

/** Builds and runs targets, `atOnce` at the same time. Resolves with how many found nothing, and how many something. */
async function fuzz({ names = [...targets, ...packageTargets], seconds, atOnce = jobs }) {
  await buildTargets(names);
  const todo = [...names];
  const count = { passed: 0, failed: 0 };
  const work = async () => {
    for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
      const amount = seconds === undefined ? { runs: testRuns[name] } : { seconds };
      count[(await fuzzTarget(name, amount)) ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return count;
}

/**
 * The step of `npm test`. Without the target of the native client: what that one checks, tests/client/wire_test.cpp does
 * with random bytes.
 */
export const fuzzForTest = () => fuzz({ names: Object.keys(testRuns) });

async function replay(file, target = basename(dirname(resolve(file)))) {
  if (!existsSync(file)) throw new ScriptError(`There is no file ${file}`);
  checkName(target);
  await buildTargets([target]);
  await run(program(target), [resolve(file)], { env });
}

function checkName(name) {
  const all = [...targets, ...packageTargets];
  if (!all.includes(name)) throw new ScriptError(`No such target: ${name}. The targets are: ${all.join(', ')}`);
}

function positive(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new ScriptError(`--${name} takes a number from 1 on; got ${text}`);
  return value;
}

function options() {
  const string = { type: 'string' };
  try {
    return parseArgs({
      options: {
        ...{
          seconds: { ...string, default: '60' },
          jobs: { ...string, default: String(jobs) },
          replay: string,
          'replay-hex': string,
        },
        ...{ target: { ...string, multiple: true }, help: { type: 'boolean' } },
      },
    }).values;
  } catch (error) {
    throw new ScriptError(`${error.message}\n${help}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    const { help: asked, replay: file, 'replay-hex': hex, target: names, ...numbers } = options();
    if (asked) return console.log(help);
    for (const name of names ?? []) checkName(name);
    await setup('test');
    if (hex !== undefined) return run(process.execPath, [packageProgram, names?.[0] ?? 'peer', '--replay', hex]);
    if (file !== undefined) return replay(file, names?.[0]);
    const seconds = positive('seconds', numbers.seconds);
    const { failed } = await fuzz({ names, seconds, atOnce: positive('jobs', numbers.jobs) });
    if (failed > 0) process.exitCode = 1;
  });
}
