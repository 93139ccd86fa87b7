// What TypeScript sees for `require('utcp-websocket')` and `require('utcp-websocket/inline')`.
export * from '../../dist/types/index.js';
