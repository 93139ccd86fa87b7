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
 * @property {boolean} filters whether `message_filter` has placeholders
 * @property {string} lastNames which names `lastPlan` is for
 * @property {Piece[]} lastPlan
 */

/**
 * @typedef {object} Core how the driver enters the core
 * @property {(question: import('./session.js').Entry<string>) => any} ask JSON of what it answers
 * @property {(entry: import('./session.js').Entry<void>) => void} tell
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
  /** The tool of a template's last call, while the template is the same: most callers pass the same object again. */
  #recent = new WeakMap();

  get size() {
    return this.#tools.size;
  }

  /**
   * @param {Core} driver
   * @param {number} caller
   * @param {string} toolName
   * @param {any} callTemplate
   * @returns {PreparedTool} throws what is wrong with the template
   */
  prepare(driver, caller, toolName, callTemplate) {
    const recent = this.#recent.get(callTemplate);
    if (recent && recent.caller === caller && recent.toolName === toolName && isUnchanged(callTemplate, recent)) {
      return recent.tool;
    }
    const template = templateText(callTemplate);
    const key = `${caller}\0${toolName}\0${template}`;
    const tool = this.#tools.get(key) ?? this.#prepare(driver, caller, toolName, template, key);
    const names = Object.keys(callTemplate);
    const values = Object.values(callTemplate);
    if (isFlat(callTemplate, values)) this.#recent.set(callTemplate, { caller, toolName, names, values, tool });
    return tool;
  }

  /** @param {Core} driver @param {number} caller @param {string} toolName @param {string} template @param {string} key */
  #prepare(driver, caller, toolName, template, key) {
    const { value, error } = driver.ask((core, session) =>
      core.prepare(session, caller, wellFormed(toolName), template),
    );
    if (error) throw createError(error);
    const plain = value.plan !== undefined && isJustArguments(value.plan);
    const tool = { ...value, plain, usesUuid: usesUuid(value.plan ?? []), lastNames: '', lastPlan: value.plan ?? [] };
    this.#tools.set(key, tool);
    if (this.#tools.size > MOST_TOOLS) this.#releaseOldest(driver);
    return tool;
  }

  /**
   * @param {Core} driver
   * @param {PreparedTool} tool
   * @param {import('./message.js').Arguments} args
   * @returns {Piece[] | undefined} undefined: the message is the arguments
   */
  planFor(driver, tool, args) {
    if (tool.plain) return undefined;
    if (tool.plan) return tool.plan;
    const text = JSON.stringify(args.names().map(wellFormed));
    if (text !== tool.lastNames) {
      tool.lastPlan = driver.ask((core, session) => core.plan(session, tool.tool, text, false));
      tool.lastNames = text;
      tool.usesUuid = usesUuid(tool.lastPlan);
    }
    return tool.lastPlan;
  }

  /**
   * @param {Core} driver
   * @param {PreparedTool} tool
   * @param {import('./message.js').Arguments} args
   * @returns {Piece[]} of `message_filter`, where it has placeholders
   */
  filterPlanFor(driver, tool, args) {
    const text = JSON.stringify(args.names().map(wellFormed));
    return driver.ask((core, session) => core.plan(session, tool.tool, text, true));
  }

  clear() {
    this.#tools.clear();
    this.#recent = new WeakMap();
  }

  /** @param {Core} driver */
  #releaseOldest(driver) {
    for (const [key, { tool }] of this.#tools) {
      this.#tools.delete(key);
      this.#recent = new WeakMap(); // it may hold the one that goes
      driver.tell((core, session) => core.release(session, tool));
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

/**
 * Whether a look at its members tells whether it has changed: it is a plain object of primitive values.
 * @param {any} template @param {unknown[]} values
 */
function isFlat(template, values) {
  return (
    Object.getPrototypeOf(template) === Object.prototype &&
    values.every((value) => typeof value !== 'object' && typeof value !== 'function')
  );
}

/** @param {any} template @param {{ names: string[], values: unknown[] }} before */
function isUnchanged(template, { names, values }) {
  let i = 0;
  for (const name in template) {
    if (names[i] !== name || values[i] !== template[name]) return false;
    i += 1;
  }
  return i === names.length;
}

/** Lone surrogates have no UTF-8. @param {string} text */
export function wellFormed(text) {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
