// `npm run bench`: what a call costs beyond the WebSocket itself. Rounds of the library and of a raw loop that does the same
// JSON work alternate in one process; a row shows the median of the rounds' ratios. It prints a table and always exits 0.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { compare, hosts, median, openRaw, printTable, row, startEchoServer } from './compare.js';

const server = await startEchoServer();
const ascii = (size) => 'The quick brown fox jumps over the lazy dog. '.repeat(size / 45 + 1).slice(0, size);
const mixed = (size) => 'Größe 漢字 😀 naïve, "quoted" text\n'.repeat(size / 32 + 1).slice(0, size);
const payloads = [
  { name: '64 B', args: { query: ascii(52) }, calls: 400, rounds: 41 },
  { name: '64 KiB ASCII', args: { query: ascii(65536) }, calls: 40, rounds: 31 },
  { name: '64 KiB mixed', args: { query: mixed(40000) }, calls: 40, rounds: 31 },
];
const streamed = 10_000;

/** A raw client: one connection, one request at a time. */
async function rawClient(WebSocket) {
  const socket = await openRaw(WebSocket, server.url);
  return {
    call(args) {
      return new Promise((resolve) => {
        socket.onmessage = (event) => resolve(JSON.parse(event.data));
        socket.send(JSON.stringify(args));
      });
    },
    stream(count) {
      return new Promise((resolve) => {
        let seen = 0;
        socket.onmessage = (event) => {
          if (JSON.parse(event.data).result.n === count - 1) resolve(++seen);
          else seen += 1;
        };
        socket.send(JSON.stringify({ stream: count }));
      });
    },
    close: () => socket.close(),
  };
}

const rows = [];
for (const [host, WebSocket] of Object.entries(hosts)) {
  const raw = await rawClient(WebSocket);
  const protocol = new WebSocketCommunicationProtocol({ WebSocket });
  const template = { name: 'bench', call_template_type: 'websocket', url: server.url, response_format: 'json' };
  for (const { name, args, calls, rounds } of payloads) {
    const repeat = (call) => async () => {
      for (let i = 0; i < calls; i += 1) await call();
    };
    const result = await compare(
      rounds,
      repeat(() => protocol.callTool(null, 'bench.echo', args, template)),
      repeat(() => raw.call(args)),
    );
    rows.push(row(`call, ${name} (${host})`, calls, result));
  }
  const result = await compare(
    15,
    async () => {
      let seen = 0;
      const options = { ...template, expected_responses: streamed };
      for await (const item of protocol.callToolStreaming(null, 'bench.stream', { stream: streamed }, options))
        seen += item.n >= 0;
      if (seen !== streamed) throw new Error(`${seen} items`);
    },
    () => raw.stream(streamed),
  );
  rows.push(row(`item of a stream of ${streamed} (${host})`, streamed, result));
  raw.close();
  await protocol.close();
}
server.stop();

/** Milliseconds from before the import to a usable module, in a fresh process. */
function startup(code) {
  const script = `const start = performance.now(); ${code}; console.log(performance.now() - start);`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
  });
  return Number(stdout);
}
const library = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href); // what is published
const starts = { ours: [], ws: [] };
for (let i = 0; i < 25; i += 1) {
  starts.ours.push(startup(`await (await import(${library})).ready()`));
  starts.ws.push(startup(`await import('ws')`));
}
rows.push({
  what: "import to ready, against import 'ws'",
  raw: `${median(starts.ws).toFixed(1)} ms`,
  ours: `${median(starts.ours).toFixed(1)} ms`,
  ratio: median(starts.ours.map((ours, i) => ours / starts.ws[i])).toFixed(3),
});
printTable(rows);
