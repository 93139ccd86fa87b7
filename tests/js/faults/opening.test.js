// Faults of the network while a connection is opened: before, inside and after the handshake's answer. Nothing was sent by
// then, so that the call may go on with another connection.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFailed, assertNoSockets, outcome, SHORT, startLine } from '../../support/faults.js';
import { hosts } from '../../support/hosts.js';

/** After how many bytes of the handshake's answer it stops. */
const places = { 'before the handshake is answered': 0, 'inside its answer': 40 };
const breaks = ['cut', 'reset', 'endToClient'];
const failedError = { name: 'WebSocketConnectionError', code: 'connection_failed', httpStatus: undefined };
const timeoutError = { name: 'WebSocketTimeoutError', code: 'connection_timeout', timeout: 'connection' };

/** What happens to a link when it is opened: it stops there, then the fault. */
const faultAfter = (bytes, fault) => (link) => link.toClient.stopAfter(bytes).then(() => link[fault]?.());

for (const [host, WebSocket] of Object.entries(hosts)) {
  describe(`faults under openings, ${host}`, { concurrency: true }, () => {
    for (const fault of breaks) {
      test(`accepted and ${fault} at once: the call goes on with the next connection`, async (t) => {
        const line = await startLine(t, WebSocket);
        line.proxy.next = (link) => link[fault]();
        await line.works(1);
        assert.deepEqual(line.events.slice(0, 3), ['retry', 'open 2', 'send 2']);
        await line.recovers({ messages: [{ n: 1 }] });
      });

      for (const [place, bytes] of Object.entries(places)) {
        test(`${place}, ${fault}: the call goes on with the next connection`, async (t) => {
          const line = await startLine(t, WebSocket);
          line.proxy.next = faultAfter(bytes, fault);
          await line.works(1);
          assert.deepEqual(line.events.slice(0, 3), ['retry', 'open 2', 'send 2']);
          await line.recovers({ messages: [{ n: 1 }] });
        });

        test(`${place}, ${fault}, without retry: rejects, and the next call opens a new connection`, async (t) => {
          const line = await startLine(t, WebSocket, { retry: false });
          line.proxy.next = faultAfter(bytes, fault);
          assertFailed(await outcome(line.call({ n: 1 })), failedError);
          await line.recovers({ messages: [] });
        });
      }

      test(`three openings in a row end with ${fault}: one call, four attempts, one message`, async (t) => {
        const line = await startLine(t, WebSocket);
        let faults = 0;
        line.proxy.every = async (link) => {
          await link.toClient.stopAfter(0);
          if (faults++ < 3) link[fault]();
          else link.toClient.go();
        };
        await line.works(1);
        assert.deepEqual(line.events, ['retry', 'retry', 'retry', 'open 4', 'send 4']);
        await line.recovers({ connections: 4, messages: [{ n: 1 }] });
      });

      test(`between connect_message and its acknowledgement, ${fault}: greeted again elsewhere, then called`, async (t) => {
        const line = await startLine(t, WebSocket);
        const login = '{"hold":"login"}';
        const call = outcome(line.call({ n: 1 }, { connect_message: login, connect_ack: { n: 0 } }));
        await line.arrived(1);
        line.server.onMessage = (socket, text) => socket.send(text === login ? '{"n":0}' : text);
        line.proxy.last[fault]();
        assert.equal((await call).value?.n, 1);
        assert.deepEqual(line.server.received, [login, login, '{"n":1}']);
        await line.leavesNothing();
      });
    }

    for (const [place, bytes] of Object.entries(places)) {
      test(`${place} nothing follows: connection_timeout, the socket is gone, the next call works`, async (t) => {
        const line = await startLine(t, WebSocket);
        line.proxy.next = faultAfter(bytes, 'stall');
        assertFailed(await outcome(line.call({ n: 1 }, { connection_timeout: SHORT })), timeoutError);
        await line.proxy.allClosed();
        await line.recovers({ messages: [] });
      });
    }

    test('a connection that opens after its call gave up is not used, and not kept', async (t) => {
      const line = await startLine(t, WebSocket);
      let stopped;
      line.proxy.next = (link) => {
        stopped = link.toClient.stopAfter(0);
      };
      const call = outcome(line.call({ n: 1 }, { connection_timeout: SHORT }));
      assertFailed(await call, timeoutError);
      await stopped;
      line.proxy.last.toClient.go();
      await line.proxy.allClosed();
      await line.recovers({ messages: [] });
    });
  });
}

test('nothing is left', assertNoSockets);
