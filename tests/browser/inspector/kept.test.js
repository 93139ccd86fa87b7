// That nothing typed is lost in the inspector: drafts of each tool, Back, a reload, links; saved endpoints, and calls that were made.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { eventually, startInspector } from '../../support/inspector.js';
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
beforeEach(async () => {
  inspector = await inspectors.open();
  page = inspector.page;
});
afterEach(async () => {
  inspector.noComplaints();
  await page.evaluate(() => localStorage.clear());
  await page.close();
});

const heading = (/** @type {string} */ name) => page.waitForSelector(`#tool-heading:text-is("${name}")`);
/** That these are the arguments, as JSON. */
const written = (/** @type {object} */ args) =>
  eventually(async () => assert.deepEqual(JSON.parse(await inspector.written('#args-json')), args));
const stored = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));

describe('what was typed', () => {
  test('is there again when its tool is chosen again, also after a reload', async () => {
    await inspector.connect();
    await inspector.choose('search_docs');
    await inspector.writeArguments({ query: 'kept', limit: 9 });
    await inspector.choose('read_sensor');
    await inspector.writeArguments({ sensor: 'uptime' });
    await inspector.choose('search_docs');
    await written({ query: 'kept', limit: 9 });
    await page.reload();
    await heading('search_docs');
    await written({ query: 'kept', limit: 9 });
    await inspector.choose('read_sensor');
    await written({ sensor: 'uptime' });
  });

  test('Back and Forward go from tool to tool, and to the list', async () => {
    await inspector.connect();
    await inspector.choose('search_docs');
    await inspector.writeArguments({ query: 'first' });
    await page.waitForFunction(() => location.hash.includes('first'));
    await inspector.choose('read_doc');
    await page.goBack();
    await heading('search_docs');
    await written({ query: 'first' });
    await page.goBack();
    await page.waitForSelector('.demos');
    assert.equal(await page.locator('#tool-heading').count(), 0);
    await page.goForward();
    await heading('search_docs');
    await written({ query: 'first' });
  });

  test('on a phone, Back leads to the list', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await inspector.connect();
    await inspector.choose('search_docs');
    assert.equal(await page.isVisible('button.tool >> nth=0'), false);
    await page.goBack();
    await page.waitForSelector('button.tool >> nth=0');
  });

  test('a reload connects again; after Disconnect it does not', async () => {
    await inspector.connect();
    await page.reload();
    await page.waitForSelector('.state[data-state=connected]');
    await page.click('button:text-is("Disconnect")');
    await page.reload();
    await page.waitForSelector('button:text-is("Connect")');
    await page.waitForSelector('text=Try the bundled provider');
  });
});

test('a link says what it prepares, and calls nothing', async () => {
  await inspector.connect();
  await inspector.choose('search_docs');
  await inspector.writeArguments({ query: 'from a link' });
  await page.waitForFunction(() => location.hash.includes('from'));
  const { hash } = new URL(page.url());
  const other = await inspectors.open({ hash });
  await eventually(async () => {
    const said = (await other.page.textContent('.start')) ?? '';
    assert.match(said, /search_docs.*from a link.*Nothing is called before you press/s);
  });
  await other.page.click('.start button:text-is("Connect")');
  await other.page.waitForSelector('#tool-heading:text-is("search_docs")');
  assert.match((await other.page.textContent('.result')) ?? '', /Nothing called yet/);
  other.noComplaints();
  await other.page.close();
});

test('a saved endpoint is chosen from a list, and forgotten', async () => {
  await page.fill('#url', `${inspectors.provider.origin}/jsonrpc`);
  await page.selectOption('#recipe', 'json-rpc');
  await page.click('text=Save this endpoint');
  await page.reload();
  await page.fill('#url', inspectors.provider.url);
  await page.selectOption('#recipe', '');
  await page.selectOption('#saved', { label: `${inspectors.provider.origin}/jsonrpc` });
  await page.waitForSelector('#tool-name');
  await inspector.press('Call');
  await inspector.ended();
  await page.click('text=Forget this endpoint');
  assert.equal(await page.locator('#saved').count(), 0);
});

describe('calls made', () => {
  test('are listed, set up again, and made again', async () => {
    await inspector.connect();
    await inspector.choose('read_sensor');
    await inspector.writeArguments({ sensor: 'uptime' });
    await inspector.press('Call');
    await inspector.ended();
    await inspector.choose('count_up');
    await inspector.writeArguments({ items: 3 });
    await inspector.press('Stream');
    await inspector.ended();
    await page.reload();
    await page.waitForSelector('.kept summary:has-text("2")');
    await page.click('.kept summary');
    assert.deepEqual(await page.locator('.kept .name').allTextContents(), ['count_up', 'read_sensor']);
    await page.click('.kept .entry >> nth=1');
    await heading('read_sensor');
    await written({ sensor: 'uptime' });
    assert.match((await page.textContent('.result')) ?? '', /Nothing called yet/);
    await page.click('[aria-label="Call count_up again"]');
    await heading('count_up');
    await inspector.ended();
    assert.match((await page.textContent('.result .state')) ?? '', /Ended: 3 items/);
    await page.click('text=Forget them');
    assert.equal(await page.locator('.kept').count(), 0);
  });

  test('of another endpoint, too', async () => {
    await page.fill('#url', `${inspectors.provider.origin}/device`);
    await page.selectOption('#recipe', 'device');
    await page.click('button:text-is("Connect")');
    await page.waitForSelector('#tool-name');
    await inspector.press('Call');
    await inspector.ended();
    await page.selectOption('#recipe', '');
    await page.fill('#url', inspectors.provider.url);
    await page.click('button:text-is("Disconnect")');
    await page.click('button:text-is("Connect")');
    await page.waitForSelector('.demos');
    await page.click('.kept summary');
    await page.click('[aria-label="Call read_sensor again"]');
    await page.waitForSelector('#tool-name');
    await inspector.ended();
    assert.equal(await page.inputValue('#url'), `${inspectors.provider.origin}/device`);
  });

  test('no secret is kept, neither by its name nor the one that was entered', async () => {
    await inspector.connect();
    await page.click('.auth summary');
    await page.selectOption('#auth', 'query');
    await page.fill('#secret', 'hush-hush-hush');
    await page.fill('#url', `${inspectors.provider.url}?token=quiet-quiet`);
    await page.click('button:text-is("Disconnect")');
    await page.click('button:text-is("Connect")');
    await page.waitForSelector('.state[data-state=connected]');
    await page.click('text=Save this endpoint');
    await inspector.choose('search_docs');
    const named = { password: 'silent-silent', pin: 271828, token: ['mute-mute', { jwt: 314159 }] };
    await inspector.writeArguments({ query: 'hush-hush-hush', ...named, limit: 1 });
    await inspector.press('Call');
    await page.waitForSelector('.kept');
    await inspector.choose('read_doc');
    const kept = await stored();
    assert.match(kept, /search_docs/);
    const secrets = /hush-hush|quiet-quiet|silent-silent|271828|mute-mute|314159/;
    assert.doesNotMatch(kept, secrets);
    assert.doesNotMatch(page.url(), secrets);
  });

  test('what something else wrote in their place is not there', async () => {
    const ours = { hash: `#url=${inspectors.provider.url}`, tool: 'ours', at: 0, streams: false, outcome: 'done' };
    for (const [calls, count] of /** @type {const} */ ([
      ['null', 0],
      ['7', 0],
      ['{"length":3}', 0],
      ['not JSON', 0],
      [JSON.stringify([null, true, 'x', {}, ours]), 1],
    ])) {
      await page.evaluate((text) => {
        localStorage.setItem('inspector-calls', text);
        localStorage.setItem('inspector-endpoints', text);
        sessionStorage.setItem('inspector-drafts', text);
      }, calls);
      await page.reload();
      await page.waitForSelector('button:text-is("Connect")');
      await page.waitForFunction((wanted) => document.querySelectorAll('.kept .entry').length === wanted, count);
    }
    inspector.noComplaints();
  });
});

test('while a connection is tried again, that stands where the result will', async (t) => {
  const away = await startServer(t, () => {});
  const { url } = away;
  await away.close();
  await page.fill('#url', url);
  await page.selectOption('#recipe', 'device');
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('#tool-name');
  await inspector.press('Call');
  await page.waitForSelector('.result .retry >> text=/Trying again, attempt \\d+: /');
  const back = new WebSocketServer({ host: '127.0.0.1', port: Number(new URL(url).port) });
  t.after(() => back.close());
  back.on('connection', (socket) => socket.on('message', () => socket.send('here again')));
  await inspector.ended();
  assert.match((await page.textContent('.view')) ?? '', /here again/);
  assert.equal(await page.locator('.result .retry').count(), 0);
  inspector.noComplaints(/WebSocket connection to .* failed/);
});

test('how the times of many calls are spread', async () => {
  await inspector.connect();
  await inspector.play('256 calls, one connection');
  await inspector.ended();
  const counts = await page
    .locator('.histogram li .sr')
    .evaluateAll((steps) => steps.map(({ textContent }) => Number(/: (\d+)$/.exec(textContent)?.[1])));
  assert.ok(counts.length > 1);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    256,
  );
});

test('a result is seen without scrolling on a small screen, its buttons, too', async () => {
  await page.setViewportSize({ width: 1000, height: 600 });
  await inspector.connect();
  await inspector.choose('search_docs');
  await inspector.press('Call');
  await inspector.ended();
  const within = (/** @type {string} */ selector) =>
    page.locator(selector).evaluate((element) => {
      const { top } = element.getBoundingClientRect();
      const { bottom } = /** @type {Element} */ (document.querySelector('main')).getBoundingClientRect();
      return top >= 0 && top + 60 < bottom;
    });
  await eventually(async () => {
    assert.ok(await within('.run-bar'));
    assert.ok(await within('#view-panel'));
  });
});

test('a huge text shows its start, and more when it is asked for; its size is in bytes', async (t) => {
  const server = await startServer(t, (socket) => socket.send('é'.repeat(150_000)));
  await page.fill('#url', server.url);
  await page.selectOption('#recipe', 'device');
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('#tool-name');
  assert.equal((await inspector.call('text')).match(/é/g)?.length, 100_000);
  assert.match((await page.textContent('.result')) ?? '', /300\.0 kB in all/);
  await page.click('text=Show more');
  await page.waitForFunction(() => document.querySelector('.view pre')?.textContent?.length === 150_000);
});

test('alternatives of a schema have names that tell them apart', async (t) => {
  const inputs = {
    type: 'object',
    properties: {
      place: {
        oneOf: [
          { type: 'object', properties: { city: { type: 'string' } } },
          { type: 'object', properties: { kind: { const: 'point' }, at: { type: 'number' } } },
          { type: 'string' },
          { title: 'Named', type: 'number' },
        ],
      },
    },
  };
  const server = await startServer(t, (socket) => {
    const tool = { name: 'go', inputs, tool_call_template: { call_template_type: 'websocket', url: server.url } };
    socket.send(JSON.stringify({ utcp_version: '1.0.1', tools: [tool] }));
  });
  await page.fill('#url', server.url);
  await page.click('button:text-is("Connect")');
  await inspector.choose('go');
  const options = await page.locator('.schema-form select option').allTextContents();
  assert.deepEqual(options.map((one) => one.trim()).filter(Boolean), ['city', 'kind: point', 'string', 'Named']);
});
