// Owns the error with which a call rejects: the core's facts, and those that only the host knows. Must not know calls.

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
  return createError(
    { code: 'module_failed', message: 'internal error in utcp-websocket: please report it' },
    { cause },
  );
}

/** For a call that had not reached the core when its protocol was closed; the core creates the same for the others. */
export const closedError = () => createError({ code: 'protocol_closed', message: 'the protocol was closed' });
