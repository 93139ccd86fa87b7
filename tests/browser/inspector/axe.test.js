// axe finds nothing in any state of the inspector: in light and dark, on a desktop and a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
  'wrong arguments': (inspector) => inspector.write('#args-json', '{ "folder": 1 }'),
  'a template that is wrong': async (inspector) => {
    await inspector.page.click('#request-template');
    await inspector.write('#template-json', '{ "url": "ws://example.com" }');
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
      // What the bar with the buttons covers is a matter of scrolling.
      const violations = (await inspector.violations(rules)).filter((one) => !one.includes('partially obscured'));
      const wide = await inspector.page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) violations.push(`${wide} pixels wide`);
      if (violations.length > 0) found[name] = violations;
    }
    assert.deepEqual(found, {});
    inspector.noComplaints();
    await inspector.page.close();
  });
}
