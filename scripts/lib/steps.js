// Owns what `npm test` consists of: the steps, in their order. Each resolves with the tests it counted, if it runs any.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from '../build.js';
import { fuzzForTest } from '../fuzz.js';
import { checkFormat, checkJavaScript, checkTidy } from './checks.js';
import { buildDemo } from './demo.js';
import { buildModules, buildWasm, distSizes } from './dist.js';
import { installFolder } from './modules.js';
import { fromRoot, jobs, run, ScriptError } from './repo.js';
import { ctest, fixedAddresses, gtest, nodeTest } from './runners.js';
import { simulate, simulatePackage } from './simulation.js';
import { listFiles } from './stamps.js';
import { checkTypes } from './types.js';

const readmeTest = 'readme.test.js';
const testFiles = (folder) => listFiles([folder], (path) => path.endsWith('.test.js'));

async function buildPreset(preset, targets = []) {
  await run('cmake', ['--preset', preset], { quiet: true });
  const wanted = targets.flatMap((target) => ['--target', target]);
  await run('cmake', ['--build', '--preset', preset, '--parallel', String(jobs), ...wanted], { quiet: true });
}

/** The program by which tests in JavaScript drive the native client, and the one for the command line. */
export const buildDriver = () => buildPreset('clang-debug', ['utcp_client_driver', 'utcp_websocket_program']);

async function native(preset) {
  await buildPreset(preset);
  return ctest(fromRoot('build', preset));
}

/** The core has no threads, and GCC builds it for the simulation, too: its own tests are Clang's. */
async function threads() {
  await buildPreset('gcc-debug', ['utcp_client_tests']);
  return gtest(fromRoot('build', 'gcc-debug', 'utcp_client_tests'), fixedAddresses());
}

/** Runs after dist/ has been brought up to date, so that the step also works alone. */
const withDist = (step) => async () => {
  await build();
  return step();
};

/** Configures and builds a project against what is installed below `prefix`. */
async function buildAgainst(prefix, source, folder, targets = []) {
  const settings = ['-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_COMPILER=g++', `-DCMAKE_PREFIX_PATH=${prefix}`];
  await run('cmake', ['-S', fromRoot(...source), '-B', folder, '-G', 'Ninja', ...settings], { quiet: true });
  const wanted = targets.flatMap((target) => ['--target', target]);
  await run('cmake', ['--build', folder, '--parallel', String(jobs), ...wanted], { quiet: true });
}

/** The native library and client as other projects get them: installed, and as Debian packages. */
async function consumer() {
  const folder = (...names) => fromRoot('build', 'consumer', ...names);
  rmSync(folder(), { recursive: true, force: true });
  const preset = 'gcc-release';
  const settings = ['-DUTCP_WEBSOCKET_TESTS=OFF', '-DUTCP_WEBSOCKET_CLIENT=ON'];
  await run('cmake', ['--preset', preset, ...settings], { quiet: true });
  await run('cmake', ['--build', '--preset', preset, '--parallel', String(jobs)], { quiet: true });
  await run('cmake', ['--install', fromRoot('build', preset), '--prefix', folder('prefix')], { quiet: true });
  await buildAgainst(folder('prefix'), ['tests', 'consumer'], folder('build'));
  const core = await ctest(folder('build'));

  await buildAgainst(folder('prefix'), ['examples', 'cpp'], folder('examples'));
  await run('cpack', ['-G', 'DEB', '-B', folder('packages')], { quiet: true, cwd: fromRoot('build', preset) });
  for (const file of readdirSync(folder('packages')).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', folder('packages', file), folder('debian')], { quiet: true });
  }
  await buildAgainst(folder('debian', 'usr'), ['examples', 'cpp'], folder('from-debian'), ['callback']);
  const env = {
    UTCP_EXAMPLES: folder('examples'),
    UTCP_PREFIX: folder('prefix'),
    UTCP_PACKAGES: folder('packages'),
    UTCP_FROM_DEBIAN: folder('from-debian'),
  };
  const client = await nodeTest(testFiles('tests/consumer'), 'consumer', { env });
  return { passed: core.passed + client.passed, failed: core.failed + client.failed };
}

async function wasm() {
  await buildWasm();
  await buildModules();
  for (const { file, raw, brotli } of distSizes()) console.log(`${file}: ${raw} bytes, ${brotli} with brotli`);
}

/** A test has a node of Ethereum: too heavy for those who want none. */
const ethereum = 'tests/support/ethereum';
const scenarios = () => testFiles('tests/js').filter((path) => basename(path) !== readmeTest);

/** About size, time and memory alone: they take long, and say nothing that others do not. */
const heavy = ['bombs', 'demo_load', 'herd', 'large', 'leak'].map((name) => `${name}.test.js`);

/** The JavaScript tests and those of the command line once more, with secrets planted in every scenario and all that comes out searched for them. */
async function secrets() {
  await installFolder(ethereum);
  const reports = fromRoot('build', 'reports', 'secrets');
  rmSync(reports, { recursive: true, force: true });
  const telling = scenarios().filter((path) => !heavy.includes(basename(path)));
  const count = await nodeTest([...telling, ...testFiles('tests/cli')], 'secrets', {
    atOnce: jobs,
    preload: fromRoot('tests', 'support', 'secret_run.js'),
    env: { UTCP_SECRET_REPORTS: reports },
  });
  const looked = { templates: 0, errors: 0, events: 0, protocols: 0, console: 0 };
  for (const file of readdirSync(reports)) {
    const { looked: here } = JSON.parse(readFileSync(join(reports, file), 'utf8'));
    for (const kind of Object.keys(looked)) looked[kind] += here[kind];
  }
  console.log(
    `Searched for secrets: ${Object.entries(looked)
      .map(([kind, n]) => `${n} ${kind}`)
      .join(', ')}`,
  );
  const missing = Object.keys(looked).filter((kind) => looked[kind] === 0);
  if (missing.length > 0) throw new ScriptError(`The run that plants secrets saw no ${missing.join(', ')}`);
  return count;
}

/** What is said in JavaScript of endpoints and the command line holds in C++: the same tests, and the same words for bad input. */
async function nativeClient() {
  await Promise.all([buildDriver(), installFolder(ethereum)]);
  const names = [
    'deepgram',
    'device',
    'graphql',
    'jsonrpc',
    'logins',
    'mcp',
    'nostr',
    'phoenix',
    'realtime',
    'signalr',
    'socketio',
  ];
  const endpoints = [...names, 'ethereum', 'stomp', 'trpc'].map((name) => `endpoints/${name}`);
  const auth = ['isolation', 'oauth2_answers', 'recipes', 'tickets'].map((name) => `auth/${name}`);
  const faults = ['calls', 'opening', 'pace', 'stream'].map((name) => `faults/${name}`);
  const fields = ['connect_steps', 'correlation', 'error_match', 'leaving', 'messages', 'replies', 'template_fields'];
  const files = [...endpoints, ...auth, ...faults, 'captured', ...fields].map((name) => `tests/js/${name}.test.js`);
  const through = await nodeTest(files, 'native-client', {
    atOnce: jobs,
    preload: fromRoot('tests', 'support', 'native_run.js'),
  });
  const words = await nodeTest(testFiles('tests/native_client'), 'native-client-words', { atOnce: jobs });
  const cli = await nodeTest(
    testFiles('tests/cli').filter((path) => basename(path) !== 'node.test.js'),
    'native-client-cli',
    { atOnce: jobs, env: { UTCP_WEBSOCKET_CLI: fromRoot('build', 'clang-debug', 'utcp-websocket') } },
  );
  const counts = [through, words, cli];
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}

export const steps = [
  { name: 'format', title: 'C++ formatting (clang-format)', run: checkFormat },
  { name: 'biome', title: 'JavaScript formatting and lint (Biome)', run: checkJavaScript },
  { name: 'tidy', title: 'C++ lint (clang-tidy)', run: checkTidy },
  { name: 'types', title: 'Types: of js/, as users see them, and their reference', run: checkTypes },
  { name: 'gcc', title: 'The native client: GCC, ThreadSanitizer', run: threads },
  { name: 'clang', title: 'Native tests: Clang, ASan and UBSan', run: () => native('clang-debug') },
  {
    name: 'simulation',
    title: 'A million events of a hostile network: optimized, ASan and UBSan',
    run: () => simulate(['--events', '1000000'], { sanitized: true }),
  },
  {
    name: 'consumer',
    title: 'Release build, installed and as Debian packages, and projects that use it',
    run: consumer,
  },
  { name: 'wasm', title: 'WebAssembly build, and the module for pages', run: wasm },
  {
    name: 'js',
    title: 'JavaScript tests through the wasm module',
    run: withDist(async () => {
      await installFolder(ethereum);
      return nodeTest(scenarios(), 'js', { atOnce: jobs });
    }),
  },
  {
    name: 'native-client',
    title: 'Endpoints, bad input and the command line, through the native client',
    run: withDist(nativeClient),
  },
  {
    name: 'package-simulation',
    title: 'A million events of hostile peers, callers and hosts, through the whole package',
    run: withDist(() => simulatePackage(['--events', '1000000'])),
  },
  { name: 'secrets', title: 'The same scenarios, with planted secrets', run: withDist(secrets) },
  {
    name: 'cli',
    title: 'The command line program, in pipes and on a terminal',
    run: withDist(() => nodeTest(testFiles('tests/cli'), 'cli', { atOnce: jobs })),
  },
  {
    name: 'browser',
    title: 'The inspector and the package in browsers',
    run: withDist(async () => {
      await buildDemo();
      // Most of the time a browser is waited for.
      return nodeTest(testFiles('tests/browser'), 'browser', { atOnce: 3 });
    }),
  },
  {
    name: 'firefox',
    title: 'What is done with the inspector, once more in Firefox',
    run: withDist(async () => {
      await buildDemo();
      const files = ['flows', 'no_manual', 'lost', 'demonstrations', 'auth', 'code'].map(
        (name) => `tests/browser/inspector/${name}.test.js`,
      );
      return nodeTest(files, 'firefox', { atOnce: 3, env: { INSPECTOR_BROWSER: 'Firefox' } });
    }),
  },
  {
    name: 'hosts',
    title: 'The contract in every host',
    run: withDist(async () => {
      await Promise.all([installFolder('tests/hosts'), buildDriver()]);
      return nodeTest(testFiles('tests/hosts'), 'hosts');
    }),
  },
  {
    name: 'package',
    title: 'The packed packages in a project of their own',
    run: withDist(async () => {
      await Promise.all([installFolder('tests/package'), installFolder('tests/hosts')]);
      await buildDemo();
      return nodeTest(testFiles('tests/package'), 'package');
    }),
  },
  {
    name: 'bundlers',
    title: 'Apps of five bundlers and of none, in browsers',
    run: withDist(async () => {
      await installFolder('tests/bundlers');
      return nodeTest(testFiles('tests/bundlers'), 'bundlers');
    }),
  },
  {
    name: 'deploy',
    title: 'Programs that are traced, zipped, bundled, compiled to one file and tested, and a site of Next.js',
    run: withDist(async () => {
      await Promise.all(['tests/hosts', 'tests/deploy', 'tests/deploy/next'].map((folder) => installFolder(folder)));
      return nodeTest(testFiles('tests/deploy'), 'deploy', { atOnce: jobs });
    }),
  },
  {
    name: 'readme',
    title: 'Every code block of the README',
    run: withDist(() => nodeTest([`tests/js/${readmeTest}`], 'readme')),
  },
  {
    name: 'fuzz',
    title: 'Fuzz targets: of the core about 5 s each, of the package half a minute',
    run: fuzzForTest,
  },
];
