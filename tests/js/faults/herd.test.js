// Many clients that lose their server at once do not come back together. Judged are the delays that they chose, which no load
// of the machine moves; `npm run bench -- herd` shows when the attempts really happen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loseServer, peak } from '../../support/herd.js';

const SIZE = 1000;
const busiest = (delays) => peak(delays, 50) / SIZE;

test('1,000 clients of a server that is stopped and started', async () => {
  const twoFailures = (all) => Promise.all(all.map((client) => client.failed(2)));
  const { clients, received } = await loseServer(SIZE, twoFailures, { retry: { baseDelay: 0.2, maxDelay: 0.4 } });

  // Full jitter: uniform over 200 ms, then 400 ms. The limits are seven standard deviations above.
  const [first, second] = [0, 1].map((n) => clients.map(({ delays }) => delays[n])).map(busiest);
  assert.ok(first <= 0.35, `first retry: ${first} of the clients within 50 ms, uniform: 0.25`);
  assert.ok(second <= 0.2, `second retry: ${second} of the clients within 50 ms, uniform: 0.125`);

  for (const { attempts, delays } of clients) {
    for (const [n, delay] of delays.entries()) {
      // From the attempt that failed: when exactly the core heard of that, a busy host does not tell.
      const waited = attempts[n + 1] - attempts[n];
      assert.ok(waited >= delay, `waited ${waited} ms of ${delay} ms`);
    }
  }
  assert.equal(received.filter((text) => text === '{}').length, 2 * SIZE, 'every message once');
  assert.equal(received.length, 3 * SIZE);
});
