// Owns input besides the command line: files, standard input, the environment. Must not know its purpose.
import { open, readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { recipeOf } from './recipes.js';
import { UsageError } from './usage.js';

/** @typedef {{ [member: string]: any }} JsonObject */

/**
 * The arguments of a tool on the command line: JSON, `@FILE` or `-`.
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
  return Object.fromEntries(pairs.map(([name, text]) => [name, readValue(text)]));
}

/** JSON where it can be, else a text. @param {string} text @returns {unknown} */
function readValue(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The argument of `--upload`: bytes where the template takes them, else lines.
 * @param {{ upload: [name: string, file: string] | undefined, chunkSize: number }} settings
 * @param {JsonObject} template
 */
export async function uploadArgument({ upload, chunkSize }, { message_format: format }) {
  if (!upload) return {};
  const [name, file] = upload;
  const parts = file === '-' ? process.stdin : await openFile(file, chunkSize);
  const chunks = format === 'binary' || format === 'base64' ? piecesOf(parts, chunkSize) : linesOf(parts);
  return {
    [name]: {
      [Symbol.asyncIterator]: () => ({
        next: () => chunks.next(),
        // Not the generator's: it would wait for what is being read.
        return: async () => parts.destroy(),
      }),
    },
  };
}

/** @param {string} file @param {number} chunkSize @returns {Promise<NodeJS.ReadableStream & { destroy: () => unknown }>} */
async function openFile(file, chunkSize) {
  try {
    return (await open(file)).createReadStream({ highWaterMark: chunkSize });
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** @param {AsyncIterable<any>} parts @param {number} size */
async function* piecesOf(parts, size) {
  for await (const part of parts) {
    for (let at = 0; at < part.length; at += size) yield part.subarray(at, at + size);
  }
}

/** @param {NodeJS.ReadableStream} parts */
async function* linesOf(parts) {
  let rest = '';
  for await (const part of parts.setEncoding('utf8')) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield readValue(line.replace(/\r$/, ''));
  }
  if (rest !== '') yield readValue(rest);
}

/** What the environment has given, so that nothing that is shown holds it. @type {Set<string>} */
export const secrets = new Set();
/** As in the core: shorter ones are words and digits that may occur anywhere. */
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
 * A call template: the recipe's members, overridden by the file's, with variables replaced. It has none of the headers that were typed.
 * @param {{ template: string | undefined, recipe: string | undefined, headers: [name: string, value: string][] }} settings
 * @param {AbortSignal} signal
 */
export async function readTemplate({ template: file, recipe, headers }, signal) {
  const where = file === '-' ? 'the template from standard input' : `the template ${file}`;
  const own =
    file === undefined ? {} : objectOf(await (file === '-' ? readStandardInput(signal) : readText(file)), where);
  // Members that are replaced need no variables.
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
    throw unreadable(file, error);
  }
}

/** @param {string} file @param {unknown} error */
function unreadable(file, error) {
  return new UsageError(`${file} cannot be read: ${/** @type {NodeJS.ErrnoException} */ (error).code}`);
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
    // Without the parser's message: it quotes the text, which may contain secrets.
    throw new UsageError(`${where} must be a JSON object, but this is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where} must be a JSON object`);
  }
  return value;
}

/**
 * Replaces `${NAME}` from the environment; `$${NAME}` becomes a literal `${NAME}`.
 * @param {string} value
 * @param {string} where for the error
 * @param {boolean} [isSecret] whether what the environment gives must not be shown
 * @returns {string} throws a `UsageError` that names a variable that is missing
 */
export function fill(value, where, isSecret = true) {
  return value.replace(/(\$?)\$\{([^}]*)\}/g, (whole, dollar, name) => {
    if (dollar) return whole.slice(1);
    const found = process.env[name];
    if (found === undefined) throw new UsageError(`${where} needs \${${name}}, which is not set in the environment`);
    if (isSecret && found.length >= SHORTEST_SECRET) secrets.add(found);
    return found;
  });
}

/** As `fill`. Values in the query are percent-encoded, and the host is no secret: errors name it. @param {string} url @param {string} where */
export function fillUrl(url, where) {
  const [place = '', ...query] = url.split('?');
  const [start = '', user = ''] = /^((?:[a-z]+:\/\/)?[^/]*@)?(?:[a-z]+:\/\/)?[^/]*/i.exec(place) ?? [];
  const host = fill(start.slice(user.length), where, false);
  // A variable may hold more than the host: a user, a path and a query are secrets.
  const [, ...beside] = /^(?:[a-z]+:\/\/)?(?:([^/?#]*)@)?[^/?#]*([^?]*)\??(.*)$/is.exec(host) ?? [];
  for (const part of beside) if (part !== undefined && part.length >= SHORTEST_SECRET) secrets.add(part);
  const filled = fill(user, where) + host + fill(place.slice(start.length), where);
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
