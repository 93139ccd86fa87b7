// Owns that serverless hosts take the wasm along: what @vercel/nft finds that a program needs, copied to another folder, runs there.
import path from 'node:path';
import { after, before, test } from 'node:test';
import { newProject } from '../support/packed.js';
import { checkProgram, node24, traced, writeProgram } from './support.js';

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
      await checkProgram(t, await traced(t, project, program), node24, [program]);
    });
  }
}
