// What the tests of this folder share: the program that is deployed, where it ends up, and running it there.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRoot, run } from '../../scripts/lib/repo.js';
import { binaryOf } from '../hosts/programs.js';
import { startServer } from '../support/server.js';

export const node24 = binaryOf('node24');

/** How a program takes the protocol's class. */
export const takes = {
  import: (entry) => `import { WebSocketCommunicationProtocol } from '${entry}';`,
  require: (entry) => `const { WebSocketCommunicationProtocol } = require('${entry}');`,
};

/** The beginning of every program here: a function `call`, which calls a tool of the server that UTCP_URL names. */
const callOf = (how, entry) => `${takes[how](entry)}
async function call() {
  const protocol = new WebSocketCommunicationProtocol();
  const template = { call_template_type: 'websocket', url: process.env.UTCP_URL, response_format: 'json' };
  const result = await protocol.callTool(null, 'tools.echo', { text: 'hello' }, template);
  await protocol.close();
  return result;
}
`;

/** Writes a program that calls and prints what it gets. Resolves with its path. @param {'import' | 'require'} how */
export function writeProgram(project, how, entry) {
  const file = project.path(how === 'import' ? 'app.mjs' : 'app.cjs');
  writeFileSync(file, `${callOf(how, entry)}call().then((result) => console.log(JSON.stringify(result)));\n`);
  return file;
}

/** A test for Jest or Vitest that does the same. @param {string} [head] what it needs besides */
export const testOf = (how, entry, head = '') =>
  `${head}${callOf(how, entry)}test('calls', async () => expect(await call()).toEqual({ text: 'hello' }));\n`;

/** A folder with nothing in it, which goes with its test. */
export function emptyFolder(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-deploy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Copies what @vercel/nft finds that a program of the project needs to a folder outside of it, where nothing else can be found. */
export async function traced(t, project, program) {
  const nft = fromRoot('tests/deploy/node_modules/@vercel/nft/out/cli.js');
  await run(node24, [nft, 'build', program], { cwd: project.folder, quiet: true });
  const folder = emptyFolder(t);
  cpSync(project.path('dist'), folder, { recursive: true });
  return folder;
}

/** Runs what was deployed, in its folder, against a server; it must have called. */
export async function checkProgram(t, folder, program, args = []) {
  const server = await startServer(t);
  const settings = { cwd: folder, quiet: true, mayFail: true, env: { UTCP_URL: server.url } };
  const { code, text } = await run(program, args, settings);
  assert.deepEqual([code, text], [0, '{"text":"hello"}\n']);
  assert.deepEqual(server.received, ['{"text":"hello"}']);
}
