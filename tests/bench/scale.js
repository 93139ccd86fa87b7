// `npm run bench -- scale`: what a call costs where there is much of something: calls in flight that are answered in reverse,
// tools, endpoints. CPU time of this process a call, against a few of them in the round before. Prints a table and always exits 0.
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { hosts, median, openRaw, printTable, startEchoServer } from './compare.js';

const calls = 10_000;
const ROUNDS = 11;
const server = await startEchoServer();
const template = {
  name: 'bench',
  call_template_type: 'websocket',
  url: server.url,
  message: { id: '{{request_id}}', params: '{{args}}' },
  response_format: 'json',
  result_path: '/params/n',
};

/** Makes calls, so many in flight at any time: microseconds of CPU time for each. */
async function measure({ call, inFlight }) {
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < calls; n = next++) if ((await call(n)) !== n) throw new Error(`not its answer: ${n}`);
  };
  const used = process.cpuUsage();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const { user, system } = process.cpuUsage(used);
  return (user + system) / calls;
}

/** Calls tools in turn. The first call opens the connection: calls by the thousand must not wait for it. */
async function openTools(WebSocket, count, templateOf, inFlight, args) {
  const protocol = new WebSocketCommunicationProtocol({ WebSocket, maxConnections: 1 });
  const tools = Array.from({ length: count }, (_, i) => ({ name: `bench.tool_${i}`, tool: templateOf(i) }));
  const call = (n, given = args) => {
    const { name, tool } = tools[n % count];
    return protocol.callTool(null, name, { ...given, n }, tool);
  };
  await call(0, {});
  return { call, inFlight, close: () => protocol.close() };
}

/** The same with bare sockets. */
async function openSockets(WebSocket, count, inFlight) {
  const sockets = [];
  for (let i = 0; i < count; i += 1) {
    const socket = await openRaw(WebSocket, `${server.url}${i}`);
    const waiting = []; // one is answered after the other
    socket.onmessage = ({ data }) => waiting.shift()(JSON.parse(data).params.n);
    sockets.push({ socket, waiting });
  }
  const call = (n) =>
    new Promise((resolve) => {
      const { socket, waiting } = sockets[n % count];
      waiting.push(resolve);
      socket.send(JSON.stringify({ id: n, params: { n } }));
    });
  return { call, inFlight, close: () => sockets.forEach(({ socket }) => void socket.close()) };
}

/** One bare socket, whose messages are as many as tools. */
async function openMessages(WebSocket, count, inFlight) {
  const socket = await openRaw(WebSocket, server.url);
  const messages = Array.from({ length: count }, (_, i) => numbered(i).message);
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const { id, params } = JSON.parse(data);
    waiting.get(id)(params.n);
    waiting.delete(id);
  };
  const call = (n) =>
    new Promise((resolve) => {
      waiting.set(n, resolve);
      socket.send(JSON.stringify({ ...messages[n % count], id: n, params: { n } }));
    });
  return { call, inFlight, close: () => socket.close() };
}

const numbered = (i) => ({ ...template, message: { ...template.message, tool: i } });
const elsewhere = (i) => ({ ...template, url: `${server.url}${i}` });

/** What there are few and many of, and how it is called then. */
const cases = {
  'calls in flight, answered in reverse': [
    ...[100, 10_000],
    (socket, count) => openTools(socket, 1, () => template, count, { hold: count }),
  ],
  tools: [10, 10_000, (socket, count) => openTools(socket, count, numbered, 100)],
  'messages of a bare socket': [10, 10_000, (socket, count) => openMessages(socket, count, 100)],
  endpoints: [10, 5000, (socket, count) => openTools(socket, count, elsewhere, 10)],
  'bare sockets': [10, 5000, (socket, count) => openSockets(socket, count, 10)],
};

const rows = [];
for (const [host, WebSocket] of Object.entries(hosts)) {
  for (const [what, [few, plenty, open]] of Object.entries(cases)) {
    const both = [await open(WebSocket, few), await open(WebSocket, plenty)];
    const taken = [];
    for (let round = -2; round < ROUNDS; round += 1) {
      const pair = [await measure(both[0]), await measure(both[1])];
      if (round >= 0) taken.push(pair);
    }
    const each = (i) => `${median(taken.map((pair) => pair[i])).toFixed(1)} µs`;
    const ratio = median(taken.map(([before, after]) => after / before)).toFixed(2);
    rows.push({ host, what, few, CPU: each(0), many: plenty, 'CPU of many': each(1), ratio });
    for (const { close } of both) await close();
  }
}
server.stop();
printTable(rows, `medians of ${ROUNDS} rounds; ratio: many / few`);
