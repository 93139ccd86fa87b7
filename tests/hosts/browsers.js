// Runs the contract in a browser: in a page, in a dedicated worker, in a service worker.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { browsers } from '../support/pages.js';

const types = { js: 'text/javascript', wasm: 'application/wasm' };
const page = `<!doctype html>
<title>contract</title>
<script type="importmap">
  { "imports": {
    "utcp-websocket": "/node_modules/utcp-websocket/js/index.js",
    "utcp-websocket/register": "/node_modules/utcp-websocket/js/register.js",
    "@utcp/sdk": "/node_modules/@utcp/sdk/dist/index.js",
    "zod": "/node_modules/zod/index.js"
  } }
</script>`;

/** Run in the page: each gives the results as JSON. */
const starts = {
  page: async (text) => {
    const { run } = await import('/runners/page.js');
    return JSON.stringify({ agent: navigator.userAgent, results: await run(JSON.parse(text)) });
  },
  worker: (text) =>
    new Promise((resolve, reject) => {
      const worker = new Worker('/bundle/js/worker.js', { type: 'module' });
      const { port1, port2 } = new MessageChannel();
      worker.onerror = (event) => reject(new Error(event.message));
      port1.onmessage = ({ data }) => resolve(JSON.stringify({ agent: navigator.userAgent, results: data }));
      worker.postMessage(JSON.parse(text), [port2]);
    }),
  'service worker': async (text) => {
    const registration = await navigator.serviceWorker.register('/bundle/js/worker.js', { type: 'module' });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(JSON.stringify({ agent: navigator.userAgent, results: data }));
      worker.postMessage(JSON.parse(text), [port2]);
    });
  },
};

/** @param {'Chromium' | 'Firefox'} name @param {keyof typeof starts} where */
export const browser =
  (name, where) =>
  async ({ project, setting }) => {
    const server = await serve(project);
    const started = await browsers[name]();
    try {
      const opened = await started.open(`http://127.0.0.1:${server.address().port}/`);
      const { agent, results } = JSON.parse(await opened.run(String(starts[where]), JSON.stringify(setting)));
      return { version: /(?:Chrome|Firefox)\/(\d+)/.exec(agent)?.[1] ?? '', results };
    } finally {
      await started.close();
      server.closeAllConnections();
      server.close();
    }
  };

/** Serves the project, and a page with an import map. */
async function serve(project) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/') return response.setHeader('Content-Type', 'text/html').end(page);
    const type = types[pathname.split('.').pop()];
    const bytes = type && (await readFile(join(project, pathname)).catch(() => undefined));
    if (!bytes) return response.writeHead(404).end();
    response.setHeader('Content-Type', type).end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
