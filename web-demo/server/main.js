#!/usr/bin/env node
// Owns the demo: the provider, the page, the walk-through, and a clean end. `npm start` runs it once everything is built; it is
// the program of the package utcp-websocket-demo, too.

import path from 'node:path';
import { parseArgs } from 'node:util';

import { exists, packaged, pageFolder, rootFolder } from './paths.js';
import { startProvider } from './provider.js';
import { startPageServer } from './static.js';

const usage = `Usage: ${packaged ? 'utcp-websocket-demo' : 'node web-demo/server/main.js'} [flags]
  --port <n>       port of the WebSocket provider (default: PORT, else 8765; a free one where it is taken)
  --page-port <n>  port of the page (default 8766; a free one where it is taken)
  --walk           walk through the tools in the terminal first
  --once           walk through the tools and exit
  --help           this text`;

/**
 * @param {string} text
 * @param {string} what
 * @returns {number}
 */
function portOf(text, what) {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new Error(`${what} takes a port from 0 to 65535, got "${text}"`);
  return port;
}

/** @returns {{ port: number, pagePort: number, walks: boolean, once: boolean } | undefined} nothing when only help was asked for */
function readFlags() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: process.env.PORT || '8765' },
      'page-port': { type: 'string', default: '8766' },
      walk: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    port: portOf(String(values.port), '--port'),
    pagePort: portOf(String(values['page-port']), '--page-port'),
    walks: values.walk === true || values.once === true,
    once: values.once === true,
  };
}

/** What calls the provider's tools; Node 20 has no WebSocket of its own. */
const command = 'WebSocket' in globalThis ? 'npx utcp-websocket' : 'npx -p ws -p utcp-websocket utcp-websocket';

/** @param {string} url of the provider */
const nextSteps = (url) => `Call its tools from another terminal:
  ${command} discover ${url}
  ${command} call ${url} search_docs '{"query":"ping"}'
  ${command} stream ${url} watch_metrics -d interval_ms=500
`;

/**
 * @param {{ port: number, pagePort: number, walks: boolean, once: boolean }} flags
 * @returns {Promise<number>} the exit code
 */
async function run({ port, pagePort, walks, once }) {
  if (!packaged && !exists(path.join(rootFolder, 'dist/core.wasm'))) {
    console.error('The package is not built yet: `npm start` does that first, or run `npm run build`.');
    return 1;
  }
  if (!exists(path.join(pageFolder, 'index.html'))) {
    console.error('The page is not built yet: `npm start` does that first, or run `npm run build:demo`.');
    return 1;
  }
  const stopping = new AbortController();
  const stopped = new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(name, () => stopping.abort());

  const provider = await startProvider({ port, fallback: true });
  const page = await startPageServer({ port: pagePort, fallback: true, providerUrl: provider.url });
  try {
    console.log(`Provider   ${provider.url}`);
    console.log(`Inspector  ${page.url}\n`);
    if (walks) {
      // Only now: before the build the package, as it is packed, is not there to be imported.
      const { walk } = await import('./terminal.js');
      const failures = await walk({ url: provider.url, signal: stopping.signal });
      if (failures > 0) console.error(`\n${failures} steps did not go as they should.`);
      if (once) return failures === 0 ? 0 : 1;
      console.log();
    } else console.log(nextSteps(provider.url));
    console.log(`Open the inspector, ${page.url}, in a browser. Both run until Ctrl-C.`);
    await stopped;
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    throw error;
  } finally {
    await Promise.all([page.close(), provider.close()]);
  }
}

/** @type {ReturnType<typeof readFlags>} */
let flags;
try {
  flags = readFlags();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exit(2);
}
if (flags === undefined) console.log(usage);
else process.exitCode = await run(flags);
