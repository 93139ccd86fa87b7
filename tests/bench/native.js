// `npm run bench -- native`: the native client against a loop on Boost.Beast, and against this package in Node, in one run: the same
// server, the same JSON. Prints tables and always exits 0.
import { spawnSync } from 'node:child_process';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { fromRoot } from '../../scripts/lib/repo.js';
import { median, startEchoServer } from './compare.js';

const server = await startEchoServer();
const { hostname, port } = new URL(server.url);
const program = fromRoot('build', 'bench', 'utcp_bench');

/** What the program prints, a line each. @param {...string} args */
function bench(...args) {
  const { stdout, stderr, status } = spawnSync(program, [hostname, port, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Microseconds of CPU time of a JSON-RPC call in Node, 256 in flight. */
async function inNode() {
  const protocol = new WebSocketCommunicationProtocol({ maxConnections: 1 });
  const message = { jsonrpc: '2.0', id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' };
  const fields = { response_format: 'json', result_path: '/params' };
  const template = /** @type {const} */ ({ url: server.url, message, ...fields });
  const args = { query: 'x'.repeat(40), limit: 3 };
  const costs = [];
  for (let round = -3; round < 21; round += 1) {
    let left = 8000;
    const start = process.cpuUsage();
    const lane = async () => {
      while (left-- > 0) await protocol.callTool(null, 'bench.echo', args, template);
    };
    await Promise.all(Array.from({ length: 256 }, lane));
    const { user, system } = process.cpuUsage(start);
    if (round >= 0) costs.push((user + system) / 8000);
  }
  await protocol.close();
  return median(costs);
}

const micro = (value) => `${value.toFixed(1)} µs`;
const rows = bench('calls');
const node = await inNode();
console.log(
  'Against a loop on Boost.Beast that writes each frame by itself; medians, ratio: ours / raw, less is better',
);
console.table(
  rows.map(({ what, wall, rawWall, cpu, rawCpu, wallRatio, cpuRatio }) => ({
    what,
    ...{ 'raw wall': micro(rawWall), 'ours wall': micro(wall), 'wall ratio': wallRatio.toFixed(3) },
    ...{ 'raw CPU': micro(rawCpu), 'ours CPU': micro(cpu), 'CPU ratio': cpuRatio.toFixed(3) },
  })),
);
const { cpu } = rows.at(-1);
console.log(
  `CPU of a JSON-RPC call, 256 in flight: ${micro(cpu)}, in Node ${micro(node)} (ratio ${(cpu / node).toFixed(3)})`,
);

const [{ connections, bytesEach }] = bench('idle', process.argv[2] ?? '10000');
console.log(`${connections} idle connections: ${Math.round(bytesEach)} bytes of memory each`);

const starts = Array.from({ length: 15 }, () => {
  const start = performance.now();
  const [{ milliseconds }] = bench('once');
  return [milliseconds, performance.now() - start];
});
const [client, process_] = [0, 1].map((i) => median(starts.map((times) => times[i])).toFixed(1));
console.log(
  `to the first answer: ${client} ms from the making of a client, ${process_} ms with starting and ending its process`,
);
server.stop();
