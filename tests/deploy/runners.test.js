// Owns that tests of programs that use the package need no settings: in Jest and Vitest, on Node 20 with `ws` and on newer ones.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fromRoot, run } from '../../scripts/lib/repo.js';
import { binaryOf } from '../hosts/programs.js';
import { newProject } from '../support/packed.js';
import { startServer } from '../support/server.js';
import { node24, testOf } from './support.js';

const entries = ['utcp-websocket', 'utcp-websocket/inline'];
const tool = (file) => fromRoot('tests/deploy/node_modules', file);

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;

before(async () => {
  project = await newProject();
  project.addModule('ws');
  symlinkSync(tool('vitest'), project.path('node_modules', 'vitest'));
  mkdirSync(project.path('jest'));
  mkdirSync(project.path('vitest'));
  const vitestHead = `import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
const require = createRequire(import.meta.url);
`;
  for (const [i, entry] of entries.entries()) {
    writeFileSync(project.path('jest', `required${i}.test.cjs`), testOf('require', entry));
    writeFileSync(project.path('jest', `imported${i}.test.mjs`), testOf('import', entry));
    writeFileSync(project.path('vitest', `required${i}.test.mjs`), testOf('require', entry, vitestHead));
    writeFileSync(project.path('vitest', `imported${i}.test.mjs`), testOf('import', entry, vitestHead));
  }
});

after(() => project?.remove());

/** Runs the tests whose files match, in a project whose settings are all left as they are. */
async function check(t, node, args, { count = 2, ...env } = {}) {
  const server = await startServer(t);
  const settings = { cwd: project.folder, quiet: true, mayFail: true };
  const { code, text } = await run(node, args, { ...settings, env: { UTCP_URL: server.url, NO_COLOR: '1', ...env } });
  assert.equal(code, 0, text);
  assert.match(text, new RegExp(`Tests:? +${count} passed`));
  assert.equal(server.received.length, count);
}

for (const [name, node] of [
  ['Node 20', binaryOf('node20')],
  ['Node 24', node24],
]) {
  describe(name, () => {
    test('Jest, by require', (t) => check(t, node, [tool('jest/bin/jest.js'), 'jest/required']));

    // What Jest asks for, for ES modules of any package.
    test('Jest, by import', (t) =>
      check(t, node, [tool('jest/bin/jest.js'), 'jest/imported'], { NODE_OPTIONS: '--experimental-vm-modules' }));

    test('Vitest, by import and require', (t) =>
      check(t, node, [tool('vitest/vitest.mjs'), 'run', 'vitest'], { count: 4 }));
  });
}
