// Connections that end, in the inspector: what the peer ends is shown as lost until one is open again, what the page ends is not.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
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
  inspector = await inspectors.open();
  page = inspector.page;
});
after(() => inspectors?.close());
// What Chromium and Firefox say of an opening that failed.
afterEach(() =>
  inspector.noComplaints(
    /WebSocket connection to .* failed/,
    /^failed: http:..127.0.0.1:\d+.$/,
    /establish a connection/,
  ),
);

/** An endpoint with tools: `leaves` closes its connection after a call, `waits` gets no answer, `elsewhere` has a URL of its own. */
function startEndpoint(t, port = 0) {
  return startServer(
    t,
    (socket, text, { headers }) => {
      if (text.includes('waits')) return;
      if (!text.includes('utcp')) socket.send(text);
      else {
        const tool = (name, fields = {}) => ({
          ...{ name, description: name, inputs: { type: 'object', properties: {} } },
          tool_call_template: {
            ...{
              call_template_type: 'websocket',
              url: `ws://${headers.host}/`,
              message: { id: '{{request_id}}', name },
            },
            ...fields,
          },
        });
        const tools = [
          tool('keeps'),
          tool('leaves', { keep_alive: false }),
          tool('waits', { correlation: false }),
          tool('elsewhere', { url: `ws://${headers.host}/elsewhere` }),
        ];
        socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1', tools }));
      }
    },
    { port },
  );
}

/** The panel's state, once it says this. @param {'connected' | 'lost'} state @param {string} words */
const state = (state, words) => page.waitForSelector(`.connect .state[data-state=${state}]:has-text("${words}")`);
const open = (/** @type {number} */ count) => page.waitForSelector(`.timeline-head :text("${count} open")`);
/** Why none is open, once the panel says this. @param {string[]} words */
const why = (...words) =>
  eventually(async () => assert.deepEqual(await page.locator('.connect .retry').allTextContents(), words));

async function connect(server) {
  const leave = page.locator('button:text-is("Disconnect")');
  if (await leave.isVisible()) await leave.click();
  await page.fill('#url', server.url);
  await page.click('button:text-is("Connect")');
  await state('connected', '4 tools');
}

test('a server that goes away and comes back: lost, not connected, and alive again', async (t) => {
  const server = await startEndpoint(t);
  const { port } = server;
  await connect(server);
  await inspector.choose('keeps');
  await inspector.call('tree');
  await why();
  await server.close();
  await state('lost', 'Connection lost');
  await open(0);
  await why('It broke without a closing handshake (1006). The next call connects again.');
  assert.deepEqual(await inspector.violations(), []);

  await inspector.press('Call');
  await state('lost', 'Not connected');
  await page.waitForSelector('.result:has-text("Trying again")');
  const attempt = /^attempt \d+ failed, next in \d+ ms: could not connect to ws:/;
  await eventually(async () => assert.match((await page.textContent('.connect .retry')) ?? '', attempt));
  await startEndpoint(t, port);
  await inspector.ended();
  await state('connected', '4 tools');
  await why();
});

test('an endpoint that closes: its code and reason; on a phone beside the name of the tool', async (t) => {
  const server = await startEndpoint(t);
  await connect(server);
  await inspector.choose('keeps');
  const beside = page.locator('.title [role=status]');
  for (const [code, reason] of [
    [1001, 'maintenance'],
    [1000, ''],
  ]) {
    await inspector.call('tree');
    await state('connected', '4 tools');
    for (const socket of server.clients) socket.close(code, reason);
    await state('lost', 'Connection lost');
    const said = reason ? `${code} ${reason}` : `${code}`;
    await why(`The endpoint closed it (${said}). The next call connects again.`);
  }
  assert.equal(await beside.isVisible(), false);
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await beside.waitFor();
  assert.equal(await beside.textContent(), 'Connection lost');
  await page.setViewportSize(size);
  await page.click('text=Disconnect');
  await eventually(async () => assert.equal(await page.textContent('.connect .state'), ''));
});

test('what the page closes itself, and one of several, is not lost', async (t) => {
  const server = await startEndpoint(t);
  await connect(server);
  await inspector.choose('waits');
  await inspector.press('Call');
  await server.until(() => server.received.some((text) => text.includes('waits')));
  await inspector.press('Stop');
  await inspector.ended('stopped');
  await server.allClosed();
  await open(0);
  await state('connected', '4 tools');
  await inspector.choose('leaves');
  await inspector.call('tree');
  await server.allClosed();
  await open(0);
  await state('connected', '4 tools');

  await inspector.choose('keeps');
  await inspector.call('tree');
  const [kept] = server.clients;
  await inspector.choose('elsewhere');
  await inspector.call('tree');
  await open(2);
  for (const socket of server.clients) if (socket !== kept) socket.close(1001);
  await open(1);
  await state('connected', '4 tools');
  kept.close(1001);
  await state('lost', 'Connection lost');
});
