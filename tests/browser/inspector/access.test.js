// Whether everybody can use the inspector: axe finds nothing, in light and dark, on a desktop and a phone; the keyboard is enough;
// nothing jumps.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startInspector } from '../../support/inspector.js';

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
before(async () => {
  inspectors = await startInspector();
});
after(() => inspectors?.close());

/** The main states: each goes on from the one before. */
const states = {
  start: async () => {},
  connected: (inspector) => inspector.connect(),
  'a chosen tool, with its options open': async (inspector) => {
    await inspector.choose('system_metrics');
    await inspector.page.click('.options summary');
  },
  'a result as a tree': (inspector) => inspector.call('tree'),
  'a result as a table': async (inspector) => {
    await inspector.choose('list_packages');
    await inspector.call('table');
  },
  'a frame, opened': (inspector) => inspector.page.click('.peek >> nth=0'),
  'a picture': async (inspector) => {
    await inspector.choose('render_chart');
    await inspector.call('image');
    await inspector.page.waitForSelector('.view img');
  },
  'bytes as hex': (inspector) => inspector.view('hex'),
  'a running stream with its chart': async (inspector) => {
    await inspector.choose('watch_metrics');
    await inspector.writeArguments({ interval_ms: 20 });
    await inspector.press('Stream');
    await inspector.page.waitForSelector('.plot canvas');
    await inspector.view('items');
    await inspector.view('chart');
  },
  'an error': async (inspector) => {
    await inspector.choose('verify_folder');
    await inspector.press('Stream');
    await inspector.ended('failed');
  },
  'wrong arguments': (inspector) => inspector.page.fill('#args-json', '{ "folder": 1 }'),
  'a template that is wrong': async (inspector) => {
    await inspector.page.click('#request-template');
    await inspector.page.fill('#template-json', '{ "url": "ws://example.com" }');
    await inspector.page.waitForSelector('#template-problems .wrong');
  },
  'the code': async (inspector) => {
    await inspector.choose('answer_later');
    await inspector.page.click('#request-code');
  },
  'many calls': async (inspector) => {
    await inspector.page.click('.options summary');
    await inspector.page.fill('.options input >> nth=0', '20');
    await inspector.call('calls');
  },
  'authentication, and no connection': async (inspector) => {
    await inspector.page.click('.back');
    await inspector.page.click('text=Disconnect');
    await inspector.page.click('.auth summary');
    await inspector.page.selectOption('#auth', 'oauth2');
    await inspector.page.selectOption('#auth', 'header');
    await inspector.page.fill('#url', 'ws://tools.example.com/');
    await inspector.page.click('button:text-is("Connect")');
    await inspector.page.waitForSelector('.connect .problems');
  },
};

// Dark differs from light in its colours alone.
for (const [where, colorScheme, width, height, rules] of [
  ['a desktop, light', 'light', 1280, 800, undefined],
  ['a desktop, dark', 'dark', 1280, 800, ['color-contrast']],
  ['a phone', 'light', 360, 740, undefined],
]) {
  test(`axe finds nothing, and nothing is wider than ${where}`, async () => {
    const inspector = await inspectors.open({ width, height });
    await inspector.page.emulateMedia({ colorScheme });
    const found = {};
    for (const [name, reach] of Object.entries(states)) {
      if (width === 360 && (await inspector.page.isVisible('.back')) && reach.toString().includes('.choose('))
        await inspector.page.click('.back');
      await reach(inspector);
      const violations = await inspector.violations(rules);
      const wide = await inspector.page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) violations.push(`${wide} pixels wide`);
      if (violations.length > 0) found[name] = violations;
    }
    assert.deepEqual(found, {});
    inspector.noComplaints();
    await inspector.page.close();
  });
}

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
    assert.equal(await inspector.focused(), 'h2#tool-heading search_docs');

    await page.waitForSelector('.schema-form');
    await tabTo(inspector, '.schema-form input[type=text]');
    await press('Control+a');
    await page.keyboard.type('permessage-deflate');
    assert.match(await page.inputValue('#args-json'), /permessage-deflate/);
    await press('Control+Enter');
    await inspector.ended();
    await tabTo(inspector, '#view-tree');
    await press('ArrowRight');
    assert.equal(await inspector.focused(), 'button#view-table Table');
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
  const inspector = await inspectors.open();
  const { page } = inspector;
  /** What has jumped since the last time, together. @param {boolean} all also right after input, where jumps are allowed */
  const jumps = async (all) => {
    const jumped = (await page.evaluate(() => window.jumped.splice(0))).filter((one) => all || !one.hadRecentInput);
    return [jumped.reduce((total, { value }) => total + value, 0), JSON.stringify(jumped)];
  };
  await inspector.connect();
  await inspector.choose('system_metrics');
  await inspector.call('tree');
  const [loading, those] = await jumps(false);
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
  await jumps(true);
  await items(90);
  const [streaming, these] = await jumps(true);
  assert.ok(streaming < 0.01, these);
  await page.close();
});
