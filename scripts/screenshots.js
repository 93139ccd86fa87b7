// `npm run screenshots`: pictures of the inspector's main states, light and dark, on a desktop and a phone, into build/screenshots;
// with --picture also docs/inspector.webp, which the README opens with.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from './lib/cmake.js';
import { fromRoot, runScript } from './lib/repo.js';
import { setup } from './setup.js';

/** What listens at the endpoints that know nothing of UTCP; filled in when they are started. @type {Record<string, string>} */
const foreign = {};

/** Calls an endpoint without a manual, by a recipe of the README. */
const withoutManual = (recipe) => async (inspector) => {
  const { page } = inspector;
  if (await page.isVisible('.back')) await page.click('.back');
  await page.locator('button:text-is("Disconnect")').click();
  await page.fill('#url', foreign[recipe]);
  await page.selectOption('#recipe', recipe);
  await page.click('button:text-is("Connect")');
  await page.waitForSelector('#tool-name');
  await page.waitForSelector('.cm-content#args-json');
  await inspector.press('Call');
  await inspector.ended();
};

const folder = fromRoot('build', 'screenshots');
const { values } = parseArgs({ options: { picture: { type: 'boolean', default: false } } });

/** The states, in their order: each goes on from the one before. */
const states = {
  start: async () => {},
  connected: (inspector) => inspector.connect(),
  result: async (inspector) => {
    await inspector.choose('search_docs');
    await inspector.call('tree');
  },
  table: async (inspector) => {
    await inspector.choose('list_packages');
    await inspector.call('table');
  },
  image: async (inspector) => {
    await inspector.choose('render_chart');
    await inspector.call('image');
    await inspector.page.locator('.view img').evaluate((image) => image.decode());
  },
  stream: async (inspector) => {
    await inspector.choose('count_up');
    await inspector.page.click('.options summary');
    await inspector.page.fill('.options input >> nth=1', '1');
    await inspector.press('Stream');
    await inspector.page.waitForSelector('.plot canvas');
    await inspector.page.waitForFunction(() =>
      /^[4-9]\d\d items/.test(document.querySelector('.result .state').textContent),
    );
  },
  calls: async (inspector) => {
    await inspector.choose('answer_later');
    await inspector.page.click('.options summary');
    await inspector.page.fill('.options input >> nth=0', '256');
    await inspector.call('calls');
  },
  error: async (inspector) => {
    await inspector.choose('verify_folder');
    await inspector.press('Stream');
    await inspector.ended('failed');
  },
  template: async (inspector) => {
    await inspector.choose('package_info');
    await inspector.page.click('#request-template');
    await inspector.page.waitForSelector('#template-problems .fine');
  },
  'template-wrong': async (inspector) => {
    const text = await inspector.written('#template-json');
    await inspector.write('#template-json', text.replace('"/result"', '"result"'));
    await inspector.page.waitForSelector('#template-problems .wrong');
  },
  code: async (inspector) => {
    await inspector.choose('search_docs');
    await inspector.page.click('#request-code');
    await inspector.page.waitForSelector('.listing');
  },
  'json-rpc': withoutManual('json-rpc'),
  graphql: withoutManual('graphql'),
  device: withoutManual('device'),
  devtools: withoutManual('devtools'),
  authentication: async (inspector) => {
    if (await inspector.page.isVisible('.back')) await inspector.page.click('.back');
    await inspector.page.click('text=Disconnect');
    await inspector.page.click('.auth summary');
    await inspector.page.selectOption('#auth', 'bearer');
    await inspector.page.selectOption('#carrier', 'subprotocol');
  },
};

async function takeAll(inspectors) {
  for (const colorScheme of ['light', 'dark']) {
    for (const [device, width, height] of [
      ['desktop', 1280, 800],
      ['phone', 360, 740],
    ]) {
      const inspector = await inspectors.open({ width, height });
      await inspector.page.emulateMedia({ colorScheme });
      for (const [name, reach] of Object.entries(states)) {
        const back = inspector.page.locator('.back');
        if (device === 'phone' && name !== 'template-wrong' && (await back.isVisible())) await back.click();
        await reach(inspector);
        await inspector.page.mouse.move(0, 0);
        await inspector.page.evaluate(() => scrollTo(0, 0));
        const path = `${folder}/${name}-${colorScheme}-${device}.png`;
        await inspector.page.screenshot({ path, fullPage: device === 'phone' });
      }
      await inspector.page.close();
    }
  }
}

/** The picture of the README: a stream with its chart. Chromium itself writes WebP. */
async function takePicture(inspectors) {
  const inspector = await inspectors.open({ width: 1280, height: 800 });
  await inspector.page.emulateMedia({ colorScheme: 'light' });
  await inspector.connect();
  await states.stream(inspector);
  await inspector.page.click('.options summary');
  await inspector.page.mouse.move(0, 0);
  const devTools = await inspector.page.context().newCDPSession(inspector.page);
  const { data } = await devTools.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  mkdirSync(fromRoot('docs'), { recursive: true });
  writeFileSync(fromRoot('docs', 'inspector.webp'), Buffer.from(data, 'base64'));
}

await runScript(async () => {
  await setup('build');
  await build('demo');
  // Only now: what it imports is installed.
  const { startInspector } = await import('../tests/support/inspector.js');
  const { startGraphQL, startInspected } = await import('../tests/support/peers.js');
  const inspectors = await startInspector({ port: 8765 });
  /** @type {(() => unknown)[]} */
  const endings = [];
  const t = /** @type {any} */ ({ after: (ending) => endings.push(ending) });
  try {
    const graphql = await startGraphQL(t, { load: ({ host }) => ({ host, one: 0.5 }) });
    Object.assign(foreign, {
      'json-rpc': 'ws://127.0.0.1:8765/jsonrpc',
      graphql: `${graphql.url}graphql`,
      device: 'ws://127.0.0.1:8765/device',
      devtools: await startInspected(t),
    });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await takeAll(inspectors);
    if (values.picture) await takePicture(inspectors);
    console.log(`Look at them in ${folder}`);
  } finally {
    for (const end of endings) await end();
    await inspectors.close();
  }
});
