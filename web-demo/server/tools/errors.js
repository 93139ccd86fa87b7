// Owns the one error that a tool gives back to its caller, and the checks of arguments that throw it.
// Must not know in which wire format the error is sent.

/** The caller's mistake, in words for the caller. Anything else that a tool throws is a bug of the demo. */
export class InputError extends Error {
  /**
   * @param {string} message
   * @param {string} [field] the argument that is wrong
   */
  constructor(message, field) {
    super(message);
    this.name = 'InputError';
    this.field = field;
  }
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function shown(value) {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * @param {unknown} value
 * @param {string} what what it should have been, and where
 * @returns {Record<string, any>}
 */
export function needObject(value, what) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError(`${what} must be a JSON object, got ${shown(value)}`);
  }
  return value;
}

/**
 * @param {Record<string, unknown>} args
 * @param {string} field
 * @param {{ maxLength?: number, fallback?: string }} [rules]
 * @returns {string}
 */
export function needString(args, field, { maxLength = 1000, fallback } = {}) {
  const value = args[field] ?? fallback;
  if (typeof value !== 'string' || value.trim() === '') {
    throw new InputError(`"${field}" must be a string that is not empty, got ${shown(args[field])}`, field);
  }
  if (value.length > maxLength) {
    throw new InputError(`"${field}" has ${value.length} characters, at most ${maxLength} are taken`, field);
  }
  return value;
}

/**
 * A whole number; also as text, since object templates put every argument into a string.
 * @param {Record<string, unknown>} args
 * @param {string} field
 * @param {{ min: number, max: number, fallback?: number }} rules
 * @returns {number}
 */
export function needInteger(args, field, { min, max, fallback }) {
  const raw = args[field] ?? fallback;
  const value = typeof raw === 'string' && /^-?\d{1,9}$/.test(raw) ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new InputError(`"${field}" must be a whole number from ${min} to ${max}, got ${shown(raw)}`, field);
  }
  return value;
}

/**
 * @template {string} T
 * @param {Record<string, unknown>} args
 * @param {string} field
 * @param {readonly T[]} allowed
 * @param {T} [fallback]
 * @returns {T}
 */
export function needOneOf(args, field, allowed, fallback) {
  const value = args[field] ?? fallback;
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new InputError(`"${field}" must be one of ${allowed.join(', ')}; got ${shown(value)}`, field);
  }
  return found;
}

/**
 * What an error may tell the caller: an InputError's words, nothing of the demo's insides otherwise.
 * @param {unknown} error
 * @returns {{ message: string, field?: string }}
 */
export function describeError(error) {
  if (error instanceof InputError) {
    return error.field === undefined ? { message: error.message } : { message: error.message, field: error.field };
  }
  console.error('demo provider: unexpected error', error);
  return { message: 'the provider failed; its own log has the reason' };
}
