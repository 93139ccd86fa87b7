// The README's recipes for authentication, run against servers that check.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { WebSocketAuthError } from '../../../js/api/index.js';
import { recipe } from '../../support/endpoints.js';
import { startOpenId } from '../../support/openid.js';
import { failure, newProtocol, startServer } from '../../support/server.js';
import { startTokenServer } from '../../support/tokens.js';

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

// As Home Assistant (1005) and OBS (4009) refuse a login.
for (const code of [undefined, 1008, 4009, 4401, 4403]) {
  for (const ack of [true, false]) {
    test(`a first message that is refused by closing (${code}) ${ack ? 'instead of' : 'without'} an acknowledgement: one login`, async (t) => {
      const server = await startServer(t, (socket, text) => {
        if (text.includes('wrong')) socket.close(code, code && 'no');
      });
      const template = server.template({ connect_message: { password: 'wrong-password' } });
      if (ack) template.connect_ack = { type: 'auth_ok' };
      const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, template));
      assert.ok(error instanceof WebSocketAuthError, String(error));
      assert.equal(error.code, 'auth_failed');
      assert.equal(error.closeCode, code ?? 1005);
      assert.equal(error.reason, code ? 'no' : '');
      assert.match(error.message, /check connect_message/);
      assert.equal(server.opened, 1);
    });
  }
}

test('a peer that accepts a token and then closes costs one more token, not one per call', async (t) => {
  const tokens = await startTokenServer(t);
  const server = await startServer(t, (socket) => socket.close(4401, 'no'));
  const template = server.template({ auth: tokens.auth() });
  const protocol = newProtocol(t, { WebSocket });
  for (let n = 0; n < 6; n += 1) {
    const error = await failure(protocol.callTool(null, 'm.t', {}, template));
    assert.equal(error.closeCode, 4401);
  }
  assert.equal(tokens.requests.length, 2);
});
