// Owns that serverless hosts take the wasm along: what @vercel/nft finds that a program needs, copied to another folder, runs there.
import { cpSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fromRoot, run } from '../../scripts/lib/repo.js';
import { newProject } from '../support/packed.js';
import { checkProgram, emptyFolder, node24, writeProgram } from './support.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;

before(async () => {
  project = await newProject();
});

after(() => project?.remove());

for (const entry of ['utcp-websocket', 'utcp-websocket/inline']) {
  for (const how of /** @type {const} */ (['import', 'require'])) {
    test(`@vercel/nft traces what ${how} of ${entry} needs`, async (t) => {
      const program = path.basename(writeProgram(project, how, entry));
      const nft = fromRoot('tests/deploy/node_modules/@vercel/nft/out/cli.js');
      await run(node24, [nft, 'build', program], { cwd: project.folder, quiet: true });
      // Outside of the project, where nothing else can be found.
      const folder = emptyFolder(t);
      cpSync(project.path('dist'), folder, { recursive: true });
      await checkProgram(t, folder, node24, [program]);
    });
  }
}
