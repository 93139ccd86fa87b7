// A slow network, and one that splits everything, the handshake and the headers of frames too: nothing is lost or mixed up.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNoSockets, startLine } from '../../support/faults.js';
import { hosts } from '../../support/hosts.js';
import { collect } from '../../support/server.js';

const paces = { 'byte by byte': 1, '7 bytes at a time': 7, '1,000 bytes at a time': 1000 };
const shared = { message: { id: '{{request_id}}', n: 'UTCP_ARG_n_UTCP_ARG', text: 'UTCP_ARG_text_UTCP_ARG' } };
/** Texts of more bytes than characters, so that characters are split too; the last one has a header of ten bytes. */
const textFor = (pace) => 'Größe 漢字 😀 '.repeat(pace < 1000 ? 20 : 4000);

for (const [host, WebSocket] of Object.entries(hosts)) {
  describe(`a slow network, ${host}`, { concurrency: true }, () => {
    for (const [name, pace] of Object.entries(paces)) {
      const start = async (t, fields) => {
        const line = await startLine(t, WebSocket, fields);
        line.proxy.every = (link) => link.pace(pace);
        return line;
      };

      test(`${name}: one call after another`, async (t) => {
        const line = await start(t);
        line.server.onMessage = (socket, text) => socket.send(text);
        for (const text of ['', 'x'.repeat(124), textFor(pace)]) assert.deepEqual(await line.call({ text }), { text });
        assert.equal(line.server.opened, 1);
        await line.leavesNothing();
      });

      test(`${name}: calls that share a connection, answered from the last to the first`, async (t) => {
        const line = await start(t, { maxConnections: 1 });
        const asked = [];
        line.server.onMessage = (socket, text) => {
          if (asked.push(text) === 5) for (const one of asked.reverse()) socket.send(one);
        };
        const text = textFor(pace);
        const answers = await Promise.all([0, 1, 2, 3, 4].map((n) => line.call({ n, text }, shared)));
        assert.deepEqual(
          answers.map((answer) => [answer.n, answer.text]),
          [0, 1, 2, 3, 4].map((n) => [String(n), text]),
        );
        await line.leavesNothing();
      });

      test(`${name}: a stream, its end and the call after it`, async (t) => {
        const line = await start(t);
        const items = await collect(line.stream({ stream: 5 }, { expected_responses: 5 }));
        assert.deepEqual(
          items.map(({ i }) => i),
          [0, 1, 2, 3, 4],
        );
        await line.works(1);
        assert.equal(line.server.opened, 2); // after a count the peer might still end the stream
        await line.leavesNothing();
      });
    }
  });
}

test('nothing is left', assertNoSockets);
