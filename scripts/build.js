// `npm run build`: dist/, from whatever is missing for that. `node scripts/build.js demo`: the inspector, too.
import { run, runScript } from './lib/repo.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('build');
  await run('cmake', ['--preset', 'wasm'], { quiet: true });
  await run('cmake', ['--build', '--preset', process.argv[2] ?? 'wasm']);
});
