// Runs inside the temporary project, which has the SDK: the plugin that the first argument names registers itself with that very
// copy.
import assert from 'node:assert/strict';
import { CallTemplateSerializer, CommunicationProtocol } from '@utcp/sdk';

await import(process.argv[2]);
assert.ok(CommunicationProtocol.communicationProtocols.websocket);
// At once: nothing here has loaded the wasm.
const serializer = new CallTemplateSerializer();
const template = { call_template_type: 'websocket', url: 'wss://tools.example/' };
assert.deepEqual(serializer.validateDict(template), template);
assert.throws(() => serializer.validateDict({ ...template, url: 7 }), { name: 'CallTemplateError' });
console.log('registered');
