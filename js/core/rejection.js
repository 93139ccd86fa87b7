// Owns the error that a call rejects with: what the core says, and what only the host knows. Must not know calls.

import { createError } from '../base/errors.js';
import { Refusal } from './credentials.js';
import { memberOf } from './frames.js';
import { TooLong } from './message.js';

/**
 * @param {import('./channel.js').Rejection} rejection
 * @param {unknown} data the message that says why, where there is one
 * @param {unknown} cause what the host says went wrong
 */
export function rejectionOf({ error, path, detail }, data, cause) {
  if (cause instanceof Refusal) return cause.error;
  if (error.code !== 'tool_failed') return createError(error, cause === undefined ? {} : { cause });
  if (detail !== undefined) return createError(error, { detail });
  return createError(error, { detail: memberOf(/** @type {string} */ (data), path ?? '') });
}

/** A call that a defect of ours has ended, or that its message has. @param {unknown} cause */
export function defectOf(cause) {
  if (cause instanceof TooLong) return cause;
  return createError({ code: 'module_failed', message: 'utcp-websocket failed at this: please report it' }, { cause });
}

/** A call that had not reached the core when its protocol was closed; the core says the same of those that had. */
export const closedError = () => createError({ code: 'protocol_closed', message: 'the protocol was closed' });
