// Owns that the scripts start in a fresh clone: they install the npm packages, and so load none before that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';
import { fromRoot } from '../../scripts/lib/repo.js';

for (const script of ['test', 'setup', 'build']) {
  test(`scripts/${script}.js begins without npm packages`, async () => {
    const entry = `scripts/${script}.js`;
    const settings = { bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'silent' };
    const { metafile } = await build({
      ...settings,
      absWorkingDir: fromRoot(),
      entryPoints: [entry],
      outdir: 'nowhere',
      write: false,
      metafile: true,
    });
    // Without what `import()` loads: that comes later.
    const loaded = new Set([entry]);
    for (const file of loaded) {
      for (const { path, kind, external } of metafile.inputs[file].imports) {
        if (kind !== 'import-statement') continue;
        assert.ok(!external || path.startsWith('node:'), `${file} imports ${path}`);
        if (!external) loaded.add(path);
      }
    }
    assert.ok(loaded.size > 3, [...loaded].join());
  });
}
