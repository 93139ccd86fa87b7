// The servers that the native client's tests talk to: the bundled provider, the same behind TLS, and one that does on each
// path what its name says. Prints where they are as one line of JSON, and ends with its standard input.

import { once } from 'node:events';
import net from 'node:net';
import { createServer } from 'node:tls';
import { startProvider } from '../../../web-demo/server/provider.js';
import { makeCertificate } from '../../support/tls.js';

const after = [];
const { key, cert, file } = makeCertificate({ after: (end) => after.push(end) });
const provider = await startProvider({ port: 0 });

/** TLS in front of the provider. */
const front = createServer({ key, cert }, (socket) => {
  const back = net.connect(new URL(provider.origin).port, '127.0.0.1');
  socket.pipe(back).pipe(socket);
  socket.on('error', () => back.destroy());
  back.on('error', () => socket.destroy());
});
front.on('tlsClientError', () => {});
front.listen(0, '127.0.0.1');
await once(front, 'listening');

console.log(
  JSON.stringify({
    provider: provider.url,
    secure: provider.url.replace(/^ws:\/\/[^/]+/, `wss://127.0.0.1:${front.address().port}`),
    caFile: file,
  }),
);
process.stdin.resume().on('end', () => {
  for (const end of after) end();
  process.exit(0);
});
