// Owns putting a message together as the core's plan says (src/message_template.hpp). Must not know what a template looks
// like: the core has read it. Large arguments never leave JavaScript this way.

/**
 * A literal, or a piece to fill in: [kind, encoding, argument's name].
 * @typedef {string | [kind: number, encoding: number, name: string]} Piece
 */

/** @typedef {{ requestId: string, toolName: string, uuid?: string | undefined, now?: string | undefined }} BuiltIns */

// `Piece::Kind` and `Encoding` of the core.
const ARGUMENT = 1;
const ALL_ARGUMENTS = 2;
const REQUEST_ID = 3;
const UUID = 4;
const NOW = 5;
const TOOL_NAME = 6;
const AS_TEXT = 0;
const AS_JSON_STRING = 1;
const AS_JSON_VALUE = 2;

/** The arguments of one call, as JSON would hold them: `toJSON` is respected, what has no JSON counts as absent. */
export class Arguments {
  /** @type {Map<string, string | undefined> | undefined} */
  #texts;

  /** @param {unknown} values */
  constructor(values) {
    /** @type {any} */
    let object = values ?? {};
    if (typeof object?.toJSON === 'function') object = object.toJSON() ?? {};
    if (typeof object !== 'object' || Array.isArray(object)) {
      throw new TypeError(`arguments must be an object, not ${Array.isArray(object) ? 'an array' : typeof object}`);
    }
    /** @type {Record<string, unknown>} */
    this.object = object;
  }

  /** The names of the arguments that are there. */
  names() {
    return Object.keys(this.object).filter((name) => {
      const value = this.object[name];
      if (typeof value === 'object' || typeof value === 'function') return this.json(name) !== undefined;
      return value !== undefined && typeof value !== 'symbol';
    });
  }

  /** @param {string} name @returns {string | undefined} its JSON text */
  json(name) {
    this.#texts ??= new Map();
    if (!this.#texts.has(name)) this.#texts.set(name, stringify(this.object[name], `arguments${member(name)}`));
    return this.#texts.get(name);
  }

  /** @param {string} name @returns {string | undefined} a string as it is, anything else as JSON text */
  text(name) {
    const value = this.object[name];
    if (typeof value === 'string') return value;
    const json = this.json(name);
    return json?.startsWith('"') ? JSON.parse(json) : json;
  }

  /** All of them, as the JSON text of one object. */
  all() {
    return stringify(this.object, 'arguments') ?? '{}';
  }
}

/**
 * @param {Piece[]} plan
 * @param {Arguments} args
 * @param {BuiltIns} builtIns
 */
export function renderPlan(plan, args, builtIns) {
  let message = '';
  for (const piece of plan) message += typeof piece === 'string' ? piece : fill(piece, args, builtIns);
  return message;
}

/** @param {Piece[]} plan @returns {boolean} whether the message is the arguments and nothing else */
export function isJustArguments(plan) {
  return (
    plan.length === 1 && typeof plan[0] !== 'string' && plan[0][0] === ALL_ARGUMENTS && plan[0][1] !== AS_JSON_STRING
  );
}

/** @param {Piece[]} plan */
export function usesUuid(plan) {
  return plan.some((piece) => typeof piece !== 'string' && piece[0] === UUID);
}

/**
 * @param {Exclude<Piece, string>} piece
 * @param {Arguments} args
 * @param {BuiltIns} builtIns
 */
function fill([kind, encoding, name], args, builtIns) {
  switch (kind) {
    case ARGUMENT:
      return (encoding === AS_JSON_VALUE ? args.json(name) : encode(args.text(name) ?? '', encoding)) ?? 'null';
    case ALL_ARGUMENTS:
      return encoding === AS_JSON_STRING ? encode(args.all(), encoding) : args.all();
    case REQUEST_ID:
      // Unquoted in a JSON-shaped message, an id of digits is a number.
      return encoding === AS_JSON_VALUE && /^-?(0|[1-9]\d*)$/.test(builtIns.requestId)
        ? builtIns.requestId
        : builtIn(builtIns.requestId, encoding);
    case UUID:
      builtIns.uuid ??= randomUuid();
      return builtIn(builtIns.uuid, encoding);
    case NOW:
      builtIns.now ??= new Date().toISOString();
      return builtIn(builtIns.now, encoding);
    case TOOL_NAME:
      return builtIn(builtIns.toolName, encoding);
    default:
      return '';
  }
}

/** @param {string} text @param {number} encoding */
function encode(text, encoding) {
  return encoding === AS_TEXT ? text : JSON.stringify(text).slice(1, -1);
}

/** @param {string} text @param {number} encoding */
function builtIn(text, encoding) {
  return encoding === AS_JSON_VALUE ? JSON.stringify(text) : encode(text, encoding);
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
 * `JSON.stringify` whose TypeError names the place.
 * @param {unknown} value
 * @param {string} path
 * @returns {string | undefined}
 */
export function stringify(value, path) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new TypeError(findCulprit(value, path, new Map()) ?? `${path} cannot be written as JSON`, { cause: error });
  }
}

/**
 * @param {any} value
 * @param {string} path
 * @param {Map<object, string>} above
 * @returns {string | undefined}
 */
function findCulprit(value, path, above) {
  if (typeof value === 'bigint') return `${path} is a BigInt, which JSON cannot hold: pass a number or a string`;
  if (typeof value !== 'object' || value === null || typeof value.toJSON === 'function') return undefined;
  const start = above.get(value);
  if (start !== undefined) return `${path} leads back to ${start}: JSON cannot hold a cycle`;
  above.set(value, path);
  for (const key of Object.keys(value)) {
    const found = findCulprit(value[key], path + (Array.isArray(value) ? `[${key}]` : member(key)), above);
    if (found) return found;
  }
  above.delete(value);
  return undefined;
}

/** @param {string} name */
function member(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
