// The main flows of the inspector in a real Firefox, which is driven from inside the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startProvider } from '../../../web-demo/server/provider.js';
import { startPageServer } from '../../../web-demo/server/static.js';
import { startFirefox } from '../../support/firefox.js';

/** @type {Awaited<ReturnType<typeof startFirefox>>} */
let firefox;
/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
/** @type {Awaited<ReturnType<typeof startPageServer>>} */
let pages;
before(async () => {
  provider = await startProvider();
  pages = await startPageServer({ providerUrl: provider.url });
  firefox = await startFirefox();
});
after(async () => {
  await firefox?.close();
  await Promise.all([pages?.close(), provider?.close()]);
});

/** Runs in the page: does one step after the other; resolves with what `read` gives, and with what the page complained about. */
async function takeSteps(text) {
  const complaints = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => complaints.push(violatedDirective));
  addEventListener('error', ({ message }) => complaints.push(message));
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
  const seen = (find) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (!found) return;
        watch.disconnect();
        resolve(found);
      };
      const watch = new MutationObserver(look);
      watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      setTimeout(() => reject(new Error(`not seen: ${find}; ${document.body.innerText.slice(0, 2000)}`)), 60_000);
      look();
    });
  const found = (selector, words = '') =>
    seen(() => [...document.querySelectorAll(selector)].find(({ textContent }) => textContent.includes(words)));
  const read = [];
  for (const [what, selector, value] of JSON.parse(text)) {
    const element = await found(selector, what === 'fill' ? '' : value);
    if (what === 'click') element.click();
    if (what === 'fill' && 'value' in element) {
      element.value = value;
      element.dispatchEvent(new Event('input', { bubbles: true }));
    } else if (what === 'fill') {
      element.focus();
      getSelection().selectAllChildren(element);
      document.execCommand('insertText', false, value);
    }
    if (what === 'read') read.push(element.innerText);
  }
  return JSON.stringify({ read, complaints });
}

/** @param {...[what: 'click' | 'fill' | 'see' | 'read', selector: string, words?: string]} steps */
async function inFirefox(t, ...steps) {
  const page = await firefox.open(pages.url);
  t.after(() => page.close());
  const connect = [
    ['click', 'button', 'Try the bundled provider'],
    ['see', '.state[data-state=connected]'],
  ];
  const { read, complaints } = JSON.parse(await page.run(String(takeSteps), JSON.stringify([...connect, ...steps])));
  assert.deepEqual(complaints, []);
  return read;
}

const ended = ['see', '.result[data-state=done]'];

test('a form and JSON in step, a call, a tree and a table, the timeline, the code', async (t) => {
  const read = await inFirefox(
    t,
    ['click', 'button.tool', 'search_docs'],
    ['fill', '#arg_query', 'permessage-deflate'],
    ['click', '.run-bar button', 'Call'],
    ended,
    ['read', '.rows tr[data-kind=send]', '"search"'],
    ['click', '#view-table'],
    ['read', '#view-panel', 'snippet'],
    ['click', '#request-template'],
    ['read', '.preview', 'permessage-deflate'],
    ['fill', '#template-json', '{ "url": "ws://example.com" }'],
    ['read', '#template-problems .wrong'],
    ['click', '#request-code'],
    ['see', '#code-panel'],
  );
  assert.match(read[0], /permessage-deflate/);
  assert.match(read[1], /deflate/i);
  assert.match(read[3], /not encrypted/);
});

test('a picture, a live chart, stopping', async (t) => {
  await inFirefox(
    t,
    ['click', 'button.demo', 'A picture'],
    ended,
    ['see', '.view img'],
    ['click', '#view-hex'],
    ['see', '#view-panel', '89 50 4e 47'],
    ['click', 'button.tool', 'watch_metrics'],
    ['see', '#tool-heading', 'watch_metrics'],
    ['fill', '#args-json', '{ "interval_ms": 20 }'],
    ['click', '.run-bar button', 'Stream'],
    ['see', '.plot canvas'],
    ['click', '.run-bar button', 'Stop'],
    ['see', '.result[data-state=stopped]'],
  );
});

test('an error, with what to do', async (t) => {
  const [problem] = await inFirefox(t, ['click', 'button.demo', 'A tool that fails'], ['read', '.result .problems']);
  assert.match(problem, /ToolError tool_failed.*change the arguments/s);
});

test('256 calls on one connection, GraphQL, and a server that restarts', async (t) => {
  const read = await inFirefox(
    t,
    ['click', 'button.demo', '256 calls'],
    ended,
    ['read', '.result .state', '256 of 256'],
    ['click', '.back'],
    ['click', 'button.demo', 'GraphQL'],
    ['see', '#tool-heading', 'graphql_packages'],
    ended,
    ['read', '#view-panel', 'graphql-ws'],
    ['click', '.back'],
    ['click', 'button.demo', 'A server that restarts'],
    ['see', '.rows tr[data-kind=retry]'],
    ended,
    ['read', '.result .state', '8 of 8'],
  );
  assert.match(read[0], /over 1 connection$/);
});

test('the keyboard alone: connects, chooses a tool, calls it, reads the result, leaves a stream', async (t) => {
  const page = await firefox.open(pages.url);
  t.after(() => page.close());
  const matches = (selector) =>
    page.run('async (selector) => String(document.activeElement?.matches(selector))', selector);
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.press('Tab');
      if ((await matches(selector)) === 'true') return;
    }
    assert.fail(`Tab does not reach ${selector}`);
  };
  const see = async (...step) =>
    JSON.parse(
      await page.run(
        String(takeSteps),
        JSON.stringify([
          ['see', ...step],
          ['read', ...step],
        ]),
      ),
    ).read[0];

  await tabTo('#url');
  await page.press('Enter');
  await see('.state[data-state=connected]');
  await tabTo('input[type=search]');
  await page.press(...'one reading');
  await see('nav [role=status]', '1 of');
  await tabTo('button.tool');
  await page.press('Enter');
  await see('#tool-heading:focus', 'read_sensor');
  await page.press('Control+Enter');
  await see('.result[data-state=done]');
  await tabTo('#view-panel');
  assert.match(await see('#view-panel'), /^OK load/);
});
