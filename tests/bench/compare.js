// What the benchmarks share: the server, the WebSockets of this host, and comparing two ways to do the same work.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The WebSockets of this host: each is compared with itself. @type {Record<string, any>} */
export const hosts = { ws: (await import('ws')).WebSocket };
if (globalThis.WebSocket) hosts.native = globalThis.WebSocket;

/** Starts tests/bench/echo_server.js, in a process of its own. */
export async function startEchoServer() {
  const server = fork(fileURLToPath(new URL('./echo_server.js', import.meta.url)));
  const [{ url }] = await once(server, 'message');
  return { url, stop: () => server.disconnect() };
}

/** An open WebSocket. */
export async function openRaw(WebSocket, url) {
  const socket = new WebSocket(url);
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  return socket;
}

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function timed(action) {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** Alternates both, the first one changing; returns medians of milliseconds and of the ratios ours / raw. */
export async function compare(rounds, ours, raw) {
  const times = [];
  for (let round = -3; round < rounds; round += 1) {
    const first = round % 2 === 0 ? ours : raw;
    const a = await timed(first);
    const b = await timed(first === ours ? raw : ours);
    if (round >= 0) times.push(first === ours ? { ours: a, raw: b } : { ours: b, raw: a });
  }
  return {
    ours: median(times.map((time) => time.ours)),
    raw: median(times.map((time) => time.raw)),
    ratio: median(times.map((time) => time.ours / time.raw)),
  };
}

/** A row of the table: `count` pieces of work were done in each round. */
export function row(what, count, { ours, raw, ratio }) {
  const each = (milliseconds) => `${((milliseconds / count) * 1000).toFixed(2)} µs`;
  return {
    what,
    raw: each(raw),
    ours: each(ours),
    'raw per second': Math.round((count / raw) * 1000),
    'ours per second': Math.round((count / ours) * 1000),
    ratio: ratio.toFixed(3),
  };
}

export function printTable(rows, note = 'medians; ratio: ours / raw, less is better') {
  console.log(`Node ${process.version}; ${note}`);
  console.table(rows);
}
