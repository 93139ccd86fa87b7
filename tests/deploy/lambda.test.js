// Owns that AWS Lambda can run it: a zip of a traced folder or of one bundled file, unpacked elsewhere, whose handler is loaded once, as
// Lambda's runtime for Node does it, and called for each event. The connection is kept from one event to the next.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { run } from '../../scripts/lib/repo.js';
import { binaryOf } from '../hosts/programs.js';
import { newProject } from '../support/packed.js';
import { startServer } from '../support/server.js';
import { emptyFolder, node24, takes, traced } from './support.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;

before(async () => {
  project = await newProject();
  project.addModule('ws');
  writeFileSync(project.path('package.json'), '{}'); // of no type, so that index.js is CommonJS
});

after(() => project?.remove());

/** Node 20 needs `ws`, which neither tracing nor bundling finds unless the program names it. */
const handlerOf = (how, entry, withWs) => `${takes[how](entry)}
${withWs ? takesWs[how] : ''}
const protocol = new WebSocketCommunicationProtocol(${withWs ? '{ WebSocket }' : ''});
const template = { call_template_type: 'websocket', url: process.env.UTCP_URL, response_format: 'json' };
${how === 'import' ? 'export const handler =' : 'exports.handler ='} (event) => protocol.callTool(null, 'tools.echo', event, template);
`;

const takesWs = { import: "import { WebSocket } from 'ws';", require: "const { WebSocket } = require('ws');" };

/** What Lambda's runtime does with a handler named `index.handler`: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client */
const runtime = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const [root, file] = process.argv.slice(2);
const { handler } = file.endsWith('.mjs') ? await import(root + '/' + file) : require(root + '/index');
const results = [];
for (const event of [{ call: 'cold' }, { call: 'warm' }]) results.push(await handler(event, {}));
console.log(JSON.stringify(results));
process.exit();
`;

/** Zips a folder and unpacks it in another one. CMake is there on every system that builds the package. */
async function unzipped(t, folder) {
  const zip = path.join(emptyFolder(t), 'function.zip');
  const root = emptyFolder(t);
  await run('cmake', ['-E', 'tar', 'cf', zip, '--format=zip', '.'], { cwd: folder, quiet: true });
  await run('cmake', ['-E', 'tar', 'xf', zip], { cwd: root, quiet: true });
  return root;
}

const files = { import: 'index.mjs', require: 'index.js' };

async function check(t, node, folder, file) {
  const root = await unzipped(t, folder);
  const server = await startServer(t);
  const loop = path.join(emptyFolder(t), 'runtime.mjs');
  writeFileSync(loop, runtime);
  const { code, text } = await run(node, [loop, root, file], {
    quiet: true,
    mayFail: true,
    env: { UTCP_URL: server.url },
  });
  assert.deepEqual([code, text], [0, '[{"call":"cold"},{"call":"warm"}]\n']);
  assert.equal(server.opened, 1);
}

async function checkTraced(t, node, how, withWs) {
  const file = files[how];
  writeFileSync(project.path(file), handlerOf(how, 'utcp-websocket', withWs));
  await check(t, node, await traced(t, project, file), file);
}

async function checkBundled(t, node, how, withWs) {
  const file = files[how];
  writeFileSync(project.path(file), handlerOf(how, 'utcp-websocket/inline', withWs));
  const folder = emptyFolder(t);
  const outfile = path.join(folder, file);
  const settings = { bundle: true, platform: 'node', format: how === 'import' ? 'esm' : 'cjs', outfile };
  await build({ ...settings, entryPoints: [project.path(file)], logLevel: 'silent' });
  await check(t, node, folder, file);
}

const node20 = binaryOf('node20');

for (const how of /** @type {const} */ (['import', 'require'])) {
  test(`a traced folder, by ${how}, on Node 24`, (t) => checkTraced(t, node24, how, false));
  test(`a traced folder, by ${how}, on Node 20 with ws`, (t) => checkTraced(t, node20, how, true));
  test(`one file by esbuild, by ${how}, on Node 24`, (t) => checkBundled(t, node24, how, false));
}
// As CommonJS only: esbuild cannot put `ws` into an ES module.
test('one file by esbuild, by require, on Node 20 with ws', (t) => checkBundled(t, node20, 'require', true));
