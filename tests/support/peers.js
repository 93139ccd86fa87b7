// Endpoints of other protocols, as their own libraries and programs speak them, for tests: they know nothing of UTCP.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createWebSocketConnection, toSocket } from 'vscode-ws-jsonrpc';
import { startServer } from './server.js';

/**
 * Starts a Node whose inspector listens; resolves with its URL.
 * @param {import('node:test').TestContext} t @param {string} program what it runs
 */
export async function startInspected(t, program = 'setInterval(() => {}, 1000)') {
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill());
  for await (const line of createInterface({ input: child.stderr })) {
    const [url] = /ws:\/\/\S+/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error('it does not say where it listens');
}

const silent = { error() {}, warn() {}, info() {}, log() {} };

/** `methods` by name: `(params, connection, cancelled) → result`; `onNotification(method, params)`. */
export function startJsonRpc(t, methods, onNotification = () => {}) {
  return startServer(t, () => {}, {
    path: '/jsonrpc',
    onConnection(socket) {
      const connection = createWebSocketConnection(toSocket(socket), silent);
      for (const [name, method] of Object.entries(methods)) {
        connection.onRequest(name, (params, cancelled) => method(params, connection, cancelled));
      }
      connection.onNotification(onNotification);
      connection.listen();
    },
  });
}

const schema = buildSchema(`
  type Load { host: String! one: Float }
  type Query { load(host: String!): Load }
  type Subscription { load(host: String!): Load }
`);

/** `load(args)` answers queries; `watch(args)` is an async generator of loads. `hooks`: what `graphql-ws` takes. */
export async function startGraphQL(t, { load, watch, ...hooks } = {}) {
  const server = await startServer(t, () => {}, { path: '/graphql' });
  const subscription = {
    async *load(args) {
      for await (const one of watch(args)) yield { load: one };
    },
  };
  useServer({ schema, roots: { query: { load }, subscription }, ...hooks }, server.wss);
  return server;
}
