// The types for `require('utcp-websocket/sdk')`.
export * from '../../dist/types/sdk.js';
