// SDK 1.2 makes a protocol per client from a factory. That SDK is not on npm yet: this stands in for its registry.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommunicationProtocol } from '@utcp/sdk';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { register } from '../../js/api/sdk.js';

test('where the SDK has factories, a factory is registered, and no shared instance', async () => {
  CommunicationProtocol.communicationProtocolFactories = {};
  await import('../../js/api/register.js');
  const factory = CommunicationProtocol.communicationProtocolFactories.websocket;
  const [one, two] = [factory(), factory()];
  assert.ok(one instanceof WebSocketCommunicationProtocol && two instanceof WebSocketCommunicationProtocol);
  assert.notEqual(one, two);
  assert.equal(CommunicationProtocol.communicationProtocols.websocket, undefined);
  register();
  assert.equal(CommunicationProtocol.communicationProtocolFactories.websocket, factory);
  register(true);
  assert.notEqual(CommunicationProtocol.communicationProtocolFactories.websocket, factory);
});
