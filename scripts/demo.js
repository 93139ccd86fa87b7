// `npm run build:demo`: build/demo, a folder that any static host can serve under any path, with the API reference in it; and
// build/demo-package, the package utcp-websocket-demo.
import { build } from './build.js';
import { buildDemo, buildDemoPackage } from './lib/demo.js';
import { runScript } from './lib/repo.js';
import { buildReference } from './lib/types.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('build');
  await build();
  const built = await buildDemo();
  console.log(`The inspector is ${built ? 'built' : 'up to date'}: build/demo`);
  buildDemoPackage();
  console.log('The package utcp-websocket-demo is put together: build/demo-package');
  await buildReference('build/demo/reference');
  console.log('The API reference is written: build/demo/reference');
});
