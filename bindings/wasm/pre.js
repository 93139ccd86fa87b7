// Shadows the global WebSocket inside the glue: Emscripten's `new WebSocket(…)` makes a stand-in (js/core/wire.js), which only notes
// down what is done to it.
var WebSocket = Module.WebSocket;

// Holds the message being handled (js/core/module.js). A variable, because Module is an object of so many members that looking one
// up is slow.
var utcpHost = Module.host;

/** How many sockets Emscripten's table holds, for leak tests. */
Module.socketCount = () => Object.values(WS.sockets || webSockets.allocated).filter((socket) => socket).length;
