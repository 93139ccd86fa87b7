// That a secret goes to the endpoint that it was entered for and nowhere else, and is in nothing that is shared, kept or saved,
// whatever form it has.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { eventually, startInspector } from '../../support/inspector.js';
import { startServer } from '../../support/server.js';

const secret = 'hush-hush-hush';
const placeholder = `\${${'SECRET'}}`;

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
before(async () => {
  inspectors = await startInspector();
});
after(() => inspectors?.close());

/** A provider whose manual has one tool, with this call template. */
async function startTool(t, fields = {}) {
  const server = await startServer(t, (socket, text) => {
    const tool_call_template = { call_template_type: 'websocket', url: server.url, ...fields };
    const manual = { utcp_version: '1.0.1', tools: [{ name: 'echo', inputs: {}, tool_call_template }] };
    socket.send(text === '{"type":"utcp"}' ? JSON.stringify(manual) : text);
  });
  return server;
}

/** All that came to a server: URLs of handshakes, and texts. */
const heard = ({ requests, received }) => [...requests.map(({ url }) => url), ...received].join(' ');

/** Opens the page for this endpoint, with the secret entered. @param {string} url @param {string} [more] of the link */
async function enter(t, url, more = '') {
  const inspector = await inspectors.open({ hash: `#url=${encodeURIComponent(url)}&auth=query${more}` });
  const { page } = inspector;
  t.after(async () => {
    await page.evaluate(() => localStorage.clear());
    await page.close();
  });
  await page.fill('#secret', secret);
  return inspector;
}

const connect = async (page) => {
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('.state[data-state=connected]');
};

test('a saved endpoint gets no secret that was entered for another: it is asked for anew', async (t) => {
  const [first, second] = [await startTool(t), await startTool(t)];
  const { page } = await enter(t, second.url);
  await page.click('text=Save this endpoint');
  await page.fill('#url', first.url);
  await connect(page);
  assert.match(heard(first), new RegExp(secret));
  await page.selectOption('#saved', { label: second.url });
  await page.waitForSelector('#secret:focus');
  assert.equal(await page.inputValue('#secret'), '');
  await page.waitForSelector('button:text-is("Connect")');
  assert.equal(second.opened, 0);
  await page.fill('#secret', 'another-one');
  await connect(page);
  assert.match(heard(second), /another-one/);
});

test('nor does a call that was made elsewhere, nor one whose arguments are not kept', async (t) => {
  const [first, second] = [await startTool(t), await startTool(t)];
  const inspector = await enter(t, first.url);
  const { page } = inspector;
  await connect(page);
  await inspector.choose('echo');
  await inspector.writeArguments({ password: 'quiet-quiet' });
  await inspector.press('Call');
  await inspector.ended();
  await page.click('.kept summary');
  await page.click('[aria-label="Call echo again"]');
  await eventually(async () =>
    assert.deepEqual(JSON.parse(await inspector.written('#args-json')), { password: placeholder }),
  );
  assert.match((await page.textContent('.result')) ?? '', /Nothing called yet/);
  await page.click('button:text-is("Disconnect")');
  await page.fill('#url', second.url);
  await connect(page);
  await page.click('[aria-label="Call echo again"]');
  await page.waitForSelector('button:text-is("Connect")');
  assert.equal(await page.inputValue('#secret'), '');
  assert.deepEqual(
    first.received.filter((text) => text.includes('password')),
    ['{"password":"quiet-quiet"}'],
  );
});

test('a manual that writes the placeholder gets nothing for it', async (t) => {
  const server = await startTool(t, { message: { mine: placeholder, its: '{{args.n}}' } });
  const inspector = await enter(t, server.url);
  await connect(inspector.page);
  await inspector.choose('echo');
  await inspector.writeArguments({ n: 1 });
  await inspector.press('Call');
  await inspector.ended();
  assert.equal(server.received.at(-1), '{"mine":"***","its":1}');
});

test('a link whose template leads elsewhere is not called with the secret', async (t) => {
  const [server, other] = [await startTool(t), await startTool(t)];
  const template = { call_template_type: 'websocket', url: other.url, message: { token: placeholder } };
  const link = `&tool=echo&args={}&template=${encodeURIComponent(JSON.stringify(template))}`;
  const inspector = await enter(t, server.url, link);
  await connect(inspector.page);
  await inspector.page.waitForSelector('#tool-heading:text-is("echo")');
  for (const button of /** @type {const} */ (['Call', 'Stream'])) {
    await inspector.press(button);
    await inspector.page.waitForSelector('.result[data-state=failed] >> text=/The secret was entered for/');
  }
  assert.equal(other.opened, 0);
});

test('a link that gets its tokens elsewhere is not called with the secret', async (t) => {
  const server = await startTool(t);
  const auth = { auth_type: 'oauth2', token_url: 'https://evil.example/', client_id: 'c', client_secret: placeholder };
  const template = { call_template_type: 'websocket', url: server.url, auth };
  const inspector = await enter(
    t,
    server.url,
    `&tool=echo&args={}&template=${encodeURIComponent(JSON.stringify(template))}`,
  );
  await connect(inspector.page);
  await inspector.page.waitForSelector('#tool-heading:text-is("echo")');
  await inspector.press('Call');
  await inspector.page.waitForSelector(
    '.result[data-state=failed] >> text=/connect to https:\\/\\/evil.example to use one there/',
  );
});

test('neither user and password of a URL nor the query of a token URL are in the link, or kept', async (t) => {
  const { page } = await enter(t, 'wss://tools.example/');
  await page.fill('#url', `wss://user:${secret}@tools.example/x`);
  await page.selectOption('#auth', 'oauth2');
  await page.fill('#auth-token_url', `https://login.example/token?client_secret=${secret}`);
  await page.click('text=Save this endpoint');
  await page.waitForFunction(() => location.hash.includes('login.example'));
  const auth = {
    auth_type: 'oauth2',
    token_url: 'https://login.example/?key=quiet-quiet',
    client_id: 'c',
    client_secret: 's',
  };
  const template = encodeURIComponent(JSON.stringify({ url: 'wss://tools.example/', auth }));
  await page.evaluate((text) => {
    location.hash += `&tool=t&template=${text}`;
  }, template);
  await page.waitForFunction(
    () => location.hash.includes('token_url') && !location.hash.includes('client_secret%22%3A%22s'),
  );
  const kept = await page.evaluate(() => JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }]));
  assert.match(kept, /tools\.example%2Fx/);
  assert.doesNotMatch(kept, /hush|quiet/);
});

test('frames that hold JSON among other text, or lines of headers, are saved without what is named like a secret', async (t) => {
  const frames = [
    `{"accessToken":"${secret}","n":1}\u001e`,
    `42["auth",{"password": "${secret}","n":2}]`,
    `CONNECTED\npasscode:${secret}\nn:3\n\n\0`,
    `{"authToken":"${secret}","n":4}`,
    'n:5, "plain": "text"',
  ];
  const server = await startServer(t, (socket) => {
    for (const frame of frames) socket.send(frame);
  });
  const inspector = await inspectors.open({ hash: `#url=${encodeURIComponent(server.url)}&recipe=device` });
  const { page } = inspector;
  t.after(() => page.close());
  await connect(page);
  await inspector.press('Call');
  await inspector.ended();
  await page.locator('.rows').getByText('n:5').first().waitFor();
  await page.click('.menu summary:text-is("Export")');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('.menu button:has-text("HAR")')]);
  const { log } = JSON.parse(await readFile(await download.path(), 'utf8'));
  const received = log.entries[0]._webSocketMessages.filter(({ type }) => type === 'receive');
  assert.deepEqual(
    received.map(({ data }) => data),
    frames.map((frame) => frame.replace(secret, placeholder)),
  );
});
