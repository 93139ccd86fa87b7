// A device that answers lines with lines: no JSON, no ids.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, callAtOnce, recipes } from '../../support/endpoints.js';
import { newProtocol, startServer } from '../../support/server.js';

const sensors = { temperature: '21.5', pressure: '1013' };

/** Takes a message apart into lines, as a device behind a serial line does. `greeting`: what it says on its own first. */
function startDevice(t, { greeting, delay } = {}) {
  const resets = [];
  const obey = (line) => {
    const [command, name] = line.split(' ');
    if (command === 'RESET') resets.push(line);
    return command === 'GET' && name in sensors ? sensors[name] : `ERR ${line}`;
  };
  return startServer(
    t,
    async (socket, text) => {
      await delay?.();
      for (const line of text.split('\n')) socket.send(obey(line));
    },
    { onConnection: (socket) => greeting && socket.send(greeting) },
  ).then((server) => Object.assign(server, { resets }));
}

const [tool] = recipes.get('device').tools;
const deviceTemplate = (server) => at(server, tool.tool_call_template);

test('a line is asked, a line is the answer; the next call uses the same connection', async (t) => {
  const server = await startDevice(t);
  const protocol = newProtocol(t);
  for (const [sensor, value] of Object.entries(sensors)) {
    assert.equal(await protocol.callTool(null, 'm.read_sensor', { sensor }, deviceTemplate(server)), value);
  }
  assert.deepEqual(server.received, ['GET temperature', 'GET pressure']);
  assert.equal(server.opened, 1);
});

test('calls at once take up to maxConnections connections, and each gets its own answer', async (t) => {
  for (const maxConnections of [1, 3]) {
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const server = await startDevice(t, { delay: turn });
    const protocol = newProtocol(t, { maxConnections });
    const names = Object.keys(sensors);
    const { results } = await callAtOnce(12, (n) =>
      protocol.callTool(null, 'm.read_sensor', { sensor: names[n % 2] }, deviceTemplate(server)),
    );
    assert.deepEqual(
      results,
      results.map((_, n) => sensors[names[n % 2]]),
    );
    assert.equal(server.opened, maxConnections);
  }
});

test('an error of the device is a line like any other', async (t) => {
  const server = await startDevice(t);
  const call = newProtocol(t).callTool(null, 'm.read_sensor', { sensor: 'smell' }, deviceTemplate(server));
  assert.equal(await call, 'ERR GET smell');
});

test('in plain text an argument goes in as it is, line breaks too', async (t) => {
  const server = await startDevice(t);
  await newProtocol(t).callTool(null, 'm.read_sensor', { sensor: 'pressure\nRESET' }, deviceTemplate(server));
  assert.deepEqual(server.resets, ['RESET']);
});

test('a greeting is no connect_ack: asked for two lines on a new connection, a call has both', async (t) => {
  const server = await startDevice(t, { greeting: 'READY' });
  const protocol = newProtocol(t);
  const template = { ...deviceTemplate(server), keep_alive: false };
  assert.equal(await protocol.callTool(null, 'm.read_sensor', { sensor: 'pressure' }, template), 'READY');
  const two = { ...template, expected_responses: 2 };
  const lines = await protocol.callTool(null, 'm.read_sensor', { sensor: 'pressure' }, two);
  assert.deepEqual(lines, ['READY', '1013']);
});
