// Owns that packages/utcp is what UTCP's repository can take: built by tsup, packed, and installed beside the SDK and the packed
// utcp-websocket, it discovers and calls, by import and by require, in Node and in Bun, and has types for both.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { fromRoot, nodeBin, npm, run } from '../../scripts/lib/repo.js';
import { startProvider } from '../../web-demo/server/provider.js';
import { binaryOf } from '../hosts/programs.js';
import { manifest, newProject } from '../support/packed.js';
import { documentedProvider, readmeBlocks } from '../support/readme.js';

const tsup = fromRoot('tests', 'package', 'node_modules', 'tsup');
/** The package's own tests are Bun's, as in UTCP's repository. */
const bun = binaryOf('bun');

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
/** The copy that stands for the one in UTCP's repository: nothing of this one is around it. */
let copy;

before(async () => {
  [project, provider] = await Promise.all([newProject(), startProvider()]);
  await install(...['@utcp/sdk', 'dotenv', 'ws', 'zod'].map((name) => fromRoot('node_modules', name)));
  copy = project.path('packages', 'websocket');
  cpSync(fromRoot('packages', 'utcp'), copy, {
    recursive: true,
    filter: (file) => !/\/(dist|node_modules)$/.test(file),
  });
  mkdirSync(path.join(copy, 'node_modules'));
  symlinkSync(tsup, path.join(copy, 'node_modules', 'tsup'));
  symlinkSync(fromRoot('node_modules', 'typescript'), path.join(copy, 'node_modules', 'typescript'));
  await run(process.execPath, [path.join(tsup, 'dist', 'cli-default.js')], { quiet: true, cwd: copy });
  await install(copy);
});
after(() => Promise.all([project?.remove(), provider?.close()]));

/** Installs what packing these folders gives, without a network. @param {string[]} folders */
const install = (...folders) =>
  npm(['install', '--install-links', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...folders], {
    quiet: true,
    cwd: project.folder,
  });

const installed = (...parts) => project.path('node_modules', '@utcp', 'websocket', ...parts);

/** Runs a program in the project. Resolves with what it printed. @param {string} file @param {string} code */
async function runFile(file, code, program = process.execPath) {
  writeFileSync(project.path(file), code);
  const { code: exitCode, text } = await run(program, [file], { quiet: true, mayFail: true, cwd: project.folder });
  assert.equal(exitCode, 0, text);
  return text;
}

test('holds little, and is of the same version as what it is made of', async () => {
  const { version, license, dependencies } = JSON.parse(readFileSync(installed('package.json'), 'utf8'));
  assert.deepEqual([version, license, dependencies[manifest.name]], [manifest.version, 'MPL-2.0', `^${version}`]);
  assert.deepEqual(readdirSync(installed()).sort(), ['README.md', 'dist', 'package.json']);
  const built = ['index.cjs', 'index.cjs.map', 'index.d.cts', 'index.d.ts', 'index.js', 'index.js.map'];
  assert.deepEqual(readdirSync(installed('dist')).sort(), built);
  const { messages, pkg } = await publint({ pkgDir: installed(), level: 'warning', pack: false });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
  const source = readdirSync(path.join(copy, 'src')).map((file) => readFileSync(path.join(copy, 'src', file), 'utf8'));
  assert.ok(source.join('').split('\n').length < 200);
});

/** What a program sees of the plugin and the SDK, which `load` gives. It says it as JSON in its last line: the SDK prints, too. */
const program = (load) => `(async () => {
  const [plugin, { CallTemplateSerializer, CommunicationProtocol, UtcpClient }] = ${load};
  const { websocket } = CommunicationProtocol.communicationProtocols;
  const own = websocket instanceof plugin.WebSocketCommunicationProtocol;
  const manual = { name: 'demo', call_template_type: 'websocket', url: '${provider.origin}/utcp' };
  const client = await UtcpClient.create(process.cwd(), { manual_call_templates: [manual] });
  const { words } = await client.callTool('demo.text_statistics', { text: 'one two' });
  const { errors: [error] } = await client.registerManual({ ...manual, name: 'wrong', response_format: 'xml' });
  let thrown;
  try {
    new CallTemplateSerializer().validateDict({ ...manual, url: 7 });
  } catch ({ name, field }) {
    thrown = [name, field];
  }
  await client.close();
  console.log(JSON.stringify({ exported: Object.keys(plugin).sort(), own, words, error, thrown }));
})();`;

const seen = {
  exported: [
    'WebSocketCallTemplateSchema',
    'WebSocketCallTemplateSerializer',
    'WebSocketCommunicationProtocol',
    'register',
  ],
  own: true,
  words: 2,
  error: 'call template field "response_format" must be "json", "text", "raw" or "base64"; got "xml"',
  thrown: ['CallTemplateError', 'url'],
};

const imported = "await Promise.all([import('@utcp/websocket'), import('@utcp/sdk')])";
const required = "[require('@utcp/websocket'), require('@utcp/sdk')]";
const ways = [
  ['import', 'esm.mjs', imported, process.execPath],
  ['require()', 'cjs.cjs', required, process.execPath],
  ['import, in Bun', 'bun.mjs', imported, bun],
  ['require(), in Bun', 'bun.cjs', required, bun],
];
for (const [way, file, load, binary] of ways) {
  test(`discovers, calls and names the field that is wrong, by ${way}`, async () => {
    const lines = (await runFile(file, program(load), binary)).trim().split('\n');
    assert.deepEqual(JSON.parse(lines.at(-1)), seen);
  });
}

test('SDK 1.2 gets a factory', async () => {
  const code = `import { CommunicationProtocol } from '@utcp/sdk';
CommunicationProtocol.communicationProtocolFactories = {};
const { WebSocketCommunicationProtocol } = await import('@utcp/websocket');
const made = CommunicationProtocol.communicationProtocolFactories.websocket();
console.log(made instanceof WebSocketCommunicationProtocol, CommunicationProtocol.communicationProtocols);`;
  assert.equal(await runFile('factories.mjs', code), 'true {}\n');
});

test('the README is compiled, strictly, and runs', async () => {
  const readme = readFileSync(installed('README.md'), 'utf8');
  const code = readmeBlocks('typescript', readme).join('\n').replaceAll(documentedProvider, provider.origin);
  writeFileSync(project.path('readme.mts'), code);
  // What a CommonJS file sees, and that the protocol is the SDK's.
  const types = `import { type CallTemplate, CommunicationProtocol, Serializer } from '@utcp/sdk';
import plugin = require('@utcp/websocket');
import { type WebSocketCallTemplate, WebSocketCallTemplateSchema } from '@utcp/websocket';
CommunicationProtocol.communicationProtocols.websocket = new plugin.WebSocketCommunicationProtocol();
export const serializer: Serializer<WebSocketCallTemplate> = new plugin.WebSocketCallTemplateSerializer();
export const template: CallTemplate = WebSocketCallTemplateSchema.parse({});
// @ts-expect-error: of another protocol
export const other: WebSocketCallTemplate = { call_template_type: 'http', url: '' };
// @ts-expect-error: of a wrong type
export const wrong: WebSocketCallTemplate = { call_template_type: 'websocket', url: '', timeout: '5' };
`;
  for (const ending of ['cts', 'mts']) {
    const text =
      ending === 'cts' ? types : types.replace(/import plugin = .*/, "import * as plugin from '@utcp/websocket';");
    writeFileSync(project.path(`types.${ending}`), text);
  }
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: 'ES2022',
    module: 'NodeNext',
    outDir: 'compiled',
    lib: ['ES2023', 'DOM', 'ESNext.Disposable'],
    types: [],
  };
  const files = ['readme.mts', 'types.cts', 'types.mts'];
  writeFileSync(project.path('tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const settings = { cwd: project.folder, quiet: true, mayFail: true };
  const { code: exitCode, text } = await nodeBin('typescript', ['-p', project.path('tsconfig.json')], settings);
  assert.equal(exitCode, 0, text);
  const said = (await project.node('compiled/readme.mjs')).text;
  for (const expected of [/'demo\.system_metrics'/, /"response_format" must be/, /^opened connection \d+\n17$/m]) {
    assert.match(said, expected);
  }
});

test('its own tests', async () => {
  const { code, text } = await run(bun, ['test'], { quiet: true, mayFail: true, cwd: copy });
  assert.equal(code, 0, text);
  assert.match(text, /\b4 pass\n/);
});
