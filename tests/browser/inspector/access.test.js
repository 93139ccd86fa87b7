// Whether everybody can use the inspector: the keyboard is enough; nothing jumps. axe.test.js asks axe.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, startInspector } from '../../support/inspector.js';

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
before(async () => {
  inspectors = await startInspector();
});
after(() => inspectors?.close());

describe('the keyboard alone', () => {
  /** Presses Tab until what has the focus matches. */
  async function tabTo(inspector, selector, most = 80) {
    for (let presses = 0; presses < most; presses += 1) {
      await inspector.page.keyboard.press('Tab');
      if (await inspector.page.evaluate((one) => document.activeElement?.matches(one), selector)) {
        const outline = await inspector.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, 'none', `${selector} shows no focus`);
        return;
      }
    }
    assert.fail(`Tab does not reach ${selector}; at ${await inspector.focused()}`);
  }

  test('connects, finds a tool, fills in its form, calls, reads the result, edits the template, stops a stream', async () => {
    const inspector = await inspectors.open();
    const { page } = inspector;
    const press = (key) => page.keyboard.press(key);
    await tabTo(inspector, '.skip');
    await tabTo(inspector, '#url');
    await press('Enter');
    await page.waitForSelector('.state[data-state=connected]');

    await tabTo(inspector, 'input[type=search]');
    await page.keyboard.type('full-text');
    await page.waitForFunction(() => document.querySelectorAll('button.tool').length === 1);
    await tabTo(inspector, 'button.tool');
    await press('Enter');
    await eventually(async () => assert.equal(await inspector.focused(), 'h2#tool-heading search_docs'));

    await page.waitForSelector('.schema-form');
    await tabTo(inspector, '.schema-form input[type=text]');
    await press('Control+a');
    await page.keyboard.type('permessage-deflate');
    await eventually(async () => assert.match(await inspector.written('#args-json'), /permessage-deflate/));
    await press('Control+Enter');
    await inspector.ended();
    await tabTo(inspector, '#view-tree');
    await press('ArrowRight');
    await eventually(async () => assert.equal(await inspector.focused(), 'button#view-table Table'));
    await page.waitForSelector('.result[data-view=table]');
    await tabTo(inspector, '#view-panel');

    await page.focus('#tool-heading');
    await tabTo(inspector, '#request-arguments');
    await press('ArrowRight');
    await tabTo(inspector, '#template-json');
    await page.keyboard.type('x');
    await page.waitForSelector('#template-problems .wrong');
    await press('Control+Enter');
    assert.equal(await page.getAttribute('.result', 'data-state'), 'done', 'a wrong template is not called');

    await page.focus('input[type=search]');
    await press('Control+a');
    await page.keyboard.type('watch_metrics');
    await page.waitForFunction(() => document.querySelectorAll('button.tool').length === 1);
    await tabTo(inspector, 'button.tool');
    await press('Enter');
    await press('Control+Enter');
    await page.waitForSelector('.result[data-state=running] .state:has-text("1 items")');
    await press('Escape');
    await inspector.ended('stopped');
    await tabTo(inspector, '.timeline .rows');
    inspector.noComplaints();
    await page.close();
  });

  test('going back from a tool leads to it in the list', async () => {
    const inspector = await inspectors.open({ width: 360, height: 740 });
    await inspector.connect();
    await inspector.choose('read_sensor');
    await inspector.page.focus('.back');
    await inspector.page.keyboard.press('Enter');
    await inspector.page.waitForFunction(() => document.activeElement?.textContent?.startsWith('read_sensor'));
    await inspector.page.close();
  });
});

test('nothing jumps: neither when the page loads and tools are listed, nor while items come', async () => {
  const before = await inspectors.open(); // so that a call that was made is listed
  await before.connect();
  await before.choose('system_metrics');
  await before.call('tree');
  await before.page.close();

  const inspector = await inspectors.open();
  const { page } = inspector;
  await page.waitForSelector('.kept');
  /** What has jumped since the last time, together: also right after input, since a slow answer comes later than that. */
  const jumps = async () => {
    const jumped = await page.evaluate(() => window.jumped.splice(0));
    return [jumped.reduce((total, { value }) => total + value, 0), JSON.stringify(jumped)];
  };
  await inspector.connect();
  await inspector.choose('system_metrics');
  await inspector.call('tree');
  const [loading, those] = await jumps();
  assert.ok(loading < 0.01, those);
  await inspector.choose('watch_metrics');
  await inspector.writeArguments({ interval_ms: 20 });
  await inspector.press('Stream');
  const items = (/** @type {number} */ count) =>
    page.waitForFunction(
      (least) => Number.parseInt(document.querySelector('.result .state').textContent, 10) >= least,
      count,
    );
  await page.waitForSelector('.plot canvas');
  await items(10);
  await jumps();
  await items(90);
  const [streaming, these] = await jumps();
  assert.ok(streaming < 0.01, these);
  await page.close();
});
