// Owns the prepared tools of a session: who calls which tool with which template, and the plan of its message. A template
// is read by the core once, not with every call. Must not know calls.
import { createError } from './errors.js';
import { isJustArguments, stringify, usesUuid } from './message.js';

/** @typedef {import('./message.js').Piece} Piece */

/**
 * @typedef {object} PreparedTool
 * @property {number} tool the core's id
 * @property {string} name without the manual's
 * @property {string} endpoint fit for logs
 * @property {string[]} headerFields arguments that go into handshake headers
 * @property {boolean} many whether a call resolves with an array
 * @property {Piece[]} discovery
 * @property {Piece[]} [plan] where it does not depend on the arguments' names
 * @property {boolean} plain the message is the arguments
 * @property {boolean} usesUuid
 * @property {string} lastNames which names `lastPlan` is for
 * @property {Piece[]} lastPlan
 */

/**
 * @typedef {object} GuardedSession
 * @property {(question: (core: import('../dist/core.js').CoreSession) => string) => any} ask JSON of what it answers
 * @property {(entry: (core: import('../dist/core.js').CoreSession) => void) => void} tell
 */

const MOST_TOOLS = 1000;

/** Numbers for callers, kept apart by identity; 0 is "no caller". */
export class Callers {
  #objects = new WeakMap();
  #primitives = new Map();
  #last = 0;

  /** @param {unknown} caller @returns {number} */
  numberOf(caller) {
    if (caller === null || caller === undefined) return 0;
    const table = typeof caller === 'object' || typeof caller === 'function' ? this.#objects : this.#primitives;
    const known = table.get(/** @type {object} */ (caller));
    if (known) return known;
    this.#last += 1;
    table.set(/** @type {object} */ (caller), this.#last);
    return this.#last;
  }
}

export class Tools {
  /** @type {Map<string, PreparedTool>} */
  #tools = new Map();

  get size() {
    return this.#tools.size;
  }

  /**
   * @param {GuardedSession} session
   * @param {number} caller
   * @param {string} toolName
   * @param {string} template JSON text
   * @returns {PreparedTool} throws what is wrong with the template
   */
  prepare(session, caller, toolName, template) {
    const key = `${caller}\0${toolName}\0${template}`;
    const known = this.#tools.get(key);
    if (known) return known;
    const { value, error } = session.ask((core) => core.prepare(caller, wellFormed(toolName), template));
    if (error) throw createError(error);
    const plain = value.plan !== undefined && isJustArguments(value.plan);
    const tool = { ...value, plain, usesUuid: usesUuid(value.plan ?? []), lastNames: '', lastPlan: value.plan ?? [] };
    this.#tools.set(key, tool);
    if (this.#tools.size > MOST_TOOLS) this.#releaseOldest(session);
    return tool;
  }

  /**
   * @param {GuardedSession} session
   * @param {PreparedTool} tool
   * @param {import('./message.js').Arguments} args
   * @returns {Piece[] | undefined} undefined: the message is the arguments
   */
  planFor(session, tool, args) {
    if (tool.plain) return undefined;
    if (tool.plan) return tool.plan;
    const text = JSON.stringify(args.names().map(wellFormed));
    if (text !== tool.lastNames) {
      tool.lastPlan = session.ask((core) => core.plan(tool.tool, text));
      tool.lastNames = text;
      tool.usesUuid = usesUuid(tool.lastPlan);
    }
    return tool.lastPlan;
  }

  clear() {
    this.#tools.clear();
  }

  /** @param {GuardedSession} session */
  #releaseOldest(session) {
    for (const [key, { tool }] of this.#tools) {
      this.#tools.delete(key);
      session.tell((core) => core.release(tool));
      return;
    }
  }
}

/** @param {unknown} template @returns {string} JSON text; throws a TypeError naming the place that JSON cannot hold */
export function templateText(template) {
  const text = stringify(template, 'callTemplate');
  if (text === undefined) throw new TypeError(`a call template must be an object, not ${typeof template}`);
  return text;
}

/** Lone surrogates have no UTF-8. @param {string} text */
export function wellFormed(text) {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
