// Shadows the global WebSocket inside the glue: Emscripten's `new WebSocket(…)` makes a js/socket.js stand-in, which
// carries handshake headers, keeps payloads on the JavaScript side and never throws into wasm.
var WebSocket = Module.WebSocket;

// What the core speaks to while it is entered: `utcpHost.current` is an Inbox (js/inbox.js). Held in a variable, because
// Module is an object of so many members that looking one up is slow.
var utcpHost = Module.host;
