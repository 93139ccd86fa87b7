// The types for `require('utcp-websocket')` and `require('utcp-websocket/inline')`.
export * from '../../dist/types/index.js';
