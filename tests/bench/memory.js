// `npm run bench -- memory [calls] [connections]`: what a tool, an endpoint with its connection and a call in flight take, and what a
// million calls on one connection and ten thousand connections leave behind. Always exits 0; tests/js/leak.test.js judges the
// same with fewer.
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { collectGarbage } from '../support/garbage.js';
import { turns } from '../support/server.js';
import { hosts, printTable, startEchoServer } from './compare.js';

const [calls, connections] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 10_000)];
const IN_FLIGHT = 256;
const OPENINGS = 8;
const server = await startEchoServer();
const template = {
  name: 'bench',
  call_template_type: 'websocket',
  url: server.url,
  message: { id: '{{request_id}}', params: '{{args}}' },
  response_format: 'json',
  result_path: '/params/n',
};

/** A call on a connection of its own. */
const once = { keep_alive: false, correlation: false };

/** Bytes in use. */
async function used(protocol) {
  await turns(3);
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { 'JS heap': heapUsed, external, 'wasm heap': driverOf(protocol).counts().heap };
}

/** What there may be many of: how many, what template each has, and how one comes to be. */
const parts = {
  tool: [10_000, (i) => ({ ...template, message: { ...template.message, tool: i } }), (call, i) => call({ n: i })],
  'endpoint and its connection': [
    1000,
    (i) => ({ ...template, url: `${server.url}${i}` }),
    (call, i) => call({ n: i }),
  ],
  'call in flight': [
    10_000,
    () => template,
    (call, i) => {
      call({ n: i, hold: 10_001 }).catch(() => {});
      return i % 100 === 99 ? call({ n: i }) : undefined; // its answer tells that those before have left
    },
  ],
};

const costs = [];
for (const [host, WebSocket] of Object.entries(hosts)) {
  for (const [part, [count, templateOf, add]] of Object.entries(parts)) {
    const protocol = new WebSocketCommunicationProtocol({ WebSocket, maxConnections: 1 });
    const tools = Array.from({ length: count }, (_, i) => ({ name: `bench.tool_${i}`, template: templateOf(i) }));
    const call = (args) => protocol.callTool(null, tools[args.n].name, args, tools[args.n].template);
    for (let i = 0; i < 20; i += 1) await call({ n: 0 });
    const before = await used(protocol);
    for (let i = 1; i < count; i += 1) await add(call, i);
    const after = await used(protocol);
    const each = (name) => `${Math.round((after[name] - before[name]) / count)} B`;
    costs.push({ host, 'one more': part, ...Object.fromEntries(Object.keys(after).map((name) => [name, each(name)])) });
    await protocol.close();
  }
}
printTable(costs, 'what one more takes');

const rows = [];
for (const [host, WebSocket] of Object.entries(hosts)) {
  const protocol = new WebSocketCommunicationProtocol({ WebSocket });

  /** Makes calls, some at a time, and adds a row with what is in use afterwards. */
  const make = async (what, count, inFlight, fields) => {
    const start = performance.now();
    const tool = { ...template, ...fields };
    let next = 0;
    const lane = async () => {
      for (let n = next++; n < count; n = next++) {
        if ((await protocol.callTool(null, 'bench.echo', { n }, tool)) !== n) throw new Error('not its answer');
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    const seconds = (performance.now() - start) / 1000;
    while (driverOf(protocol).counts().hostClosing > 0) await turns(1);
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
    rows.push({
      host,
      after: what,
      seconds: seconds.toFixed(1),
      'JS heap': kilobytes(heapUsed),
      external: kilobytes(external),
      'wasm heap': kilobytes(driverOf(protocol).counts().heap),
      RSS: kilobytes(rss),
    });
  };

  await make('the start of connections', 1000, OPENINGS, once);
  await make('the start', 20_000, IN_FLIGHT);
  await make(`${calls / 2} calls`, calls / 2, IN_FLIGHT);
  await make(`${calls} calls`, calls / 2, IN_FLIGHT);
  await make(`${connections / 2} connections`, connections / 2, OPENINGS, once);
  await make(`${connections} connections`, connections / 2, OPENINGS, once);
  await protocol.close();
}
server.stop();
printTable(rows, 'what is in use after garbage collection');
