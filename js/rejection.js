// Owns the error that a call rejects with: what the core says, and what only the host knows. Must not know calls.
import { Refusal } from './credentials.js';
import { createError } from './errors.js';
import { memberOf } from './frames.js';

/**
 * @param {import('./inbox.js').RejectCommand} command
 * @param {unknown} data the message that says why, where there is one
 * @param {unknown} cause what the host says went wrong
 */
export function rejectionOf({ error, path }, data, cause) {
  if (cause instanceof Refusal) return cause.error;
  if (error.code !== 'tool_failed') return createError(error, cause === undefined ? {} : { cause });
  /** @type {any} */
  const detail = memberOf(/** @type {string} */ (data), path ?? '');
  const said = typeof detail === 'string' ? detail : (detail?.message ?? JSON.stringify(detail));
  return createError({ ...error, message: `${error.message}: ${String(said).slice(0, 500)}` }, { detail });
}
