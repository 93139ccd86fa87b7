// `npm run bench -- peers`: a call as JSON-RPC, GraphQL and MCP make it, by this package, by a raw loop and by the clients that are
// made for each. Wall and CPU time of this process; the servers have one of their own. Prints tables and always exits 0.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { createClient } from 'graphql-ws';
import { Client as RpcClient } from 'rpc-websockets';
import { WebSocket } from 'ws';
import { connect } from '../../../js/api/index.js';
import { median, openRaw } from '../compare.js';

globalThis.WebSocket ??= WebSocket; // what the MCP client takes
const args = { query: 'The quick brown fox jumps over the lazy dog', limit: 3 };
const rounds = Number(process.argv[2] ?? 15);
const server = fork(fileURLToPath(new URL('server.js', import.meta.url)));
const [{ url }] = await once(server, 'message');

const options = { discover: false, WebSocket, maxConnections: 1 };
const query = 'query ($query: String, $limit: Int) { echo }';

/** Ways to call: each gives what the server was given. @type {Record<string, () => Promise<{ call: () => Promise<any>, close: () => unknown }>>} */
const ways = {
  'raw loop': async () => {
    const socket = await openRaw(WebSocket, `${url}/jsonrpc`);
    const waiting = new Map();
    let last = 0;
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(data);
      waiting.get(id)(result);
      waiting.delete(id);
    };
    const call = () =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: last, method: 'echo', params: args }));
      });
    return { call, close: () => socket.close() };
  },
  'ours, JSON-RPC': async () => {
    const message = { jsonrpc: '2.0', id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' };
    const template = { url: `${url}/jsonrpc`, message, result_path: '/result', error_path: '/error' };
    const endpoint = await connect(template, options);
    return { call: () => endpoint.call('echo', args), close: () => endpoint.close() };
  },
  'rpc-websockets': async () => {
    const client = new RpcClient(`${url}/jsonrpc`, { reconnect: false });
    await once(client, 'open');
    return { call: () => client.call('echo', args), close: () => client.close() };
  },
  'ours, GraphQL': async () => {
    const message = { id: '{{request_id}}', type: 'subscribe', payload: { query, variables: '{{args}}' } };
    const template = {
      ...{ url: `${url}/graphql`, protocol: 'graphql-transport-ws', message, message_filter: { type: 'next' } },
      ...{ connect_message: { type: 'connection_init' }, connect_ack: { type: 'connection_ack' } },
      result_path: '/payload/data',
    };
    const endpoint = await connect(template, options);
    return { call: () => endpoint.call('echo', args), close: () => endpoint.close() };
  },
  'graphql-ws': async () => {
    const client = createClient({ url: `${url}/graphql`, webSocketImpl: WebSocket, lazy: false });
    const call = async () => {
      for await (const { data } of client.iterate({ query, variables: args })) return data;
    };
    return { call, close: () => client.dispose() };
  },
  'ours, MCP': async () => {
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
    const params = { name: '{{tool_name}}', arguments: '{{args}}' };
    const template = {
      ...{ url: `${url}/mcp`, protocol: 'mcp', result_path: '/result', error_path: '/error' },
      message: { jsonrpc: '2.0', id: '{{request_id}}', method: 'tools/call', params },
      connect_message: { jsonrpc: '2.0', id: 'hello', method: 'initialize', params: hello },
      connect_ack: { id: 'hello' },
    };
    const endpoint = await connect(template, options);
    return {
      call: async () => (await endpoint.call('echo', args)).structuredContent,
      close: () => endpoint.close(),
    };
  },
  'MCP client': async () => {
    const client = new Client({ name: 'bench', version: '1' });
    await client.connect(new WebSocketClientTransport(new URL(`${url}/mcp`)));
    return {
      call: async () => (await client.callTool({ name: 'echo', arguments: args })).structuredContent,
      close: () => client.close(),
    };
  },
};

/** Makes calls, so many in flight at any time: microseconds of wall and of CPU time for each. */
async function measure(call, calls, width) {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) if ((await call()).limit !== 3) throw new Error('not its answer');
  };
  const [start, used] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: width }, lane));
  const { user, system } = process.cpuUsage(used);
  return { wall: ((performance.now() - start) * 1000) / calls, cpu: (user + system) / calls };
}

const clients = {};
for (const [name, open] of Object.entries(ways)) clients[name] = await open();
console.log(
  `Node ${process.version}, ws; microseconds a call, medians of ${rounds} rounds; in brackets: / the raw loop of the same round`,
);
for (const [width, calls] of [
  [1, 500],
  [16, 4000],
  [256, 8000],
]) {
  /** @type {Record<string, { wall: number, cpu: number }[]>} */
  const taken = Object.fromEntries(Object.keys(clients).map((name) => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, { call }] of Object.entries(clients)) {
      const times = await measure(call, calls, width);
      if (round >= 0) taken[name].push(times);
    }
  }
  const cell = (name, kind) => {
    const ratios = taken[name].map((times, i) => times[kind] / taken['raw loop'][i][kind]);
    return `${median(taken[name].map((times) => times[kind])).toFixed(1)} (${median(ratios).toFixed(2)})`;
  };
  console.table(
    Object.keys(clients).map((name) => ({
      [`${width} in flight`]: name,
      wall: cell(name, 'wall'),
      CPU: cell(name, 'cpu'),
    })),
  );
}
for (const { close } of Object.values(clients)) await close();
server.disconnect();
