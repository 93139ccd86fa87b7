// Constructor options: what is refused and how, and which WebSocket is used.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { newProtocol, startServer } from '../support/server.js';

for (const [options, message] of [
  [7, /^options must be an object, not 7$/],
  [null, /^options must be an object, not null$/],
  [{ webSocket: class {} }, /^options\.webSocket is unknown; known are WebSocket, /],
  [{ WebSocket: {} }, /^options\.WebSocket must be a WebSocket constructor/],
  [{ headers: { 'X A': 'b' } }, /^options\.headers must be/],
  [{ headers: { 'X-A': 'planted\r\nsecret' } }, /^options\.headers must be/],
  [{ headers: [] }, /^options\.headers must be/],
  [{ canSetHeaders: 'yes' }, /^options\.canSetHeaders must be true or false, not "yes"$/],
  [{ idleTimeout: 0 }, /^options\.idleTimeout must be a number of seconds/],
  [{ idleTimeout: Infinity }, /^options\.idleTimeout/],
  [{ maxConnections: 1.5 }, /^options\.maxConnections must be an integer/],
  [{ retry: true }, /^options\.retry must be false or an object, not true$/],
  [{ retry: { baseDelay: -1 } }, /^options\.retry\.baseDelay/],
  [{ retry: { delay: 1 } }, /^options\.retry\.delay is unknown/],
  [{ allowLoopbackTools: 1 }, /^options\.allowLoopbackTools/],
  [{ limits: [] }, /^options\.limits must be an object/],
  [{ limits: { frameBytes: 0 } }, /^options\.limits\.frameBytes must be an integer/],
  [{ limits: { jsonDepth: 2 ** 31 } }, /^options\.limits\.jsonDepth/],
  [{ limits: { frames: 1 } }, /^options\.limits\.frames is unknown; known are frameBytes, /],
]) {
  test(`refused: ${message.source}`, () => {
    assert.throws(
      () => new WebSocketCommunicationProtocol(options),
      (error) => error instanceof TypeError && message.test(error.message) && !error.message.includes('planted'),
    );
  });
}

test('all options at once, and undefined ones, are fine', async (t) => {
  const { WebSocket } = await import('ws');
  const server = await startServer(t);
  const protocol = newProtocol(t, {
    WebSocket,
    headers: { 'X-A': 'b' },
    canSetHeaders: true,
    idleTimeout: 1.5,
    maxConnections: 1,
    retry: { baseDelay: 0.1, maxDelay: 1 },
    allowLoopbackTools: true,
    limits: { frameBytes: 1e6, jsonDepth: 9, streamItems: 9, streamBytes: 9, waitingCalls: 9, manualTools: 9 },
  });
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
  assert.equal(server.requests[0].headers['x-a'], 'b');
  new WebSocketCommunicationProtocol({ WebSocket: undefined, limits: undefined, retry: undefined });
  new WebSocketCommunicationProtocol(undefined);
});

/** Puts a value of the global object in place for a test. @param {string | symbol} name @param {PropertyDescriptor} descriptor */
function replaceGlobal(t, name, descriptor) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
  t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
}

const dispatcher = (version) => Symbol.for(`undici.globalDispatcher.${version}`);
class Agent {}
class ProxyAgent {}

for (const [what, first, second, isUsed] of [
  ['beside ws it is not used', undefined, undefined, false],
  ["nor where undici's dispatcher is the usual one", new Agent(), undefined, false],
  ['nor where newer Node puts a stand-in before that', new ProxyAgent(), new Agent(), false],
  ['with a dispatcher of the process it is, since ws would not go its way', new ProxyAgent(), undefined, true],
  ['with one of newer Node, too', new ProxyAgent(), new ProxyAgent(), true],
]) {
  test(`the global WebSocket in Node: ${what}, and not looked at before the first call`, async (t) => {
    const { WebSocket } = await import('ws');
    const server = await startServer(t);
    let looked = 0;
    function get() {
      looked += 1;
      return WebSocket;
    }
    replaceGlobal(t, 'WebSocket', { get });
    replaceGlobal(t, dispatcher(1), { value: first });
    replaceGlobal(t, dispatcher(2), { value: second });
    const protocol = newProtocol(t);
    assert.equal(looked, 0);
    assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
    assert.equal(looked > 0, isUsed);
  });
}

test('without any WebSocket, a call says what to install, and discovery too', () => {
  const root = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'utcp-websocket-'));
  try {
    for (const name of ['js', 'dist', 'package.json'])
      cpSync(root(name), join(folder, name), { recursive: true, dereference: true });
    const script = `
      delete globalThis.WebSocket;
      const { WebSocketCommunicationProtocol, WebSocketConnectionError } = await import('./js/api/index.js');
      const protocol = new WebSocketCommunicationProtocol();
      const template = { call_template_type: 'websocket', url: 'ws://localhost/' };
      const error = await protocol.callTool(null, 't', {}, template).catch((error) => error);
      const { errors } = await protocol.registerManual(null, template);
      console.log(JSON.stringify([error instanceof WebSocketConnectionError, error.code, error.fault, error.message, errors[0]]));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    const [isConnectionError, code, fault, message, reason] = JSON.parse(stdout);
    assert.deepEqual([isConnectionError, code, fault], [true, 'websocket_unavailable', 'host']);
    assert.match(message, /npm install ws/);
    assert.equal(reason, message);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
