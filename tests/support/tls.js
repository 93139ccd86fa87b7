// A certificate for 127.0.0.1, made when the tests run, and a host that trusts it. node:crypto makes no certificates: `openssl` does.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { WebSocket } from 'ws';

/** `{ key, cert, file }`: PEM; the certificate of `name` is its own authority, and lies in `file` until the test is over. */
export function makeCertificate(t, name = 'IP:127.0.0.1') {
  const folder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, file] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', `subjectAltName=${name}`];
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', file], { stdio: 'pipe' });
  return { key: readFileSync(key), cert: readFileSync(file), file };
}

/** Options for a protocol whose host trusts this authority, and no other. */
export function trusting(ca) {
  const Trusting = class extends WebSocket {
    constructor(url, given) {
      const { protocols = [], ...options } = Array.isArray(given) ? { protocols: given } : (given ?? {});
      super(url, protocols, { ...options, ca });
    }
  };
  return { WebSocket: Trusting, fetch: (url, init) => fetchTrusting(ca, url, init) };
}

/** As much of `fetch` as asks a token endpoint. */
function fetchTrusting(ca, url, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, headers, signal, ca }, (answer) => {
      resolve(new Response(Readable.toWeb(answer), { status: answer.statusCode }));
    });
    request.on('error', reject);
    request.end(body);
  });
}
