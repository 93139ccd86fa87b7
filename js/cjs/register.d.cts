// What TypeScript sees for `require('utcp-websocket/register')`.
export {};
