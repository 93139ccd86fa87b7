// Home Assistant and obs-websocket 5, whose servers are written here after their public descriptions of the wire
// (developers.home-assistant.io, "WebSocket API"; obs-websocket's docs/generated/protocol.md), by the README's recipes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ToolError, WebSocketAuthError } from '../../../js/api/index.js';
import { callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { failure, newProtocol, startServer } from '../../support/server.js';

const sendTo = (socket) => (message) => socket.send(JSON.stringify(message));

/** Serves commands by their type: `(command) → result`, which may be a promise; an error has a `code`. */
function startHome(t, commands) {
  const known = new Set();
  return startServer(
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
      const command = commands[type];
      const error = { code: 'unknown_command', message: 'Unknown command.' };
      send(
        command
          ? { id, type: 'result', success: true, result: await command(rest) }
          : { id, type: 'result', success: false, error },
      );
    },
    { onConnection: (socket) => sendTo(socket)({ type: 'auth_required', ha_version: '2026.11.0' }) },
  );
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

const digest = (...texts) => createHash('sha256').update(texts.join('')).digest('base64');

/** Serves requests by their type; closes with 4009 where the answer to its challenge is wrong, as OBS does. */
function startObs(t, password, requests) {
  const challenges = new Map();
  return startServer(
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
