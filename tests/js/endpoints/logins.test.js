// Home Assistant and obs-websocket 5, by the servers of tests/support/home.js and obs.js.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError, WebSocketAuthError } from '../../../js/api/index.js';
import { callAtOnce, lastFirst, recipe } from '../../support/endpoints.js';
import { HOME_TOKEN, startHome } from '../../support/home.js';
import { OBS_PASSWORD, startObs } from '../../support/obs.js';
import { failure, newProtocol } from '../../support/server.js';

const withToken = (template, token) =>
  JSON.parse(JSON.stringify(template).replaceAll(/\$\{(HA_TOKEN|OBS_PASSWORD)\}/g, token));

test('Home Assistant: three calls at once on one connection, errors with their detail', async (t) => {
  const hold = lastFirst(3);
  const server = await startHome(t, { get_states: ({ n }) => hold([{ entity_id: 'sun.sun', n }]) });
  const template = withToken(recipe(server, 'home-assistant'), HOME_TOKEN);
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
  const server = await startHome(t);
  const template = withToken(recipe(server, 'home-assistant'), 'wr0ng-token');
  const error = await failure(newProtocol(t).callTool(null, 'home.get_states', {}, template));
  assert.ok(error instanceof WebSocketAuthError);
  assert.match(error.message, /connect\[1\].*Invalid access token or password/);
  assert.ok(!error.message.includes('wr0ng-token'));
  assert.equal(server.opened, 1);
});

test('Home Assistant: events beside the calls, several streams on one connection; leaving one unsubscribes', async (t) => {
  const server = await startHome(t, { get_config: () => ({ state: 'RUNNING' }) });
  const template = withToken(recipe(server, 'home-assistant', 'home-assistant-events'), HOME_TOKEN);
  const calls = withToken(recipe(server, 'home-assistant'), HOME_TOKEN);
  const protocol = newProtocol(t);
  const listen = (event_type) => protocol.callToolStreaming(null, 'home.events', { event_type }, template);
  const [changed, called] = ['state_changed', 'call_service'].map(listen);
  const firsts = [changed.next(), called.next()];
  await server.until(() => server.subscribed().length === 2);
  server.fire('call_service', { service: 'turn_on' });
  server.fire('state_changed', { entity_id: 'sun.sun' });
  const [first, second] = await Promise.all(firsts);
  assert.deepEqual(first.value.data, { entity_id: 'sun.sun' });
  assert.deepEqual(second.value.data, { service: 'turn_on' });
  assert.deepEqual(await protocol.callTool(null, 'home.get_config', {}, calls), { state: 'RUNNING' });
  assert.equal(await protocol.callTool(null, 'home.ping', {}, calls), null);
  await changed.return();
  await server.until(() => server.subscribed().length === 1);
  assert.deepEqual(server.subscribed(), ['call_service']);
  assert.equal(server.opened, 1);
});

test('Home Assistant: a subscription that is refused rejects with its detail', async (t) => {
  const server = await startHome(t, {});
  const template = withToken(recipe(server, 'home-assistant', 'home-assistant-events'), HOME_TOKEN);
  const unknown = { ...template, message: template.message.replace('subscribe_events', 'subscribe_nothing') };
  const error = await failure(
    newProtocol(t).callToolStreaming(null, 'home.events', { event_type: 'x' }, unknown).next(),
  );
  assert.deepEqual([error.code, error.detail.code], ['tool_failed', 'unknown_command']);
});

test('OBS: the challenge is answered; three calls at once on one connection, errors with their detail', async (t) => {
  const server = await startObs(t, { GetSceneItemId: ({ sceneItemId }) => ({ sceneItemId }) });
  const template = withToken(recipe(server, 'obs'), OBS_PASSWORD);
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

test('OBS: events come on a connection of their own, which closes when the stream is left', async (t) => {
  const server = await startObs(t, { GetVersion: () => ({}) });
  const protocol = newProtocol(t);
  await protocol.callTool(null, 'obs.GetVersion', {}, withToken(recipe(server, 'obs'), OBS_PASSWORD));
  const template = withToken(recipe(server, 'obs', 'obs-events'), OBS_PASSWORD);
  const event = 'CurrentProgramSceneChanged';
  const stream = protocol.callToolStreaming(null, 'obs.events', { event }, template);
  const first = stream.next();
  await server.until(() => server.listening() === 1);
  server.fire('SceneListChanged', 4, { scenes: [] });
  server.fire(event, 4, { sceneName: 'Break' });
  assert.deepEqual((await first).value, { sceneName: 'Break' });
  await stream.return();
  await server.until(() => server.listening() === 0);
  assert.deepEqual([server.opened, server.clients.size], [2, 1]);
});

test('OBS: a wrong password is refused at the first attempt', async (t) => {
  const server = await startObs(t);
  const error = await failure(
    newProtocol(t).callTool(null, 'obs.GetVersion', {}, withToken(recipe(server, 'obs'), 'wr0ng-password')),
  );
  assert.ok(error instanceof WebSocketAuthError);
  assert.equal(error.closeCode, 4009);
  assert.equal(server.opened, 1);
});
