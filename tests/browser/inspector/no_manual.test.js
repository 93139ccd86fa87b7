// Endpoints that know nothing of UTCP, in the inspector: called by a recipe of the README, without a manual.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, afterEach, before, test } from 'node:test';
import { startInspector } from '../../support/inspector.js';
import { startServer } from '../../support/server.js';

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
/** @type {import('../../support/inspector.js').Inspector} */
let inspector;
/** @type {import('playwright-core').Page} */
let page;

before(async () => {
  inspectors = await startInspector();
});
after(() => inspectors?.close());
afterEach(async () => {
  inspector.noComplaints();
  await page.close();
});

/** @param {string} url @param {string} recipe */
async function open(url, recipe) {
  inspector = await inspectors.open();
  page = inspector.page;
  await page.fill('#url', url);
  await page.selectOption('#recipe', recipe);
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('#tool-name');
}

const provider = (/** @type {string} */ path) => `${inspectors.provider.origin}${path}`;
const shown = () => page.textContent('.result');

test('JSON-RPC: any method by its name; the code does the same; a link says it all', async () => {
  await open(provider('/jsonrpc'), 'json-rpc');
  assert.equal(await page.inputValue('#tool-name'), 'text_statistics');
  await inspector.press('Call');
  await inspector.ended();
  assert.match((await shown()) ?? '', /words/);
  await page.fill('#tool-name', 'no_such_method');
  await inspector.press('Call');
  await inspector.ended('failed');
  assert.match((await shown()) ?? '', /Method not found: "no_such_method"/);
  await page.click('[role=tab]:text-is("Template")');
  assert.match((await page.textContent('.preview')) ?? '', /"method": "no_such_method"/);
  await page.click('[role=tab]:text-is("Code")');
  assert.match((await page.textContent('#request-panel pre')) ?? '', /tools\.no_such_method|demo\.no_such_method/);
  await page.waitForFunction(() => location.hash.includes('name=no_such_method'));
  const { hash } = new URL(page.url());
  const other = await inspectors.open({ hash });
  await other.page.click('button:text-is("Connect")');
  await other.page.waitForSelector('#tool-name');
  assert.equal(await other.page.inputValue('#tool-name'), 'no_such_method');
  other.noComplaints();
  await other.page.close();
});

test('a text device: no JSON anywhere', async () => {
  await open(provider('/device'), 'device');
  await inspector.press('Call');
  await inspector.ended();
  assert.match((await shown()) ?? '', /\d/);
});

test('GraphQL: a query of its own in the template', async () => {
  await open(provider('/graphql'), 'graphql');
  await page.click('[role=tab]:text-is("Template")');
  const template = JSON.parse(await page.inputValue('#template-json'));
  template.message.payload = { query: '{ __typename }' };
  await page.fill('#template-json', JSON.stringify(template));
  await inspector.press('Call');
  await inspector.ended();
  assert.match((await shown()) ?? '', /Query/);
});

test('the inspector of a Node: ids are numbers', async (t) => {
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', 'setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill());
  let url = '';
  for await (const line of createInterface({ input: child.stderr })) {
    url = /ws:\/\/\S+/.exec(line)?.[0] ?? '';
    if (url) break;
  }
  await open(url, 'devtools');
  await inspector.press('Call');
  await inspector.ended();
  assert.match((await shown()) ?? '', /42/);
});

test('where no manual comes, what came instead is shown, and the mode is offered', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.includes('utcp')) socket.send('{"error":"unknown message"}');
    else socket.send(JSON.stringify({ id: JSON.parse(text).id, result: 'as asked' }));
  });
  inspector = await inspectors.open();
  page = inspector.page;
  await page.fill('#url', server.url);
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('.instead:has-text("unknown message")');
  await page.click('text=Call it without a manual');
  await page.waitForSelector('#tool-name');
  await inspector.press('Call');
  await inspector.ended();
  assert.match((await shown()) ?? '', /as asked/);
});
