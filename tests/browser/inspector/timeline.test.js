// The inspector's timeline, for who looks at an endpoint: whole frames, search, times, connections, files, and its height.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { eventually, startInspector } from '../../support/inspector.js';
import { echo, startServer } from '../../support/server.js';

const secret = 'S3cret "of" the tab';
const placeholder = '$'.concat('{SECRET}');

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
before(async () => {
  inspectors = await startInspector();
});
after(() => inspectors?.close());

/**
 * The inspector at an endpoint with the tool `ask`, which answers as `answer(socket, text)` does; it is chosen, and the timeline is empty.
 */
async function openAt(t, answer, { query = '', size = {}, auth = false } = {}) {
  const server = await startServer(t, (socket, text) => {
    if (!text.includes('"utcp"')) return answer(socket, text);
    const url = `${server.url}tools${query}`;
    const tool_call_template = {
      call_template_type: 'websocket',
      url,
      stream_end: { end: true },
      response_format: 'raw',
    };
    const inputs = { type: 'object', properties: {} };
    const tools = [{ name: 'ask', description: 'Answers.', tags: [], inputs, tool_call_template }];
    return socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1', tools }));
  });
  const inspector = await inspectors.open({
    hash: `#url=${encodeURIComponent(server.url)}${auth ? '&auth=query' : ''}`,
    ...size,
  });
  const { page } = inspector;
  t.after(async () => {
    inspector.noComplaints();
    await page.evaluate(() => localStorage.clear());
    await page.close();
  });
  if (auth) await page.fill('#secret', secret);
  await page.click('button:text-is("Connect")');
  await inspector.choose('ask');
  await page.waitForSelector('.rows tr[data-kind=message]');
  await page.click('.timeline >> text=Clear');
  await page.waitForSelector('.rows >> text=Frames appear here');
  return { server, inspector, page, rows: (/** @type {string} */ kind) => page.locator(`.rows tr[data-kind=${kind}]`) };
}

const search = '.timeline input[type=search]';

/** That this was copied, which is one line: it is pasted. */
async function assertCopied(page, /** @type {string} */ text) {
  await page.focus(search);
  await page.keyboard.press('ControlOrMeta+v');
  await eventually(async () => assert.equal(await page.inputValue(search), text));
}

describe('a frame', () => {
  test('is shown whole, as JSON in lines or as it came, with every digit, its bytes counted, and copied', async (t) => {
    const text = `{"note":"ü€😀","none":[],"long":"${'x'.repeat(20_000)} the end","id":1}`;
    const { inspector, page, rows } = await openAt(t, (socket) => socket.send(text));
    await inspector.press('Call');
    await inspector.ended();
    await rows('message').waitFor();
    const brief = await rows('message').locator('.peek').innerText();
    assert.ok(brief.length < 300 && text.startsWith(brief), 'a row shows the start');
    await rows('message').locator('.peek').click();
    const pre = page.locator('.rows pre');
    const bytes = `${Buffer.byteLength(text).toLocaleString('en')} bytes`;
    assert.match(await page.innerText('.frame-head'), new RegExp(`Text, ${bytes}`));
    assert.equal(await pre.innerText(), JSON.stringify(JSON.parse(text), null, 2));
    await page.click('.frame-head >> text=Pretty');
    await eventually(async () => assert.equal(await pre.innerText(), text));
    await page.click('.frame-head >> text=Copy');
    await page.waitForSelector('.frame-head [role=status]:text-is("Copied")');
    await assertCopied(page, text);
    await page.waitForSelector('.counts:has-text("1 of")');
    await rows('message').first().locator('td').first().click();
    await pre.waitFor({ state: 'detached' });
  });

  test('keeps numbers that JavaScript cannot hold', async (t) => {
    const { inspector, page, rows } = await openAt(t, (socket) =>
      socket.send('{"id":12345678901234567890123,"e":1.50,"end":true}'),
    );
    await inspector.press('Stream');
    await inspector.ended();
    await rows('message').locator('.peek').click();
    assert.equal(
      await page.innerText('.rows pre'),
      '{\n  "id": 12345678901234567890123,\n  "e": 1.50,\n  "end": true\n}',
    );
  });

  test('of bytes is shown as hex, all of it', async (t) => {
    const { inspector, page, rows } = await openAt(t, (socket) => {
      socket.send(Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 256)));
      socket.send('{"end":true}');
    });
    await inspector.press('Stream');
    await inspector.ended();
    await rows('message').first().locator('.peek').click();
    assert.match(await page.innerText('.frame-head'), /Binary, 5,000 bytes/);
    const lines = (await page.innerText('.rows pre')).split('\n');
    assert.equal(lines.length, Math.ceil(5000 / 16));
    assert.match(lines.at(-1) ?? '', /^00001380 {2}80 81 82 83 84 85 86 87/);
    await page.fill(search, '00 01 02 03');
    await eventually(async () => assert.equal(await rows('message').locator('.peek').count(), 1));
  });

  test('that is warned of first keeps its content', async (t) => {
    const { inspector, rows } = await openAt(t, (socket) => {
      socket.send('{"end":true}');
      socket.send('"a greeting nobody asked for"');
    });
    await inspector.press('Stream');
    await inspector.ended();
    await rows('warning').waitFor();
    assert.match(await rows('unsolicited').innerText(), /a greeting nobody asked for/);
  });
});

test('of more than 16 MB of contents the oldest are let go first, and that is said', async (t) => {
  const { inspector, page, rows } = await openAt(t, (socket) => {
    for (let number = 1; number <= 5; number += 1) socket.send(`{"number":${number},"x":"${'x'.repeat(4_000_000)}"}`);
    socket.send('{"end":true}');
  });
  await inspector.press('Stream');
  await inspector.ended();
  await rows('message').first().locator('.peek').click();
  await page.waitForSelector('.opened >> text=the timeline keeps the last 16.0 MB');
  assert.ok((await page.innerText('.rows pre')).length < 300);
  await rows('message').nth(0).locator('.peek').click();
  await rows('message').nth(4).locator('.peek').click();
  await page.waitForSelector('.opened >> text=/of 4.0 MB/');
  await page.click('.opened >> text=Show all');
  await page.waitForFunction(() => document.querySelector('.rows pre').textContent.length > 4_000_000);
  assert.equal(await page.locator('.opened >> text=Only its start').count(), 0);
});

test('a search looks into whole contents and into notes, beside the filter', async (t) => {
  const long = 'x'.repeat(1000);
  const { inspector, page } = await openAt(t, (socket, text) => socket.send(JSON.stringify({ long, text })));
  for (const word of ['first', 'second', 'third']) {
    await inspector.writeArguments({ word: `the ${word} (one)` });
    await inspector.press('Call');
    await inspector.ended();
  }
  const count = () => page.locator('.rows tbody tr').count();
  await page.waitForFunction(() => document.querySelectorAll('.rows tr[data-kind=message]').length === 3);
  await page.fill(search, 'SECOND (');
  await page.waitForSelector('.counts:has-text("2 of")');
  assert.equal(await count(), 2);
  assert.deepEqual(await page.locator('.rows mark').allInnerTexts(), ['second (', 'second (']);
  await page.selectOption('.filter select', 'received');
  await page.waitForSelector('.counts[role=status]:text-is("1 of 3 match")');
  assert.equal(await count(), 1);
  await page.fill(search, 'nothing like it');
  await page.waitForSelector('.rows >> text=Nothing fits');
  await page.selectOption('.filter select', 'connection');
  await page.fill(search, '127.0.0.1');
  await eventually(async () => assert.equal(await count(), 1));
});

test('each item of a stream has the time since the one before', async (t) => {
  const { inspector, rows } = await openAt(t, (socket) =>
    setTimeout(() => {
      socket.send('{"n":1}');
      socket.send('{"n":2}');
      socket.send('{"end":true}');
    }, 1200),
  );
  await inspector.press('Stream');
  await inspector.ended();
  await rows('message').nth(2).waitFor();
  const took = await rows('message').locator('td:nth-child(6)').allInnerTexts();
  assert.equal(took.length, 3);
  const times = took.map((text) => {
    const [, number, unit] = /^([\d.,]+) (ms|s)$/.exec(text) ?? [];
    return Number(number?.replaceAll(',', '')) * (unit === 's' ? 1000 : 1);
  });
  const [first, second, third] = times;
  assert.ok(first >= 1195, took.join());
  assert.ok(second < first && third < first, took.join()); // the time since the request would be more
});

test('which connections are open is listed, and rows of one that is closed are marked', async (t) => {
  const { server, inspector, page } = await openAt(t, echo);
  await inspector.press('Call');
  await inspector.ended();
  const menu = page.locator('.menu:has(summary:text-matches("open"))');
  await menu.locator('summary:text-is("2 open")').click();
  assert.match(await menu.innerText(), /ws:\/\/127\.0\.0\.1:\d+\/tools/);
  assert.equal(await page.locator('.rows tr.gone').count(), 0);
  const [before] = await page.locator('.rows tr[data-kind=send] .connection').allInnerTexts();
  for (const client of server.clients) client.close(1012, 'restarts');
  await menu.locator('summary:text-is("0 open")').waitFor();
  const rows = await page.locator('.rows tbody tr').count();
  assert.equal(await page.locator('.rows tr.gone').count(), rows);
  assert.equal((await page.locator('.rows .gone .connection').first().textContent()) ?? '', `${before} closed`);
  await page.keyboard.press('Escape');
  assert.equal(await menu.getAttribute('open'), null);
  // What a new protocol object counts from 1 again is another connection here.
  await page.click('text=Disconnect');
  await page.click('button:text-is("Connect")');
  await menu.locator('summary:text-is("1 open")').waitFor();
  assert.equal(await page.locator('.rows tr:not(.gone)[data-kind=open]').count(), 1);
  assert.equal(await page.locator('.rows tr.gone').count(), rows);
});

describe('files', () => {
  /** Saves what the timeline holds. @returns {Promise<string>} */
  async function saved(page, what) {
    await page.click('.menu summary:text-is("Export")');
    const click = () => page.click(`.menu button:has-text("${what}")`);
    if (process.env.INSPECTOR_BROWSER === 'Firefox') {
      // Playwright hears of no download there: look at the file that the page makes.
      await page.evaluate(() => {
        const { createObjectURL } = URL;
        URL.createObjectURL = (file) => {
          window.file = file;
          return createObjectURL.call(URL, file);
        };
      });
      await click();
      return (await page.waitForFunction(() => window.file?.text())).jsonValue();
    }
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    assert.match(download.suggestedFilename(), /^websocket-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.(jsonl|har)$/);
    return readFile(await download.path(), 'utf8');
  }

  /** A timeline with texts, bytes and a closing, and secrets wherever they may be. */
  async function openFilled(t) {
    const answer = (socket) => {
      socket.send(JSON.stringify({ echo: secret, session: { access_token: 'tok-123', n: 1 } }));
      socket.send(Buffer.from([0, 255, ...Buffer.from(secret), 1]));
      socket.send('{ "plain":  12345678901234567890 }');
      socket.send('{"end":true}');
      socket.close(1001, `bye ${secret}`);
    };
    const query = `?token=abcdef&room=7&api_key=${placeholder}`;
    const opened = await openAt(t, answer, { auth: true, query });
    await opened.inspector.press('Stream');
    await opened.inspector.ended();
    await opened.rows('close').waitFor();
    return opened;
  }

  const hidden = (text) => {
    for (const one of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), 'abcdef', 'tok-123'])
      assert.ok(!text.includes(one), `${one} in ${text}`);
    const base64 = Buffer.from(secret).toString('base64').slice(4, -4);
    assert.ok(!text.includes(base64), text);
  };
  const starred = Buffer.from([0, 255, ...Buffer.from('*'.repeat(secret.length)), 1]).toString('base64');

  test('JSON Lines: one row each, without secrets', async (t) => {
    const { page, server } = await openFilled(t);
    const text = await saved(page, 'JSON Lines');
    hidden(text);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ['open', 'send', 'message', 'message', 'message', 'message', 'close'],
    );
    for (const { time, endpoint, connection } of lines) {
      assert.equal(new Date(time).toISOString(), time);
      assert.ok(endpoint.startsWith(`${server.url}tools`));
      assert.equal(connection, 2);
    }
    const [, sent, named, bytes, plain] = lines;
    assert.deepEqual([sent.direction, sent.request, sent.size], ['sent', '2', Buffer.byteLength(sent.content)]);
    assert.deepEqual(JSON.parse(named.content).session, { access_token: placeholder, n: 1 });
    assert.deepEqual([bytes.encoding, bytes.content], ['base64', starred]);
    assert.deepEqual([plain.direction, plain.content], ['received', '{ "plain":  12345678901234567890 }']);
    assert.ok(plain.took >= 0);
  });

  test('HAR: an entry for each connection, as developer tools write it', async (t) => {
    const { page, server } = await openFilled(t);
    const text = await saved(page, 'HAR');
    hidden(text);
    const { log } = JSON.parse(text);
    assert.equal(log.version, '1.2');
    assert.equal(log.entries.length, 1);
    const [{ request, response, startedDateTime, time, _resourceType, _webSocketMessages: messages }] = log.entries;
    assert.ok(request.url.startsWith(`${server.url}tools`));
    assert.deepEqual([request.method, response.status, _resourceType], ['GET', 101, 'websocket']);
    assert.ok(time >= 0 && Date.parse(startedDateTime) <= messages[0].time * 1000);
    assert.deepEqual(
      messages.map(({ type, opcode }) => [type, opcode]),
      [['send', 1], ...[1, 2, 1, 1].map((opcode) => ['receive', opcode])],
    );
    assert.equal(messages[2].data, starred);
    assert.equal(messages[3].data, '{ "plain":  12345678901234567890 }');
  });
});

describe('its height', () => {
  const heightOf = async (page) => (await page.locator('section.timeline').boundingBox()).height;

  test('is dragged, or changed with the keyboard, and remembered', async (t) => {
    const { page } = await openAt(t, echo);
    const splitter = page.getByRole('separator', { name: 'Height of the timeline' });
    const before = await heightOf(page);
    const { x, y, width, height } = await splitter.boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2 - 150, { steps: 5 });
    await page.mouse.up();
    const isHigh = (/** @type {number} */ wanted, within = 0) =>
      eventually(async () => {
        const found = await heightOf(page);
        assert.ok(Math.abs(found - wanted) <= within, `${found} instead of ${wanted}`);
        assert.equal(Number(await splitter.getAttribute('aria-valuenow')), found);
      });
    await isHigh(before + 150, 4);
    await splitter.focus();
    const dragged = await heightOf(page);
    await page.keyboard.press('ArrowUp');
    await isHigh(dragged + 16);
    await page.keyboard.press('End');
    await isHigh(Number(await splitter.getAttribute('aria-valuemax')));
    assert.ok(await page.isVisible('.run-bar button:text-is("Call")'), 'there is room for the tool');
    await page.keyboard.press('Home');
    const least = Number(await splitter.getAttribute('aria-valuemin'));
    await isHigh(least);
    await page.keyboard.press('ArrowUp');
    await isHigh(least + 16);
    await page.reload();
    await isHigh(least + 16);
  });

  test('is fixed on a phone, where the page scrolls', async (t) => {
    const { page } = await openAt(t, echo, { size: { width: 390, height: 844 } });
    await page.waitForSelector('.rows');
    assert.equal(await page.isVisible('.splitter'), false);
    assert.equal(await heightOf(page), 320);
  });
});
