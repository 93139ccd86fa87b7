// The README's recipes for authentication, run against servers that check.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketAuthError } from '../../../js/index.js';
import { recipe } from '../../support/endpoints.js';
import { startOpenId } from '../../support/openid.js';
import { failure, newProtocol, startServer } from '../../support/server.js';

test('client credentials', async (t) => {
  const openId = await startOpenId(t);
  const endpoint = await openId.startEndpoint(t);
  const template = recipe(endpoint, 'oauth2');
  assert.match(template.auth.client_secret, /^\$\{\w+\}$/); // for the SDK to fill in
  const { token_url, client_secret } = openId.auth();
  template.auth = { ...template.auth, token_url, client_secret };
  assert.equal(await newProtocol(t, { WebSocket }).callTool(null, 'm.t', {}, template), '{}');
  assert.equal(openId.verdicts[0].scope, 'read');
});

test('a first message', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const message = JSON.parse(text);
    if (message.type !== 'auth') socket.send(socket.isKnown ? text : 'who are you?');
    else if (message.token === token) {
      socket.isKnown = true;
      socket.send('{"type":"auth_ok"}');
    } else socket.close(4401, 'unknown token');
  });
  const protocol = newProtocol(t);
  const template = recipe(server, 'first-message');
  const { token } = template.connect_message;
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), '{}');
  template.connect_message.token = 'other';
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketAuthError);
  assert.equal(server.opened, 2);
});
