// Owns the prepared tools of a session, by caller, tool and template, and the plan of each message. The core parses a template
// once, not with every call. Must not know calls.

import { createError } from '../base/errors.js';
import { kindOf, wellFormed } from '../base/values.js';
import { stringify } from './message.js';
import { isJustArguments, usesUuid, withName } from './plan.js';

/** @typedef {import('./message.js').Piece} Piece */

/**
 * @typedef {object} PreparedTool
 * @property {number} tool the core's id, the same for all that differ in names and messages only
 * @property {number} messages the core's id for its own messages; 0: nothing more is asked of them
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
 * @property {({ names: string, plan: Piece[] } | undefined)[] | undefined} last by what they are of: the plans made last, and for which names
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

/** More than the largest manual has by default; each takes about 1 kB. */
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
  /** The last prepared tool. @type {PreparedTool | undefined} */
  #last;
  /** The names in the last snapshot. @type {(string | number)[]} */
  #lastNames = [];
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
    if (recent && recent.caller === caller && recent.toolName === toolName && isAs(recent, callTemplate)) {
      return recent.tool;
    }
    // Read once, so that the stored value is the one that the core got.
    const read = snapshotOf(callTemplate);
    const template = templateText(read ? read.copy : callTemplate);
    const key = `${caller}\0${toolName}\0${template}`;
    const tool = this.#tools.get(key) ?? this.#prepare(driver, caller, toolName, template, key);
    if (read) {
      const names = shared(read.snapshot.names, this.#lastNames);
      this.#lastNames = names;
      this.#recent.set(callTemplate, { caller, toolName, names, values: read.snapshot.values, tool });
    }
    return tool;
  }

  /** @param {Core} driver @param {number} caller @param {string} toolName @param {string} template @param {string} key */
  #prepare(driver, caller, toolName, template, key) {
    const name = forCore(toolName, 'toolName');
    const text = forCore(template, 'callTemplate');
    const { value, error } = driver.ask((core, session) => core.prepare(session, caller, name, text));
    if (error) throw createError(error.field === 'url' && isTool(text) ? { ...error, message: A_TOOL } : error);
    const last = this.#last;
    const plan = value.plan && shared(withName(value.plan, value.name), last?.plan);
    const tool = {
      tool: value.tool,
      plan,
      plain: plan !== undefined && isJustArguments(plan),
      usesUuid: usesUuid(plan ?? []),
      headerFields: shared(value.headerFields, last?.headerFields),
      many: value.many,
      more: value.more,
      base64: value.base64,
      filters: value.filters,
      leaves: value.leaves,
      captures: value.captures,
      bytes: value.bytes,
      name: value.name,
      endpoint: shared(value.endpoint, last?.endpoint),
      discovery: shared(value.discovery, last?.discovery),
      messages: value.messages ?? 0,
      last: undefined,
    };
    this.#last = tool;
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
    const before = tool.last?.[PLAN_OF_MESSAGE];
    const plan = planFor(driver, tool, args, PLAN_OF_MESSAGE);
    if (tool.last?.[PLAN_OF_MESSAGE] !== before) tool.usesUuid = usesUuid(plan);
    return plan;
  }

  clear() {
    this.#tools.clear();
    this.#last = undefined;
    this.#recent = new WeakMap();
  }

  /** @param {Core} driver */
  #releaseOldest(driver) {
    for (const [key, { tool, messages }] of this.#tools) {
      this.#tools.delete(key);
      this.#recent = new WeakMap(); // it may contain the removed one
      driver.tell((core, session) => core.release(session, tool, messages));
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
  tool.last ??= [];
  const last = tool.last[of];
  if (last?.names === names) return last.plan;
  const { value, error } = driver.ask((core, session) => core.plan(session, tool.tool, tool.messages, names, of));
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
 * The content of a plain object or array, to detect later whether it has changed. `names`: of the members at any depth, in
 * one list, with brackets around those of each object. `values`: for each name, its value unless that is an object.
 * @typedef {{ names: (string | number)[], values: unknown[] }} Snapshot
 */

// Brackets: no name is a number.
const OBJECT = 1;
const ARRAY = 2;
const END = 3;

/** Deeper values are read again with each call. */
const DEEPEST = 8;

/** @param {any} value @returns {{ snapshot: Snapshot, copy: any } | undefined} undefined: it holds more than plain objects, arrays, and what is no object */
function snapshotOf(value) {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    /** @type {Snapshot} */
    const snapshot = { names: [], values: [] };
    const copy = read(value, snapshot, DEEPEST);
    return copy && { snapshot, copy };
  } catch {
    return undefined; // a getter or a proxy of the caller: writing the template reports it
  }
}

/** @param {any} object @param {Snapshot} snapshot to whose end it goes @param {number} depth @returns {any} a copy, or undefined */
function read(object, snapshot, depth) {
  const isArray = Array.isArray(object);
  if (depth === 0 || Object.getPrototypeOf(object) !== (isArray ? Array : Object).prototype) return undefined;
  if (typeof object.toJSON === 'function') return undefined;
  const add = (/** @type {string | number} */ name, /** @type {unknown} */ value) => {
    snapshot.names.push(name);
    snapshot.values.push(value);
  };
  const copy = isArray ? [...object] : { ...object };
  add(isArray ? ARRAY : OBJECT, undefined);
  for (const name of Object.keys(copy)) {
    const value = copy[name];
    if (typeof value === 'function') return undefined;
    const isObject = typeof value === 'object' && value !== null;
    add(name, isObject ? undefined : value);
    if (!isObject) continue;
    copy[name] = read(value, snapshot, depth - 1);
    if (copy[name] === undefined) return undefined;
  }
  add(END, undefined);
  return copy;
}

/** @param {Snapshot} before @param {any} object @returns {boolean} whether it is still as it was */
function isAs(before, object) {
  try {
    return behind(before, object, 0) > 0;
  } catch {
    return false; // as above
  }
}

/** @param {Snapshot} before @param {any} object @param {number} at where it begins @returns {number} where it ends; 0: it has changed */
function behind(before, object, at) {
  const { names, values } = before;
  if (names[at] !== (Array.isArray(object) ? ARRAY : OBJECT)) return 0;
  let next = at + 1;
  for (const name in object) {
    if (names[next] !== name) return 0;
    const value = object[name];
    if (typeof value === 'object' && value !== null) {
      next = behind(before, value, next + 1);
      if (next === 0) return 0;
    } else {
      if (values[next] !== value) return 0;
      next += 1;
    }
  }
  return names[next] === END ? next + 1 : 0;
}

/**
 * A part of a tool, or in its place the same part of another one where that is equal. Most tools of a manual differ in little: so what
 * thousands of them are is small, and calls of one after the other find most of it in the processor's cache.
 * @template T
 * @param {T} part JSON @param {any} other @returns {T}
 */
function shared(part, other) {
  if (JSON.stringify(part) === JSON.stringify(other)) return other;
  if (!Array.isArray(part) || !Array.isArray(other)) return part;
  return /** @type {any} */ (part.map((element, i) => shared(element, other[i])));
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
