// Owns the prepared tools of a session, by caller, tool and template, and the plan of each message. The core parses a template
// once, not with every call. Must not know calls.

import { createError } from '../base/errors.js';
import { kindOf, wellFormed } from '../base/values.js';
import { stringify } from './message.js';
import { isJustArguments, usesUuid, withName } from './plan.js';

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
 * @property {number} more how many messages follow the first
 * @property {boolean} base64 whether arguments that are bytes go in as base64
 * @property {string} [bytes] of a binary message: the argument that may be its bytes, or empty
 * @property {boolean} plain the message is the arguments
 * @property {boolean} usesUuid
 * @property {boolean} filters whether what frames are held against (`message_filter`, `stream_end`, `error_match`) has placeholders
 * @property {boolean} leaves whether there is a `leave_message`
 * @property {boolean} [captures] whether values that are captured later stand in any of these
 * @property {({ names: string, plan: Piece[] } | undefined)[]} last by what they are of: the plans made last, and for which names
 */

/**
 * @typedef {object} Core how the driver enters the core
 * @property {(question: import('./session.js').Entry<string>) => any} ask JSON of what it answers
 * @property {(entry: import('./session.js').Entry<void>) => void} tell
 */

const A_TOOL = 'this is a tool, not a call template: pass its tool_call_template';

/** @param {string} template JSON */
function isTool(template) {
  return typeof JSON.parse(template)?.tool_call_template === 'object';
}

/** More than the largest manual has by default; each takes about 2 kB. */
const MOST_TOOLS = 12_000;

/** Numbers of callers, by identity; 0 is "no caller". */
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
  /** The tool of a template's last call, while the template is unchanged: most callers pass the same object again. */
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
    if (recent && recent.caller === caller && recent.toolName === toolName && isAs(recent.snapshot, callTemplate)) {
      return recent.tool;
    }
    // Read once, so that the stored value is the one that the core got.
    const snapshot = snapshotOf(callTemplate);
    const template = templateText(snapshot ? snapshot.copy : callTemplate);
    const key = `${caller}\0${toolName}\0${template}`;
    const tool = this.#tools.get(key) ?? this.#prepare(driver, caller, toolName, template, key);
    if (snapshot) this.#recent.set(callTemplate, { caller, toolName, snapshot, tool });
    return tool;
  }

  /** @param {Core} driver @param {number} caller @param {string} toolName @param {string} template @param {string} key */
  #prepare(driver, caller, toolName, template, key) {
    const name = forCore(toolName, 'toolName');
    const text = forCore(template, 'callTemplate');
    const { value, error } = driver.ask((core, session) => core.prepare(session, caller, name, text));
    if (error) throw createError(error.field === 'url' && isTool(text) ? { ...error, message: A_TOOL } : error);
    const plan = value.plan && withName(value.plan, value.name);
    const plain = plan !== undefined && isJustArguments(plan);
    const tool = { ...value, plan, plain, usesUuid: usesUuid(plan ?? []), last: [] };
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
    const before = tool.last[PLAN_OF_MESSAGE];
    const plan = planFor(driver, tool, args, PLAN_OF_MESSAGE);
    if (tool.last[PLAN_OF_MESSAGE] !== before) tool.usesUuid = usesUuid(plan);
    return plan;
  }

  clear() {
    this.#tools.clear();
    this.#recent = new WeakMap();
  }

  /** @param {Core} driver */
  #releaseOldest(driver) {
    for (const [key, { tool }] of this.#tools) {
      this.#tools.delete(key);
      this.#recent = new WeakMap(); // it may contain the removed one
      driver.tell((core, session) => core.release(session, tool));
      return;
    }
  }
}

// The messages that have a plan, by the core's names (bindings/wasm/session_host.hpp).
const PLAN_OF_MESSAGE = 0;
export const PLAN_OF_FILTER = 1;
export const PLAN_OF_LEAVING = 2;
/** And of the following ones. */
export const PLAN_OF_SECOND_MESSAGE = 3;

/**
 * Asks the core only if the names of the arguments differ from the last call's.
 * @param {Core} driver
 * @param {PreparedTool} tool
 * @param {import('./message.js').Arguments} args
 * @param {number} of what the tool has
 * @returns {Piece[]} throws where an argument is missing that must not be
 */
export function planFor(driver, tool, args, of) {
  const names = namesOf(args);
  const last = tool.last[of];
  if (last?.names === names) return last.plan;
  const { value, error } = driver.ask((core, session) => core.plan(session, tool.tool, names, of));
  if (error) throw createError(error);
  const plan = withName(value, tool.name);
  tool.last[of] = { names, plan };
  return plan;
}

/** @param {unknown} template @returns {string} JSON text; throws a TypeError naming the place that JSON cannot hold */
export function templateText(template) {
  const text = stringify(template, 'callTemplate');
  if (text === undefined) throw new TypeError(`a call template must be an object, not ${kindOf(template)}`);
  return text;
}

/**
 * A copy of a plain object or array, to detect later whether its members have changed.
 * @typedef {{ copy: any, isArray: boolean, names: string[], values: unknown[] }} Snapshot `values`: texts, numbers and the like; else snapshots
 */

/** Deeper values are read again with each call. */
const DEEPEST = 8;

/** @param {any} value @returns {Snapshot | undefined} undefined: it holds more than plain objects, arrays, and what is no object */
function snapshotOf(value) {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return readSnapshot(value, DEEPEST);
  } catch {
    return undefined; // a getter or a proxy of the caller: writing the template reports it
  }
}

/** @param {any} object @param {number} depth @returns {Snapshot | undefined} */
function readSnapshot(object, depth) {
  const isArray = Array.isArray(object);
  if (depth === 0 || Object.getPrototypeOf(object) !== (isArray ? Array : Object).prototype) return undefined;
  if (typeof object.toJSON === 'function') return undefined;
  const copy = isArray ? [...object] : { ...object };
  const names = Object.keys(copy);
  const values = [];
  for (const name of names) {
    let value = copy[name];
    if (typeof value === 'function') return undefined;
    if (typeof value === 'object' && value !== null) {
      value = readSnapshot(value, depth - 1);
      if (value === undefined) return undefined;
      copy[name] = value.copy;
    }
    values.push(value);
  }
  return { copy, isArray, names, values };
}

/** @param {Snapshot} before @param {any} object @returns {boolean} whether it is still as it was */
function isAs(before, object) {
  try {
    return hasSameMembers(before, object);
  } catch {
    return false; // as above
  }
}

/** @param {Snapshot} before @param {any} object @returns {boolean} */
function hasSameMembers({ isArray, names, values }, object) {
  if (Array.isArray(object) !== isArray) return false;
  let i = 0;
  for (const name in object) {
    if (names[i] !== name) return false;
    const [was, is] = [values[i], object[name]];
    if (typeof was !== 'object' || was === null) {
      if (was !== is) return false;
    } else if (typeof is !== 'object' || is === null || !hasSameMembers(/** @type {Snapshot} */ (was), is)) {
      return false;
    }
    i += 1;
  }
  return i === names.length;
}

/** @param {import('./message.js').Arguments} args @returns {string} JSON */
export function namesOf(args) {
  return forCore(JSON.stringify(args.names().map(wellFormed)), 'the list of arguments');
}

/** UTF-16 code units. Larger texts could exhaust the module's memory, and end other callers' calls. */
const LARGEST_TEXT = 16 * 1024 * 1024;

/**
 * A caller's text, checked for the core.
 * @param {string} text @param {string} what
 */
export function forCore(text, what) {
  if (text.length > LARGEST_TEXT) throw new TypeError(`${what} is too large: over ${LARGEST_TEXT} characters`);
  return wellFormed(text);
}
