// Owns rendering a message from the core's plan (src/template/message_template.hpp). Must not know the syntax of templates: the core
// has parsed it. This way, large arguments never leave JavaScript.

import {
  ENCODING_JSON_STRING,
  ENCODING_JSON_VALUE,
  ENCODING_TEXT,
  PIECE_ALL_ARGUMENTS,
  PIECE_ARGUMENT,
  PIECE_CAPTURED,
  PIECE_NEW_ID,
  PIECE_NOW,
  PIECE_REQUEST_ID,
  PIECE_TOOL_NAME,
  PIECE_TRACEPARENT,
  PIECE_TRACESTATE,
  PIECE_UUID,
} from '../../dist/constants.js';
import { isArray, isAsyncIterable, isBytes, kindOf } from '../base/values.js';
import { base64, toBytes } from './frames.js';

/**
 * A literal, or a piece to fill in: [kind, encoding, argument's name, number of additional escapes].
 * @typedef {string | [kind: number, encoding: number, name: string, levels?: number]} Piece
 */

/**
 * `freshId`: called once, if a message needs it. `captured`: JSON texts, by name.
 * @typedef {{ requestId: string, toolName: string, freshId: () => string, uuid?: string | undefined, now?: string | undefined,
 *   newId?: string | undefined, captured?: Record<string, string> }} BuiltIns
 */

/** @type {{ traceparent?: string, tracestate?: string }} */
const NO_TRACE = {};

/**
 * The arguments of one call, as in JSON: `toJSON` is respected, and values without JSON are absent. Each is read
 * once, so that all uses agree, even if their getters and `toJSON` return other values the next time.
 */
export class Arguments {
  /** @type {Map<string, string | undefined> | undefined} */
  #texts;
  /** @type {string | undefined} */
  #all;
  /** @type {Record<string, unknown>} */
  #object;

  /**
   * @param {unknown} values
   * @param {{ traceparent?: string, tracestate?: string }} [trace] built-ins that not every call has
   * @param {boolean} [asBase64] whether arguments that are bytes count as base64 texts of these
   */
  constructor(values, trace = NO_TRACE, asBase64 = false) {
    this.trace = trace;
    let object = /** @type {any} */ (values ?? {});
    object = read(() => (typeof object.toJSON === 'function' ? (object.toJSON() ?? {}) : object));
    if (typeof object !== 'object') throw new TypeError(`arguments must be an object, not ${kindOf(object)}`);
    this.isArray = isArray(object);
    if (this.isArray) this.#all = jsonOf(object, 'arguments');
    this.#object = this.isArray ? {} : read(() => ({ ...object }));
    if (typeof this.#object.toJSON === 'function') delete this.#object.toJSON; // was called already, or is not an argument
    if (!asBase64) return;
    for (const name in this.#object) {
      const value = this.#object[name];
      if (isBytes(value)) this.#object[name] = base64(toBytes(value));
    }
  }

  /** The names of the arguments for the core, and of those built-ins that may be missing. */
  names() {
    const there = Object.keys(this.#object).filter((name) => {
      const value = this.#object[name];
      if (isBytes(value) || isAsyncIterable(value)) return true;
      if (typeof value === 'object' || typeof value === 'function') return this.json(name) !== undefined;
      return value !== undefined && typeof value !== 'symbol';
    });
    const reserved = there.find((name) => name === '{{traceparent}}' || name === '{{tracestate}}');
    if (reserved) throw new TypeError(`an argument cannot be named ${reserved}`);
    return [...there, ...Object.keys(this.trace).map((name) => `{{${name}}}`)];
  }

  /** @param {string} name @returns {string | undefined} its JSON text */
  json(name) {
    this.#texts ??= new Map();
    if (!this.#texts.has(name)) this.#texts.set(name, jsonOf(this.#valueOf(name), pathTo(name)));
    return this.#texts.get(name);
  }

  /** @param {string} name @returns {string | undefined} a string as it is, anything else as JSON text */
  text(name) {
    const value = this.#valueOf(name);
    if (typeof value === 'string') return value;
    const json = this.json(name);
    return json?.startsWith('"') ? JSON.parse(json) : json;
  }

  /** All of them, as the JSON text of one object. */
  all() {
    if (this.#all === undefined) {
      for (const name in this.#object) checkJson(this.#object[name], pathTo(name));
      this.#all = jsonOf(this.#object, 'arguments') ?? '{}';
    }
    return this.#all;
  }

  /** @param {string} name @returns {Uint8Array<ArrayBuffer> | undefined} a copy, where it is bytes */
  bytes(name) {
    const value = this.#valueOf(name);
    return isBytes(value) ? toBytes(value).slice() : undefined;
  }

  /** @returns {string | undefined} the argument whose value comes in chunks, one for each message */
  chunked() {
    let found;
    for (const name in this.#object) {
      if (!isAsyncIterable(this.#object[name])) continue;
      if (found !== undefined) {
        throw new TypeError(`${pathTo(found)} and ${pathTo(name)} are async iterables: a call accepts only one`);
      }
      found = name;
    }
    return found;
  }

  /** @param {string} name @returns {AsyncIterable<unknown>} */
  chunks(name) {
    return /** @type {any} */ (this.#object[name]);
  }

  /** All of them, to be read again: what they are made of may change meanwhile. @returns {unknown} */
  snapshot() {
    const kept = Object.keys(this.#object).flatMap((name) => {
      const value = this.bytes(name) ?? this.#object[name];
      return isBytes(value) || isAsyncIterable(value) ? [[name, value]] : [];
    });
    for (const [name] of kept) delete this.#object[/** @type {string} */ (name)];
    return kept.length === 0 ? JSON.parse(this.all()) : { ...JSON.parse(this.all()), ...Object.fromEntries(kept) };
  }

  /** Not what every object has. @param {string} name */
  #valueOf(name) {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }
}

/** @template T @param {() => T} reading runs getters and proxies of the caller's @returns {T} */
function read(reading) {
  try {
    return reading();
  } catch (cause) {
    throw new TypeError('arguments cannot be read', { cause });
  }
}

const NO_JSON =
  ' is bytes, which JSON cannot hold: pass a text, or set "message_format" to "base64", or to "binary" with the ' +
  'placeholder of this argument alone as "message"';

const NO_CHUNKS = ' is an async iterable, which JSON cannot hold: pass it as an argument of its own';

/** @param {unknown} value @param {string} path */
function checkJson(value, path) {
  if (isBytes(value)) throw new TypeError(path + NO_JSON);
  if (isAsyncIterable(value)) {
    throw new TypeError(`${path} is an async iterable, which only one message may use, by its name`);
  }
}

/** @param {unknown} value @param {string} path */
function jsonOf(value, path) {
  checkJson(value, path);
  const text = stringify(value, path);
  // As bytes are written, and most of what gives its values later. Nobody looks for them with each call.
  const isOdd = typeof value === 'object' && text && (text.includes('{"0":') || text.includes('{}', 1));
  const why = isOdd && culprit(value, path, WRITTEN);
  if (why) throw new TypeError(why);
  return text;
}

/**
 * @param {Piece[]} plan
 * @param {Arguments} args
 * @param {BuiltIns} builtIns
 */
export function renderPlan(plan, args, builtIns) {
  let message = '';
  for (const piece of plan) {
    let text = typeof piece === 'string' ? piece : fill(piece, args, builtIns);
    for (let levels = (typeof piece !== 'string' && piece[3]) || 0; levels > 0; levels -= 1) {
      text = encode(text, ENCODING_JSON_STRING);
    }
    if (message.length + text.length > LONGEST_MESSAGE) {
      throw new TooLong(`the message would have more than ${LONGEST_MESSAGE} characters: pass less`);
    }
    message += text;
  }
  return message;
}

/** The caller's fault, even if it shows only after the peer has sent a value that is inserted. */
export class TooLong extends TypeError {}

/** In UTF-16 code units, or bytes; few hosts accept longer messages. */
export const LONGEST_MESSAGE = 2 ** 28;

/**
 * @param {Exclude<Piece, string>} piece
 * @param {Arguments} args
 * @param {BuiltIns} builtIns
 */
function fill([kind, encoding, name], args, builtIns) {
  switch (kind) {
    case PIECE_ARGUMENT: {
      const text = encoding === ENCODING_JSON_VALUE ? args.json(name) : args.text(name);
      // The core knows it by another name.
      if (text === undefined) throw new TypeError("an argument's name is not well-formed Unicode");
      return encoding === ENCODING_JSON_VALUE ? text : encode(text, encoding);
    }
    case PIECE_ALL_ARGUMENTS:
      return encoding === ENCODING_JSON_STRING ? encode(args.all(), encoding) : args.all();
    case PIECE_REQUEST_ID:
      return idText(builtIns.requestId, encoding);
    case PIECE_NEW_ID:
      builtIns.newId ??= builtIns.freshId();
      return idText(builtIns.newId, encoding);
    case PIECE_UUID:
      builtIns.uuid ??= randomUuid();
      return builtIn(builtIns.uuid, encoding);
    case PIECE_NOW:
      builtIns.now ??= new Date().toISOString();
      return builtIn(builtIns.now, encoding);
    case PIECE_TOOL_NAME:
      return builtIn(builtIns.toolName, encoding);
    case PIECE_TRACEPARENT:
      return builtIn(args.trace.traceparent ?? '', encoding);
    case PIECE_TRACESTATE:
      return builtIn(args.trace.tracestate ?? '', encoding);
    case PIECE_CAPTURED: {
      const json = builtIns.captured?.[name] ?? `"{{${name}}}"`;
      if (encoding === ENCODING_JSON_VALUE) return json;
      return encode(json.startsWith('"') ? JSON.parse(json) : json, encoding);
    }
    default:
      return '';
  }
}

/** @param {string} text @param {number} encoding */
function encode(text, encoding) {
  return encoding === ENCODING_TEXT ? text : JSON.stringify(text).slice(1, -1);
}

/** Unquoted in a JSON-shaped message, an id of digits is a number. @param {string} id @param {number} encoding */
function idText(id, encoding) {
  return encoding === ENCODING_JSON_VALUE && /^-?(0|[1-9]\d*)$/.test(id) ? id : builtIn(id, encoding);
}

/** @param {string} text @param {number} encoding */
function builtIn(text, encoding) {
  return encoding === ENCODING_JSON_VALUE ? JSON.stringify(text) : encode(text, encoding);
}

/** RFC 9562 version 4, also where pages without TLS have no `crypto.randomUUID`. */
export function randomUuid() {
  if (globalThis.crypto.randomUUID) return globalThis.crypto.randomUUID();
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * `JSON.stringify` with a TypeError that names the position.
 * @param {unknown} value
 * @param {string} path
 * @returns {string | undefined}
 */
export function stringify(value, path) {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    const why = culprit(value, path, cause instanceof RangeError ? OVERFLOWED : REFUSED);
    throw new TypeError(why ?? `${path} cannot be written as JSON`, { cause });
  }
}

/** What `JSON.stringify` made of a value. */
const REFUSED = 0;
const OVERFLOWED = 1;
const WRITTEN = 2;

/** @param {unknown} value @param {string} path @param {number} [outcome] */
function culprit(value, path, outcome = REFUSED) {
  try {
    return findCulprit(value, path, outcome);
  } catch {
    return undefined; // a getter or a proxy of the caller's
  }
}

/** Nobody nests like this by hand. */
const DEEP = 1000;
/** Limit of the search: a getter may return new values forever. */
const MOST_VALUES = 1_000_000;

/**
 * Without recursion: the value may be nested deeper than the stack.
 * @param {any} value
 * @param {string} path
 * @param {number} outcome
 * @returns {string | undefined}
 */
function findCulprit(value, path, outcome) {
  /** From the root to where the search is. @type {{ value: any, step: string, keys: string[], next: number }[]} */
  const trail = [];
  const levels = new Map();
  const searched = new Set();
  const where = (level = trail.length) => {
    const steps = trail.slice(1, level).map(({ step }) => step);
    return cut(path, steps);
  };
  let step = '';
  for (let left = MOST_VALUES; left > 0; left -= 1) {
    const above = levels.get(value);
    const isPlain = typeof value === 'object' && value !== null && typeof value.toJSON !== 'function';
    const bytes = isBytes(value);
    const isOpen = isPlain && !bytes;
    trail.push({ value, step, keys: isOpen && !above && !searched.has(value) ? Object.keys(value) : [], next: 0 });
    if (typeof value === 'bigint' && outcome !== WRITTEN) {
      return `${where()} is a BigInt, which JSON cannot hold: pass a number or a string`;
    }
    // What has a `toJSON`, as a Buffer has, says itself how it is written.
    if (bytes && (isPlain || outcome !== WRITTEN)) return where() + NO_JSON;
    if (isOpen && isAsyncIterable(value)) return where() + NO_CHUNKS;
    if (above) return `${where()} leads back to ${where(above)}: JSON cannot hold a cycle`;
    if (outcome === OVERFLOWED && trail.length > DEEP) return `${where()} is nested too deeply: over ${DEEP} levels`;
    if (isOpen) levels.set(value, trail.length);

    let top = trail[trail.length - 1];
    while (top && top.next === top.keys.length) {
      levels.delete(top.value);
      searched.add(top.value);
      trail.pop();
      top = trail[trail.length - 1];
    }
    if (!top) return undefined;
    const key = top.keys[top.next++];
    step = Array.isArray(top.value) ? `[${key}]` : member(key);
    value = top.value[key];
  }
  return undefined;
}

/** A path that can be read. @param {string} path @param {string[]} steps */
function cut(path, steps) {
  const shown = steps.length > 20 ? [...steps.slice(0, 10), '…', ...steps.slice(-5)] : steps;
  return path + shown.map((step) => (step.length > 60 ? `${step.slice(0, 50)}…` : step)).join('');
}

/** @param {string} name an argument's */
export function pathTo(name) {
  return cut('arguments', [member(name)]);
}

/** @param {string} name */
function member(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
