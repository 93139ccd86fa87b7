// Deepgram's streaming transcription, by the stub of tests/support/deepgram.js: audio goes up as binary frames, transcripts come down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEEPGRAM_KEY, startDeepgram } from '../../support/deepgram.js';
import { callAtOnce, recipe } from '../../support/endpoints.js';
import { collect, failure, newProtocol } from '../../support/server.js';
import { given, never } from '../../support/upload.js';

/** The recipe with its key filled in. */
function deepgram(server, key = DEEPGRAM_KEY) {
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
  const noise = await listen(DEEPGRAM_KEY);
  assert.deepEqual([noise.code, noise.detail.variant], ['tool_failed', 'DATA-0000']);
  const refused = await listen('wrong');
  assert.deepEqual([refused.code, refused.httpStatus, server.requests.length], ['auth_failed', 401, 2]);
});
