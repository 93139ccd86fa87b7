// A server that misbehaves below WebSocket: what it does is in the path. `/cut/N` breaks off after N bytes of its handshake's answer;
// `/frames/NAME` opens, and answers the first message with bytes that RFC 6455 forbids, or hardly allows.
import { createHash } from 'node:crypto';
import net from 'node:net';

/** An unmasked frame of a server. @param {number} first FIN, RSV and opcode @param {Buffer | string} payload */
function frame(first, payload) {
  const bytes = Buffer.from(payload);
  if (bytes.length > 125) throw new Error('short ones only');
  return Buffer.concat([Buffer.from([first, bytes.length]), bytes]);
}

const fin = 0x80;
const [continuation, text, close, ping] = [0, 1, 8, 9];
const euro = Buffer.from('€');

/** @type {Record<string, Buffer[]>} written one by one */
const answers = {
  masked: [Buffer.from([fin | text, 0x82, 1, 2, 3, 4, 0x69, 0x6b])],
  'reserved-bit': [frame(fin | 0x20 | text, 'hi')],
  'reserved-opcode': [frame(fin | 3, 'hi')],
  'reserved-control': [frame(fin | 11, '')],
  'ping-in-pieces': [frame(ping, 'a'), frame(fin | continuation, 'b')],
  'long-ping': [Buffer.from([fin | ping, 126, 0, 126]), Buffer.alloc(126)],
  'continuation-of-nothing': [frame(fin | continuation, 'hi')],
  'text-within-text': [frame(text, 'a'), frame(fin | text, 'b')],
  'bad-utf8': [frame(fin | text, Buffer.from([0x22, 0xc3, 0x28, 0x22]))],
  'cut-utf8': [frame(fin | text, euro.subarray(0, 2))],
  'utf8-of-a-surrogate': [frame(fin | text, Buffer.from([0xed, 0xa0, 0x80]))],
  'long-length-of-little': [Buffer.from([fin | text, 126, 0, 2]), Buffer.from('hi')],
  'negative-length': [Buffer.from([fin | text, 127, 0xff, 0, 0, 0, 0, 0, 0, 1])],
  'a-petabyte': [Buffer.from([fin | text, 127, 0, 4, 0, 0, 0, 0, 0, 0])],
  'close-of-one-byte': [frame(fin | close, 'x')],
  'close-1005': [frame(fin | close, Buffer.from([0x03, 0xed]))],
  'close-999': [frame(fin | close, Buffer.from([0x03, 0xe7]))],
  'close-5000': [frame(fin | close, Buffer.from([0x13, 0x88]))],
  'close-with-bad-utf8': [frame(fin | close, Buffer.from([0x03, 0xe8, 0xc3, 0x28]))],
  // These are allowed.
  'split-utf8': [frame(text, euro.subarray(0, 1)), frame(fin | ping, ''), frame(fin | continuation, euro.subarray(1))],
  'empty-pieces': [frame(text, ''), frame(continuation, ''), frame(continuation, '€'), frame(fin | continuation, '')],
};

/** @param {string} request */
function handshakeFor(request) {
  const [, key] = /^sec-websocket-key: (\S+)/im.exec(request) ?? [];
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** Header lines without end, as long as they are taken. @param {net.Socket} socket */
function sendHeaders(socket) {
  while (!socket.destroyed && socket.write(`X-More: ${'x'.repeat(1000)}\r\n`));
  if (!socket.destroyed) socket.once('drain', () => sendHeaders(socket));
}

/** @param {net.Socket} socket @param {string} kind @param {string} what @param {string} request */
function misbehave(socket, kind, what, request) {
  const handshake = handshakeFor(request);
  if (kind === 'cut') return socket.end(handshake.slice(0, Number(what)));
  if (kind === 'status') return socket.end(`HTTP/1.1 ${what} \r\n\r\n`);
  if (kind === 'headers') {
    socket.write('HTTP/1.1 101 Switching Protocols\r\n');
    return sendHeaders(socket);
  }
  socket.write(handshake);
  return socket.once('data', () => {
    socket.setNoDelay(true);
    for (const bytes of answers[what] ?? []) socket.write(bytes);
  });
}

export const below = net.createServer((socket) => {
  socket.on('error', () => {});
  let request = '';
  const take = (/** @type {Buffer} */ data) => {
    request += data;
    if (!request.includes('\r\n\r\n')) return;
    socket.off('data', take);
    const [, kind = '', what = ''] = /^GET \/(\w+)\/?(\S*)/.exec(request) ?? [];
    misbehave(socket, kind, what, request);
  };
  socket.on('data', take);
});
