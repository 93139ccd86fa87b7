// `npm run lint`: formatting and lint of C++ and JavaScript.
import { checkFormat, checkJavaScript, checkTidy } from './lib/checks.js';
import { runScript } from './lib/repo.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('test');
  await checkFormat();
  await checkJavaScript();
  await checkTidy();
});
