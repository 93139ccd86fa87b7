// `npm run bench -- pipeline`: calls in flight on one connection, told apart by their ids, against a raw WebSocket that sends
// the very same frames and tells them apart in a map. Prints a table and always exits 0.
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { compare, hosts, openRaw, printTable, row, startEchoServer } from './compare.js';

const server = await startEchoServer();
const args = { query: 'The quick brown fox jumps over the lazy dog', limit: 3 };
const template = {
  name: 'bench',
  call_template_type: 'websocket',
  url: server.url,
  message: { jsonrpc: '2.0', id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' },
  response_format: 'json',
  result_path: '/params',
};

/** A raw client: any number of requests at a time on one connection. */
async function rawClient(WebSocket) {
  const socket = await openRaw(WebSocket, server.url);
  const waiting = new Map();
  let last = 0;
  socket.onmessage = (event) => {
    const response = JSON.parse(event.data);
    const resolve = waiting.get(response.id);
    waiting.delete(response.id);
    resolve(response.params);
  };
  return {
    call: () =>
      new Promise((resolve) => {
        last += 1;
        const id = String(last);
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'echo', params: args }));
      }),
    close: () => socket.close(),
  };
}

/** Makes `calls` calls, of which `width` are in flight at any time. */
const keepInFlight = (width, calls, call) => async () => {
  let left = calls;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      if ((await call()).limit !== 3) throw new Error('not its answer');
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
};

const rows = [];
for (const [host, WebSocket] of Object.entries(hosts)) {
  const raw = await rawClient(WebSocket);
  const protocol = new WebSocketCommunicationProtocol({ WebSocket, maxConnections: 1 });
  const ours = () => protocol.callTool(null, 'bench.echo', args, template);
  for (const [width, calls] of [
    [1, 400],
    [16, 4000],
    [256, 8000],
  ]) {
    const result = await compare(31, keepInFlight(width, calls, ours), keepInFlight(width, calls, raw.call));
    rows.push(row(`${width} in flight (${host})`, calls, result));
  }
  raw.close();
  await protocol.close();
}
server.stop();
printTable(rows);
