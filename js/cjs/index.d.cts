// What TypeScript sees for `require('utcp-websocket')`, which works where the host can require an ES module.
export * from '../../dist/types/index.js';
