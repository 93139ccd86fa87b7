// What a user does with the inspector, in a real Chromium: connect, find a tool, give arguments, call, look, edit, share. After each
// test the page must have complained about nothing.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually, startInspector } from '../../support/inspector.js';
import { startServer } from '../../support/server.js';

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
/** @type {import('../../support/inspector.js').Inspector} */
let inspector;
/** @type {import('playwright-core').Page} */
let page;

before(async () => {
  inspectors = await startInspector({ permissions: ['clipboard-read', 'clipboard-write'] });
  inspector = await inspectors.open();
  page = inspector.page;
  await inspector.connect();
});
after(() => inspectors?.close());
afterEach(() => inspector.noComplaints());

const names = () => page.locator('button.tool .name').allTextContents();
const json = async () => JSON.parse(await inspector.written('#args-json'));

describe('tools', () => {
  test('are listed, searched, and filtered by tags', async () => {
    const all = await names();
    assert.ok(all.includes('search_docs') && all.includes('watch_metrics'));
    await page.fill('input[type=search]', 'search docs');
    await eventually(async () => assert.deepEqual(await names(), ['search_docs', 'read_doc']));
    await page.fill('input[type=search]', '');
    await page.click('.tag:text-is("stream")');
    await page.click('.tag:text-is("graphql")');
    await eventually(async () => assert.deepEqual(await names(), ['graphql_readings']));
    await page.fill('input[type=search]', 'nothing like it');
    await page.click('text=Show all');
    await eventually(async () => assert.deepEqual(await names(), all));
  });
});

describe('arguments', () => {
  test('the form and the JSON are in step', async () => {
    await inspector.choose('search_docs');
    await page.fill('#arg_query', 'ping');
    await page.fill('#arg_limit', '2');
    await eventually(async () => assert.deepEqual(await json(), { query: 'ping', limit: 2 }));
    await inspector.writeArguments({ query: 'pong "quoted"', limit: 7 });
    await eventually(async () => {
      assert.equal(await page.inputValue('#arg_query'), 'pong "quoted"');
      assert.equal(await page.inputValue('#arg_limit'), '7');
    });
    await inspector.choose('system_metrics');
    await page.uncheck('.schema-form >> text=load');
    await eventually(async () => assert.deepEqual(await json(), { sections: ['cpu', 'memory'] }));
    await inspector.writeArguments({ sections: ['process'] });
    await eventually(async () => assert.equal(await page.locator('.schema-form input:checked').count(), 1));
  });

  test('every tool has a form whose fields all have labels', async () => {
    for (const name of await names()) {
      await inspector.choose(name);
      const unlabelled = await page
        .locator('.schema-form :is(input:not([type=hidden]), select, textarea)')
        .evaluateAll((fields) => fields.filter(({ labels }) => labels.length === 0).map(({ id }) => id));
      assert.deepEqual(unlabelled, [], name);
    }
  });

  test('what is wrong is said while typing, and does not keep the user from trying', async () => {
    await inspector.choose('search_docs');
    await inspector.write('#args-json', '{ "query": ');
    await page.waitForSelector('#args-problems .wrong:has-text("not JSON")');
    assert.ok(await page.isDisabled('.run-bar button:text-is("Call")'));
    await inspector.writeArguments({ query: 'x', limit: 1000 });
    await page.waitForSelector('#args-problems .wrong:has-text("limit")');
    await inspector.press('Call');
    await inspector.ended('failed');
    assert.match(
      (await page.textContent('.result .problems')) ?? '',
      /ToolError.*limit.*from 1 to 50.*change the arguments/s,
    );
    await inspector.writeArguments({ query: 'x', limit: 1 });
    await page.waitForSelector('#args-problems .fine');
  });
});

describe('results', () => {
  test('a tree, a table and text of JSON', async () => {
    await inspector.choose('search_docs');
    await inspector.writeArguments({ query: 'permessage-deflate compression', limit: 2 });
    assert.match(await inspector.call('tree'), /hits \[2\]/);
    await page.click('.tree summary:has-text("hits") >> nth=0');
    assert.equal((await inspector.view('table')).includes('snippet'), true);
    assert.equal(await page.locator('#view-panel tbody tr').count(), 2);
    assert.equal(JSON.parse(await inspector.view('text')).hits.length, 2);
  });

  test('plain text', async () => {
    await inspector.choose('read_sensor');
    await page.selectOption('.schema-form select', { label: 'memory_total' });
    assert.match(await inspector.call('text'), /^OK memory_total \d+ bytes$/);
  });

  test('a binary answer: an image, and its bytes', async () => {
    await inspector.choose('render_chart');
    await inspector.writeArguments({ kind: 'file_sizes', width: 320, height: 200 });
    await inspector.call('image');
    const size = await page.locator('.view img').evaluate(async (image) => {
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    });
    assert.deepEqual(size, [320, 200]);
    assert.match(await inspector.view('hex'), /^00000000 {2}89 50 4e 47 .* ·PNG/);
  });

  test('a stream to its end, with progress, items and a table', async () => {
    await inspector.choose('hash_folder');
    await inspector.press('Stream');
    await inspector.ended();
    assert.equal(await page.getAttribute('progress', 'aria-label'), 'Progress of the job');
    const count = Number(/^Ended: (\d+) items/.exec((await page.textContent('.result .state')) ?? '')?.[1]);
    assert.ok(count > 5);
    await inspector.view('items');
    assert.equal(await page.locator('#view-panel li').count(), count);
    await inspector.view('table');
    assert.equal(await page.locator('#view-panel tbody tr').count(), count);
  });

  test('a live chart of numbers; stopping closes the connection of the stream', async () => {
    await inspector.choose('watch_metrics');
    await inspector.writeArguments({ interval_ms: 20 });
    const before = inspectors.provider.wss.clients.size;
    await inspector.press('Stream');
    await page.waitForSelector('.plot canvas');
    const drawn = () =>
      page.locator('.plot canvas').evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
    await page.waitForFunction(() => /^\d\d items/.test(document.querySelector('.result .state').textContent));
    assert.ok((await drawn()) > 5, 'axes and lines have colours');
    // Which numbers have a line is up to the machine: those that change first. The first of them is always shown.
    await page.uncheck('.legend input >> nth=0');
    await inspector.press('Stop');
    await inspector.ended('stopped');
    assert.equal(await page.isVisible('.result .problems'), false);
    while (inspectors.provider.wss.clients.size > before) {
      await Promise.race(
        [...inspectors.provider.wss.clients].map((client) => new Promise((done) => client.once('close', done))),
      );
    }
  });

  test('an error in the middle of a stream: what came before stays, and what to do is said', async () => {
    await inspector.choose('verify_folder');
    await inspector.press('Stream');
    await inspector.ended('failed');
    assert.match(
      (await page.textContent('.result .problems')) ?? '',
      /ToolError tool_failed.*the digest of "ws" is.*change the arguments/s,
    );
    await inspector.view('items');
    assert.ok((await page.locator('#view-panel li').count()) > 5);
  });
});

describe('the template', () => {
  test('is edited with a preview of the message, checked while typing, called as it is edited, and reset', async () => {
    await inspector.choose('package_info');
    await page.click('#request-template');
    const sent = { jsonrpc: '2.0', id: '1', method: 'package_info', params: { name: 'ws' } };
    await eventually(async () => assert.deepEqual(JSON.parse((await page.textContent('.preview')) ?? ''), sent));
    const original = await inspector.written('#template-json');
    await inspector.write(
      '#template-json',
      original.replace('{{tool_name}}', 'text_statistics').replace('"{{args}}"', '{"text": "UTCP_ARG_name_UTCP_ARG"}'),
    );
    await page.waitForSelector('.preview:has-text(\'"text": "ws"\')');
    assert.match(await inspector.call('text'), /"characters": 2/);
    await inspector.write('#template-json', original.replace('"/result"', '"result"'));
    await page.waitForSelector('#template-problems .wrong:has-text("result_path")');
    assert.ok(await page.isDisabled('.run-bar button:text-is("Call")'));
    await page.click('text=Reset');
    await eventually(async () => assert.equal(await inspector.written('#template-json'), original));
    assert.match(await inspector.call('text'), /"license": "MIT"/);
  });

  test('says which arguments are made strings, where that is what is sent, and the cure', async () => {
    await inspector.choose('search_docs');
    await inspector.writeArguments({ query: 'x', limit: 3, tags: ['a'], exact: null });
    await page.click('#request-template');
    const template = JSON.parse(await inspector.written('#template-json'));
    const said = (/** @type {string} */ name) =>
      `${name} is not a string, but is sent as one: write "{{args.${name}}}" to send it as it is.`;
    const [string, list] = ['UTCP_ARG_limit_UTCP_ARG', 'UTCP_ARG_tags_UTCP_ARG'];
    for (const [message, sent, told] of [
      [{ n: string, q: 'UTCP_ARG_query_UTCP_ARG' }, '{"n":"3","q":"x"}', [said('limit')]],
      [{ n: '{{args.limit}}', t: '{{args.tags}}' }, '{"n":3,"t":["a"]}', []],
      [
        { n: string, t: [list], e: 'UTCP_ARG_exact_UTCP_ARG' },
        '{"n":"3","t":["[\\"a\\"]"],"e":"null"}',
        ['limit', 'tags', 'exact'].map(said),
      ],
      [{ text: `at most ${string}`, id: '{{uuid}}' }, undefined, []],
      [{ [string]: 1 }, `{"${string}":1}`, []],
      [`{"n":"${string}"}`, '{"n":"3"}', [said('limit')]],
      [`{"n":${string}}`, '{"n":3}', []],
      [{ body: `{"n":"${string}"}` }, '{"body":"{\\"n\\":\\"3\\"}"}', [said('limit')]],
      [`SET "${string}"`, 'SET "3"', []],
      [string, '3', []],
    ]) {
      await inspector.write('#template-json', JSON.stringify({ ...template, message }));
      await eventually(async () => {
        assert.deepEqual(await page.locator('.as-string').allTextContents(), told, JSON.stringify(message));
        const shown = (await page.textContent('.preview')) ?? '';
        if (sent) assert.equal(shown.startsWith('{') ? JSON.stringify(JSON.parse(shown)) : shown, sent);
      });
    }
    await page.click('text=Reset');
  });
});

describe('the timeline', () => {
  test('follows a call from its connection to its answer, with sizes and times; frames open, filter and clear', async () => {
    const other = await inspectors.open();
    const { page } = other;
    await other.connect();
    await page.waitForSelector('.rows tr[data-kind=message]');
    await page.click('.timeline >> text=Clear');
    await page.waitForSelector('text=Frames appear here');
    await other.choose('text_statistics');
    await other.call('tree');
    const row = (kind) => page.locator(`.rows tr[data-kind=${kind}]`);
    await row('message').waitFor();
    assert.equal(await row('open').count(), 1);
    const [sent, received] = await Promise.all([row('send').allInnerTexts(), row('message').allInnerTexts()]);
    assert.match(sent[0], /↑ sent\t\d+\t\d+\t\d+ B\s+\{"jsonrpc"/);
    assert.match(received[0], /↓ received\t\d+\t\d+\t\d+ B\t[\d.]+ ms\s+\{"jsonrpc"/);
    await page.click('.rows tr[data-kind=message] .peek');
    assert.match((await page.textContent('.rows tr[data-kind=message] pre')) ?? '', /"different_words"/);
    await page.selectOption('.filter select', 'sent');
    await eventually(async () => assert.equal(await page.locator('.rows tbody tr').count(), 1));
    other.noComplaints();
    await page.close();
  });

  test('shows frames that answer nothing as dropped', async (t) => {
    const server = await startServer(t, (socket, text) => {
      if (text.includes('utcp')) {
        const tool_call_template = {
          call_template_type: 'websocket',
          url: server.url,
          message_filter: { kind: 'answer' },
        };
        const tool = {
          name: 'quiet',
          description: 'q',
          inputs: { type: 'object', properties: {} },
          tool_call_template,
        };
        socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1', tools: [tool] }));
      } else {
        socket.send('{"kind":"chatter"}');
        socket.send('{"kind":"answer","n":1}');
      }
    });
    const other = await inspectors.open({ hash: `#url=${encodeURIComponent(server.url)}` });
    await other.page.click('button:text-is("Connect")');
    await other.choose('quiet');
    await other.press('Call');
    await other.ended();
    await other.page.waitForSelector('.rows tr[data-kind=unsolicited]:has-text("chatter")');
    await other.page.waitForSelector('.counts:has-text("✕ 1")');
    other.noComplaints();
    await other.page.close();
  });
});

describe('a set-up in the URL', () => {
  test('is restored by whoever opens the link', async () => {
    await inspector.choose('search_docs');
    await inspector.writeArguments({ query: 'shared words', limit: 4 });
    await page.click('#request-template');
    await inspector.write('#template-json', (await inspector.written('#template-json')).replace('"search"', '"read"'));
    await page.click('text=Copy link');
    await page.waitForSelector('.copied:has-text("Copied")');
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    const other = await inspectors.open({ hash: link.hash });
    assert.equal(await other.page.isVisible('.chosen'), false, 'a link does not connect by itself');
    await other.page.click('button:text-is("Connect")');
    await other.page.waitForSelector('#tool-heading:text-is("search_docs")');
    assert.match(await other.written('#template-json'), /"cmd": "read"/);
    await other.page.click('#request-arguments');
    assert.deepEqual(JSON.parse(await other.written('#args-json')), { query: 'shared words', limit: 4 });
    other.noComplaints();
    await other.page.close();
  });
});

describe('connecting', () => {
  test('says what is wrong and what to do, and works afterwards', async () => {
    const other = await inspectors.open({ hash: '#url=ws%3A%2F%2Ftools.example.com%2Futcp' });
    await other.page.click('button:text-is("Connect")');
    await other.page.waitForSelector('.connect .problems:has-text("has to answer")');
    assert.match((await other.page.textContent('.connect .problems')) ?? '', /not encrypted.*Use wss:.*has to answer/s);
    assert.equal(await other.page.locator('button.tool').count(), 0);
    await other.page.click('text=Use the bundled provider');
    await other.page.waitForSelector('button.tool');
    await other.choose('read_sensor');
    await other.page.click('text=Disconnect');
    await other.page.waitForSelector('.start');
    await other.page.click('button:text-is("Connect")');
    await other.page.waitForSelector('#tool-heading:text-is("read_sensor")');
    assert.match(await other.call('text'), /^OK load/);
    other.noComplaints();
    await other.page.close();
  });
});
