// Owns dist/core.wasm and dist/core.js: what the compiler made, and what is said of it. Run by Ninja: see cmake/Dist.cmake.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { minify } from 'terser';
import { fromRoot, readJson } from '../lib/repo.js';
import { writeDist } from './write.js';

const { name, version, license } = readJson('package.json');

// A way of loading that is not ours, and views and functions for code outside of the module. Where a version of Emscripten
// writes them otherwise, they stay.
const unusedGlue =
  /instantiateAsync\(\)\.catch\(readyPromiseReject\);?|Module\["(?:HEAP\w+|_malloc|_free|_{2,3}\w+|run)"\]=(?!=)|Module\["preloaded\w+"\]=\{\};|(?:Binding|Internal)Error=Module\["\w+"\]=extendError\(Error,"\w+"\);|Module\["calledRun"\]=true;/g;

/**
 * Where the wasm is: in JavaScript, if some copy of `utcp-websocket/inline` has been loaded, else beside the glue. Here, and not
 * in js/, so that the path is the same whether bundlers put all JavaScript into one file or leave it as it is. A function,
 * because some hosts have no import.meta.url; no arrow function, because @vercel/nft does not look into one that a constant holds.
 * @param {string} key of this very wasm: no other one fits the glue
 */
const wasmSource = (key) =>
  `export function wasmSource(){return globalThis[Symbol.for(${key})]?.()??new URL('./core.wasm',import.meta.url)}\n`;

/**
 * The wasm in JavaScript, for whatever copy of the glue is loaded: a script without imports and exports is the same as an ES
 * module and as CommonJS, so that the package holds it once. Every host has a DecompressionStream; the first one of a process
 * takes Node, which has zlib, too, a tenth of a second. Bundlers put a polyfill of 60 KB into pages for a `Buffer` of no object.
 * @param {string} key @param {Buffer} wasm
 */
const inlinedWasm = (key, wasm) => `// ${name} ${version}, ${license}
globalThis[Symbol.for(${key})]=()=>{
const text='${deflateRawSync(wasm, { level: 9 }).toString('base64')}';
const zlib=globalThis.process?.getBuiltinModule?.('node:zlib');
if(zlib)return zlib.inflateRawSync(globalThis.Buffer.from(text,'base64'));
const packed=Uint8Array.from(atob(text),(byte)=>byte.charCodeAt(0));
return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer();
};
`;

/**
 * What the wasm's imports and exports, of a letter or two each, are called in the sources: for whoever audits the package.
 * @param {string} glue as Emscripten wrote it
 */
function namesIn(glue) {
  const [, table = ''] = /\b(?:asmLibraryArg|wasmImports)\s*=\s*\{([^}]*)\}/.exec(glue) ?? [];
  const imports = Array.from(table.matchAll(/["']?(\w+)["']?\s*:\s*(\w+)/g), ([, short, name]) => [short, name]);
  const exported = glue.matchAll(/(\w+)["']?\]?\s*=\s*(?:Module\[["']asm["']\]|wasmExports)\[["'](\w+)["']\]/g);
  const exports = Array.from(exported, ([, name, short]) => [short, name]);
  // Newer versions call this one where it is, without giving it a name.
  const constructors =
    /(?:addOnInit\(|initRuntime\(\)\s*\{[^}]*?)(?:Module\[["']asm["']\]|wasmExports)\[["'](\w+)["']\]/;
  const [, short] = constructors.exec(glue) ?? [];
  if (short) exports.push([short, '__wasm_call_ctors']);
  return { imports: Object.fromEntries(imports), exports: Object.fromEntries(exports) };
}

const glue = readFileSync(fromRoot('build', 'wasm', 'core.js'), 'utf8');
const { code = '' } = await minify(glue.replace(unusedGlue, ''), {
  module: true,
  ecma: 2020,
  toplevel: true,
  compress: {
    passes: 4,
    pure_getters: true,
    keep_fargs: false,
    // What Embind says of calls that bindings/wasm/core.d.ts and the type check rule out, and what nobody reads after onAbort.
    pure_funcs: ['throwBindingError', 'throwInternalError', 'throwUnboundTypeError', 'err', 'out'],
    // The loader brings the compiled module, so the glue never needs to find or fetch it. Bundlers must not see a URL
    // here, and some hosts have no import.meta at all.
    global_defs: {
      'import.meta.url': undefined,
      '@document': 'undefined',
      '@XMLHttpRequest': 'undefined',
      '@fetch': 'undefined',
    },
  },
  format: { comments: false },
});
const wasm = readFileSync(fromRoot('build', 'wasm', 'core.wasm'));
const key = JSON.stringify(`${name}/core.wasm/${createHash('sha256').update(wasm).digest('hex').slice(0, 8)}`);
writeDist('core.js', `${code}\n${wasmSource(key)}`);
writeDist('core.wasm', wasm);
writeDist('wasm.cjs', inlinedWasm(key, wasm));
writeDist('core.names.json', `${JSON.stringify(namesIn(glue), null, 2)}\n`);
