// Owns the HTTP server of the page: the files of a build, and where this machine's provider listens; nothing else.
// Must not know what the page does.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

import { contentSecurityPolicy } from '../policy.js';
import { closeServer, listen } from './listen.js';
import { pageFolder } from './paths.js';

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
  return path.join(pageFolder, name);
}

/**
 * @param {{ port?: number, host?: string, fallback?: boolean, providerUrl?: string }} options `providerUrl`: what the page
 *   offers as the bundled provider
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startPageServer({ port = 0, host = '127.0.0.1', fallback = false, providerUrl = '' }) {
  const page = (await readFile(path.join(pageFolder, 'index.html'), 'utf8')).replace(
    '<meta name="utcp-provider" content="">',
    () => `<meta name="utcp-provider" content="${providerUrl}">`,
  );
  const policy = `${contentSecurityPolicy(page)}; frame-ancestors 'none'`;

  /**
   * @param {string} pathname
   * @returns {Promise<{ type: string, body: Buffer | string } | undefined>}
   */
  const find = async (pathname) => {
    const file = fileFor(pathname);
    if (file === undefined) return undefined;
    const type = types.get(path.extname(file)) ?? '';
    if (path.basename(file) === 'index.html') return { type, body: page };
    const body = await readFile(file).catch(() => undefined);
    return body === undefined ? undefined : { type, body };
  };

  const server = createServer(async (request, response) => {
    const pathname = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const common = {
      // The names of assets hold their hashes.
      'Cache-Control': pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
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
    const found = await find(pathname);
    if (found === undefined) {
      response
        .writeHead(404, { ...common, 'Cache-Control': 'no-cache', 'Content-Type': 'text/plain' })
        .end('There is no such file.\n');
      return;
    }
    const headers = { ...common, 'Content-Type': found.type, 'Content-Length': Buffer.byteLength(found.body) };
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : found.body);
  });

  const bound = await listen(server, { port, host, fallback });
  return { url: `http://${host}:${bound}/`, close: () => closeServer(server) };
}
