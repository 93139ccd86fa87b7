// OpenAI's Realtime API, by a stub of its published events that is held against its own client: audio goes up in chunks, text comes down in deltas.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAtOnce, recipe } from '../../support/endpoints.js';
import { KEY, refuses, serveRealtime } from '../../support/realtime.js';
import { collect, failure, newProtocol, startServer } from '../../support/server.js';
import { given } from '../../support/upload.js';

async function startRealtime(t) {
  const heard = [];
  const server = await startServer(t, () => {}, {
    onConnection(socket) {
      serveRealtime(socket, heard);
      socket.on('message', () => server.emit('change'));
    },
    verify: refuses,
  });
  return Object.assign(server, { heard });
}

/** The recipe with its key filled in. */
function realtime(server, key = KEY) {
  const template = recipe(server, 'openai-realtime');
  const headers = { Authorization: template.headers.Authorization.replace('$' + '{OPENAI_API_KEY}', key) };
  return { ...template, headers };
}

/** What a microphone gives. */
const speech = (...texts) => given(...texts.map((text) => new TextEncoder().encode(text)));

test('audio goes up in chunks, text comes down in deltas', async (t) => {
  const server = await startRealtime(t);
  const stream = newProtocol(t).callToolStreaming(
    null,
    'm.talk',
    { audio: speech('one tw', 'o three') },
    realtime(server),
  );
  assert.deepEqual(await collect(stream), ['one', ' two', ' three']);
  assert.deepEqual(server.heard, [
    'session.update',
    'input_audio_buffer.append',
    'input_audio_buffer.append',
    'input_audio_buffer.commit',
    'response.create',
  ]);
});

test('three at once, each in a session of its own; a call gives all deltas', async (t) => {
  const server = await startRealtime(t);
  const protocol = newProtocol(t);
  const template = { ...realtime(server), expected_responses: -1 };
  const { results } = await callAtOnce(3, (n) =>
    protocol.callTool(null, 'm.talk', { audio: speech(`number ${n}`) }, template),
  );
  assert.deepEqual(
    results,
    [0, 1, 2].map((n) => ['number', ` ${n}`]),
  );
  assert.equal(server.opened, 3);
});

test('a stream that is left cancels the response', async (t) => {
  const server = await startRealtime(t);
  for await (const delta of newProtocol(t).callToolStreaming(
    null,
    'm.talk',
    { audio: speech('for ever') },
    realtime(server),
  )) {
    if (delta === ' ever') break;
  }
  await server.until(() => server.heard.at(-1) === 'response.cancel');
  await server.allClosed();
});

test('an error, with its detail: of an event, and of a response that failed', async (t) => {
  const server = await startRealtime(t);
  const protocol = newProtocol(t);
  const talk = (audio) => failure(collect(protocol.callToolStreaming(null, 'm.talk', { audio }, realtime(server))));
  const empty = await talk(speech());
  assert.deepEqual([empty.code, empty.detail.code], ['tool_failed', 'input_audio_buffer_commit_empty']);
  assert.match(empty.message, /buffer too small/);
  const wrong = await talk(given('no base64'));
  assert.deepEqual([wrong.code, wrong.detail.param], ['tool_failed', 'audio']);
  const failed = await talk(speech('too much'));
  assert.deepEqual(failed.detail, { type: 'insufficient_quota', code: 'insufficient_quota' });
});

test('a key that is refused is tried once', async (t) => {
  const server = await startRealtime(t);
  const audio = speech('hello');
  const stream = newProtocol(t).callToolStreaming(null, 'm.talk', { audio }, realtime(server, 'wrong'));
  const error = await failure(stream.next());
  assert.deepEqual([error.code, error.httpStatus, server.requests.length], ['auth_failed', 401, 1]);
});
