// Owns what the published wasm can reach: the functions that it imports, what it exports, and which globals of the host the
// glue knows. Together with js/, which is published as it is written, that is all there is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import ts from 'typescript';
import { fromRoot } from '../../scripts/lib/repo.js';
import { newProject } from '../support/packed.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
/** @type {WebAssembly.Module} */
let module;
/** What the short names are called in the sources. @type {{ imports: Record<string, string>, exports: Record<string, string> }} */
let names;

before(async () => {
  project = await newProject();
  module = new WebAssembly.Module(project.read('dist', 'core.wasm'));
  names = JSON.parse(String(project.read('dist', 'core.names.json')));
});

after(() => project.remove());

const callbacks = ['open', 'message', 'error', 'close'].map((event) => `set_on${event}_callback_on_thread`);

// Newer versions of Emscripten ask for fewer, or call them otherwise: what is listed need not be there.
const allowedImports = [
  // our own: bindings/wasm/imports.hpp
  /^utcp_ws_(read_text|text_may_be_wrapped)$/,
  // sockets, which bindings/wasm/pre.js leads to js/core/wire.js
  new RegExp(
    `^emscripten_websocket_(new|delete|close|send_binary|send_utf8_text|get_protocol|get_protocol_length|${callbacks.join('|')})$`,
  ),
  // the language's run time: ending, time, memory
  /^(abort|abort_js|emscripten_get_now|emscripten_resize_heap|emscripten_memcpy_big|emscripten_memcpy_js)$/,
  // Embind, which says what there is to call
  /^(embind_register|emval)_\w+$/,
];

const allowedExports = [
  /^(wasmMemory|memory|wasmTable|indirect_function_table|wasm_call_ctors|malloc|free)$/,
  /^(getTypeName|embind_register_native_and_builtin_types|embind_initialize_bindings)$/,
  /^emscripten_stack_\w+$/,
  /^utcp_ws_start_call$/,
];

const allowedGlobals = [
  // the language
  ...[
    'Array',
    'ArrayBuffer',
    'Error',
    'Math',
    'Map',
    'Number',
    'Object',
    'Promise',
    'Set',
    'String',
    'TypeError',
    'undefined',
  ],
  ...[
    'Float32Array',
    'Float64Array',
    'Int8Array',
    'Int16Array',
    'Int32Array',
    'Uint8Array',
    'Uint16Array',
    'Uint32Array',
  ],
  ...['BigInt64Array', 'BigUint64Array', 'Uint8ClampedArray', 'arguments'],
  // the wasm that utcp-websocket/inline has left under a symbol
  'Symbol',
  // the host: running the wasm, text, the clock, warnings; `webSockets` is another version's, behind a `||`
  ...['WebAssembly', 'TextDecoder', 'TextEncoder', 'URL', 'performance', 'console', 'clearInterval', 'webSockets'],
];

/** The long names of those that no pattern takes. */
const strange = (found, longNames, allowed) =>
  found
    .map(({ name }) => (longNames[name] ?? name).replace(/^_+/, ''))
    .filter((name) => !allowed.some((pattern) => pattern.test(name)));

describe('the published wasm', () => {
  test('imports functions, and none that it need not have', () => {
    const imports = WebAssembly.Module.imports(module);
    assert.deepEqual([...new Set(imports.map(({ kind }) => kind))], ['function']);
    assert.deepEqual(strange(imports, names.imports, allowedImports), []);
  });

  test('exports what the glue calls, and nothing more', () => {
    const exports = WebAssembly.Module.exports(module);
    assert.deepEqual(strange(exports, names.exports, allowedExports), []);
    const other = exports.filter(({ kind }) => kind !== 'function').map(({ kind }) => kind);
    assert.deepEqual(other.sort(), ['memory', 'table']);
  });

  test('holds no path of the machine that built it', () => {
    const wasm = project.read('dist', 'core.wasm').toString('latin1');
    assert.doesNotMatch(wasm, /\/(usr|home|root|tmp)\//);
    assert.ok(!wasm.includes(fromRoot('src')));
  });
});

describe('the glue', () => {
  test('knows few globals of the host: no network, no files, no page', () => {
    const file = fromRoot('dist', 'core.js');
    const settings = {
      allowJs: true,
      checkJs: true,
      noLib: true,
      noEmit: true,
      target: ts.ScriptTarget.ESNext,
      types: [],
    };
    const program = ts.createProgram([file], settings);
    const unknown = program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(
        ({ messageText }) => /^Cannot find name '(\w+)'/.exec(ts.flattenDiagnosticMessageText(messageText, '\n'))?.[1],
      )
      .filter((name) => name !== undefined);
    assert.ok(unknown.includes('WebAssembly'), 'the check has found no global at all');
    assert.deepEqual(
      [...new Set(unknown)].filter((name) => !allowedGlobals.includes(name)),
      [],
    );
  });

  test('makes no code of text', () => {
    for (const word of [
      /\beval\(/,
      /\bnew Function\b/,
      /\bFunction\(/,
      /\.constructor\b/,
      /\bimport\(/,
      /\brequire\(/,
    ]) {
      assert.doesNotMatch(readFileSync(fromRoot('dist', 'core.js'), 'utf8'), word);
    }
  });
});
