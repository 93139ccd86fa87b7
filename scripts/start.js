// `npm start`: sets up what the demo needs, builds what is missing, starts the demo.
import { build } from './build.js';
import { buildDemo } from './lib/demo.js';
import { fromRoot, run, runScript } from './lib/repo.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('build');
  await build();
  await buildDemo();
  const { code } = await run(
    process.execPath,
    [fromRoot('web-demo', 'server', 'main.js'), '--walk', ...process.argv.slice(2)],
    {
      mayFail: true,
    },
  );
  process.exitCode = code;
});
