// `npm run docs`: the API references, for JavaScript from the types, as build/docs/index.html, and for C++ from the headers, as
// build/docs/cpp/index.html.
import { build } from './build.js';
import { fromRoot, run, runScript } from './lib/repo.js';
import { buildReference } from './lib/types.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('docs');
  await build();
  await buildReference();
  await run('doxygen', [fromRoot('docs', 'Doxyfile')]);
  console.log(
    `The API reference is ${fromRoot('build', 'docs', 'index.html')}, for C++ ${fromRoot('build', 'docs', 'cpp', 'index.html')}`,
  );
});
