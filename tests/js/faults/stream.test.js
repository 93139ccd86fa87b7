// Faults of the network in the middle of a stream: what came before them arrives, then exactly one error.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  assertFailed,
  assertNoSockets,
  breaks,
  brokenError,
  HEADER,
  outcome,
  silentError,
  stalls,
  startLine,
} from '../../support/faults.js';
import { hosts } from '../../support/hosts.js';

/** Takes the items of `{"stream":3}`, of which some came. */
async function take(stream, count) {
  for (let i = 0; i < count; i += 1) {
    const { value, done } = await stream.next();
    assert.equal(done, false);
    assert.equal(value.i, i);
  }
}

/** The next step fails as expected, and the ones after it end: an error is thrown once. */
async function assertBreaks(stream, expected) {
  const [first, second] = await Promise.all([outcome(stream.next()), outcome(stream.next())]);
  assertFailed(first, expected);
  assert.deepEqual(second, { value: { done: true, value: undefined } });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
}

/** How much of three items arrives, where the third stops. */
const itemBytes = Buffer.byteLength(
  JSON.stringify({ type: 'tool_response', result: { i: 0, padding: 'x'.repeat(300) } }),
);
const twoItems = 2 * (HEADER + itemBytes);
const messages = [{ stream: 3 }];

for (const [host, WebSocket] of Object.entries(hosts)) {
  describe(`faults under streams, ${host}`, { concurrency: true }, () => {
    for (const fault of breaks) {
      test(`between items, ${fault}`, async (t) => {
        const line = await startLine(t, WebSocket);
        const stream = line.stream({ stream: 3 });
        await take(stream, 3);
        line.proxy.last[fault]();
        await assertBreaks(stream, brokenError);
        await line.recovers({ messages });
      });
    }

    for (const fault of stalls) {
      test(`between items, ${fault}: times out`, async (t) => {
        const line = await startLine(t, WebSocket);
        const stream = line.stream({ stream: 3 }, { response_timeout: 1 }); // the items have to come in time
        await take(stream, 3);
        line.proxy.last[fault]();
        await assertBreaks(stream, silentError);
        await line.recovers({ messages });
      });
    }

    for (const fault of ['cut', 'endToClient']) {
      for (const [place, bytes] of [
        ['the header', 1],
        ['the payload', HEADER + 100],
      ]) {
        test(`inside ${place} of an item, ${fault}: the items before it arrive, also to a consumer that comes late`, async (t) => {
          const line = await startLine(t, WebSocket);
          await line.works(1);
          const link = line.proxy.last;
          const stopped = link.toClient.stopAfter(twoItems + bytes);
          const stream = line.stream({ stream: 3 });
          const first = outcome(stream.next());
          await stopped;
          link[fault]();
          assert.equal((await first).value.value.i, 0);
          await line.reported('close 1');
          assert.equal((await stream.next()).value.i, 1);
          await assertBreaks(stream, brokenError);
          await line.recovers({ messages: [{ n: 1 }, ...messages] });
        });
      }
    }

    test('a consumer that leaves a stalled stream frees it at once; what comes late reaches nobody', async (t) => {
      const line = await startLine(t, WebSocket);
      const stream = line.stream({ stream: 3 });
      await take(stream, 1);
      line.proxy.last.stall();
      const waiting = take(stream, 1).catch((error) => error);
      assert.deepEqual(await stream.return('left'), { done: true, value: 'left' });
      await waiting;
      const next = line.works(5);
      line.proxy.links[0].toClient.go();
      line.proxy.links[0].toServer.go();
      await next;
      await line.recovers({ messages: [...messages, { n: 5 }] });
    });
  });
}

test('nothing is left', assertNoSockets);
