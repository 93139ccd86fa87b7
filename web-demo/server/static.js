// Owns the HTTP server of the page: the page's own files, and below /pkg/ the package's published files, nothing else.
// Must not know what the page does.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

import { closeServer, listen } from './listen.js';
import { pageFolder, rootFolder } from './paths.js';

const types = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.wasm', 'application/wasm'],
]);

/** A path of plain names: no empty name, none that begins with a dot, no backslash, nothing encoded. */
const plainPath = /^(\/[\w-][\w.-]*)+$/;

/**
 * @param {string} requested path of the URL
 * @returns {string | undefined} the file, if it is one that may be served
 */
export function fileFor(requested) {
  const name = requested === '/' ? '/index.html' : requested;
  if (!plainPath.test(name) || !types.has(path.extname(name))) return undefined;
  if (!name.startsWith('/pkg/')) return path.join(pageFolder, name);
  return /^\/pkg\/(js|dist)\//.test(name) ? path.join(rootFolder, name.slice('/pkg/'.length)) : undefined;
}

/**
 * What the page may load. It may connect where the package itself would: to secure hosts and to this machine.
 * @param {string} html whose inline scripts (the import map) are allowed by their hashes
 * @returns {string}
 */
export function contentSecurityPolicy(html) {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'self'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...inline].join(' '),
    "connect-src 'self' wss: ws://127.0.0.1:* ws://localhost:*",
    "img-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * @param {{ port?: number, host?: string, fallback?: boolean, providerUrl: string }} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startPageServer({ port = 0, host = '127.0.0.1', fallback = false, providerUrl }) {
  const policy = contentSecurityPolicy(await readFile(path.join(pageFolder, 'index.html'), 'utf8'));

  /**
   * @param {string} pathname
   * @returns {Promise<{ type: string, body: Buffer | string } | undefined>}
   */
  const find = async (pathname) => {
    if (pathname === '/provider.json') {
      return { type: 'application/json', body: JSON.stringify({ url: providerUrl }) };
    }
    const file = fileFor(pathname);
    const body = file === undefined ? undefined : await readFile(file).catch(() => undefined);
    return body === undefined ? undefined : { type: types.get(path.extname(file ?? '')) ?? '', body };
  };

  const server = createServer(async (request, response) => {
    const common = {
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response
        .writeHead(405, { ...common, Allow: 'GET, HEAD', 'Content-Type': 'text/plain' })
        .end('GET or HEAD only\n');
      return;
    }
    const found = await find((request.url ?? '/').split('?', 1)[0] ?? '/');
    if (found === undefined) {
      response.writeHead(404, { ...common, 'Content-Type': 'text/plain' }).end('There is no such file.\n');
      return;
    }
    const headers = { ...common, 'Content-Type': found.type, 'Content-Length': Buffer.byteLength(found.body) };
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : found.body);
  });

  const bound = await listen(server, { port, host, fallback });
  return { url: `http://${host}:${bound}/`, close: () => closeServer(server) };
}
