// Runs inside the temporary project: one call through the installed package, against a server of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isSecureWebSocketUrl, ready, WebSocketCommunicationProtocol } from 'utcp-websocket';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));

await ready();
assert.equal(isSecureWebSocketUrl('ws://localhost.evil.example'), false);

const protocol = new WebSocketCommunicationProtocol();
const result = await protocol.callTool(
  null,
  'manual.echo',
  { text: 'hello' },
  {
    call_template_type: 'websocket',
    url: `ws://127.0.0.1:${server.address().port}/`,
    response_format: 'json',
  },
);
assert.deepEqual(result, { text: 'hello' });
await protocol.close();
server.close();
console.log('called');
