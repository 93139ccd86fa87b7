// Owns dist/constants.js: the numbers, texts and errors that C++ and JavaScript must agree on, read from C++, where they are defined.
// A header that reads otherwise than expected is an error: nothing is guessed. Run by Ninja: see cmake/Dist.cmake.
import { readFileSync } from 'node:fs';
import { fromRoot } from '../lib/repo.js';
import { writeDist } from './write.js';

const enums = [
  ['bindings/wasm/channel.hpp', 'CommandKind', 'COMMAND'],
  ['src/session/call.hpp', 'CallMode', 'MODE'],
  ['src/session/call.hpp', 'Decoding', 'DECODING'],
  ['src/session/call.hpp', 'Upload', 'UPLOAD'],
  ['src/template/message_template.hpp', 'Encoding', 'ENCODING'],
  ['src/template/message_template.hpp', 'Kind', 'PIECE'],
  ['src/session/session.hpp', 'Kind', 'REPORT'],
  ['src/session/failure.hpp', 'Kind', 'FAILURE'],
  ['src/session/handshake.hpp', 'BrowserAuth', 'BROWSER_AUTH'],
];

const defaults = [
  ['src/session/session.hpp', 'max_frame', 'DEFAULT_FRAME_BYTES'],
  ['src/template/manual.hpp', 'max_tools', 'DEFAULT_MANUAL_TOOLS'],
  ['src/template/manual.hpp', 'max_bytes', 'DEFAULT_MANUAL_BYTES'],
  ['src/json/json_pointer.hpp', 'kDefaultMaxJsonDepth', 'DEFAULT_JSON_DEPTH'],
];

const texts = [['src/session/call.hpp', 'kWrapperMark', 'WRAPPER_MARK']];

const errorTable = 'src/base/error.cpp';

const withoutComments = (header) => readFileSync(fromRoot(header), 'utf8').replace(/\/\/.*$/gm, '');

/** @returns {[string, number][]} the names of an enum's values, in their order */
function enumValues(header, name, prefix) {
  const [, body] =
    new RegExp(`enum class ${name} : std::uint(?:8|32)_t \\{([^}]*)\\}`).exec(withoutComments(header)) ?? [];
  const names = body?.split(',').flatMap((value) => value.trim() || []) ?? [];
  if (names.length === 0 || names.some((value) => !/^\w+$/.test(value))) {
    throw new Error(`${header}: enum class ${name} is not a plain list of names`);
  }
  return names.map((value, i) => [`${prefix}_${value.toUpperCase()}`, i]);
}

/** @returns {number} */
function defaultValue(header, name) {
  const [, expression] = new RegExp(`\\b${name} =\\s*([^;]+);`).exec(withoutComments(header)) ?? [];
  const factors = expression?.replace(/std::size_t\{(\d+)\}/g, '$1').split('*');
  const value = factors?.reduce((product, factor) => product * Number(factor.replaceAll("'", '')), 1);
  if (!Number.isInteger(value)) throw new Error(`${header}: ${name} is not a product of integers`);
  return /** @type {number} */ (value);
}

/** @returns {string} as a literal that both languages read alike */
function textLiteral(header, name) {
  const [, literal] = new RegExp(`\\b${name} = ("(?:[^"\\\\]|\\\\")*");`).exec(withoutComments(header)) ?? [];
  if (!literal) throw new Error(`${header}: ${name} is not a plain text`);
  return literal;
}

/** Where the members of ChannelWords lie, counted in their own size. @returns {[string, number][]} */
function layout() {
  const header = 'bindings/wasm/channel.hpp';
  const sizes = { 'std::uint32_t': 4, 'std::int32_t': 4, double: 8 };
  const [, body = ''] = /struct ChannelWords \{([\s\S]*?)\n\};/.exec(withoutComments(header)) ?? [];
  let offset = 0;
  return body
    .split(';')
    .map((member) => member.trim())
    .filter(Boolean)
    .map((member) => {
      const [, type, name] = /^([\w:]+) (\w+) = /.exec(member) ?? [];
      const size = sizes[type];
      if (!size) throw new Error(`${header}: no layout for "${member}"`);
      offset = Math.ceil(offset / size) * size;
      const at = offset / size;
      offset += size;
      return [`CHANNEL_${name.toUpperCase()}`, at];
    });
}

/** @returns {string[][]} each error's code, class and fault */
function errors() {
  const text = readFileSync(fromRoot(errorTable), 'utf8');
  const rows = [...text.matchAll(/ErrorKind\{ErrorCode::(\w+), Fault::(\w+), "\1", "(\w+)"\}/g)];
  if (rows.length === 0 || rows.length !== text.split('ErrorKind{').length - 1) {
    throw new Error(`${errorTable}: not a plain table of errors`);
  }
  return rows.map(([, code, fault, className]) => [code, className, fault]);
}

const all = [
  ...enums.flatMap(([header, name, prefix]) => enumValues(header, name, prefix)),
  ...layout(),
  ...defaults.map(([header, name, constant]) => [constant, defaultValue(header, name)]),
  ...texts.map(([header, name, constant]) => [constant, textLiteral(header, name)]),
];
// What `addEventListener` calls the reports, in the order of their numbers.
const reports = all.flatMap(([name]) => (name.startsWith('REPORT_') ? name.slice('REPORT_'.length).toLowerCase() : []));
const lines = all.map(([name, value]) => `export const ${name} = ${value};\n`);
const names = `export const REPORT_NAMES = /** @type {const} */ (${JSON.stringify(reports)});\n`;
const table = `export const ERRORS = /** @type {const} */ (${JSON.stringify(errors())});\n`;
writeDist('constants.js', table + names + lines.join(''));
