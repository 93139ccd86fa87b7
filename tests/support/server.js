// A WebSocket server for tests: on a free port, with real sockets, gone when its test is over.
import { EventEmitter, once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';

/**
 * Starts a server that calls `onMessage(socket, text, request)` for every text message; closed after the test.
 * Options: `onConnection(socket, request)`, `verify(request) → HTTP status or nothing`, and what `ws` takes.
 */
export async function startServer(t, onMessage = echo, { onConnection, verify, ...options } = {}) {
  const server = new TestServer(onMessage, onConnection);
  server.wss = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    maxPayload: 2 ** 28,
    ...(verify && {
      verifyClient: ({ req }, done) => {
        server.requests.push(req);
        const status = verify(req);
        done(!status, status);
      },
    }),
    ...options,
  });
  server.wss.on('connection', (socket, request) => server.accept(socket, request));
  if (!server.wss.address()) await once(server.wss, 'listening');
  t.after(() => server.close());
  return server;
}

/** Answers with the same text. */
export function echo(socket, text) {
  socket.send(text);
}

class TestServer extends EventEmitter {
  /** Open connections. */
  clients = new Set();
  /** Every connection there has been. */
  opened = 0;
  /** Handshake requests, in order. */
  requests = [];
  /** How connections were closed by the client, in order: `[code, reason]`. */
  closings = [];
  /** Texts received, in order. */
  received = [];

  constructor(onMessage, onConnection) {
    super();
    this.onMessage = onMessage;
    this.onConnection = onConnection;
  }

  get port() {
    return this.wss.address().port;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** A call template for this server. */
  template(fields = {}) {
    return { name: 'm', call_template_type: 'websocket', url: this.url, ...fields };
  }

  accept(socket, request) {
    this.opened += 1;
    this.clients.add(socket);
    if (!this.requests.includes(request)) this.requests.push(request);
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      this.closings.push([code, String(reason)]);
      this.clients.delete(socket);
      this.emit('change');
    });
    socket.on('message', (data) => {
      const text = data.toString();
      this.received.push(text);
      this.onMessage(socket, text, request);
      this.emit('change');
    });
    this.onConnection?.(socket, request);
    this.emit('change');
  }

  /** Resolves when `condition()` holds, looking after each event. */
  until(condition) {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.off('change', look);
        resolve();
      };
      this.on('change', look);
      look();
    });
  }

  /** Resolves when no connection is open. */
  allClosed() {
    return this.until(() => this.clients.size === 0);
  }

  close() {
    for (const socket of this.clients) socket.terminate();
    return new Promise((resolve) => this.wss.close(resolve));
  }
}

/** A protocol that is closed after the test. */
export function newProtocol(t, options) {
  const protocol = new WebSocketCommunicationProtocol(options);
  t.after(() => protocol.close());
  return protocol;
}

/** A WebSocket that reaches the server under a host name of another machine: real sockets, without its TLS and its DNS. */
export function remoteWebSocket(server, host) {
  return class extends WebSocket {
    constructor(url, ...rest) {
      super(url.replace(`wss://${host}/`, server.url), ...rest);
    }
  };
}

/** All items of a stream. */
export async function collect(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** The error that a promise rejects with. */
export async function failure(promise) {
  try {
    const value = await promise;
    throw new Error(`resolved with ${JSON.stringify(value)}`);
  } catch (error) {
    return error;
  }
}

/** Resolves after `turns` turns of the event loop: to let something happen that must not. */
export async function turns(count = 5) {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
