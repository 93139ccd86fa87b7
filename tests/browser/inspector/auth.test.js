// Authentication through the inspector, against servers that check what arrives; and where the secret is not to be found.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, startInspector } from '../../support/inspector.js';
import { startServer } from '../../support/server.js';
import { client, startTokenServer } from '../../support/tokens.js';

const secret = client.client_secret;

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
before(async () => {
  inspectors = await startInspector({ permissions: ['clipboard-read', 'clipboard-write'] });
});
after(() => inspectors?.close());

/** A provider with one tool that gives back what it got, whose connections are checked. */
async function startChecked(t, isValid, onFirst) {
  const server = await startServer(
    t,
    (socket, text) => {
      const message = JSON.parse(text);
      if (onFirst?.(socket, message)) return;
      if (message.type !== 'utcp') return socket.send(text);
      const tool_call_template = { call_template_type: 'websocket', url: `${server.url}echo` };
      const inputs = { type: 'object', properties: { a: { type: 'string', default: 'b' } } };
      const tool = { name: 'echo', description: 'Gives it back.', inputs, tool_call_template };
      return socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1', tools: [tool] }));
    },
    {
      verify: (request) => (isValid(request) ? undefined : 401),
      handleProtocols: (offered) => (offered.has('tools') ? 'tools' : false),
    },
  );
  return server;
}

const parameter = ({ url }, name) => new URL(url, 'ws://x').searchParams.get(name);

const ways = {
  query: { check: (request) => parameter(request, 'api_key') === secret, fields: {} },
  bearer: { check: (request) => parameter(request, 'access_token') === secret, fields: {} },
  header: { check: (request) => parameter(request, 'X-Own') === secret, fields: { var_name: 'X-Own' } },
};

/** In the page: all that can be seen in it, and all that it keeps. */
function everythingShown() {
  const fields = [...document.querySelectorAll('textarea, input:not([type=password])')].map(({ value }) => value);
  const { textContent, outerHTML } = document.documentElement;
  return [textContent, outerHTML, ...fields, JSON.stringify({ ...localStorage, ...sessionStorage })].join(' ');
}

describe('each way that a browser has', () => {
  /** Connects this way, calls, and looks for the secret everywhere. */
  async function connectAndCall(t, server, way, fields, hash = '') {
    const inspector = await inspectors.open({ hash: `#url=${encodeURIComponent(server.url)}${hash}` });
    const { page } = inspector;
    t.after(() => page.close());
    if (hash === '') await page.click('.auth summary');
    await page.selectOption('#auth', way);
    for (const [name, value] of Object.entries(fields)) await page.fill(`#auth-${name}`, value);
    await page.fill('#secret', secret);
    await page.click('button:text-is("Connect")');
    await inspector.choose('echo');
    assert.deepEqual(JSON.parse(await inspector.call('text')), { a: 'b' });
    await page.click('#request-template');
    await page.waitForSelector('#template-problems .fine');
    let seen = await page.evaluate(everythingShown);
    await inspector.write(
      '#template-json',
      (await inspector.written('#template-json')).replace('"websocket"', '"websocket" '),
    );
    for (const kind of ['node', 'page', 'sdk']) {
      await page.click('#request-code');
      await page.click(`#code-${kind}`);
      const secretOf = kind === 'page' ? "prompt('Secret')" : 'process.env.TOOLS_SECRET';
      await page.waitForSelector(`#code-${kind}[aria-selected=true]`);
      await eventually(async () => assert.ok((await page.textContent('.listing'))?.includes(secretOf), secretOf));
    }
    await page.click('text=Copy link');
    await page.waitForSelector('.copied:has-text("Copied")');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    seen += `${await page.evaluate(everythingShown)} ${link} ${page.url()}`;
    for (const written of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      assert.ok(
        !seen.includes(written),
        `${written} in ${seen.slice(Math.max(0, seen.indexOf(written) - 200)).slice(0, 260)}`,
      );
    }
    inspector.noComplaints();
  }

  for (const [way, { check, fields }] of Object.entries(ways)) {
    test(way, async (t) => {
      await connectAndCall(t, await startChecked(t, check), way, fields);
    });
  }

  test('oauth2, from a token endpoint that allows pages', async (t) => {
    const tokens = await startTokenServer(t, { cors: true });
    const server = await startChecked(t, (request) => parameter(request, 'access_token') === 'token-1');
    await connectAndCall(t, server, 'oauth2', { token_url: tokens.auth().token_url, client_id: client.client_id });
  });

  test('a first message, on the connection for the manual and on those of tools of the same origin', async (t) => {
    let welcomed = 0;
    const onFirst = (socket, message) => {
      if (message.type !== 'auth') return false;
      if (message.token !== secret) socket.close(4401);
      else {
        welcomed += 1;
        socket.send('{"type":"auth_ok"}');
      }
      return true;
    };
    const server = await startChecked(t, () => true, onFirst);
    await connectAndCall(t, server, 'first', {});
    assert.equal(welcomed, 2);
  });

  test('a subprotocol', async (t) => {
    const wanted = `base64url.bearer.authorization.${Buffer.from(secret).toString('base64url')}`;
    const offered = ({ headers }) => (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const server = await startChecked(t, (request) => offered(request).includes(wanted));
    const hash = '&auth=bearer&carrier=subprotocol&protocol=tools';
    await connectAndCall(t, server, 'bearer', {}, hash);
  });
});

test('a refusal is explained, and so is what a browser cannot do', async (t) => {
  const onFirst = (socket, { type }) => {
    if (type === 'auth') socket.close(4401, 'who are you');
    return type === 'auth';
  };
  const server = await startChecked(t, () => true, onFirst);
  const inspector = await inspectors.open({ hash: `#url=${encodeURIComponent(server.url)}&auth=first` });
  const { page } = inspector;
  t.after(() => page.close());
  await page.fill('#secret', 'wrong-secret');
  await page.click('button:text-is("Connect")');
  const said = /4401.*connect_message.*Check the secret/s;
  await eventually(async () => assert.match((await page.textContent('.connect .problems')) ?? '', said));
  assert.equal(await page.locator('#auth option[disabled]').count(), 2);
  inspector.noComplaints();
});

test('secrets in a template, in arguments and in the URL are not in the link', async (t) => {
  const url = `${inspectors.provider.url}?token=hidden-one&v=2`;
  const inspector = await inspectors.open({ hash: `#url=${encodeURIComponent(url)}` });
  const { page } = inspector;
  t.after(() => page.close());
  await page.click('button:text-is("Connect")');
  await inspector.choose('text_statistics');
  await inspector.writeArguments({ text: 'shown', password: 'hidden-two' });
  await page.click('#request-template');
  const template = JSON.parse(await inspector.written('#template-json'));
  template.auth = { auth_type: 'api_key', api_key: 'hidden-three', var_name: 'k', location: 'query' };
  await inspector.write('#template-json', JSON.stringify(template));
  await page.click('text=Copy link');
  await page.waitForSelector('.copied:has-text("Copied")');
  const link = decodeURIComponent(await page.evaluate(() => navigator.clipboard.readText()));
  assert.doesNotMatch(link, /hidden/);
  assert.match(link, /v=2.*shown.*api_key/s);
});
