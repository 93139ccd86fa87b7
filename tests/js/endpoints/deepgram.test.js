// Deepgram's streaming transcription, by a stub of its published messages: audio goes up as binary frames, transcripts come down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAtOnce, recipe } from '../../support/endpoints.js';
import { collect, failure, newProtocol, startServer } from '../../support/server.js';
import { given, never } from '../../support/upload.js';

const KEY = 'deepgram-key';

/** It understands audio that is text in UTF-8; what it heard is transcribed at each full stop, and when the stream is closed. */
async function startDeepgram(t) {
  const heard = [];
  const server = await startServer(t, () => {}, {
    verify: ({ headers }) => (headers.authorization === `Token ${KEY}` ? undefined : 401),
    onConnection(socket) {
      let pending = '';
      const tell = (message) => socket.send(JSON.stringify(message));
      const transcribe = () => {
        const alternatives = [{ transcript: pending, confidence: 0.99, words: [] }];
        tell({ type: 'Results', channel_index: [0, 1], is_final: true, channel: { alternatives }, metadata: {} });
        pending = '';
      };
      socket.on('message', (data, isBinary) => {
        const text = String(data);
        heard.push(isBinary ? 'audio' : JSON.parse(text).type);
        server.emit('change');
        if (!isBinary && JSON.parse(text).type === 'CloseStream') {
          if (pending) transcribe();
          tell({ type: 'Metadata', request_id: 'r', duration: 1.5, channels: 1 });
          socket.close(1000);
        } else if (text === 'noise') {
          tell({ type: 'Error', variant: 'DATA-0000', description: 'The payload cannot be decoded as audio.' });
          socket.close(1008, 'DATA-0000');
        } else if (isBinary) {
          pending += text;
          if (pending.endsWith('.')) transcribe();
        }
      });
    },
  });
  return Object.assign(server, { heard });
}

/** The recipe with its key filled in. */
function deepgram(server, key = KEY) {
  const template = recipe(server, 'deepgram');
  return {
    ...template,
    headers: { Authorization: template.headers.Authorization.replace('$' + '{DEEPGRAM_API_KEY}', key) },
  };
}

const bytes = (text) => new TextEncoder().encode(text);
const speech = (...texts) => given(...texts.map(bytes));

test('audio goes up as binary frames, transcripts come down; the rest when the stream is closed', async (t) => {
  const server = await startDeepgram(t);
  const audio = speech('One.', 'Two', ' more.', 'The rest');
  const stream = newProtocol(t).callToolStreaming(null, 'm.listen', { audio }, deepgram(server));
  assert.deepEqual(await collect(stream), ['One.', 'Two more.', 'The rest']);
  assert.deepEqual(server.heard, ['audio', 'audio', 'audio', 'audio', 'CloseStream']);
});

test('a transcript comes while the speaker goes on', async (t) => {
  const server = await startDeepgram(t);
  let goOn;
  const isHeard = new Promise((resolve) => {
    goOn = resolve;
  });
  async function* talk() {
    yield bytes('First.');
    await isHeard;
    yield bytes('Second.');
  }
  const transcripts = [];
  for await (const text of newProtocol(t).callToolStreaming(null, 'm.listen', { audio: talk() }, deepgram(server))) {
    transcripts.push(text);
    goOn();
  }
  assert.deepEqual(transcripts, ['First.', 'Second.']);
});

test('three at once', async (t) => {
  const server = await startDeepgram(t);
  const protocol = newProtocol(t);
  const template = { ...deepgram(server), expected_responses: -1 };
  const { results } = await callAtOnce(3, (n) =>
    protocol.callTool(null, 'm.listen', { audio: speech(`${n}.`) }, template),
  );
  assert.deepEqual(results, [['0.'], ['1.'], ['2.']]);
});

test('a stream that is left closes the service’s', async (t) => {
  const server = await startDeepgram(t);
  async function* talk() {
    yield bytes('First.');
    await never();
  }
  for await (const text of newProtocol(t).callToolStreaming(null, 'm.listen', { audio: talk() }, deepgram(server))) {
    assert.equal(text, 'First.');
    break;
  }
  await server.until(() => server.heard.length === 2);
  assert.deepEqual(server.heard, ['audio', 'CloseStream']);
});

test('an error, with its detail, and a key that is refused, once', async (t) => {
  const server = await startDeepgram(t);
  const protocol = newProtocol(t);
  const listen = (key) =>
    failure(collect(protocol.callToolStreaming(null, 'm.listen', { audio: speech('noise') }, deepgram(server, key))));
  const noise = await listen(KEY);
  assert.deepEqual([noise.code, noise.detail.variant], ['tool_failed', 'DATA-0000']);
  const refused = await listen('wrong');
  assert.deepEqual([refused.code, refused.httpStatus, server.requests.length], ['auth_failed', 401, 2]);
});
