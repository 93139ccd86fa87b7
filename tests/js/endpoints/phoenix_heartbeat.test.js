// Phoenix's heartbeat, where the host cannot ping.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketTimeoutError } from '../../../js/api/index.js';
import { recipe } from '../../support/endpoints.js';
import { withoutMethod } from '../../support/hosts.js';
import { startPhoenix } from '../../support/phoenix.js';
import { collect, failure, newProtocol } from '../../support/server.js';

test("a host that cannot ping sends Phoenix's heartbeat, whose reply is neither answer nor event", async (t) => {
  const server = await startPhoenix(t, { 'room:lobby': { handle: () => undefined } });
  const protocol = newProtocol(t, { WebSocket: withoutMethod('ping') });
  const often = { ping_interval: 0.5, response_timeout: 2 };
  const template = { ...recipe(server, 'phoenix'), ...often };
  const events = { ...recipe(server, 'phoenix', 'phoenix-events'), ...often };
  const call = failure(protocol.callTool(null, 'm.silent', {}, template));
  const stream = failure(collect(protocol.callToolStreaming(null, 'm.silent', {}, events)));
  await server.until(() => server.heartbeats >= 4);
  assert.ok((await call) instanceof WebSocketTimeoutError);
  assert.ok((await stream) instanceof WebSocketTimeoutError);
  assert.equal(server.opened, 2);
});
