// `npm run bench`: sets up, builds what is missing, runs the benchmark.
import { build } from './build.js';
import { fromRoot, run, runScript } from './lib/repo.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('build');
  await build();
  await run(process.execPath, [fromRoot('tests', 'bench', 'main.js'), ...process.argv.slice(2)]);
});
