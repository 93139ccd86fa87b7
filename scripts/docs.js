// `npm run docs`: the API reference, from the types, as build/docs/index.html.
import { build } from './build.js';
import { fromRoot, runScript } from './lib/repo.js';
import { buildReference } from './lib/types.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('build');
  await build();
  await buildReference();
  console.log(`The API reference is ${fromRoot('build', 'docs', 'index.html')}`);
});
