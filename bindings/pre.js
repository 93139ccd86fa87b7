// Shadows the global WebSocket inside the glue: Emscripten's `new WebSocket(…)` makes a js/socket.js stand-in, which
// carries handshake headers, keeps payloads on the JavaScript side and never throws into wasm.
var WebSocket = Module.WebSocket;
