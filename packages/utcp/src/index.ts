// packages/websocket/src/index.ts
import { register } from 'utcp-websocket/sdk';

// Importing the package registers it. A plugin that is registered for WebSocket templates already stays: `register(true)` takes its place.
register();

export { register, WebSocketCallTemplateSerializer, WebSocketCommunicationProtocol } from 'utcp-websocket/sdk';
export * from './websocket_call_template';
