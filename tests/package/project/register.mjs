// Runs inside the temporary project, which has the SDK: the plugin registers itself with that very copy.
import assert from 'node:assert/strict';
import { CommunicationProtocol } from '@utcp/sdk';
import 'utcp-websocket/register';

assert.ok(CommunicationProtocol.communicationProtocols.websocket);
console.log('registered');
