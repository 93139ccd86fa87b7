// Home Assistant and obs-websocket 5, whose servers are written here after their public descriptions of the wire
// (developers.home-assistant.io, "WebSocket API"; obs-websocket's docs/generated/protocol.md), by the README's recipes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ToolError, WebSocketAuthError } from '../../../js/api/index.js';
import { callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { failure, newProtocol, startServer } from '../../support/server.js';

const sendTo = (socket) => (message) => socket.send(JSON.stringify(message));

/**
 * Serves commands by their type: `(command) → result`, which may be a promise; an error has a `code`. `subscribed`: events by the id of the
 * subscription.
 */
async function startHome(t, commands) {
  const known = new Set();
  const subscribed = new Map();
  const server = await startServer(
    t,
    async (socket, text) => {
      const send = sendTo(socket);
      const { id, type, access_token, ...rest } = JSON.parse(text);
      if (!known.has(socket)) {
        if (type === 'auth' && access_token === 'long-lived') {
          known.add(socket);
          send({ type: 'auth_ok', ha_version: '2026.11.0' });
        } else {
          send({ type: 'auth_invalid', message: 'Invalid access token or password' });
          socket.close();
        }
        return;
      }
      if (type === 'subscribe_events') subscribed.set(id, rest.event_type);
      if (type === 'unsubscribe_events') subscribed.delete(rest.subscription);
      const command = type.endsWith('subscribe_events') ? () => null : commands[type];
      const error = { code: 'unknown_command', message: 'Unknown command.' };
      send(
        command
          ? { id, type: 'result', success: true, result: await command(rest) }
          : { id, type: 'result', success: false, error },
      );
    },
    { onConnection: (socket) => sendTo(socket)({ type: 'auth_required', ha_version: '2026.11.0' }) },
  );
  const fire = (event_type, data) => {
    for (const [id, wanted] of subscribed) {
      if (wanted !== event_type) continue;
      for (const socket of known) sendTo(socket)({ id, type: 'event', event: { event_type, data } });
    }
  };
  return Object.assign(server, { subscribed, fire });
}

const withToken = (template, token) =>
  JSON.parse(JSON.stringify(template).replaceAll(/\$\{(HA_TOKEN|OBS_PASSWORD)\}/g, token));

test('Home Assistant: three calls at once on one connection, errors with their detail', async (t) => {
  const hold = lastFirst(3);
  const server = await startHome(t, { get_states: ({ n }) => hold([{ entity_id: 'sun.sun', n }]) });
  const template = withToken(recipe(server, 'home-assistant'), 'long-lived');
  const protocol = newProtocol(t);
  const { results } = await callAtOnce(3, (n) => protocol.callTool(null, 'home.get_states', { n }, template));
  assert.deepEqual(
    results,
    [0, 1, 2].map((n) => [{ entity_id: 'sun.sun', n }]),
  );
  const error = await failure(protocol.callTool(null, 'home.nothing', {}, template));
  assert.ok(error instanceof ToolError);
  assert.equal(error.detail.code, 'unknown_command');
  assert.equal(server.opened, 1);
  assert.equal(server.received[0], '{"type":"auth","access_token":"long-lived"}');
});

test('Home Assistant: a wrong token is refused at the first attempt', async (t) => {
  const server = await startHome(t, {});
  const template = withToken(recipe(server, 'home-assistant'), 'wr0ng-token');
  const error = await failure(newProtocol(t).callTool(null, 'home.get_states', {}, template));
  assert.ok(error instanceof WebSocketAuthError);
  assert.match(error.message, /connect\[1\].*Invalid access token or password/);
  assert.ok(!error.message.includes('wr0ng-token'));
  assert.equal(server.opened, 1);
});

test('Home Assistant: events are a stream, and the subscription ends when it is left', async (t) => {
  const server = await startHome(t, {});
  const template = withToken(recipe(server, 'home-assistant', 'home-assistant-events'), 'long-lived');
  const protocol = newProtocol(t);
  const stream = protocol.callToolStreaming(null, 'home.subscribe_events', { event_type: 'door' }, template);
  const first = stream.next();
  await server.until(() => server.subscribed.size === 1);
  server.fire('window', { open: false });
  server.fire('door', { open: true });
  assert.deepEqual((await first).value, { event_type: 'door', data: { open: true } });
  await stream.return();
  await server.until(() => server.subscribed.size === 0);
  assert.deepEqual(JSON.parse(server.received.at(-1)), { id: 2, type: 'unsubscribe_events', subscription: 1 });
  await server.allClosed();

  const refused = await failure(protocol.callToolStreaming(null, 'home.subscribe_all', {}, template).next());
  assert.ok(refused instanceof ToolError);
  assert.equal(refused.detail.code, 'unknown_command');
});

const digest = (...texts) => createHash('sha256').update(texts.join('')).digest('base64');

/** Serves requests by their type; closes with 4009 where the answer to its challenge is wrong, as OBS does. */
async function startObs(t, password, requests) {
  const challenges = new Map();
  const subscriptions = new Map();
  const server = await startServer(
    t,
    (socket, text) => {
      const send = sendTo(socket);
      const { op, d } = JSON.parse(text);
      if (op === 1) {
        const { salt, challenge } = challenges.get(socket);
        if (d.authentication === digest(digest(password, salt), challenge)) {
          send({ op: 2, d: { negotiatedRpcVersion: 1 } });
        } else {
          socket.close(4009, 'Authentication failed.');
        }
        return;
      }
      if (op === 3) {
        subscriptions.set(socket, d.eventSubscriptions);
        return send({ op: 2, d: { negotiatedRpcVersion: 1 } });
      }
      const { requestType, requestId, requestData } = d;
      const request = requests[requestType];
      const requestStatus = request
        ? { result: true, code: 100 }
        : { result: false, code: 204, comment: 'The request type is not valid.' };
      send({ op: 7, d: { requestType, requestId, requestStatus, responseData: request?.(requestData) } });
    },
    {
      onConnection(socket) {
        const challenge = digest(String(challenges.size));
        challenges.set(socket, { salt: digest('salt'), challenge });
        sendTo(socket)({
          op: 0,
          d: { obsWebSocketVersion: '5.5.2', rpcVersion: 1, authentication: challenges.get(socket) },
        });
      },
    },
  );
  const fire = (eventType, eventIntent, eventData) => {
    for (const [socket, wanted] of subscriptions) {
      if (wanted & eventIntent) sendTo(socket)({ op: 5, d: { eventType, eventIntent, eventData } });
    }
  };
  return Object.assign(server, { subscriptions, fire });
}

test('OBS: the challenge is answered; three calls at once on one connection, errors with their detail', async (t) => {
  const server = await startObs(t, 'st4ge', { GetSceneItemId: ({ sceneItemId }) => ({ sceneItemId }) });
  const template = withToken(recipe(server, 'obs'), 'st4ge');
  const protocol = newProtocol(t);
  const { results } = await callAtOnce(3, (sceneItemId) =>
    protocol.callTool(null, 'obs.GetSceneItemId', { sceneItemId }, template),
  );
  assert.deepEqual(
    results,
    [0, 1, 2].map((sceneItemId) => ({ sceneItemId })),
  );
  const error = await failure(protocol.callTool(null, 'obs.Nothing', {}, template));
  assert.ok(error instanceof ToolError);
  assert.match(JSON.stringify(error.detail), /not valid/);
  assert.equal(server.opened, 1);
});

test('OBS: a wrong password is refused at the first attempt', async (t) => {
  const server = await startObs(t, 'st4ge', {});
  const error = await failure(
    newProtocol(t).callTool(null, 'obs.GetVersion', {}, withToken(recipe(server, 'obs'), 'wr0ng-password')),
  );
  assert.ok(error instanceof WebSocketAuthError);
  assert.equal(error.closeCode, 4009);
  assert.equal(server.opened, 1);
});

test('OBS: an event is a stream; left, the connection has none any more', async (t) => {
  const server = await startObs(t, 'st4ge', {});
  const template = withToken(recipe(server, 'obs', 'obs-events'), 'st4ge');
  const scenes = { event: 'CurrentProgramSceneChanged', subscriptions: 4 };
  const stream = newProtocol(t).callToolStreaming(null, 'obs.events', scenes, template);
  const first = stream.next();
  await server.until(() => server.subscriptions.size === 1);
  server.fire('InputVolumeChanged', 8, { inputName: 'mic' });
  server.fire('SceneListChanged', 4, { scenes: [] });
  server.fire('CurrentProgramSceneChanged', 4, { sceneName: 'talk' });
  assert.deepEqual((await first).value, { sceneName: 'talk' });
  await stream.return();
  await server.until(() => [...server.subscriptions.values()].every((wanted) => wanted === 0));
  await server.allClosed();
});
