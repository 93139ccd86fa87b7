// A web server for tests: gives out the files of a folder, with the headers it is told, and remembers what it was asked for and sent.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Serves `folder`; closed after the test. A request for a folder gives its index.html.
 * @param {{ after(close: () => unknown): void }} t
 * @param {string} folder
 * @param {Record<string, string>} [headers] sent with every answer
 */
export async function startSite(t, folder, headers = {}) {
  /** @type {string[]} */
  const asked = [];
  /** @type {string[]} */
  const posted = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    if (pathname === '/favicon.ico') return response.writeHead(204).end(); // browsers ask for it by themselves
    if (request.method === 'POST') {
      posted.push(await text(request));
      return response.writeHead(204).end();
    }
    asked.push(pathname);
    const file = path.join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    try {
      const content = await readFile(file);
      response.writeHead(200, { ...headers, 'Content-Type': types[path.extname(file)] ?? 'text/plain' }).end(content);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${server.address().port}/`, asked, posted };
}
