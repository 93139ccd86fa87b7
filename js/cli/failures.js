// Owns exit codes and error messages, which say what happened and what to do. Must not know the commands.
import { isUtcpWebSocketError } from '../api/index.js';
import { masked } from './frames.js';
import { Ended } from './output.js';
import { harmless, painter } from './terminal.js';
import { UsageError } from './usage.js';

const FAILED = 1;
const USAGE = 2;
const CONNECTION = 3;
const TIMEOUT = 4;

/** The endpoint has no tool of that name. */
export class UnknownToolError extends Error {}

/** @param {unknown} error @returns {number} */
export function exitCodeOf(error) {
  if (error instanceof Ended) return error.exitCode;
  if (error instanceof UsageError) return USAGE;
  if (!isUtcpWebSocketError(error)) return FAILED;
  switch (error.code) {
    case 'invalid_call_template':
    case 'invalid_argument':
    case 'url_refused':
      return USAGE;
    case 'connection_timeout':
    case 'response_timeout':
      return TIMEOUT;
    case 'connection_failed':
    case 'handshake_refused':
    case 'websocket_unavailable':
    case 'auth_failed':
    case 'auth_unsupported':
    case 'token_unavailable':
    case 'connection_closed':
      return CONNECTION;
    default:
      return FAILED;
  }
}

/** What to do, where the message does not say it. @type {Partial<Record<string, string>>} */
const advice = {
  usage: 'Run utcp-websocket --help for usage.',
  unknown_tool: 'Run utcp-websocket discover to list the tools.',
  connection_failed: 'Check the address, and that the endpoint is running; --retry waits for it.',
  handshake_refused: 'Check the path of the URL; -v shows which URL was opened.',
  auth_failed: 'Check the credential; pass it with --header, or as auth of a --template.',
  websocket_unavailable: 'With Node 20: npx -p ws -p utcp-websocket utcp-websocket …',
  connection_timeout: 'Increase --timeout, or watch the frames with --frames.',
  response_timeout: 'Increase --timeout, or watch the frames with --frames.',
  invalid_manual: 'If the endpoint knows nothing of UTCP, pass a call template with --template or --recipe.',
};

/**
 * @param {unknown} error
 * @param {boolean} json
 * @returns {string} for standard error; empty where nobody wants to know
 */
export function describe(error, json) {
  if (error instanceof Ended) return '';
  const facts = factsOf(error);
  // Not the library knows what the environment has given, but this program.
  const shown = (/** @type {string} */ name, /** @type {unknown} */ value) =>
    typeof value === 'string' && name !== 'code' ? masked(value) : value;
  if (json) return JSON.stringify({ error: facts }, shown);
  const paint = painter(process.stderr);
  const lines = [`${paint('red', `error: ${facts.code}`)}: ${harmless(masked(facts.message))}`];
  if (facts.advice) lines.push(paint('dim', facts.advice));
  return lines.join('\n');
}

/** @param {unknown} error @returns {{ code: string, message: string, advice?: string | undefined, [fact: string]: unknown }} */
function factsOf(error) {
  if (error instanceof UsageError) return { code: 'usage', message: error.message, advice: advice.usage };
  if (error instanceof UnknownToolError) {
    return { code: 'unknown_tool', message: error.message, advice: advice.unknown_tool };
  }
  if (!isUtcpWebSocketError(error)) {
    return { code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const { code, message, fault, field } = error;
  const facts = { code, message, fault, field, advice: advice[code] };
  if ('httpStatus' in error)
    return { ...facts, message: withCause(message, error.cause), httpStatus: error.httpStatus };
  if ('closeCode' in error) return { ...facts, closeCode: error.closeCode, reason: error.reason };
  if ('detail' in error) return { ...facts, detail: error.detail };
  return facts;
}

/**
 * With what the host says, where the message does not and it is a mere code such as ECONNREFUSED: its text may hold anything.
 * @param {string} message
 * @param {any} cause
 */
function withCause(message, cause) {
  return /^[A-Z\d_]+$/.test(cause?.code) && !message.includes(cause.code) ? `${message} (${cause.code})` : message;
}
