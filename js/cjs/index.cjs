// What `require('utcp-websocket')` gets where the host cannot require an ES module: an error that says what to do.
throw new Error(
  "utcp-websocket is an ES module, which require() cannot load here: use await import('utcp-websocket'), or Node 20.19, 22.12 or newer.",
);
