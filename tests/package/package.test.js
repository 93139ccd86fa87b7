// Owns the packed package: what is in the tarball, what it weighs, and that it works installed, with nothing else of the
// repository around. Needs no network: what the project needs besides is copied from node_modules.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { fromRoot, nodeBin, npm, readJson, run } from '../../scripts/lib/repo.js';

// Lower it whenever the module gets smaller, never raise it.
const sizeLimit = 45_000;
const manifest = readJson('package.json');
const fixtures = fileURLToPath(new URL('project/', import.meta.url));

/** @type {string} */
let project;
const installed = (/** @type {string[]} */ ...parts) => join(project, 'node_modules', manifest.name, ...parts);

const addModule = (/** @type {string} */ name) =>
  cpSync(fromRoot('node_modules', name), join(project, 'node_modules', name), { recursive: true });

const removeModule = (/** @type {string} */ name) =>
  rmSync(join(project, 'node_modules', name), { recursive: true, force: true });

const runInProject = (/** @type {string} */ script) =>
  run(process.execPath, [script], { cwd: project, quiet: true, mayFail: true });

/** Every file path that an `exports` value leads to. */
function targets(/** @type {unknown} */ value) {
  if (typeof value === 'string') return [value];
  return Object.values(/** @type {object} */ (value)).flatMap(targets);
}

before(async () => {
  project = mkdtempSync(join(tmpdir(), 'utcp-websocket-package-'));
  const packed = join(project, 'packed');
  mkdirSync(packed);
  await npm(['pack', '--ignore-scripts', '--pack-destination', packed], { quiet: true });
  const [tarball] = readdirSync(packed);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  await npm(['install', '--offline', '--no-audit', '--no-fund', join(packed, tarball)], { quiet: true, cwd: project });
  cpSync(fixtures, project, { recursive: true });
});

after(() => rmSync(project, { recursive: true, force: true }));

describe('the packed package', () => {
  test('holds what is meant to be published, and nothing else', () => {
    const allowed = [
      /^js\/[\w/-]+\.js$/,
      /^dist\/core\.(js|d\.ts|wasm)$/,
      /^dist\/types\/[\w/-]+\.d\.ts$/,
      /^(README|CHANGELOG|ARCHITECTURE)\.md$/,
      /^LICENSE$/,
      /^package\.json$/,
    ];
    const files = readdirSync(installed(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(installed(), join(entry.parentPath ?? entry.path, entry.name)));
    assert.deepEqual(
      files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
      [],
    );
    for (const file of ['README.md', 'CHANGELOG.md', 'ARCHITECTURE.md', 'LICENSE', 'dist/core.js', 'dist/core.wasm']) {
      assert.ok(files.includes(file), `${file} is not in the package`);
    }
  });

  test('has every file that its exports name', () => {
    for (const target of [manifest.types, ...targets(manifest.exports)]) {
      assert.ok(existsSync(installed(target)), `${target} is not in the package`);
    }
  });

  test('asks for no dependency', () => {
    assert.equal(manifest.dependencies, undefined);
    assert.deepEqual(Object.keys(manifest.peerDependenciesMeta).sort(), Object.keys(manifest.peerDependencies).sort());
  });

  test(`brings wasm and glue of at most ${sizeLimit} bytes with brotli`, (t) => {
    const weigh = (/** @type {string} */ file) => brotliCompressSync(readFileSync(installed('dist', file))).length;
    const [wasm, glue] = [weigh('core.wasm'), weigh('core.js')];
    t.diagnostic(`core.wasm ${wasm} + core.js ${glue} = ${wasm + glue} bytes`);
    assert.ok(wasm + glue <= sizeLimit, `${wasm} + ${glue} bytes`);
  });

  test('brings a glue that assumes no host, and a core without paths of the machine that built it', () => {
    const glue = readFileSync(installed('dist', 'core.js'), 'utf8');
    for (const word of [/\brequire\(/, /__dirname/, /\bprocess\./, /import\.meta/, /\beval\(/, /new Function/]) {
      assert.doesNotMatch(glue, word);
    }
    const wasm = readFileSync(installed('dist', 'core.wasm'), 'latin1');
    assert.doesNotMatch(wasm, /\/(usr|home|root|tmp)\//);
    assert.ok(!wasm.includes(fromRoot('src')));
  });
});

describe('installed in a project', () => {
  test('is imported without side effects, and without SDK and ws', async () => {
    removeModule('ws');
    const { code, text } = await runInProject('import.mjs');
    assert.equal(code, 0, text);
    const exported = JSON.parse(text);
    for (const name of ['WebSocketCommunicationProtocol', 'ready', 'renderMessage', 'ToolError']) {
      assert.ok(exported.includes(name), `${name} is not exported`);
    }
  });

  test('calls a tool', async () => {
    addModule('ws');
    const { code, text } = await runInProject('call.mjs');
    assert.equal(code, 0, text);
    assert.match(text, /called/);
  });

  test('registers with the SDK of the project', async () => {
    for (const name of ['ws', '@utcp/sdk', 'zod', 'dotenv']) addModule(name);
    const { code, text } = await runInProject('register.mjs');
    assert.equal(code, 0, text);
    assert.match(text, /registered/);
  });

  for (const [module, moduleResolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ]) {
    test(`has types that stand on their own (${moduleResolution})`, async () => {
      removeModule('@utcp/sdk');
      const options = { strict: true, noEmit: true, skipLibCheck: false, target: 'ES2022', types: [] };
      const lib = ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable', 'ESNext.Disposable'];
      const config = { compilerOptions: { ...options, lib, module, moduleResolution }, files: ['types.ts'] };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
      const { code, text } = await nodeBin('typescript', ['-p', join(project, 'tsconfig.json')], {
        cwd: project,
        quiet: true,
        mayFail: true,
      });
      assert.equal(code, 0, text);
    });
  }

  test('is bundled for a browser', async () => {
    removeModule('ws');
    const { errors, outputFiles } = await build({
      stdin: { contents: `export * from '${manifest.name}'`, resolveDir: project },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    });
    assert.deepEqual(errors, []);
    assert.match(outputFiles[0].text, /core\.wasm/);
  });
});
