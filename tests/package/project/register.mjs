// Runs inside the temporary project, which has the SDK: the plugin that the first argument names registers itself with that very
// copy.
import assert from 'node:assert/strict';
import { CallTemplateSerializer, CommunicationProtocol } from '@utcp/sdk';

await import(process.argv[2]);
assert.ok(CommunicationProtocol.communicationProtocols.websocket);
assert.throws(
  () => new CallTemplateSerializer().validateDict({ call_template_type: 'websocket', url: 'ws://a.example/' }),
  {
    name: 'WebSocketSecurityError',
  },
);
console.log('registered');
