// The inspector as its users have it, for tests: the built page, the provider of `npm start`, a Chromium (or the Firefox that
// INSPECTOR_BROWSER asks for) that tells all that went wrong in the page.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, firefox } from 'playwright-core';
import { startProvider } from '../../web-demo/server/provider.js';
import { startPageServer } from '../../web-demo/server/static.js';
import { chromiumOptions } from './chromium.js';
import { removeFolder } from './folders.js';
import { findProgram } from './program.js';

const axe = readFileSync(new URL('../../web-demo/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** Longer than anything takes here on a machine that has much else to do. */
const LIMIT_MS = 60_000;

/**
 * Reads and checks again until what is read is as it should be: for what comes a moment after what the test did.
 * @template T @param {() => Promise<T>} check
 */
export async function eventually(check) {
  for (const end = performance.now() + LIMIT_MS; ; await setTimeout(20)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

/** Servers (`port`: of the provider) and a browser; `open(where?)` gives an Inspector in a tab of its own. */
export async function startInspector({ port = 0, ...options } = {}) {
  const provider = await startProvider({ port, fallback: true });
  const pages = await startPageServer({ providerUrl: provider.url });
  const folder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-inspector-'));
  const viewport = { width: 1280, height: 800 };
  const browser = await (process.env.INSPECTOR_BROWSER === 'Firefox'
    ? firefoxContext({ viewport, ...options })
    : chromium.launchPersistentContext(folder, { ...chromiumOptions(), viewport, ...options }));
  return {
    provider,
    pages,
    browser,
    /** @param {{ hash?: string, url?: string, width?: number, height?: number }} [where] */
    async open({ hash = '', url = pages.url, width, height } = {}) {
      const page = await browser.newPage();
      if (width && height) await page.setViewportSize({ width, height });
      const inspector = new Inspector(page);
      await inspector.watch();
      await page.goto(`${url}${hash}`);
      await page.waitForSelector('#app h1');
      return inspector;
    },
    async close() {
      await browser.close();
      await Promise.all([pages.close(), provider.close()]);
      await removeFolder(folder);
    },
  };
}

export class Inspector {
  /** What the page complained about: console, uncaught errors, policy, failed requests. @type {string[]} */
  complaints = [];
  /** @type {string[]} URLs */
  requests = [];

  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(LIMIT_MS);
  }

  async watch() {
    const { page, complaints } = this;
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack}`));
    page.on('requestfailed', (request) => {
      // What a reload cuts off has not failed.
      if (!/ABORTED/.test(request.failure()?.errorText ?? '')) complaints.push(`failed: ${request.url()}`);
    });
    page.on('request', (request) => this.requests.push(request.url()));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(`policy: ${violatedDirective} ${blockedURI}`);
      });
      // How far what is seen has jumped, and whether right after what the user did.
      window.jumped = [];
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
          const where = sources.map(({ node }) => node?.className || node?.nodeName);
          window.jumped.push({ value, hadRecentInput, where });
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
  }

  /** @param {...RegExp} expected complaints that belong to what the test does */
  noComplaints(...expected) {
    const left = this.complaints.splice(0).filter((one) => !expected.some((pattern) => pattern.test(one)));
    assert.deepEqual(left, []);
  }

  /** Connects to the bundled provider. */
  async connect() {
    await this.page.click('text=Try the bundled provider');
    await this.page.waitForSelector('.state[data-state=connected]');
    return this;
  }

  /** Chooses a tool; its form is there then. @param {string} tool */
  async choose(tool) {
    await this.page.click(`button.tool:has(.name:text-is("${tool}"))`);
    await this.page.waitForSelector(`#tool-heading:text-is("${tool}")`);
    await this.page.waitForSelector('.schema-form', { state: 'attached' });
    await this.page.waitForSelector('.cm-content#args-json');
  }

  /** @param {string} title */
  async play(title) {
    await this.page.click(`button.demo:has(.name:text-is("${title}"))`);
  }

  /** @param {'Call' | 'Stream' | 'Stop'} button */
  press(button) {
    return this.page.click(`.run-bar button:text-is("${button}")`);
  }

  /** Resolves with the state in which the call ended. @param {string} [wanted] */
  async ended(wanted = 'done') {
    const states = ['done', 'failed', 'stopped'];
    await this.page.waitForSelector(states.map((state) => `.result[data-state=${state}]`).join(', '));
    const state = await this.page.getAttribute('.result', 'data-state');
    const error = state === 'failed' ? await this.page.textContent('.result') : '';
    assert.equal(state, wanted, error ?? '');
  }

  /** Calls, and gives the text of the result in this view. @param {string} view */
  async call(view) {
    await this.press('Call');
    await this.ended();
    return this.view(view);
  }

  /** @param {string} view */
  async view(view) {
    const tab = this.page.locator(`#view-${view}`);
    if ((await tab.count()) > 0) await tab.click();
    await this.page.waitForSelector(`.result[data-view=${view}]`);
    return (await this.page.textContent('#view-panel')) ?? '';
  }

  /** Writes the arguments as JSON. @param {object} args */
  writeArguments(args) {
    return this.write('#args-json', JSON.stringify(args));
  }

  /**
   * Replaces what is written in the editor, as who selects all of it and pastes. Playwright's text comes to Firefox key by key, so
   * that the editor would close its brackets once more.
   * @param {'#args-json' | '#template-json'} field @param {string} text
   */
  async write(field, text) {
    await this.page.press(`${field}.cm-content`, 'ControlOrMeta+a');
    if (process.env.INSPECTOR_BROWSER !== 'Firefox') return this.page.keyboard.insertText(text);
    await this.page.evaluate((pasted) => document.execCommand('insertText', false, pasted), text);
  }

  /** What is written in a field, be it the editor or the plain one. @param {'#args-json' | '#template-json'} field */
  written(field) {
    return this.page.locator(field).evaluate((element) => {
      if ('value' in element) return element.value;
      return [...element.querySelectorAll('.cm-line')].map(({ textContent }) => textContent).join('\n');
    });
  }

  /** Runs axe over the page as it is. Resolves with what it finds. @param {string[]} [rules] default: all that are agreed on */
  async violations(rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']) {
    const run = async (/** @type {string[]} */ runOnly) => {
      // A colour on its way to another has no contrast of its own.
      await Promise.all(
        document
          .getAnimations()
          .filter((animation) => animation instanceof CSSTransition)
          .map(({ finished }) => finished.catch(() => {})),
      );
      const { violations } = await window.axe.run(document, { runOnly, resultTypes: ['violations'] });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, any }) => `${id}: ${html} ${any[0]?.message ?? ''}`),
      );
    };
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(axe);
    return this.page.evaluate(run, rules);
  }

  /** @returns {Promise<string>} what has the focus: its tag, id or name */
  focused() {
    return this.page.evaluate(() => {
      const { localName, id, textContent } = document.activeElement ?? {};
      return `${localName}${id ? `#${id}` : ''} ${(textContent ?? '').trim().slice(0, 40)}`.trim();
    });
  }
}

/** A Firefox that nobody has changed, by WebDriver BiDi. */
async function firefoxContext(options) {
  const executablePath = findProgram('Firefox', 'FIREFOX_PATH', ['firefox-esr', 'firefox']);
  const browser = await firefox.launch({ executablePath, channel: 'moz-firefox', timeout: LIMIT_MS });
  const context = await browser.newContext(options);
  context.on('close', () => browser.close());
  return context;
}
