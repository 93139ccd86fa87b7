// The inspector's ready-made demonstrations: what each promises is what happens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demos } from '../../../web-demo/page/lib/demos.js';
import { eventually, startInspector } from '../../support/inspector.js';

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
before(async () => {
  inspectors = await startInspector();
});
after(() => inspectors?.close());

/** Plays a demonstration in a page of its own. */
async function played(t, title, ...expected) {
  const inspector = await inspectors.open();
  t.after(async () => {
    inspector.noComplaints(...expected);
    await inspector.page.close();
  });
  await inspector.connect();
  await inspector.play(title);
  return inspector;
}
const cells = (inspector, state) => inspector.page.locator(`.cells li[data-state=${state}]`).count();

test('each tool that a demonstration names is there', async (t) => {
  const inspector = await inspectors.open();
  t.after(() => inspector.page.close());
  await inspector.connect();
  const found = inspector.page.locator('button.demo');
  await eventually(async () => assert.equal(await found.count(), demos.length)); // they are loaded once there is a connection
});

test('256 calls are in flight on one connection', async (t) => {
  const inspector = await played(t, '256 calls, one connection');
  await inspector.ended();
  assert.equal(await cells(inspector, 'done'), 256);
  assert.match(
    (await inspector.page.textContent('.result .state')) ?? '',
    /256 of 256 answered in .* over 1 connection$/,
  );
  assert.match((await inspector.page.textContent('#view-panel tbody')) ?? '', /"most_in_flight":256/);
});

test('thousands of items wait for a slow reader, and all of them reach one that is faster', async (t) => {
  const inspector = await played(t, 'Thousands of items, a slow reader');
  const { page } = inspector;
  await page.waitForFunction(() => {
    const waiting = document.querySelector('.waiting')?.textContent ?? '';
    return Number(waiting.replaceAll(',', '').split(' ')[0]) > 4000;
  });
  await page.waitForSelector('.plot canvas');
  await page.click('.options summary');
  await page.fill('.options input >> nth=1', '0');
  await inspector.ended();
  assert.match((await page.textContent('.result .state')) ?? '', /^Ended: 5,000 items/);
  await inspector.view('items');
  assert.match((await page.textContent('#view-panel li:last-child')) ?? '', /"number":5000/);
});

test('calls live through a server that restarts', async (t) => {
  const inspector = await played(
    t,
    'A server that restarts meanwhile',
    /ERR_CONNECTION_REFUSED|can’t establish a connection|^failed: http:/,
  );
  const { page } = inspector;
  await page.waitForSelector('.rows tr[data-kind=close]:has-text("1012 the server restarts")');
  await page.waitForSelector('.rows tr[data-kind=retry]');
  await inspector.ended();
  assert.equal(await cells(inspector, 'done'), 8);
  assert.equal(await page.locator('.cells li.again').count(), 8, 'each was lost, and made again');
});

test('calls that are not made again say that their connection was closed', async (t) => {
  const inspector = await inspectors.open();
  const other = await inspectors.open();
  t.after(() => Promise.all([inspector.page.close(), other.page.close()]));
  await inspector.connect();
  await inspector.choose('unsteady_answer');
  await inspector.writeArguments({ delay_ms: 60_000 });
  await inspector.page.click('.options summary');
  await inspector.page.fill('.options input >> nth=0', '3');
  await inspector.press('Call');
  await inspector.page.waitForSelector('.rows tr[data-kind=send]:has-text("60000") >> nth=2');
  await other.connect();
  await other.choose('restart_server');
  await other.writeArguments({ down_ms: 0 });
  assert.match(await other.call('text'), /"closed_connections": 1/);
  await inspector.ended();
  assert.equal(await cells(inspector, 'failed'), 3);
  assert.match(
    (await inspector.page.textContent('.calls .problems')) ?? '',
    /connection_closed.*1012.*not sent again by itself/s,
  );
  inspector.noComplaints();
});

test('GraphQL, with the frames of its handshake in the timeline', async (t) => {
  const inspector = await played(t, 'GraphQL');
  await inspector.ended();
  await inspector.view('table');
  assert.match((await inspector.page.textContent('#view-panel')) ?? '', /graphql-ws/);
  for (const type of ['connection_init', 'connection_ack', 'subscribe', 'next']) {
    await inspector.page.waitForSelector(`.rows td.content:has-text('"type":"${type}"')`);
  }
});

test('a GraphQL subscription, as a chart', async (t) => {
  const inspector = await played(t, 'GraphQL subscription');
  await inspector.page.waitForSelector('.legend >> text=cpuPercent');
  await inspector.press('Stop');
  await inspector.ended('stopped');
});

for (const [title, view, pattern] of [
  ['JSON-RPC 2.0', 'tree', /license "MIT"/],
  ['A plain text device', 'text', /^OK load [\d.]+ runnable$/],
]) {
  test(title, async (t) => {
    const inspector = await played(t, title);
    await inspector.ended();
    assert.match((await inspector.view(view)).replace(/\s+/g, ' '), pattern);
  });
}
