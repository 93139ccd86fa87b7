// The server that the contract runs against: WebSocket endpoints that do what their URL says, a token endpoint, and what it
// has seen, for hosts to ask. `/ID/BEHAVIOUR?PARAMETERS`: each id has counts of its own. It listens on 127.0.0.1, port 0.
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/** What an endpoint does. `message`: with a text; `upgrade`: before the handshake, truthy: in its place. */
const behaviours = {
  echo: { message: ({ socket, text }) => socket.send(text) },
  bytes: { message: ({ socket, number }) => socket.send(pattern(number('size'))) },
  silent: {},
  /** Answers no ping either. */
  numb: { autoPong: false },
  stuck: { upgrade: () => true },
  hangup: { upgrade: ({ tcp }) => tcp.destroy() },
  refuse: { upgrade: ({ tcp, number }) => refuse(tcp, number('status')) },
  flaky: {
    upgrade: ({ tcp, number, seen }) => seen.requests.length <= number('failures') && refuse(tcp, 503),
    message: ({ socket, text }) => socket.send(text),
  },
  close: { message: ({ socket, number, parameter }) => socket.close(number('code'), parameter('reason')) },
  break: { message: ({ socket }) => socket.terminate() },
  leaving: {
    message({ socket, text, number, seen }) {
      socket.send(text);
      if (seen.texts.length === number('after')) socket.close(1000);
    },
  },
  /** Answers the first message when the second has come, over whichever connection. */
  late: {
    message({ socket, text, waiting }) {
      waiting.push({ socket, text });
      if (waiting.length > 1) answer(waiting);
    },
  },
  /** Answers each message over its connection, the last one first, when all have come. */
  together: {
    message({ socket, text, number, waiting }) {
      waiting.unshift({ socket, text });
      if (waiting.length === number('of')) answer(waiting);
    },
  },
  reverse: {
    message({ socket, number, seen }) {
      if (seen.texts.length === number('of')) for (const text of [...seen.texts].reverse()) socket.send(text);
    },
  },
  login: {
    message({ socket, text, number }) {
      const { token } = JSON.parse(text);
      if (token === undefined) socket.send(text);
      else if (token === 'right') socket.send('{"type":"welcome"}');
      else socket.close(number('code'), 'unauthorized');
    },
  },
  manual: {
    message({ socket, base }) {
      const tool = (name, description, fields) => ({
        name,
        description,
        tool_call_template: {
          call_template_type: 'websocket',
          url: `${base}/${name}`,
          response_format: 'json',
          ...fields,
        },
      });
      const tools = [tool('echo', 'Says it back', {}), tool('count', 'Counts', { url: `${base}/count?to=3` })];
      socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1.0.0', tools }));
    },
  },
  /** Counts to `to`; then says `error`, or closes with `code`, or ends the stream. */
  count: {
    message({ socket, number, parameter }) {
      for (let i = 1; i <= number('to'); i += 1) socket.send(`{"type":"tool_response","result":${i}}`);
      const error = parameter('error');
      if (error) socket.send(JSON.stringify({ type: 'tool_error', error }));
      else if (number('code')) socket.close(number('code'), 'count');
      else socket.send(end);
    },
  },
  mixed: {
    message({ socket }) {
      for (const item of ['tèxt', '{"a":1}', '[1,2]', pattern(3), end]) socket.send(item);
    },
  },
  large: {
    message({ socket, number }) {
      const text = 'é漢'.repeat(number('size') / 5);
      socket.send(JSON.stringify({ type: 'tool_response', result: { text } }));
      socket.send(end);
    },
  },
  endless: {
    message({ socket, text }) {
      if (text === 'echo') socket.send(text);
      else for (const i of [1, 2, 3]) socket.send(`{"type":"tool_response","result":${i}}`);
    },
  },
  flood: {
    message({ socket, number }) {
      const bytes = pattern(number('size'));
      for (let i = 0; i < number('items'); i += 1) socket.send(bytes);
      socket.send(end);
    },
  },
};

const end = '{"type":"stream_end"}';
const pattern = (length) => Uint8Array.from({ length }, (_, i) => i % 251);

function answer(waiting) {
  for (const { socket, text } of waiting) if (socket.readyState === socket.OPEN) socket.send(text);
}

function refuse(tcp, status) {
  tcp.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  return true;
}

/** Starts one; `url` is what the contract gets. */
export async function startContractServer() {
  const server = new ContractServer();
  server.http.listen(0, '127.0.0.1');
  await once(server.http, 'listening');
  return server;
}

class ContractServer {
  #sockets = new WebSocketServer({ noServer: true, handleProtocols: (_, request) => request.picked ?? false });
  #withoutPong = new WebSocketServer({ noServer: true, autoPong: false });
  /** By id. @type {Map<string, any>} */
  #endpoints = new Map();
  /** Those of every kind, also of handshakes that nobody answers. */
  #connections = new Set();
  #changed = new EventEmitter().setMaxListeners(0);

  constructor() {
    this.http = createServer((request, response) => this.#answer(request, response));
    this.http.on('connection', (connection) => {
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
    });
    this.http.on('upgrade', (request, tcp, head) => this.#upgrade(request, tcp, head));
  }

  get url() {
    return `http://127.0.0.1:${this.http.address().port}`;
  }

  close() {
    for (const connection of this.#connections) connection.destroy();
    return new Promise((resolve) => this.http.close(resolve));
  }

  #place(request) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    const [, id, name] = pathname.split('/');
    if (!this.#endpoints.has(id)) {
      const seen = { requests: [], opened: 0, texts: [], pings: 0, closings: [], tokens: 0 };
      this.#endpoints.set(id, { seen, waiting: [] });
    }
    return { id, name, query: searchParams, ...this.#endpoints.get(id) };
  }

  #upgrade(request, tcp, head) {
    const { id, name, query, seen, waiting } = this.#place(request);
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    seen.requests.push({
      path: `/${name}`,
      query: Object.fromEntries(query),
      headers: request.headers,
      protocols: offered
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    });
    this.#changed.emit('change');
    tcp.on('error', () => {});
    const { upgrade, message, autoPong = true } = behaviours[name];
    const parameter = (which) => query.get(which) ?? '';
    const facts = {
      seen,
      waiting,
      tcp,
      base: `ws://${request.headers.host}/${id}`,
      parameter,
      number: (which) => Number(parameter(which)),
    };
    if (upgrade?.(facts)) return;
    request.picked = query.get('pick') ?? undefined;
    const sockets = autoPong ? this.#sockets : this.#withoutPong;
    sockets.handleUpgrade(request, tcp, head, (socket) => {
      seen.opened += 1;
      this.#changed.emit('change');
      const count =
        (action) =>
        (...values) => {
          action(...values);
          this.#changed.emit('change');
        };
      socket.on('error', () => {});
      socket.on(
        'ping',
        count(() => (seen.pings += 1)),
      );
      socket.on(
        'close',
        count((code, reason) => seen.closings.push({ code, reason: String(reason) })),
      );
      socket.on(
        'message',
        count((data) => {
          const text = String(data);
          seen.texts.push(text);
          message?.({ ...facts, socket, text });
        }),
      );
    });
  }

  async #answer(request, response) {
    // The pages that run the contract have another origin.
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'authorization');
    if (request.method === 'OPTIONS') return response.end();
    const { name, query, seen } = this.#place(request);
    if (name === 'token') return this.#issue(request, response, seen);
    await this.#until(seen, query);
    sendJson(response, 200, seen);
  }

  /** Resolves when as much has been seen as the query asks for. */
  async #until(seen, query) {
    const sizeOf = (value) => (Array.isArray(value) ? value.length : value);
    while ([...query].some(([what, count]) => sizeOf(seen[what]) < Number(count))) await once(this.#changed, 'change');
  }

  /** RFC 6749 section 4.4, the client in the body. */
  async #issue(request, response, seen) {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const form = new URLSearchParams(body);
    if (form.get('client_id') !== 'agent' || form.get('client_secret') !== 'hush+/=& ü') {
      return sendJson(response, 401, { error: 'invalid_client' });
    }
    seen.tokens += 1;
    sendJson(response, 200, { access_token: `token-${seen.tokens}`, token_type: 'Bearer', expires_in: 3600 });
  }
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
