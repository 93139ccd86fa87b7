// What TypeScript sees for `require('utcp-websocket/register')`, which throws.
export {};
