#!/usr/bin/env node
// Owns the program `utcp-websocket`: its start, its end, and its messages on standard error. Must not know what the
// commands do.
import { readFileSync } from 'node:fs';
import { WebSocketCommunicationProtocol } from '../api/index.js';
import { call, discover, recipes, stream } from './commands.js';
import { completionFor } from './completion.js';
import { demo } from './demo.js';
import { describe, exitCodeOf } from './failures.js';
import { masked, withFrames } from './frames.js';
import { open } from './open.js';
import { Ended, Output } from './output.js';
import { harmless, painter } from './terminal.js';
import { help, helpOf, readCommandLine } from './usage.js';

/** How long an unneeded socket may keep the process alive: a built-in one of Node whose peer is silent. */
const PATIENCE = 500; // milliseconds

const commands = { discover, call, stream };

/** @param {string[]} argv @returns {Promise<number>} the exit code */
async function main(argv) {
  const ending = new AbortController();
  // Once: a second signal ends the process without waiting.
  process.once('SIGINT', () => ending.abort(new Ended(130)));
  process.once('SIGTERM', () => ending.abort(new Ended(143)));
  process.stderr.on('error', () => {}); // nobody reads the messages: no reason to stop
  /** @type {WebSocketCommunicationProtocol | undefined} */
  let protocol;
  try {
    // The demo parses the remaining arguments.
    if (argv[0] === 'demo') return await demo(argv.slice(1), { ...version(), signal: ending.signal, note });
    const settings = readCommandLine(argv);
    const output = new Output(settings, ending);
    const { command, topic } = settings;
    if (command === 'help') await output.print(helpOf[topic] ?? help);
    else if (command === 'completion') await output.print(completionFor(topic));
    else if (command === 'recipes') await recipes({ settings, output, paint: painter(process.stdout) });
    else if (command === 'version') await output.print(`${version().name} ${version().version}`);
    else {
      const start = performance.now();
      const host = settings.frames || command === 'open' ? await hostWebSocket() : undefined;
      const WebSocket = settings.frames && host ? withFrames(host, tellFrame) : host;
      protocol = new WebSocketCommunicationProtocol({ WebSocket, retry: settings.retry ? {} : false });
      tellWarnings(protocol);
      if (settings.verbose) tellEvents(protocol);
      const { signal } = ending;
      const context = { settings, protocol, output, paint: painter(process.stdout), signal, note };
      if (command === 'open') await open(context, WebSocket);
      else await commands[command](context);
      if (settings.time) note(`it took ${((performance.now() - start) / 1000).toFixed(3)} s`);
    }
    await output.close();
    return 0;
  } catch (error) {
    // Whatever broke because of that.
    const cause = ending.signal.aborted ? ending.signal.reason : error;
    const text = describe(cause, argv.includes('--json'));
    if (text) console.error(text);
    return exitCodeOf(cause);
  } finally {
    await protocol?.close();
  }
}

/** The protocol's choice, for code of this program that has to know it. */
async function hostWebSocket() {
  const follows = process.env.NODE_USE_ENV_PROXY && globalThis.WebSocket; // the proxy
  const { WebSocket } = await (follows ? globalThis : import('ws').catch(() => globalThis));
  return WebSocket;
}

/** @returns {{ name: string, version: string }} */
function version() {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
}

/** @param {string} text */
function note(text) {
  console.error(painter(process.stderr)('dim', `note: ${harmless(masked(text))}`));
}

/** @param {'>' | '<'} direction @param {string} text @param {number} seconds */
function tellFrame(direction, text, seconds) {
  console.error(`${painter(process.stderr)('dim', `${seconds.toFixed(3).padStart(8)} ${direction}`)} ${text}`);
}

/** What the template has wrong is worth a line without `-v`, too. @param {WebSocketCommunicationProtocol} protocol */
function tellWarnings(protocol) {
  protocol.addEventListener('warning', ({ message }) => {
    if (message?.startsWith('the call template')) note(message);
  });
}

/** @param {WebSocketCommunicationProtocol} protocol */
function tellEvents(protocol) {
  const paint = painter(process.stderr);
  const tell = (/** @type {import('../api/index.js').UtcpWebSocketEvent} */ event) => {
    const { type, endpoint, connectionId, requestId, size, closeCode, reason, attempt, delay, message } = event;
    const facts = Object.entries({ connectionId, requestId, size, closeCode, reason, attempt, delay, message })
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => `${name} ${masked(String(value))}`);
    console.error(paint('dim', harmless(`${type} ${masked(endpoint)}: ${facts.join(', ')}`)));
  };
  for (const type of /** @type {const} */ ([
    'open',
    'close',
    'send',
    'message',
    'unsolicited',
    'retry',
    'token',
    'warning',
  ])) {
    protocol.addEventListener(type, tell);
  }
}

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), PATIENCE).unref();
