// Owns the demo's WebSocket server: handshake, one wire format for each path, clean closing.
// Must not know what a tool does nor how a format looks.

import { createServer, STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';

import { controls, discovery, documents } from './formats/commands.js';
import { device } from './formats/device.js';
import { graphql } from './formats/graphql.js';
import { jsonrpc } from './formats/jsonrpc.js';
import { chart, metrics } from './formats/plain.js';
import { job, subscription } from './formats/streams.js';
import { work } from './formats/work.js';
import { closeServer, isLocalOrigin, listen } from './listen.js';
import { buildManual } from './manual.js';
import { loadDocuments } from './tools/documents.js';
import { Sampler } from './tools/metrics.js';
import { SearchIndex } from './tools/search.js';
import { startUnsteadyServer } from './unsteady.js';

/** @type {Map<string, import('./formats/frames.js').Format>} */
const formats = new Map([
  ['/utcp', discovery],
  ['/metrics', metrics],
  ['/documents', documents],
  ['/jsonrpc', jsonrpc],
  ['/device', device],
  ['/chart', chart],
  ['/job', job],
  ['/subscription', subscription],
  ['/work', work],
  ['/graphql', graphql],
  ['/control', controls],
]);

/**
 * @typedef {object} Provider
 * @property {string} url where discovery answers
 * @property {string} origin
 * @property {import('ws').WebSocketServer} wss
 * @property {() => Promise<void>} close ends every connection and frees the port
 */

/**
 * @param {import('node:stream').Duplex} socket
 * @param {number} status
 * @param {string} text
 */
function refuse(socket, status, text) {
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** @returns {() => Promise<SearchIndex>} builds the index once, at the first call */
function lazyIndex() {
  /** @type {Promise<SearchIndex> | undefined} */
  let index;
  return () => {
    index ??= loadDocuments().then((documents) => new SearchIndex(documents));
    return index;
  };
}

/**
 * @param {{ port?: number, host?: string, fallback?: boolean }} [options] `fallback`: take a free port when this one
 *   is in use
 * @returns {Promise<Provider>}
 */
export async function startProvider({ port = 0, host = '127.0.0.1', fallback = false } = {}) {
  const server = createServer((_request, response) => {
    response.writeHead(426, { Connection: 'Upgrade', Upgrade: 'websocket', 'Content-Type': 'text/plain' });
    response.end('This is a WebSocket tool provider. Open /utcp as a WebSocket and send {"type":"utcp"}.\n');
  });
  const wss = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024, clientTracking: true });
  const bound = await listen(server, { port, host, fallback });
  const origin = `ws://${host}:${bound}`;
  const sampler = new Sampler();
  /** @type {import('./formats/frames.js').Context} */
  const context = {
    sampler,
    search: lazyIndex(),
    manual: () => buildManual(origin, unsteady.url),
    restart: (downMs) => unsteady.restart(downMs),
  };
  const unsteady = await startUnsteadyServer(host, (client) => work(client, context));

  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const format = formats.get(path);
    if (!isLocalOrigin(request.headers.origin)) {
      refuse(socket, 403, `pages of ${request.headers.origin} may not connect\n`);
      return;
    }
    if (format === undefined) {
      refuse(socket, 404, `there is no ${path}; known are ${[...formats.keys()].join(' ')}\n`);
      return;
    }
    wss.handleUpgrade(request, socket, head, (client) => {
      // Bad frames and lost connections end with `close`; without a listener the event would end the process.
      client.on('error', () => {});
      format(client, context);
    });
  });

  return {
    url: `${origin}/utcp`,
    origin,
    wss,
    async close() {
      sampler.stop();
      for (const client of wss.clients) client.terminate();
      wss.close();
      await Promise.all([closeServer(server), unsteady.close()]);
    },
  };
}
