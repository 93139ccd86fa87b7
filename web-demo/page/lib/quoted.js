// Owns which arguments a message makes strings of, though they are none. Must not know how that is shown.
import { renderMessage } from 'utcp-websocket';

/** The same in every message, so that two differ by their arguments only. */
const builtIns = { now: 'now', uuid: 'uuid' };

/**
 * The names of these arguments. Which they are is told by what is sent: with `{{args.name}}` it would be something else.
 * @param {any} message of a call template @param {Record<string, unknown>} [args] @returns {string[]}
 */
export function madeStrings(message, args = {}) {
  const text = JSON.stringify(message) ?? '';
  return Object.keys(args).filter((name) => {
    if (typeof args[name] === 'string') return false;
    // A whole string, also one in JSON text within a string; not a member's name.
    const typed = text.replace(/(\\*")UTCP_ARG_([^"]+?)_UTCP_ARG\1(?!\s*:)/g, (whole, quote, found) =>
      found === name ? `${quote}{{args.${name}}}${quote}` : whole,
    );
    return typed !== text && sent(JSON.parse(typed), args) !== sent(message, args);
  });
}

/** @param {any} message @param {object} args */
const sent = (message, args) => renderMessage(message, args, builtIns);
