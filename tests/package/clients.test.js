// The servers of tests/support that stand for services answer those services' own clients, used as their documentation does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeepgramClient } from '@deepgram/sdk';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import {
  callService,
  createConnection,
  createLongLivedTokenAuth,
  ERR_INVALID_AUTH,
  getStates,
} from 'home-assistant-js-websocket';
import { OBSWebSocket } from 'obs-websocket-js/json';
import { WebSocket } from 'ws';
import { DEEPGRAM_KEY, startDeepgram } from '../support/deepgram.js';
import { HOME_TOKEN, startHome } from '../support/home.js';
import { OBS_PASSWORD, startObs } from '../support/obs.js';
import { failure } from '../support/server.js';
import { SIGNALR_TOKEN, startSignalR } from '../support/signalr.js';

globalThis.WebSocket ??= WebSocket; // Node 20 has none

/** Where a page finds the same server. */
const httpUrl = (server, path) => server.url.replace('ws:', 'http:').replace(/\/$/, path);

/** What is told by a call of `tell`, in order; `next()` waits for one. */
function inbox() {
  const told = [];
  let wake = () => {};
  return {
    tell(value) {
      told.push(value);
      wake();
    },
    async next() {
      while (told.length === 0) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      return told.shift();
    },
  };
}

test('Home Assistant: login, commands, an error, events and their end', async (t) => {
  const states = [{ entity_id: 'sun.sun', state: 'above_horizon' }];
  const turned = [];
  const server = await startHome(t, {
    get_states: () => states,
    call_service: ({ domain, service, target }) => void turned.push([domain, service, target.entity_id]),
  });
  const logIn = (token) => createConnection({ auth: createLongLivedTokenAuth(httpUrl(server, ''), token) });
  await assert.rejects(logIn('wrong'), (code) => code === ERR_INVALID_AUTH);

  const connection = await logIn(HOME_TOKEN);
  t.after(() => connection.close());
  assert.deepEqual(await getStates(connection), states);
  await connection.ping();
  await callService(connection, 'light', 'turn_on', {}, { entity_id: 'light.bed' });
  assert.deepEqual(turned, [['light', 'turn_on', 'light.bed']]);
  const error = await failure(connection.sendMessagePromise({ type: 'nothing' }));
  assert.equal(error.code, 'unknown_command');

  const events = inbox();
  const unsubscribe = await connection.subscribeEvents(events.tell, 'state_changed');
  server.fire('other', {});
  server.fire('state_changed', { entity_id: 'sun.sun' });
  const { event_type, data } = await events.next();
  assert.deepEqual([event_type, data], ['state_changed', { entity_id: 'sun.sun' }]);
  await unsubscribe();
  assert.deepEqual(server.subscribed(), []);
});

test('OBS: the challenge, requests, an error, events', async (t) => {
  const server = await startObs(t, { GetVersion: () => ({ obsVersion: '30.2.0' }), SetSceneName: () => undefined });
  const refused = await failure(new OBSWebSocket().connect(server.url, 'wrong'));
  assert.deepEqual([refused.code, refused.message], [4009, 'Authentication failed.']);

  const obs = new OBSWebSocket();
  t.after(() => obs.disconnect());
  const { negotiatedRpcVersion } = await obs.connect(server.url, OBS_PASSWORD, { rpcVersion: 1 });
  assert.equal(negotiatedRpcVersion, 1);
  assert.deepEqual(await obs.call('GetVersion'), { obsVersion: '30.2.0' });
  assert.equal(await obs.call('SetSceneName', { sceneName: 'a', newSceneName: 'b' }), undefined);
  assert.equal((await failure(obs.call('Nothing'))).code, 204);

  const scenes = inbox();
  obs.on('CurrentProgramSceneChanged', scenes.tell);
  server.fire('CurrentProgramSceneChanged', 4, { sceneName: 'Break' });
  assert.deepEqual(await scenes.next(), { sceneName: 'Break' });
});

/** As in the client's README, but that it neither tries again nor logs. */
async function listen(server, apiKey) {
  const client = new DeepgramClient({ apiKey, baseUrl: server.url });
  const connection = await client.listen.v1.connect({
    model: 'nova-3',
    encoding: 'linear16',
    sample_rate: 16000,
    reconnectAttempts: 0,
    shouldReconnect: () => false,
  });
  connection.connect();
  return connection;
}

test('Deepgram: audio, transcripts, the rest at the end', async (t) => {
  const server = await startDeepgram(t);
  const refused = await listen(server, 'wrong');
  assert.match((await failure(refused.waitForOpen())).message, /401/);
  refused.close();

  const connection = await listen(server, DEEPGRAM_KEY);
  t.after(() => connection.close());
  await connection.waitForOpen();
  connection.sendMedia(Buffer.from('One.'));
  connection.sendKeepAlive({ type: 'KeepAlive' });
  connection.sendMedia(Buffer.from('Two'));
  connection.sendFinalize({ type: 'Finalize' });
  connection.sendMedia(Buffer.from('The rest'));
  connection.sendCloseStream({ type: 'CloseStream' });
  const heard = [];
  for await (const message of connection) {
    heard.push(message.type === 'Results' ? message.channel.alternatives[0].transcript : message.type);
    if (message.type === 'Metadata') break; // else the client waits for the close, and comes back
  }
  assert.deepEqual(heard, ['One.', 'Two', 'The rest', 'Metadata']);
});

test('SignalR: the handshake, calls, an error, a message from the server, a stream and its end', async (t) => {
  const hub = {
    add: (a, b) => a + b,
    nothing: () => undefined,
    fail() {
      throw new Error('no such hub method');
    },
    *count(to) {
      for (let n = 1; n <= to; n += 1) yield n;
    },
  };
  const server = await startSignalR(t, hub, true);
  const connectionFor = (token) =>
    new HubConnectionBuilder()
      .withUrl(httpUrl(server, '/hub'), {
        skipNegotiation: true,
        transport: HttpTransportType.WebSockets,
        accessTokenFactory: () => token,
      })
      .configureLogging(LogLevel.None)
      .build();
  assert.ok((await failure(connectionFor('wrong').start())) instanceof Error);
  assert.deepEqual(server.seen.messages, []);

  const connection = connectionFor(SIGNALR_TOKEN);
  t.after(() => connection.stop());
  const notices = inbox();
  connection.on('notice', notices.tell);
  await connection.start();
  assert.equal(await connection.invoke('add', 1, 2), 3);
  assert.equal(await notices.next(), '0');
  assert.ok((await connection.invoke('nothing')) == null);
  assert.match((await failure(connection.invoke('fail'))).message, /no such hub method/);
  await connection.send('add', 1, 2); // nobody waits: there is no answer to it
  const items = [];
  await new Promise((complete, error) => {
    connection.stream('count', 3).subscribe({ next: (n) => items.push(n), complete, error });
  });
  assert.deepEqual(items, [1, 2, 3]);
});
