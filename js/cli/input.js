// Owns what comes from outside the command line: files, standard input, the environment. Must not know what it is for.
import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { recipeOf } from './recipes.js';
import { UsageError } from './usage.js';

/** @typedef {{ [member: string]: any }} JsonObject */

/**
 * The arguments of a tool, as they were typed: JSON, `@FILE` or `-`.
 * @param {string | undefined} typed
 * @param {AbortSignal} signal
 */
export async function readArguments(typed, signal) {
  if (typed === undefined) return {};
  if (typed === '-') return objectOf(await readStandardInput(signal), 'the arguments from standard input');
  if (typed.startsWith('@')) return objectOf(await readText(typed.slice(1)), `the arguments in ${typed.slice(1)}`);
  return objectOf(typed, 'the arguments');
}

/** The values of `--data`: JSON where it can be, else texts. @param {[name: string, value: string][]} pairs */
export function dataArguments(pairs) {
  return Object.fromEntries(
    pairs.map(([name, text]) => {
      try {
        return [name, JSON.parse(text)];
      } catch {
        return [name, text];
      }
    }),
  );
}

/** What the environment has given, so that nothing that is shown holds it. @type {Set<string>} */
export const secrets = new Set();
/** As in the core: shorter ones are words and digits that stand anywhere. */
export const SHORTEST_SECRET = 4;

/** Fields of which a template has one form or the other. @type {Map<string, string[]>} */
const otherForms = new Map([
  ['message', ['messages']],
  ['messages', ['message']],
  ['connect', ['connect_message', 'connect_ack']],
  ['connect_message', ['connect']],
  ['connect_ack', ['connect']],
]);

/**
 * A call template: the recipe's members, and over them the file's, filled in. It has none of the headers that were typed.
 * @param {{ template: string | undefined, recipe: string | undefined, headers: [name: string, value: string][] }} settings
 * @param {AbortSignal} signal
 */
export async function readTemplate({ template: file, recipe, headers }, signal) {
  const where = file === '-' ? 'the template from standard input' : `the template ${file}`;
  const own =
    file === undefined ? {} : objectOf(await (file === '-' ? readStandardInput(signal) : readText(file)), where);
  // What is replaced needs nothing of the environment.
  const members = Object.entries(recipe === undefined ? {} : recipeOf(recipe).template);
  const replaced = new Set(Object.keys(own).flatMap((name) => [name, ...(otherForms.get(name) ?? [])]));
  const others = Object.fromEntries(members.filter(([name]) => !replaced.has(name)));
  const typed = headers.map(([name]) => name);
  return {
    ...filled(withoutHeaders(others, typed), `the recipe ${recipe}`),
    ...filled(withoutHeaders(own, typed), where),
  };
}

/** @param {JsonObject} template @param {string[]} names in any case @returns {JsonObject} */
export function withoutHeaders(template, names) {
  const { headers } = template;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return template;
  const gone = new Set(names.map((name) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !gone.has(name.toLowerCase()));
  return { ...template, headers: Object.fromEntries(kept) };
}

/** @param {JsonObject} template @param {string} where */
const filled = (template, where) => /** @type {JsonObject} */ (fillAll(template, where));

/** @param {string} file */
async function readText(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${/** @type {NodeJS.ErrnoException} */ (error).code}`);
  }
}

/** @param {AbortSignal} signal */
async function readStandardInput(signal) {
  try {
    return await text(addAbortSignal(signal, process.stdin));
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** @param {string} read @param {string} where @returns {JsonObject} */
function objectOf(read, where) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(read);
  } catch {
    // Not what the parser says: it shows the text, which may hold secrets.
    throw new UsageError(`${where} must be a JSON object, and this is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where} must be a JSON object`);
  }
  return value;
}

/**
 * Fills in `${NAME}` from the environment; `$${NAME}` stays, with one `$` less.
 * @param {string} value
 * @param {string} where for the error
 * @returns {string} throws a `UsageError` that names a variable that is missing
 */
export function fill(value, where) {
  return value.replace(/(\$?)\$\{([^}]*)\}/g, (whole, dollar, name) => {
    if (dollar) return whole.slice(1);
    const found = process.env[name];
    if (found === undefined) throw new UsageError(`${where} asks for \${${name}}, which the environment does not have`);
    if (found.length >= SHORTEST_SECRET) secrets.add(found);
    return found;
  });
}

/** As `fill`; what stands behind the question mark is percent-encoded. @param {string} url @param {string} where */
export function fillUrl(url, where) {
  const [place = '', ...query] = url.split('?');
  const filled = fill(place, where);
  if (query.length === 0) return filled;
  return `${filled}?${query.join('?').replace(/\$?\$\{[^}]*\}/g, (one) => encodeURIComponent(fill(one, where)))}`;
}

/** Every string in a value, filled in. @param {unknown} value @param {string} where @param {string} [name] @returns {unknown} */
function fillAll(value, where, name) {
  if (typeof value === 'string') return name === 'url' ? fillUrl(value, where) : fill(value, where);
  if (Array.isArray(value)) return value.map((item) => fillAll(item, where));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fillAll(member, where, key)]));
}
