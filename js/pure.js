// Owns the pure functions: synchronous once `ready()` has resolved. Must not know protocols or connections.
import { createError, UtcpWebSocketError } from './errors.js';
import { Arguments, renderPlan, stringify } from './message.js';
import { runningInstance, start } from './module.js';
import { wellFormed } from './tools.js';

/**
 * @template T
 * @param {(core: import('../dist/core.js').CoreModule) => T} entry
 * @returns {T}
 */
function run(entry) {
  const instance = runningInstance();
  if (!instance) {
    throw new UtcpWebSocketError('the WebAssembly module is not loaded: await ready() first', {
      code: 'module_failed',
      fault: 'caller',
    });
  }
  return instance.run(() => entry(instance.core));
}

/** @param {(core: import('../dist/core.js').CoreModule) => string} entry */
function ask(entry) {
  const { value, error } = JSON.parse(run(entry));
  if (error) throw createError(error);
  return value;
}

/**
 * Whether a URL may be opened as a WebSocket: `wss:` to any host, `ws:` to a literal loopback host.
 * @param {string} url as it would be opened
 * @returns {boolean} whether it may
 */
export function isSecureWebSocketUrl(url) {
  return run((core) => core.isSecureWebSocketUrl(wellFormed(String(url))));
}

/**
 * Whether a token may be asked for at a URL: `https:` to any host, `http:` to a literal loopback host.
 * @param {string} url as it would be asked
 * @returns {boolean} whether it may
 */
export function isSecureTokenUrl(url) {
  return run((core) => core.isSecureTokenUrl(wellFormed(String(url))));
}

/**
 * Checks a call template.
 * @param {object} callTemplate what may be one
 * @returns {import('./types.js').WebSocketCallTemplate} normalized: fields that hold their default are left out
 * @throws `CallTemplateError` or `WebSocketSecurityError`
 */
export function validateCallTemplate(callTemplate) {
  const text = stringify(callTemplate, 'callTemplate') ?? 'null';
  return ask((core) => core.validateCallTemplate(text));
}

/**
 * Renders what would be sent.
 * @param {string | object | unknown[] | null | undefined} message as in a call template; none: the arguments as JSON
 * @param {Record<string, any> | null | undefined} args the arguments, by name
 * @param {import('./types.js').BuiltIns} [builtIns] what built-in placeholders hold
 * @returns {string} the message
 * @throws a `TypeError` where JSON cannot hold an argument, a `CallTemplateError` where the message is of no use
 */
export function renderMessage(message, args, { toolName = '', requestId = 1, now, uuid } = {}) {
  const values = new Arguments(args);
  const template = message === undefined || message === null ? '' : (stringify(message, 'message') ?? '');
  const names = JSON.stringify(values.names().map(wellFormed));
  const plan = ask((core) => core.planMessage(template, names));
  return renderPlan(plan, values, {
    requestId: String(requestId),
    toolName: toolName.slice(toolName.indexOf('.') + 1),
    uuid,
    now: now instanceof Date ? now.toISOString() : now,
  });
}

/**
 * Checks a manual and fills in the defaults of its tools.
 * @param {string | object} textOrObject as it came, or parsed
 * @returns {import('./types.js').Manual} the manual
 * @throws `ManualError`
 */
export function parseManual(textOrObject) {
  const text = typeof textOrObject === 'string' ? textOrObject : (stringify(textOrObject, 'manual') ?? 'null');
  return readManual(text, { manualTools: 10_000, jsonDepth: 512 }, { url: '', auth: '' }).manual;
}

/**
 * Where a manual came from. Its tools on loopback are left out unless this is loopback too; those of the same origin get its
 * credential where they have none.
 * @typedef {{ url: string, auth: string }} ManualSource empty: unknown; JSON of the credential, empty: none
 */

/**
 * @param {string} text
 * @param {ManualRules} rules
 * @param {ManualSource} source
 * @returns {Promise<{ manual: import('./types.js').Manual, leftOut: string[] }>}
 */
export async function manualFrom(text, rules, source) {
  await start();
  return readManual(text, rules, source);
}

/** @typedef {{ manualTools: number, jsonDepth: number, allowLoopbackTools?: boolean }} ManualRules */

/** @param {string} text @param {ManualRules} rules @param {ManualSource} source */
function readManual(text, { manualTools, jsonDepth, allowLoopbackTools = false }, { url, auth }) {
  return ask((core) =>
    core.parseManual(wellFormed(text), manualTools, jsonDepth, wellFormed(url), allowLoopbackTools, wellFormed(auth)),
  );
}
