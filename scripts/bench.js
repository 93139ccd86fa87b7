// `npm run bench`: sets up, builds what is missing, compares speeds. `npm run bench -- NAME` runs one benchmark of tests/bench.
import { build } from './lib/cmake.js';
import { installFolder } from './lib/modules.js';
import { fromRoot, run, runScript, ScriptError } from './lib/repo.js';
import { setup } from './setup.js';

const benchmarks = {
  calls: 'calls one after another, streams, the start',
  pipeline: 'calls in flight on one connection',
  peers: 'the same calls by rpc-websockets, graphql-ws and the MCP client',
  scale: 'what a call costs where there is much of something',
  memory: 'what a million calls and ten thousand connections leave behind',
  native: 'the client for C++ against a loop on Boost.Beast, and against Node',
  herd: 'how clients come back to a server that was away',
};

await runScript(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name !== undefined && !Object.hasOwn(benchmarks, name)) {
    const known = Object.entries(benchmarks).map(([known, what]) => `  ${known.padEnd(9)} ${what}`);
    throw new ScriptError([`No such benchmark: ${name}. They are:`, ...known].join('\n'));
  }
  await setup(name === 'native' ? 'test' : 'build');
  await build('wasm');
  if (name === 'peers') await installFolder('tests/bench/peers');
  if (name === 'native') await build('bench');
  for (const one of name ? [name] : ['calls', 'pipeline']) {
    const file = one === 'peers' ? 'peers/main.js' : `${one}.js`;
    await run(process.execPath, [fromRoot('tests', 'bench', file), ...args]);
  }
});
