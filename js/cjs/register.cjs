// What `require('utcp-websocket/register')` gets, on every host: an error that says what to do.
throw new Error(
  "utcp-websocket/register waits for its WebAssembly module, which require() cannot: use await import('utcp-websocket/register').",
);
