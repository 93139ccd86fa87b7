// The stub of OpenAI's Realtime API that tests/js/endpoints uses answers the API's own client as it expects.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { test } from 'node:test';
import { OpenAI } from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { WebSocketServer } from 'ws';
import { KEY, refuses, serveRealtime } from '../support/realtime.js';
import { makeCertificate } from '../support/tls.js';

async function startTls(t) {
  const { key, cert } = makeCertificate(t);
  const server = createServer({ key, cert }).listen(0, '127.0.0.1');
  const verifyClient = ({ req }, done) => done(!refuses(req), refuses(req));
  const wss = new WebSocketServer({ server, verifyClient });
  wss.on('connection', (socket) => serveRealtime(socket));
  await once(server, 'listening');
  t.after(() => {
    for (const socket of wss.clients) socket.terminate();
    server.close();
  });
  const baseURL = `https://127.0.0.1:${server.address().port}/v1`;
  return (apiKey) =>
    new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: cert } }, new OpenAI({ apiKey, baseURL }));
}

test('audio up, text down', async (t) => {
  const connect = await startTls(t);
  const client = connect(KEY);
  const deltas = [];
  client.on('response.output_text.delta', ({ delta }) => deltas.push(delta));
  const created = new Promise((resolve) => client.on('session.created', resolve));
  const done = new Promise((resolve) => client.on('response.done', resolve));
  assert.equal((await created).session.type, 'realtime');
  client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  client.send({ type: 'input_audio_buffer.append', audio: Buffer.from('one two').toString('base64') });
  client.send({ type: 'input_audio_buffer.commit' });
  client.send({ type: 'response.create' });
  assert.equal((await done).response.status, 'completed');
  assert.deepEqual(deltas, ['one', ' two']);
  client.close();
});

test('errors', async (t) => {
  const connect = await startTls(t);
  const client = connect(KEY);
  const failed = new Promise((resolve) => client.on('error', resolve));
  client.socket.on('open', () => client.send({ type: 'input_audio_buffer.commit', event_id: 'mine' }));
  const { error } = await failed;
  assert.deepEqual([error.code, error.event_id], ['input_audio_buffer_commit_empty', 'mine']);
  client.close();
  const refused = connect('wrong');
  assert.match((await new Promise((resolve) => refused.on('error', resolve))).message, /401/);
});
