// What TypeScript sees for `require('utcp-websocket/sdk')`, which works where the host can require an ES module.
export * from '../../dist/types/sdk.js';
