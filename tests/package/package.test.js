// Owns the packed package: what is in the tarball, and that it works installed, with nothing else of the repository around.
// Needs no network: what the project needs besides is copied from node_modules.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fromRoot, nodeBin, run } from '../../scripts/lib/repo.js';
import { manifest, newProject } from '../support/packed.js';

const fixtures = fileURLToPath(new URL('project/', import.meta.url));

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;

before(async () => {
  project = await newProject();
  cpSync(fixtures, project.folder, { recursive: true });
});

after(() => project.remove());

describe('the packed package', () => {
  test('holds what is meant to be published, and nothing else', (t) => {
    const allowed = [
      /^js\/cjs\/\w+\.d\.cts$/,
      /^dist\/core\.(names\.json|wasm)$/,
      /^dist\/(index\.js|index\.js\.map|register\.js|sdk\.js|undici\.js|cli\/main\.js|cli\/recipes\.json|inline\.js)$/,
      /^dist\/(inline|register|sdk|wasm)\.cjs$/,
      /^dist\/types\/[\w/-]+\.d\.ts$/,
      /^README\.md$/,
      /^LICENSE$/,
      /^package\.json$/,
    ];
    const { size } = statSync(project.tarball);
    t.diagnostic(`the tarball has ${size} bytes`);
    // 249,500 before calls were known by what a first answer tells, sent several messages, and recipes went with the command line: the wasm counts twice.
    assert.ok(size <= 277_000, `${size} bytes`);
    const files = project.files();
    assert.deepEqual(
      files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
      [],
    );
    for (const file of ['README.md', 'LICENSE']) {
      assert.ok(files.includes(file), `${file} is not in the package`);
    }
  });

  test('maps its minified module to lines of the sources', async () => {
    const { sources, sourcesContent } = JSON.parse(String(project.read('dist', 'index.js.map')));
    assert.ok(sources.filter((source) => source.startsWith('../js/')).length > 10);
    assert.equal(sourcesContent, undefined);
    const failing = `const { connect } = await import('utcp-websocket'); await connect(7).catch(({ stack }) => console.log(stack));`;
    const { text } = await project.node('--enable-source-maps', '--input-type=module', '--eval', failing);
    const [, file, line] = /at \S* ?\(?(?:file:\/\/)?\S*(js\/\w+\/\w+\.js):(\d+)/.exec(text) ?? [];
    const source = readFileSync(fromRoot(file), 'utf8').split('\n')[line - 1];
    assert.match(source, /Error|throw/, `${file}:${line}`);
    assert.match(String(project.read('dist', 'index.js')), /\n\/\/# sourceMappingURL=index\.js\.map$/);
  });
});

describe('installed in a project', () => {
  test('is imported without side effects, and without SDK and ws', async () => {
    project.removeModule('ws');
    const { code, text } = await project.node('import.mjs');
    assert.equal(code, 0, text);
    const exported = JSON.parse(text);
    for (const name of ['WebSocketCommunicationProtocol', 'ready', 'renderMessage', 'ToolError']) {
      assert.ok(exported.includes(name), `${name} is not exported`);
    }
  });

  test('calls a tool', async () => {
    project.addModule('ws');
    const { code, text } = await project.node('call.mjs');
    assert.equal(code, 0, text);
    assert.match(text, /called/);
  });

  test('is run by its name', async () => {
    const { code, text } = await run(project.path('node_modules', '.bin', 'utcp-websocket'), ['--version'], {
      quiet: true,
      mayFail: true,
    });
    assert.deepEqual([code, text], [0, `${manifest.name} ${manifest.version}\n`]);
  });

  test('registers with the SDK of the project', async () => {
    for (const name of ['ws', '@utcp/sdk', 'zod', 'dotenv']) project.addModule(name);
    const { code, text } = await project.node('register.mjs', 'utcp-websocket/register');
    assert.equal(code, 0, text);
    assert.match(text, /registered/);
  });

  test('registers from its minified module, too', async () => {
    for (const name of ['@utcp/sdk', 'zod', 'dotenv']) project.addModule(name);
    const { code, text } = await project.node('register.mjs', './node_modules/utcp-websocket/dist/register.js');
    assert.equal(code, 0, text);
    assert.match(text, /registered/);
  });

  for (const [file, module, moduleResolution] of [
    ['types.ts', 'NodeNext', 'NodeNext'],
    ['types.cts', 'NodeNext', 'NodeNext'],
    ['types.ts', 'ESNext', 'Bundler'],
  ]) {
    test(`has types that stand on their own (${file}, ${moduleResolution})`, async () => {
      project.removeModule('@utcp/sdk');
      const options = { strict: true, noEmit: true, skipLibCheck: false, target: 'ES2022', types: [] };
      const lib = ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable', 'ESNext.Disposable'];
      const config = { compilerOptions: { ...options, lib, module, moduleResolution }, files: [file] };
      writeFileSync(project.path('tsconfig.json'), JSON.stringify(config));
      const { code, text } = await nodeBin('typescript', ['-p', project.path('tsconfig.json')], {
        cwd: project.folder,
        quiet: true,
        mayFail: true,
      });
      assert.equal(code, 0, text);
    });
  }
});
