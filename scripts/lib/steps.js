// Owns what `npm test` consists of: the steps, in their order. A step first builds by workflows of CMakePresets.json (`builds`) and
// installs npm packages (`folders`); `run` resolves with the tests that it counted, if it runs any.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fuzzForTest } from '../fuzz.js';
import { checkFormat, checkTidy } from './llvm.js';
import { fromRoot, jobs, nodeBin, ScriptError } from './repo.js';
import { ctest, nodeTest, testFiles } from './runners.js';
import { simulate, simulatePackage } from './simulation.js';

const readmeTest = 'tests/js/readme.test.js';
/** A test has a node of Ethereum: too heavy for those who want none. */
const ethereum = 'tests/support/ethereum';
const scenarios = () => testFiles('tests/js').filter((file) => file !== readmeTest);

/** About size, time and memory alone: they take long, and say nothing that others do not. */
const heavy = ['bombs', 'demo_load', 'herd', 'large', 'leak'].map((name) => `${name}.test.js`);

/** The JavaScript tests and those of the command line once more, with secrets planted in every scenario and all that comes out searched for them. */
async function secrets() {
  const reports = fromRoot('build', 'reports', 'secrets');
  rmSync(reports, { recursive: true, force: true });
  const telling = scenarios().filter((path) => !heavy.includes(basename(path)));
  const count = await nodeTest([...telling, ...testFiles('tests/cli')], {
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
  const program = fromRoot('build', 'clang-debug', 'utcp-websocket');
  const cli = testFiles('tests/cli').filter((file) => basename(file) !== 'node.test.js');
  return [
    await nodeTest(files, { atOnce: jobs, preload: fromRoot('tests', 'support', 'native_run.js') }),
    await nodeTest(testFiles('tests/native_client'), { atOnce: jobs }),
    await nodeTest(cli, { atOnce: jobs, env: { UTCP_WEBSOCKET_CLI: program } }),
  ];
}

/** Projects that use the types: Node without the DOM, then a page without Node. And the reference: a public member without a description fails. */
async function checkTypes() {
  for (const project of ['tsconfig.json', 'tsconfig.browser.json'])
    await nodeBin('typescript', ['-p', `tests/types/${project}`]);
  await nodeBin('typedoc', ['--options', 'docs/typedoc.json', '--out', 'build/docs'], { quiet: true });
}

const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

/** The inspector's tests that are about what is done with it. */
const inFirefox = ['flows', 'no_manual', 'lost', 'demonstrations', 'auth', 'code'];

/**
 * @typedef {import('./runners.js').Count} Count
 * @typedef {{ name: string, title: string, builds?: string[], folders?: string[], run?: () => Promise<Count | Count[] | void> }} Step
 * @type {Step[]}
 */
export const steps = [
  { name: 'format', title: 'C++ formatting (clang-format)', run: checkFormat },
  {
    name: 'biome',
    title: 'JavaScript formatting and lint (Biome)',
    run: () => nodeBin('@biomejs/biome', ['ci', '--error-on-warnings', '--diagnostic-level=warn', colors, '.']),
  },
  { name: 'tidy', title: 'C++ lint (clang-tidy)', run: checkTidy },
  {
    name: 'types',
    title: 'Types: of js/, as users see them, and their reference',
    builds: ['types'],
    run: checkTypes,
  },
  { name: 'gcc', title: 'The native client: GCC, ThreadSanitizer', run: () => ctest('threads') },
  { name: 'clang', title: 'Native tests: Clang, ASan and UBSan', run: () => ctest('clang-debug') },
  {
    name: 'simulation',
    title: 'A million events of a hostile network: optimized, ASan and UBSan',
    run: () => simulate(['--events', '1000000'], { sanitized: true }),
  },
  {
    name: 'consumer',
    title: 'Release build, installed and as Debian packages, and projects that use it',
    builds: ['package'],
    run: () => nodeTest(testFiles('tests/consumer')),
  },
  { name: 'wasm', title: 'WebAssembly build, and what is published', builds: ['wasm'] },
  {
    name: 'js',
    title: 'JavaScript tests through the wasm module',
    builds: ['wasm'],
    folders: [ethereum],
    run: () => nodeTest(scenarios(), { atOnce: jobs }),
  },
  {
    name: 'native-client',
    title: 'Endpoints, bad input and the command line, through the native client',
    builds: ['wasm', 'driver'],
    folders: [ethereum],
    run: nativeClient,
  },
  {
    name: 'package-simulation',
    title: 'A million events of hostile peers, callers and hosts, through the whole package',
    builds: ['wasm'],
    run: () => simulatePackage(['--events', '1000000']),
  },
  {
    name: 'secrets',
    title: 'The same scenarios, with planted secrets',
    builds: ['wasm'],
    folders: [ethereum],
    run: secrets,
  },
  {
    name: 'cli',
    title: 'The command line program, in pipes and on a terminal',
    builds: ['wasm'],
    run: () => nodeTest(testFiles('tests/cli'), { atOnce: jobs }),
  },
  {
    name: 'browser',
    title: 'The inspector and the package in browsers',
    builds: ['demo'],
    folders: [ethereum],
    // Most of the time a browser is waited for.
    run: () => nodeTest(testFiles('tests/browser'), { atOnce: 3 }),
  },
  {
    name: 'firefox',
    title: 'What is done with the inspector, once more in Firefox',
    builds: ['demo'],
    run: () =>
      nodeTest(
        inFirefox.map((name) => `tests/browser/inspector/${name}.test.js`),
        { atOnce: 3, env: { INSPECTOR_BROWSER: 'Firefox' } },
      ),
  },
  {
    name: 'hosts',
    title: 'The contract in every host',
    builds: ['wasm', 'driver'],
    folders: ['tests/hosts'],
    run: () => nodeTest(testFiles('tests/hosts')),
  },
  {
    name: 'package',
    title: 'The packed packages in a project of their own',
    builds: ['demo'],
    folders: ['tests/package', 'tests/hosts'],
    run: () => nodeTest(testFiles('tests/package')),
  },
  {
    name: 'bundlers',
    title: 'Apps of five bundlers and of none, in browsers',
    builds: ['wasm'],
    folders: ['tests/bundlers'],
    run: () => nodeTest(testFiles('tests/bundlers')),
  },
  {
    name: 'deploy',
    title: 'Programs that are traced, zipped, bundled, compiled to one file and tested, and a site of Next.js',
    builds: ['wasm'],
    folders: ['tests/hosts', 'tests/deploy', 'tests/deploy/next'],
    run: () => nodeTest(testFiles('tests/deploy'), { atOnce: jobs }),
  },
  { name: 'readme', title: 'Every code block of the README', builds: ['wasm'], run: () => nodeTest([readmeTest]) },
  {
    name: 'fuzz',
    title: 'Fuzz targets: of the core about 5 s each, of the package half a minute',
    builds: ['wasm'],
    run: fuzzForTest,
  },
];
