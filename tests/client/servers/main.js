// The servers that the native client's tests talk to: the bundled provider, the same behind TLS (once with certificates for both sides), a
// proxy that asks for a password, and one that does on each path what its name says. Prints where they are as one line of JSON, and ends with its standard input.

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import net from 'node:net';
import { createServer } from 'node:tls';
import { WebSocketServer } from 'ws';
import { startProvider } from '../../../web-demo/server/provider.js';
import { makeCertificate } from '../../support/tls.js';
import { below } from './below.js';

const after = [];
const { key, cert, file } = makeCertificate({ after: (end) => after.push(end) });
const provider = await startProvider({ port: 0 });

/** @param {net.Server | import('node:http').Server} server @returns {Promise<number>} its port */
async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return /** @type {net.AddressInfo} */ (server.address()).port;
}

/** @param {import('node:stream').Duplex} one @param {import('node:stream').Duplex} other */
function join(one, other) {
  one.pipe(other).pipe(one);
  one.on('error', () => other.destroy());
  other.on('error', () => one.destroy());
}

const { port: providerPort } = new URL(provider.origin);

/** TLS in front of the provider. @param {object} [options] */
async function front(options) {
  const server = createServer({ key, cert, ...options }, (socket) =>
    join(socket, net.connect(Number(providerPort), '127.0.0.1')),
  );
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  return provider.url.replace(/^ws:\/\/[^/]+/, `wss://127.0.0.1:${port}`);
}

/** Tunnels by CONNECT, for who knows the password. */
const proxy = createHttpServer();
proxy.on('connect', (request, socket) => {
  const wanted = `Basic ${Buffer.from('user:s3cr3t-proxy').toString('base64')}`;
  if (request.headers['proxy-authorization'] !== wanted) {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    return;
  }
  const [host, port] = (request.url ?? '').split(':');
  const other = net.connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n');
    join(socket, other);
  });
  other.on('error', () => socket.destroy());
});

/** What has come to `/listen?x`, until `/heard?x` asks for it. @type {Map<string, string[]>} */
const heard = new Map();
/** @param {import('node:http').IncomingMessage} request */
function heardBy({ url }) {
  const [, key = ''] = (url ?? '').split('?');
  if (!heard.has(key)) heard.set(key, []);
  return /** @type {string[]} */ (heard.get(key));
}

/** What a text makes `/listen` do. @type {Record<string, (socket: import('ws').WebSocket) => void>} */
const asked = {
  answer: (socket) => socket.send('answer'),
  end: (socket) => socket.send('ended'),
  fail: (socket) => socket.send('{"error":"no"}'),
  close: (socket) => socket.close(4321, 'enough'),
  terminate: (socket) => socket.terminate(),
  pause: (socket) => socket.pause(),
};

/** What each path does. @type {Record<string, (socket: import('ws').WebSocket, text: string, request: import('node:http').IncomingMessage, data: Buffer, isBinary: boolean) => void>} */
const paths = {
  '/echo': (socket, text) => socket.send(text),
  // What has come, and as what; its bytes, backwards.
  '/hex': (socket, _text, _request, data, isBinary) =>
    socket.send(`${isBinary ? 'binary' : 'text'} ${data.toString('hex')}`),
  '/backwards': (socket, _text, _request, data) => socket.send(Buffer.from(data).reverse()),
  '/silent': () => {},
  '/listen': (socket, text, request, data, isBinary) => {
    heardBy(request).push(isBinary ? `binary ${data.toString('hex')}` : text);
    asked[text]?.(socket);
  },
  '/heard': (socket, _text, request) => socket.send(JSON.stringify(heardBy(request))),
  // It asks, and reads no answers.
  '/asks': (socket) => {
    socket.pause();
    for (let i = 0; i < 300; i += 1) socket.send('{"ask":1}');
    socket.send('{"done":true}');
  },
  '/headers': (socket, _text, { headers }) => socket.send(JSON.stringify(headers)),
  '/large': (socket) => socket.send('x'.repeat(1_000_000)),
  '/close': (socket) => socket.close(4321, 'enough'),
};
const odd = createHttpServer();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
odd.on('upgrade', (request, socket, head) => {
  const [, status] = /^\/status\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (status) {
    socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    webSocket.on('error', () => {});
    webSocket.on('message', (data, isBinary) => {
      paths[(request.url ?? '').split('?', 1)[0]]?.(webSocket, String(data), request, data, isBinary);
    });
  });
});

console.log(
  JSON.stringify({
    provider: provider.url,
    secure: await front(),
    mutual: await front({ requestCert: true, rejectUnauthorized: true, ca: cert }),
    proxy: `http://user:s3cr3t-proxy@127.0.0.1:${await listen(proxy)}`,
    odd: `ws://127.0.0.1:${await listen(odd)}`,
    below: `ws://127.0.0.1:${await listen(below)}`,
    caFile: file,
    keyFile: file.replace('cert.pem', 'key.pem'),
  }),
);
process.stdin.resume().on('end', () => {
  for (const end of after) end();
  process.exit(0);
});
