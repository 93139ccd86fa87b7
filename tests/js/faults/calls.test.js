// Faults of the network while a connection is idle, a call is in flight, or an answer is half there.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { driverOf } from '../../../js/api/protocol.js';
import {
  assertFailed,
  assertNoSockets,
  breaks,
  brokenError,
  HEADER,
  outcome,
  SHORT,
  silentError,
  stalls,
  startLine,
} from '../../support/faults.js';
import { hosts } from '../../support/hosts.js';

/** After how many bytes of an answer's frame it stops. */
const places = { 'inside the header': 1, 'after the header': HEADER, 'inside the payload': HEADER + 100 };
const short = { response_timeout: SHORT };
/** Seconds within which a peer that lives answers a ping, also on a machine that is busy. */
const PING = 0.5;
const shared = { message: { id: '{{request_id}}', n: 'UTCP_ARG_n_UTCP_ARG' } };

for (const [host, WebSocket] of Object.entries(hosts)) {
  describe(`faults under calls, ${host}`, { concurrency: true }, () => {
    for (const fault of breaks) {
      test(`idle, ${fault}: reported once, and the next call opens a new connection`, async (t) => {
        const line = await startLine(t, WebSocket);
        await line.works(1);
        line.proxy.last[fault]();
        await line.reported('close 1');
        await line.recovers({ messages: [{ n: 1 }] });
      });

      test(`call in flight, ${fault}: rejects with 1006`, async (t) => {
        const line = await startLine(t, WebSocket);
        const call = outcome(line.call({ hold: 1 }));
        await line.arrived(1);
        line.proxy.last[fault]();
        assertFailed(await call, brokenError);
        await line.recovers({ messages: [{ hold: 1 }] });
      });
    }

    for (const fault of stalls) {
      test(`idle, ${fault}: the next call times out, the one after it opens a new connection`, async (t) => {
        const line = await startLine(t, WebSocket);
        await line.works(1);
        line.proxy.last[fault]();
        assertFailed(await outcome(line.call({ n: 2 }, short)), silentError);
        await line.recovers({ messages: fault === 'stall' ? [{ n: 1 }] : [{ n: 1 }, { n: 2 }] });
      });

      test(`call in flight, ${fault}: times out`, async (t) => {
        const line = await startLine(t, WebSocket);
        const call = outcome(line.call({ hold: 1 }, short));
        await line.arrived(1);
        line.proxy.last[fault]();
        assertFailed(await call, silentError);
        await line.recovers({ messages: [{ hold: 1 }] });
      });
    }

    test('idle and silent, pinged: left and reported before the next call wants it', async (t) => {
      const line = await startLine(t, WebSocket);
      // Not every host can send WebSocket's own pings.
      await line.call({ n: 1 }, { ping_interval: PING, ping_message: { n: 'ping' } });
      line.proxy.last.stall();
      await line.reported('close 1');
      await line.works(2);
      assert.equal(line.server.opened, 2);
      await line.leavesNothing();
    });

    for (const [place, bytes] of Object.entries(places)) {
      for (const fault of ['cut', 'reset', 'endToClient']) {
        test(`answer stops ${place}, ${fault}: rejects with 1006`, async (t) => {
          const line = await startLine(t, WebSocket);
          await line.works(1);
          const stopped = line.proxy.last.toClient.stopAfter(bytes);
          const call = outcome(line.call({ n: 2 }));
          await stopped;
          line.proxy.last[fault]();
          assertFailed(await call, brokenError);
          await line.recovers({ messages: [{ n: 1 }, { n: 2 }] });
        });
      }

      test(`answer stops ${place} and nothing follows: times out; what comes late reaches nobody`, async (t) => {
        const line = await startLine(t, WebSocket);
        await line.works(1);
        const { toClient } = line.proxy.last;
        toClient.stopAfter(bytes);
        assertFailed(await outcome(line.call({ n: 2 }, short)), silentError);
        const next = line.works(3);
        toClient.go();
        await next;
        await line.recovers({ messages: [{ n: 1 }, { n: 2 }, { n: 3 }] });
      });
    }

    for (const fault of breaks) {
      test(`three calls that share a connection, ${fault}: each rejects`, async (t) => {
        const line = await startLine(t, WebSocket, { maxConnections: 1 });
        const held = { message: { ...shared.message, hold: 1 } };
        const calls = [1, 2, 3].map((n) => outcome(line.call({ n }, held)));
        await line.arrived(3);
        line.proxy.last[fault]();
        for (const call of await Promise.all(calls)) assertFailed(call, brokenError);
        const answers = await Promise.all([4, 5].map((n) => line.call({ n }, shared)));
        assert.deepEqual(
          answers.map(({ n }) => n),
          ['4', '5'],
        );
        assert.equal(line.server.received.length, 5);
        assert.equal(line.proxy.links.length, 2);
        await line.leavesNothing();
      });
    }

    test('three calls on connections of their own: who loses one does not concern the others', async (t) => {
      const line = await startLine(t, WebSocket);
      const calls = [1, 2, 3].map((hold) => outcome(line.call({ hold })));
      await line.arrived(3);
      line.proxy.links[1].cut();
      assertFailed(await Promise.race(calls), brokenError);
      assert.equal((await driverOf(line.protocol).counts()).calls, 2);
      for (const link of [line.proxy.links[0], line.proxy.links[2]]) link.reset();
      for (const call of await Promise.all(calls)) assertFailed(call, brokenError);
      assert.equal(line.server.received.length, 3);
      await line.works(4);
      await line.leavesNothing();
    });
  });
}

const pinging = hosts.ws ?? hosts['the native client'];

test('call in flight and silent, pinged: rejects with 1006 long before response_timeout (with WebSocket pings)', async (t) => {
  const line = await startLine(t, pinging);
  const call = outcome(line.call({ hold: 1 }, { ping_interval: PING }));
  await line.arrived(1);
  line.proxy.last.stall();
  assertFailed(await call, brokenError);
  await line.recovers({ messages: [{ hold: 1 }] });
});

test('a peer that does not answer the closing handshake: close() lets go of the socket (the WebSocket of Node has no way to)', async (t) => {
  const line = await startLine(t, pinging);
  await line.works(1);
  line.proxy.last.stall();
  await line.protocol.close();
  await line.proxy.allClosed();
});

test('nothing is left', assertNoSockets);
