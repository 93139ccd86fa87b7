// Owns the pure functions: synchronous once `ready()` has resolved. Must not know protocols or connections.

import { DEFAULT_JSON_DEPTH, DEFAULT_MANUAL_BYTES, DEFAULT_MANUAL_TOOLS } from '../../dist/constants.js';
import { createError, UtcpWebSocketError } from '../base/errors.js';
import { kindOf, wellFormed } from '../base/values.js';
import { Arguments, renderPlan, stringify } from './message.js';
import { runningInstance, start } from './module.js';
import { checkShape } from './plan.js';
import { forCore, namesOf } from './tools.js';

/** In the order of the core's `MissingArguments`. */
const MISSING = ['error', 'omit', 'keep'];

/** Limits of a manual. */
export const MANUAL = {
  manualTools: DEFAULT_MANUAL_TOOLS,
  manualBytes: DEFAULT_MANUAL_BYTES,
  jsonDepth: DEFAULT_JSON_DEPTH,
};

/**
 * @template T
 * @param {(core: import('../../dist/core.js').CoreModule) => T} entry
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

/**
 * @param {(core: import('../../dist/core.js').CoreModule) => string} entry
 * @param {(text: string) => string} [mask] masks secrets in an error's texts, before the error is created: nobody may see the original.
 */
function ask(entry, mask = (text) => text) {
  const { value, error } = JSON.parse(run(entry));
  runningInstance()?.review();
  if (!error) return value;
  const { message, field, ...facts } = error;
  throw createError({ ...facts, message: mask(message), ...(field !== undefined && { field: mask(field) }) });
}

/**
 * Whether a URL is allowed for a WebSocket: `wss:` to any host, `ws:` to a literal loopback host.
 * @param {string} url the URL to open
 * @returns {boolean} whether it is allowed
 */
export function isSecureWebSocketUrl(url) {
  const text = urlText(url);
  return run((core) => core.isSecureWebSocketUrl(text));
}

/**
 * Whether a URL is allowed as a token endpoint: `https:` to any host, `http:` to a literal loopback host.
 * @param {string} url the token endpoint
 * @returns {boolean} whether it is allowed
 */
export function isSecureTokenUrl(url) {
  const text = urlText(url);
  return run((core) => core.isSecureTokenUrl(text));
}

/** Before the module is entered: what goes wrong here is the caller's alone. @param {unknown} url @returns {string} */
function urlText(url) {
  if (typeof url === 'string') return forCore(url, 'url');
  if (url instanceof URL) return url.href;
  throw new TypeError(`url must be a string, not ${kindOf(url)}`);
}

/**
 * Checks a call template.
 * @param {object} callTemplate the template to check
 * @returns {import('../types/shared.js').WebSocketCallTemplate} normalized: without fields that have their default
 * @throws `CallTemplateError` or `WebSocketSecurityError`
 */
export function validateCallTemplate(callTemplate) {
  const text = forCore(stringify(callTemplate, 'callTemplate') ?? 'null', 'callTemplate');
  return ask((core) => core.validateCallTemplate(text));
}

/**
 * The arguments that a call template names in `message`, `messages`, `message_filter`, `stream_end`, `error_match`,
 * `leave_message` and the value of `correlation`.
 * @param {object} callTemplate a valid one
 * @returns {string[]} their names, each once, in order
 * @throws `CallTemplateError` or `WebSocketSecurityError`
 */
export function argumentsOf(callTemplate) {
  const text = forCore(stringify(callTemplate, 'callTemplate') ?? 'null', 'callTemplate');
  return ask((core) => core.argumentNames(text));
}

/**
 * Renders the message that a call would send.
 * @param {string | object | unknown[] | null | undefined} message as in a call template; none: the arguments as JSON
 * @param {Record<string, any> | null | undefined} args the arguments, by name
 * @param {import('../types/shared.js').BuiltIns} [builtIns] values of built-in placeholders
 * @param {import('../types/shared.js').RenderOptions} [options] how to handle placeholders without an argument
 * @returns {string} the message
 * @throws a `TypeError` if JSON cannot represent an argument, a `CallTemplateError` if the message is invalid, and, if
 *   `missingArguments` is `'error'`, an `invalid_argument` for a missing argument
 */
export function renderMessage(message, args, builtIns, options) {
  const missing = MISSING.indexOf(options?.missingArguments ?? 'keep');
  if (missing < 0) throw new TypeError(`options.missingArguments must be one of ${MISSING.join(', ')}`);
  const { toolName = '', requestId = 1, newId = 2, now, uuid, traceparent, tracestate } = builtIns ?? {};
  const name = builtInText('toolName', toolName);
  const texts = {
    requestId: builtInText('requestId', typeof requestId === 'number' ? `${requestId}` : requestId),
    freshId: () => builtInText('newId', typeof newId === 'number' ? `${newId}` : newId),
    toolName: name.slice(name.indexOf('.') + 1),
    uuid: uuid === undefined ? undefined : builtInText('uuid', uuid),
    now: now === undefined ? undefined : builtInText('now', now instanceof Date ? now.toJSON() : now),
  };
  const trace = Object.entries({ traceparent, tracestate }).filter(
    ([name, value]) => value !== undefined && builtInText(name, value),
  );
  const values = new Arguments(args, Object.fromEntries(trace));
  const template = message === undefined || message === null ? '' : (stringify(message, 'message') ?? '');
  const text = forCore(template, 'message');
  const names = namesOf(values);
  const plan = ask((core) => core.planMessage(text, names, missing));
  checkShape(values, plan);
  return renderPlan(plan, values, texts);
}

/** @param {string} name @param {unknown} value @returns {string} */
function builtInText(name, value) {
  if (typeof value !== 'string') throw new TypeError(`builtIns.${name} must be a text, not ${kindOf(value)}`);
  return value;
}

/**
 * Checks a manual and fills in the defaults of its tools.
 * @param {string | object} textOrObject as text, or parsed
 * @returns {import('../types/shared.js').Manual} the manual
 * @throws `ManualError`
 */
export function parseManual(textOrObject) {
  const text = typeof textOrObject === 'string' ? textOrObject : (stringify(textOrObject, 'manual') ?? 'null');
  return readManual(text, MANUAL, '').manual;
}

/**
 * Leaves out tools on loopback, unless the manual came from there, too. Tools of the manual's origin without a credential inherit the
 * manual's.
 * @param {string} text
 * @param {ManualRules} rules
 * @param {string} source JSON of the call template with which it was requested
 * @param {(text: string) => string} mask masks the secrets of the request: a peer may repeat them
 * @returns {Promise<{ manual: import('../types/shared.js').Manual, leftOut: string[] }>}
 */
export async function manualFrom(text, rules, source, mask) {
  await start();
  const { manual, leftOut } = readManual(text, rules, source, mask);
  return { manual, leftOut: leftOut.map(mask) };
}

/** @typedef {{ manualTools: number, manualBytes: number, jsonDepth: number, allowLoopbackTools?: boolean }} ManualRules */

/**
 * @param {string} text @param {ManualRules} rules @param {string} source empty: unknown @param {(text: string) => string} [mask]
 * @returns {{ manual: import('../types/shared.js').Manual, leftOut: string[] }}
 */
function readManual(text, { manualTools, manualBytes, jsonDepth, allowLoopbackTools = false }, source, mask) {
  // Before the text is copied.
  if (text.length > manualBytes) {
    const message = `invalid manual: it has ${text.length} characters; the limit manualBytes is ${manualBytes}`;
    throw createError({ code: 'invalid_manual', message });
  }
  return ask(
    (core) => core.parseManual(wellFormed(text), manualBytes, manualTools, jsonDepth, source, allowLoopbackTools),
    mask,
  );
}
