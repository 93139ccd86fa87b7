// `npm run format`: formats C++ and JavaScript, and repairs what Biome can repair by itself.
import { writeFormat } from './lib/llvm.js';
import { nodeBin, runScript } from './lib/repo.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('test');
  await writeFormat();
  await nodeBin('@biomejs/biome', ['check', '--write', '.']);
});
