// Owns how the package is found: what `exports` leads to, judged by publint and by "Are the types wrong?", and what require()
// gives on hosts that can require an ES module and on those that cannot, where a process may hold two copies.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

for (const entry of ['', '/inline']) {
  test(`require() of .${entry} gives the same as import, whether or not the host can require an ES module`, async () => {
    const imported = Object.keys(await import(project.installed('dist', 'index.js'))).sort();
    for (const flags of [[], ['--no-experimental-require-module']]) {
      assert.deepEqual((await required(manifest.name + entry, ...flags)).trim().split(',').sort(), imported);
    }
  });
}

/** Requires the package, imports it, and prints what the one copy says of an error of the other. */
const mixed = `const required = require('utcp-websocket');
import('utcp-websocket').then(async (imported) => {
  await required.ready();
  try {
    required.validateCallTemplate({ call_template_type: 'websocket', url: 'ws://a.example/' });
  } catch (error) {
    console.log(required === imported, error.code, imported.isUtcpWebSocketError(error));
  }
});`;

test('a process that mixes require() and import has one copy where the host can require an ES module', async () => {
  const { text } = await project.node('--input-type=commonjs', '--eval', mixed);
  assert.equal(text, 'true url_refused true\n');
});

test('and where it cannot, each copy knows the errors of the other', async () => {
  const { text } = await project.node('--no-experimental-require-module', '--input-type=commonjs', '--eval', mixed);
  assert.equal(text, 'false url_refused true\n');
});

test('the wasm of utcp-websocket/inline is that of every copy', async (t) => {
  const file = project.installed('dist', 'core.wasm');
  const wasm = readFileSync(file);
  rmSync(file);
  t.after(() => writeFileSync(file, wasm));
  const script = (first) => `${first}
import { isSecureWebSocketUrl, ready } from 'utcp-websocket';
await ready();
console.log(isSecureWebSocketUrl('wss://a.example/'));`;
  const run = async (first) => (await project.node('--input-type=module', '--eval', script(first))).text;
  assert.match(await run(''), /module_failed/);
  assert.equal(await run("import 'utcp-websocket/inline';"), 'true\n');
  // Browsers, and Node before 20.16, have no such way to zlib.
  assert.equal(await run("import 'utcp-websocket/inline';\ndelete process.getBuiltinModule;"), 'true\n');
});

// The SDK has two copies of its own: what is required must not register with the one for import.
test('require() of utcp-websocket/register and /sdk registers with the SDK that the project requires', async () => {
  for (const name of ['@utcp/sdk', 'zod', 'dotenv']) project.addModule(name);
  const check = `
const { CallTemplateSerializer } = require('@utcp/sdk');
try {
  new CallTemplateSerializer().validateDict({ call_template_type: 'websocket', url: 7 });
} catch ({ name }) {
  console.log(name);
}`;
  for (const flags of [[], ['--no-experimental-require-module']]) {
    for (const first of ["require('utcp-websocket/register');", "require('utcp-websocket/sdk').register();"]) {
      const { text } = await project.node(...flags, '--input-type=commonjs', '--eval', first + check);
      assert.equal(text, 'CallTemplateError\n');
    }
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
