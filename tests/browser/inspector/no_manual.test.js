// Endpoints that know nothing of UTCP, in the inspector: called by a recipe of the README, without a manual. All in one tab.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { readRecipes } from '../../../web-demo/recipes.js';
import { recipe } from '../../support/endpoints.js';
import { eventually, startInspector } from '../../support/inspector.js';
import { startGraphQL, startInspected, startJsonRpc } from '../../support/peers.js';
import { startServer } from '../../support/server.js';

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
/** @type {import('../../support/inspector.js').Inspector} */
let inspector;
/** @type {import('playwright-core').Page} */
let page;

before(async () => {
  inspectors = await startInspector();
  inspector = await inspectors.open();
  page = inspector.page;
});
after(() => inspectors?.close());
afterEach(() => inspector.noComplaints());

/** @param {string} url @param {string} recipe */
async function connect(url, recipe) {
  const leave = page.locator('button:text-is("Disconnect")');
  if (await leave.isVisible()) await leave.click();
  await page.fill('#url', url);
  await page.selectOption('#recipe', recipe);
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('#tool-name');
}

/** Calls, or streams, to its end; gives the text of what is shown. @param {'Call' | 'Stream'} button @param {'done' | 'failed'} [state] */
async function shown(button, state = 'done') {
  await inspector.press(button);
  await inspector.ended(state);
  return (await page.textContent('.result')) ?? '';
}

/** The items of a stream that has ended. */
async function items() {
  await inspector.view('items');
  return page.locator('#view-panel li').allTextContents();
}

/** Puts another template in the place of the recipe's. @param {object} template */
async function write(template) {
  await page.click('#request-template');
  await inspector.write('#template-json', JSON.stringify(template));
}

test('JSON-RPC: any method by its name, errors with their code, notifications as a stream, code and link', async (t) => {
  const server = await startJsonRpc(t, {
    text_statistics: ({ text }) => ({ words: text.split(' ').length }),
    fails() {
      throw new Error('out of paper');
    },
    async count(_, connection) {
      for (const done of [1, 2, 3]) await connection.sendNotification('progress', { done });
      return 'counted';
    },
  });
  const template = recipe(server, 'json-rpc');
  await connect(template.url, 'json-rpc');
  assert.equal(await page.inputValue('#tool-name'), 'text_statistics');
  await inspector.writeArguments({ text: 'one two three' });
  assert.match(await shown('Call'), /words\D*3/);
  await page.fill('#tool-name', 'fails');
  assert.match(await shown('Call', 'failed'), /ToolError tool_failed.*out of paper.*-32603/s);
  await page.fill('#tool-name', 'no_such_method');
  assert.match(await shown('Call', 'failed'), /Unhandled method no_such_method.*-32601/s);
  assert.equal(server.opened, 1, 'errors leave the connection as it is');
  await page.click('#request-template');
  await page.waitForSelector('.preview:has-text(\'"method": "no_such_method"\')');
  await page.click('#request-code');
  const name = /tools\.no_such_method|demo\.no_such_method/;
  await eventually(async () => assert.match((await page.textContent('.listing')) ?? '', name));

  await page.fill('#tool-name', 'count');
  const progress = { correlation: false, message_filter: { method: 'progress' }, result_path: '/params' };
  await write({ ...template, ...progress, expected_responses: 3 });
  assert.match(await shown('Stream'), /Ended: 3 items/);
  assert.match((await items()).join(), /"done":1.*"done":2.*"done":3/);

  await page.waitForFunction(() => location.hash.includes('name=count'));
  const { hash } = new URL(page.url());
  const other = await inspectors.open({ hash });
  await other.page.click('button:text-is("Connect")');
  await other.page.waitForSelector('#tool-name');
  assert.equal(await other.page.inputValue('#tool-name'), 'count');
  other.noComplaints();
  await other.page.close();
});

test('a text device: lines, a line that is an error, lines until the device hangs up; no JSON anywhere', async (t) => {
  const server = await startServer(t, (socket, line) => {
    const [command, name] = line.split(' ');
    if (name !== 'load') socket.send(`ERR no sensor ${name}`);
    else if (command === 'GET') socket.send('0.25');
    else {
      for (const load of ['0.25', '0.5', '0.75']) socket.send(load);
      socket.close(1000);
    }
  });
  await connect(server.url, 'device');
  assert.match(await shown('Call'), /0\.25/);
  await inspector.writeArguments({ sensor: 'smell' });
  assert.match(await shown('Call'), /ERR no sensor smell/);
  const line = { call_template_type: 'websocket', url: server.url, message: 'GET UTCP_ARG_sensor_UTCP_ARG' };
  await write({ ...line, error_match: { $prefix: 'ERR' } });
  assert.match(await shown('Call', 'failed'), /ToolError tool_failed.*ERR no sensor smell/s);
  await page.click('#request-arguments');
  await inspector.writeArguments({ sensor: 'load' });
  await write({ ...line, message: 'WATCH UTCP_ARG_sensor_UTCP_ARG' });
  assert.match(await shown('Stream'), /Ended: 3 items/);
  assert.match((await items()).join(), /0\.25.*0\.5.*0\.75/);
  assert.deepEqual(server.received, ['GET load', 'GET smell', 'GET smell', 'WATCH load']);
});

test('GraphQL: queries on one connection, errors of a resolver and of variables, a query of its own, a subscription', async (t) => {
  const server = await startGraphQL(t, {
    load({ host }) {
      if (host === 'x') throw new Error('no such host');
      return { host, one: 0.5 };
    },
    async *watch({ host }) {
      for (const one of [1, 2, 3]) yield { host, one };
    },
  });
  const template = recipe(server, 'graphql');
  await connect(template.url, 'graphql');
  assert.match(await shown('Call'), /localhost/);
  await inspector.writeArguments({ host: 'x' });
  assert.match(await shown('Call', 'failed'), /ToolError tool_failed.*no such host.*"path":\["load"\]/s);
  await inspector.writeArguments({ host: null });
  assert.match(await shown('Call', 'failed'), /ToolError tool_failed.*\$host.*must not be null/s);
  await write({ ...template, message: { ...template.message, payload: { query: '{ __typename }' } } });
  assert.match(await shown('Call'), /Query/);
  assert.equal(server.opened, 1);

  await connect(template.url, 'graphql-subscription');
  assert.match(await shown('Stream'), /Ended: 3 items/);
  assert.equal((await items()).length, 3);
});

test('the inspector of a Node: ids are numbers, errors with their code, its console as a stream', async (t) => {
  // It says no more once it has written its lines: Chromium complains about what Node sends after a closing frame.
  const url = await startInspected(t, '[1, 2, 3].map((n) => console.log("line", n)); setInterval(() => {}, 1000)');
  await connect(url, 'devtools');
  await inspector.writeArguments({ expression: '6 * 7' });
  assert.match(await shown('Call'), /42/);
  await page.waitForSelector('.rows tr[data-kind=send]:has-text(\'{"id":1,\')');
  await page.fill('#tool-name', 'No.such');
  assert.match(await shown('Call', 'failed'), /ToolError tool_failed.*'No\.such' wasn't found.*-32601/s);

  await connect(url, 'devtools-events');
  await inspector.press('Stream');
  await page.waitForSelector('.result .state:has-text("3 items")');
  await inspector.press('Stop');
  await inspector.ended('stopped');
  assert.match((await items()).join(), /line.*line.*line/);
});

test('every recipe of the list can be chosen: a valid template, something to call, and a field where it needs a secret', async () => {
  await connect('ws://127.0.0.1:1/', 'device'); // nothing is opened before something is called
  for (const { name, tool, args, hasSecret } of readRecipes()) {
    await page.selectOption('#recipe', name);
    await page.waitForFunction((wanted) => document.querySelector('#tool-name')?.value === wanted, tool);
    assert.equal(await page.isVisible('#secret'), hasSecret, name);
    await page.click('#request-arguments');
    assert.deepEqual(JSON.parse(await inspector.written('#args-json')), args, name);
    await page.click('#request-template');
    await page.waitForSelector('text=A valid call template.');
    assert.equal(await page.locator('.wrong').count(), 0, name);
    if (hasSecret) await page.selectOption('#auth', 'none');
  }
});

test('a secret goes where its placeholder stands in a recipe, and nowhere else', async (t) => {
  const server = await startServer(
    t,
    (socket, text) => {
      const { id, type } = JSON.parse(text);
      socket.send(type === 'auth' ? '{"type":"auth_ok"}' : JSON.stringify({ id, result: [{ entity_id: 'sun.sun' }] }));
    },
    { onConnection: (socket) => socket.send('{"type":"auth_required"}') },
  );
  await connect(server.url, 'home-assistant');
  await page.fill('#secret', 'long-lived');
  assert.match(await shown('Call'), /sun\.sun/);
  assert.equal(server.received[0], '{"type":"auth","access_token":"long-lived"}');
  await page.click('#request-template');
  assert.match(await inspector.written('#template-json'), /"access_token": "\$\{SECRET\}"/);
  assert.ok(!page.url().includes('long-lived'));
  await page.selectOption('#auth', 'none');
});

test('where no manual comes, what came instead is shown, and the mode is offered', async (t) => {
  const server = await startServer(t, (socket, text) => {
    if (text.includes('utcp')) socket.send('{"error":"unknown message"}');
    else socket.send(JSON.stringify({ id: JSON.parse(text).id, result: 'as asked' }));
  });
  await page.click('button:text-is("Disconnect")');
  await page.fill('#url', server.url);
  await page.selectOption('#recipe', '');
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('.instead:has-text("unknown message")');
  await page.click('text=Call it without a manual');
  await page.waitForSelector('#tool-name');
  assert.match(await shown('Call'), /as asked/);
});
