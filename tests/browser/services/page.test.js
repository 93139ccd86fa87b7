// What docs/recipes.md says of services, by a page in Chromium: its WebSocket, with the recipes as they stand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { browsers, startPages } from '../../support/pages.js';
import { services, templateOf, WRONG } from '../../support/services.js';

/** @type {Awaited<ReturnType<typeof browsers.Chromium>>} */
let browser;
/** @type {Awaited<ReturnType<typeof startPages>>} */
let pages;
before(async () => {
  [browser, pages] = await Promise.all([browsers.Chromium(), startPages()]);
});
after(() => Promise.all([browser?.close(), pages?.close()]));

/** Runs in the page: a protocol with these options, and what the test does with it. */
async function startHost(text) {
  const { WebSocketCommunicationProtocol } = await import('/js/api/index.js');
  const protocol = new WebSocketCommunicationProtocol(JSON.parse(text));
  const told = ({ name, code, closeCode, message, detail, stack }) => ({
    name,
    code,
    closeCode,
    message,
    detail,
    stack,
  });
  const outcome = (promise) =>
    promise.then(
      (result) => ({ result }),
      (error) => ({ error: told(error) }),
    );
  const host = {
    /** Makes calls at once. */
    calls: (text) =>
      Promise.all(
        JSON.parse(text).map(([tool, args, template]) => outcome(protocol.callTool(null, tool, args, template))),
      ),
    /** A stream's first item. */
    first(text) {
      const stream = protocol.callToolStreaming(null, ...JSON.parse(text));
      host.leave = () => stream.return();
      return outcome(stream.next().then(({ value }) => value));
    },
    /** A call that can be aborted. */
    abortable(text) {
      const controller = new AbortController();
      host.leave = () => controller.abort();
      return outcome(protocol.callTool(null, ...JSON.parse(text), controller));
    },
  };
  globalThis.host = host;
}

/** A new page with a protocol in it. */
async function openHost(t, options = {}) {
  const page = await browser.open(pages.url);
  t.after(() => page.close());
  await page.run(String(startHost), JSON.stringify(options));
  const run = (what) => (call) => page.run(`(text) => host.${what}(text)`, JSON.stringify(call));
  const [calls, first, abortable, leave] = ['calls', 'first', 'abortable', 'leave'].map(run);
  return { calls, first, abortable, leave };
}

/** @param {import('node:test').TestContext} t */
async function until({ signal }, condition) {
  while (!condition()) await wait(2, undefined, { signal });
}

for (const [name, service] of Object.entries(services)) {
  test(`${name}: three calls at once, a stream that is left, an error, and a refusal`, {
    timeout: 60_000,
  }, async (t) => {
    const server = await service.start(t);
    const host = await openHost(t);
    const template = templateOf(service, server);

    const [tool, args, result] = service.three;
    assert.deepEqual(
      await host.calls([0, 1, 2].map((n) => [`m.${tool}`, args(n), template])),
      [0, 1, 2].map((n) => ({ result: result(n) })),
    );
    assert.equal(server.opened, 1);

    await leaveStream(t, service, server, host);

    const [failing, wrong, detail, change] = service.error;
    const [{ error = {} }] = await host.calls([[`m.${failing}`, wrong, { ...template, ...change }]]);
    assert.equal(error.code, 'tool_failed', JSON.stringify(error));
    assert.match(JSON.stringify(error.detail), detail);
    assert.equal(server.opened, service.connections ?? 1);

    await refuse(t, service, server);
  });
}

async function leaveStream(t, service, server, host) {
  const { call, recipe, change, begun, tell, item, left } = service.stream;
  const [tool, args] = call;
  const stream = [`m.${tool}`, args, { ...templateOf(service, server, recipe), ...change }];
  const first = item ? host.first(stream) : host.abortable(stream);
  let over = false; // as where the service refuses it
  first.then(() => {
    over = true;
  });
  if (begun) await until(t, () => begun(server) || over);
  await tell?.(server);
  if (item) {
    const { result, error } = await first;
    assert.match(JSON.stringify(result ?? error), item);
  }
  assert.ok(!left(server));
  await host.leave();
  if (!item) assert.equal((await first).error.name, 'AbortError');
  await until(t, () => left(server));
}

async function refuse(t, service, own) {
  const { start = () => own, call, recipe, error: expected, says, options } = service.refusal;
  const server = await start(t);
  const attempts = () => server.asked ?? server.opened;
  const before = attempts();
  const host = await openHost(t, options);
  const [tool, args] = call ?? [service.three[0], service.three[1](0)];
  const [{ error = {} }] = await host.calls([[`m.${tool}`, args, templateOf(service, server, recipe, WRONG)]]);
  for (const [member, value] of Object.entries(expected)) assert.equal(error[member], value, JSON.stringify(error));
  assert.match(error.message, says);
  assert.equal(attempts(), before + 1);
  assert.ok(!JSON.stringify(error).includes(WRONG));
}
