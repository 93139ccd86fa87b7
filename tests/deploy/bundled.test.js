// Owns that programs which leave without node_modules carry the wasm: bundles for Node, and executables of one file.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { fromRoot, run } from '../../scripts/lib/repo.js';
import { binaryOf } from '../hosts/programs.js';
import { newProject } from '../support/packed.js';
import { checkProgram, emptyFolder, node24, writeProgram } from './support.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;

before(async () => {
  project = await newProject();
});

after(() => project?.remove());

/** As `esbuild --bundle --platform=node` does it. Resolves with the one file that it writes. */
async function bundle(folder, format, entry) {
  const outfile = path.join(folder, format === 'esm' ? 'app.mjs' : 'app.cjs');
  const settings = { bundle: true, platform: 'node', format, outfile, logLevel: 'silent' };
  const { warnings } = await build({ ...settings, entryPoints: [entry] });
  return { outfile, warnings };
}

describe('esbuild --platform=node', () => {
  for (const [how, format] of [
    ['import', 'esm'],
    ['import', 'cjs'],
    ['require', 'cjs'],
  ]) {
    test(`bundles utcp-websocket/inline, by ${how}, as ${format}`, async (t) => {
      const folder = emptyFolder(t);
      const { outfile, warnings } = await bundle(folder, format, writeProgram(project, how, 'utcp-websocket/inline'));
      // esbuild names it in any bundle of CommonJS; it is asked for only where the wasm is not inlined.
      assert.deepEqual(
        warnings.filter(({ id }) => id !== 'empty-import-meta'),
        [],
      );
      assert.deepEqual(readdirSync(folder), [path.basename(outfile)]);
      await checkProgram(t, folder, node24, [outfile]);
    });
  }

  test('of the package itself as cjs, which cannot know where it lies: the error names the entry', async (t) => {
    const folder = emptyFolder(t);
    const { outfile } = await bundle(folder, 'cjs', writeProgram(project, 'import', 'utcp-websocket'));
    copyFileSync(project.installed('dist', 'core.wasm'), path.join(folder, 'core.wasm'));
    const { code, text } = await run(node24, [outfile], { quiet: true, mayFail: true });
    assert.equal(code, 1);
    assert.match(text, /could not be loaded: .*import utcp-websocket\/inline/);
  });
});

for (const how of /** @type {const} */ (['import', 'require'])) {
  test(`bun build --compile makes an executable of it, by ${how}`, async (t) => {
    const folder = emptyFolder(t);
    const program = path.join(folder, 'app');
    const args = ['build', '--compile', writeProgram(project, how, 'utcp-websocket/inline'), '--outfile', program];
    await run(binaryOf('bun'), args, { cwd: project.folder, quiet: true });
    assert.deepEqual(readdirSync(folder), ['app']);
    await checkProgram(t, folder, program);
  });
}

test('Node 24 makes a single executable of it', async (t) => {
  const work = emptyFolder(t);
  const { outfile } = await bundle(work, 'cjs', writeProgram(project, 'import', 'utcp-websocket/inline'));
  const settings = { main: outfile, output: 'app.blob', disableExperimentalSEAWarning: true };
  writeFileSync(path.join(work, 'sea.json'), JSON.stringify(settings));
  await run(node24, ['--experimental-sea-config', 'sea.json'], { cwd: work, quiet: true });

  const folder = emptyFolder(t);
  const program = path.join(folder, 'app');
  copyFileSync(node24, program);
  chmodSync(program, 0o755);
  const postject = fromRoot('tests/deploy/node_modules/postject/dist/cli.js');
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'];
  const blob = path.join(work, 'app.blob');
  await run(process.execPath, [postject, program, 'NODE_SEA_BLOB', blob, ...fuse], { quiet: true });
  await checkProgram(t, folder, program);
});
