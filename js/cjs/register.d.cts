// The types for `require('utcp-websocket/register')`.
export {};
