// Owns `open`: a prompt on a connection. Sends each line as a frame and shows received frames; lines with a slash are commands. Must not
// know how a tool is called.
import { createInterface } from 'node:readline';
import {
  isSecureWebSocketUrl,
  ready,
  validateCallTemplate,
  WebSocketConnectionError,
  WebSocketTimeoutError,
} from '../api/index.js';
import { call, discover, given, stream } from './commands.js';
import { describe } from './failures.js';
import { frameText } from './frames.js';
import { UsageError } from './usage.js';

/** @typedef {import('./commands.js').Context} Context */

const prompt = '> ';

/** @param {Context} context @param {any} WebSocket */
export async function open(context, WebSocket) {
  const { paint, signal } = context;
  const template = await given(context);
  await ready();
  if (!isSecureWebSocketUrl(String(template.url))) throw new UsageError('the URL must be wss:, or ws: to this machine');
  validateCallTemplate(template);
  const unused = ['auth', 'connect', 'connect_message'].filter((field) => template[field] !== undefined);
  if (unused.length > 0) context.note(`open sends frames as you type them; it does not use ${unused.join(' and ')}`);
  /** @type {import('node:readline').Interface | undefined} */
  let prompting;
  const say = (/** @type {string} */ text) => {
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
    if (process.stdin.isTTY) prompting?.prompt(true);
  };
  const socket = await connected(WebSocket, template, context, (/** @type {any} */ opened) => {
    opened.addEventListener('message', (/** @type {{ data: unknown }} */ { data }) =>
      say(`${paint('dim', '<')} ${frameText(data)}`),
    );
    opened.addEventListener('close', (/** @type {{ code: number, reason: string }} */ { code, reason }) => {
      say(`closed (${code}${reason ? `, ${frameText(reason)}` : ''})`);
      prompting?.close();
    });
  });
  if (socket.readyState !== 1) return; // closed again, and said so
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt });
  prompting = lines;
  signal.addEventListener('abort', () => lines.close());
  if (process.stdin.isTTY) lines.prompt();
  for await (const line of lines) {
    if (line === '/quit') break;
    if (line.startsWith('/')) await command(context, line);
    else if (line !== '') socket.send(line);
    if (process.stdin.isTTY) lines.prompt();
  }
  if (socket.readyState === 1) await closed(socket);
  signal.throwIfAborted();
}

/**
 * @param {any} WebSocket @param {{ [member: string]: any }} template @param {Context} context
 * @param {(socket: any) => void} follow called as soon as it is open: the first frames may come with the handshake's answer
 */
function connected(WebSocket, { url, protocol, headers = {}, timeout = 30 }, { signal }, follow) {
  if (!WebSocket) throw failed('websocket_unavailable', 'this Node has no WebSocket, and the package ws is not there');
  // As one object: so both `ws` and Node's own take headers.
  const socket = new WebSocket(url, { protocols: protocol ? [protocol] : [], headers });
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    const give = (/** @type {unknown} */ error) => {
      clearTimeout(timer);
      reject(error);
      socket.close();
    };
    const late = () => new WebSocketTimeoutError(`no connection to the endpoint within ${timeout} s`, LATE);
    const timer = setTimeout(() => give(late()), timeout * 1000);
    const interrupted = () => give(signal.reason);
    signal.addEventListener('abort', interrupted);
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupted);
      follow(socket);
      resolve(socket);
    });
    socket.addEventListener('error', (/** @type {{ message?: string }} */ { message }) =>
      give(failed('connection_failed', `no connection to the endpoint${message ? `: ${frameText(message)}` : ''}`)),
    );
  });
}

const LATE = /** @type {const} */ ({ code: 'connection_timeout', fault: 'network' });

/** @param {'connection_failed' | 'websocket_unavailable'} code @param {string} text */
function failed(code, text) {
  return new WebSocketConnectionError(text, { code, fault: code === 'connection_failed' ? 'network' : 'host' });
}

/** @param {any} socket */
function closed(socket) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000);
    socket.addEventListener('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    socket.close(1000);
  });
}

/** `/call search_docs {"query":"ping"}` @param {Context} context @param {string} line */
async function command(context, line) {
  const [name = '', tool = '', args] = /^\/(\w+)(?:\s+(\S+))?(?:\s+(.*))?$/.exec(line)?.slice(1) ?? [];
  const commands = { tools: discover, call, stream };
  const run = Object.hasOwn(commands, name) ? commands[/** @type {keyof typeof commands} */ (name)] : undefined;
  if (!run || (run !== discover && tool === '')) {
    context.note('commands are /tools, /call TOOL [ARGUMENTS], /stream TOOL [ARGUMENTS] and /quit');
    return;
  }
  try {
    await run({ ...context, settings: { ...context.settings, tool, args } });
  } catch (error) {
    console.error(describe(error, false));
  }
}
