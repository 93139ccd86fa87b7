// Runs the README's code blocks against the demo's provider. The page is run by tests/browser/readme.test.js.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ready, validateCallTemplate, WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { startProvider } from '../../web-demo/server/provider.js';
import { freePort } from '../support/ports.js';
import { documentedProvider, readmeBlocks, readmeLanguages } from '../support/readme.js';

const root = new URL('../../', import.meta.url);
// Below the repository, so that `import 'utcp-websocket'` finds this package by its own name.
const folder = new URL(`build/readme-${process.pid}/`, root);
/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;

before(async () => {
  mkdirSync(folder, { recursive: true });
  provider = await startProvider();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await provider.close();
});

/** @param {string} code */
const pointed = (code) => code.replaceAll(documentedProvider, provider.origin);

/** @param {string} name @param {string} code */
async function runModule(name, code) {
  const file = new URL(name, folder);
  writeFileSync(file, pointed(code));
  const child = spawn(process.execPath, [fileURLToPath(file)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const [code_] = await once(child, 'close');
  assert.equal(code_, 0, output);
  return output;
}

test('the first server is called by the first program', async () => {
  const port = await freePort();
  const [server, client] = readmeBlocks('js').map((code) => code.replaceAll('8080', String(port)));
  writeFileSync(new URL('server.mjs', folder), server);
  const running = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', folder))], { stdio: 'inherit' });
  try {
    // Where nobody listens yet, the client tries again.
    assert.equal(await runModule('first.mjs', client), '{ sum: 5 }\n');
  } finally {
    running.kill();
  }
});

test('the example for Node prints hits and one reading, and ends', async () => {
  const output = await runModule('node.mjs', readmeBlocks('js')[2]);
  assert.match(output, /ping/i);
  assert.match(output, /cpu|load|memory/i);
});

test('the example for any endpoint calls a method by its name', async () => {
  assert.match(await runModule('rpc.mjs', readmeBlocks('js')[3]), /words/);
});

test('the example with a protocol calls a tool of the manual', async () => {
  assert.match(await runModule('protocol.mjs', readmeBlocks('js')[6]), /ping/i);
});

test('the example for the SDK finds tools and calls one', async () => {
  const output = await runModule('sdk.mjs', readmeBlocks('js')[7]);
  assert.match(output, /demo\.system_metrics/);
  assert.match(output, /memory/);
});

test('the example with tickets prints a reading', async () => {
  assert.match(await runModule('tickets.mjs', readmeBlocks('js')[8]), /\d/);
});

test('two lines tell the events of a process', async () => {
  const output = await runModule('log.mjs', `${readmeBlocks('js')[9]}\n${readmeBlocks('js')[8]}`);
  assert.match(output, /^send ws:\/\/127\.0\.0\.1:\d+\/device \d+$/m);
});

test('the JSON-RPC call template works for every method', async () => {
  const template = readmeBlocks('json', readFileSync(new URL('docs/recipes.md', root), 'utf8'))
    .map((block) => JSON.parse(pointed(block)))
    .find(({ message }) => message?.jsonrpc);
  await ready();
  assert.equal(validateCallTemplate(template).result_path, '/result');
  const protocol = new WebSocketCommunicationProtocol();
  const info = await protocol.callTool(null, 'demo.package_info', { name: 'ws' }, template);
  assert.equal(info.name, 'ws');
  await assert.rejects(protocol.callTool(null, 'demo.no_such_method', {}, template), { name: 'ToolError' });
  await protocol.close();
});

test('the shell blocks name scripts and packages that exist', () => {
  const { scripts, name, peerDependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const commands = readmeBlocks('sh').flatMap((block) =>
    block.split('\n').map((line) => line.replace(/\s+#.*/, '').trim()),
  );
  for (const command of commands.filter((one) => one && !/^(npx|cmake) /.test(one))) {
    const [npm, verb, ...rest] = command.split(/\s+/);
    assert.equal(npm, 'npm', command);
    if (verb === 'install')
      assert.deepEqual(
        rest.filter((one) => one !== name && !(one in peerDependencies)),
        [],
        command,
      );
    else assert.ok(verb in scripts, command);
  }
});

test('the CMake block is what the examples do, and the shell block of docs/cpp.md what the tests do', () => {
  const examples = readFileSync(new URL('examples/cpp/CMakeLists.txt', root), 'utf8');
  const [block] = readmeBlocks('cmake');
  assert.match(block, /find_package\(utcp_websocket REQUIRED COMPONENTS client\)/);
  assert.match(block, /utcp_websocket::client/);
  assert.match(examples, /find_package\(utcp_websocket 0\.\d REQUIRED COMPONENTS client\)/);
  assert.match(examples, /utcp_websocket::client/);
  const cmake = readFileSync(new URL('CMakeLists.txt', root), 'utf8');
  const commands = readmeBlocks('sh', readFileSync(new URL('docs/cpp.md', root), 'utf8')).join('\n');
  assert.match(commands, /-DUTCP_/);
  for (const [, option] of commands.matchAll(/-D(UTCP_\w+)=/g)) assert.ok(cmake.includes(`option(${option} `), option);
});

test('no block is left out', () => {
  assert.deepEqual([...readmeLanguages()].sort(), ['cmake', 'cpp', 'html', 'js', 'json', 'sh']);
  assert.equal(readmeBlocks('js').length, 10); // two of them run in tests/package/agents.test.js
  assert.equal(readmeBlocks('cpp').length, 1); // tests/consumer builds and runs it
  assert.equal(readmeBlocks('html').length, 1);
});
