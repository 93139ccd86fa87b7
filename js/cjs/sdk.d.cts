// What TypeScript sees for `require('utcp-websocket/sdk')`.
export * from '../../dist/types/sdk.js';
