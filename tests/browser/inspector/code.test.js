// The code that the inspector offers for copying does what the page did, as it is: from Node, with the SDK, and in a page.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startInspector } from '../../support/inspector.js';

const root = new URL('../../../', import.meta.url);
// Below the repository, so that `import 'utcp-websocket'` finds this package by its own name.
const folder = new URL(`build/inspector-${process.pid}/`, root);

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
/** @type {import('../../support/inspector.js').Inspector} */
let inspector;
before(async () => {
  mkdirSync(folder, { recursive: true });
  inspectors = await startInspector();
  inspector = await inspectors.open();
  await inspector.connect();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await inspectors?.close();
});

/** @param {string} kind */
async function codeFor(kind) {
  await inspector.page.click('#request-code');
  await inspector.page.click(`#code-${kind}`);
  return (await inspector.page.textContent('.listing')) ?? '';
}

/** Runs a module; resolves with what it prints. @param {string} code @param {RegExp} [until] then it is ended */
async function runModule(code, until) {
  const file = new URL('copied.mjs', folder);
  writeFileSync(file, code);
  const child = spawn(process.execPath, [fileURLToPath(file)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
      if (until?.test(output)) child.kill();
    });
  }
  const [exitCode] = await once(child, 'close');
  if (!until) assert.equal(exitCode, 0, output);
  return output;
}

for (const kind of ['node', 'sdk']) {
  test(`${kind}: a call, with an edited template, and a stream`, async () => {
    await inspector.choose('text_statistics');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it has to come out as it is
    await inspector.writeArguments({ text: 'a `tick`, a ${brace} and a "quote"\n' });
    assert.match(await runModule(await codeFor(kind)), /characters: 35/);

    await inspector.page.click('#request-template');
    const template = (await inspector.written('#template-json')).replace('"/result"', '"/result/characters"');
    await inspector.write('#template-json', template);
    assert.match(await runModule(await codeFor(kind)), /^35$/m);
    await inspector.page.click('#request-template');
    await inspector.page.click('text=Reset');

    await inspector.choose('graphql_readings');
    await inspector.writeArguments({ intervalMs: 20 });
    assert.match(await runModule(await codeFor(kind), /number: 3/), /cpuPercent/);
  });
}

test('page: a call, whose arguments could end the script', async (t) => {
  await inspector.choose('text_statistics');
  await inspector.writeArguments({ text: '</script><!--<script>' });
  const html = await codeFor('page');
  const prefix = '/node_modules/utcp-websocket/';
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    if (!url.startsWith(prefix)) return response.setHeader('Content-Type', 'text/html').end(html);
    const type = url.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    return response.setHeader('Content-Type', type).end(readFileSync(new URL(url.slice(prefix.length), root)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const page = await inspectors.browser.newPage();
  t.after(() => page.close());
  const said = page.waitForEvent('console');
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  assert.match((await said).text(), /characters: 21/);
});
