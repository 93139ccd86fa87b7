// A WebSocket server in a process of its own, so that its work is not counted: sends every message back; `stream:N` is
// answered with N items; with `hold:N` N messages are sent back together, the last first. Tells its URL to its parent.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 2 ** 28 });
server.on('connection', (socket) => {
  let held = [];
  socket.on('message', (data) => {
    const text = data.toString();
    const count = /^\{"stream":(\d+)\}$/.exec(text)?.[1];
    const hold = Number(/"hold":(\d+)/.exec(text)?.[1] ?? 0);
    if (hold > 0) {
      held.push(text);
      if (held.length < hold) return;
      for (const one of held.reverse()) socket.send(one);
      held = [];
    } else if (!count) socket.send(text);
    else for (let i = 0; i < Number(count); i += 1) socket.send(`{"type":"tool_response","result":{"n":${i}}}`);
  });
});
server.on('listening', () => process.send?.({ url: `ws://127.0.0.1:${server.address().port}/` }));
process.on('disconnect', () => process.exit(0));
