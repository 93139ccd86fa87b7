// Owns how the package is found: what `exports` leads to, judged by publint and by "Are the types wrong?", and what require()
// gives on hosts that can require an ES module and on those that cannot.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { fromRoot } from '../../scripts/lib/repo.js';
import { manifest, newProject } from '../support/packed.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;

before(async () => {
  project = await newProject();
});

after(() => project.remove());

/** Every file path that an `exports` value leads to. */
function targets(value) {
  return typeof value === 'string' ? [value] : Object.values(value).flatMap(targets);
}

const required = async (name, ...flags) => {
  const script = `try { console.log(Object.keys(require('${name}')).join()) } catch (error) { console.log(error.message) }`;
  return (await project.node(...flags, '--input-type=commonjs', '--eval', script)).text;
};

test('every file that the manifest names is there', () => {
  const { types, unpkg, jsdelivr, sideEffects } = manifest;
  const named = [
    types,
    unpkg,
    jsdelivr,
    ...targets(manifest.exports),
    ...sideEffects.filter((file) => !/\*/.test(file)),
  ];
  assert.deepEqual(
    named.filter((file) => !existsSync(project.installed(file))),
    [],
  );
});

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: project.installed(), strict: true, pack: false });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test('"Are the types wrong?" has nothing to say', async () => {
  const program = fromRoot('tests/package/node_modules/@arethetypeswrong/cli/dist/index.js');
  // The wasm has no types; `node10` is how TypeScript looked things up before there were `exports`.
  const settings = ['--profile', 'node16', '--exclude-entrypoints', 'core.wasm', '--no-color', '--no-emoji'];
  const { code, text } = await project.node(program, project.tarball, ...settings);
  assert.equal(code, 0, text);
});

test('require() gives the module where the host can', async () => {
  assert.match(await required(manifest.name), /\bWebSocketCommunicationProtocol\b/);
});

test('require() says what to do where the host cannot', async () => {
  const text = await required(manifest.name, '--no-experimental-require-module');
  assert.match(text, /ES module.*await import\('utcp-websocket'\), or Node 20\.19/);
});

test('require() of the plugin says what to do', async () => {
  for (const flags of [[], ['--no-experimental-require-module']]) {
    assert.match(await required(`${manifest.name}/register`, ...flags), /await import\('utcp-websocket\/register'\)/);
  }
});

test('installing runs nothing and brings nothing else', () => {
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
    assert.equal(manifest.scripts[script], undefined, script);
  }
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.optionalDependencies, undefined);
  assert.deepEqual(Object.keys(manifest.peerDependenciesMeta).sort(), Object.keys(manifest.peerDependencies).sort());
  assert.ok(Object.values(manifest.peerDependenciesMeta).every(({ optional }) => optional));
});
