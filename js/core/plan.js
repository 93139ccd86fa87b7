// Owns the properties of a plan, and rendering parts of it early. Must not know templates.

import {
  ENCODING_JSON_STRING,
  ENCODING_JSON_VALUE,
  PIECE_ALL_ARGUMENTS,
  PIECE_CAPTURED,
  PIECE_NEW_ID,
  PIECE_TOOL_NAME,
  PIECE_UUID,
} from '../../dist/constants.js';
import { Arguments, renderPlan } from './message.js';

/** @typedef {import('./message.js').Piece} Piece */
/** @typedef {import('./message.js').BuiltIns} BuiltIns */

/**
 * Throws if the arguments are a list, but the message does not contain them as a whole (`{{args}}`).
 * @param {Arguments} args @param {Piece[]} plan
 */
export function checkShape(args, plan) {
  if (!args.isArray) return;
  const takesAll = plan.some((piece) => typeof piece !== 'string' && piece[0] === PIECE_ALL_ARGUMENTS);
  // A template without a message sends an object.
  if (takesAll && !(plan.length === 1 && plan[0]?.[1] === ENCODING_JSON_VALUE)) return;
  throw new TypeError(
    'arguments must be an object, not an array: only a message with {{args}} as a value accepts an array',
  );
}

/** @param {Piece[]} plan @returns {boolean} whether the message is the arguments and nothing else */
export function isJustArguments(plan) {
  return (
    plan.length === 1 &&
    typeof plan[0] !== 'string' &&
    plan[0][0] === PIECE_ALL_ARGUMENTS &&
    plan[0][1] !== ENCODING_JSON_STRING
  );
}

/**
 * The plan with the tool's name filled in, which is the same in every call, and with adjacent texts joined.
 * @param {Piece[]} plan @param {string} toolName @returns {Piece[]}
 */
export function withName(plan, toolName) {
  /** @type {Piece[]} */
  const pieces = [];
  const none = new Arguments({});
  for (const piece of plan) {
    const isName = typeof piece !== 'string' && piece[0] === PIECE_TOOL_NAME;
    const next = isName ? renderPlan([piece], none, { requestId: '', toolName, freshId: String }) : piece;
    const last = pieces.at(-1);
    if (typeof last === 'string' && typeof next === 'string') pieces[pieces.length - 1] = last + next;
    else pieces.push(next);
  }
  return pieces;
}

/** @param {Piece[]} plan */
export function usesUuid(plan) {
  return plan.some((piece) => typeof piece !== 'string' && piece[0] === PIECE_UUID);
}

/** @param {Piece} piece */
export const isCaptured = (piece) => piece[0] === PIECE_CAPTURED;

/** What a leave message has only when it goes out. @param {Piece} piece */
export const isOfLeaving = (piece) => isCaptured(piece) || piece[0] === PIECE_NEW_ID;

/**
 * The same if values are known later: only such pieces and literals remain.
 * @param {Piece[]} plan @param {Arguments} args @param {BuiltIns} builtIns @param {(piece: Piece) => boolean} [isLate]
 */
export function renderEarly(plan, args, builtIns, isLate = isCaptured) {
  const render = (/** @type {Piece} */ piece) => renderPlan([piece], args, builtIns);
  if (!plan.some(isLate)) return renderPlan(plan, args, builtIns);
  return plan.map((piece) => (isLate(piece) ? piece : render(piece)));
}
