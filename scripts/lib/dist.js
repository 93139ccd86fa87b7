// Owns dist/: what the compiler made becomes what is published, if its sources changed since the last time.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, deflateRawSync } from 'node:zlib';
import { constants, constantsInputs } from './constants.js';
import { readRecipes, recipesFile } from './recipes.js';
import { fromRoot, jobs, nodeBin, readJson, run, which } from './repo.js';
import { dropStamp, hashOf, readStamp, writeStamp } from './stamps.js';

const { name, version, license } = readJson('package.json');
const wasmInputs = ['CMakeLists.txt', 'CMakePresets.json', 'cmake', 'src', 'bindings', 'package-lock.json'];
const glueTypes = 'bindings/wasm/core.d.ts';
const typesInputs = [
  'js',
  glueTypes,
  ...constantsInputs,
  'scripts/lib/constants.js',
  'tsconfig.json',
  'package-lock.json',
  'scripts/lib/dist.js',
];
const typesOutputs = ['dist/types', 'dist/core.d.ts', 'dist/constants.d.ts', 'build/declarations'];
const moduleInputs = [
  'js',
  'dist/core.js',
  'dist/constants.js',
  'package.json',
  'package-lock.json',
  'scripts/lib/dist.js',
  'scripts/lib/source_map.js',
  'scripts/lib/recipes.js',
  recipesFile,
];
const moduleOutputs = [
  'index.js',
  'index.js.map',
  'register.js',
  'sdk.js',
  'cli/main.js',
  'cli/recipes.json',
  'undici.js',
  'inline.js',
  'inline.cjs',
  'register.cjs',
  'sdk.cjs',
].map((file) => `dist/${file}`);

/** What a page loads and what each weighs, raw and with brotli, in bytes. */
export function distSizes() {
  return ['dist/core.wasm', 'dist/index.js'].map((file) => {
    const bytes = readFileSync(fromRoot(file));
    return { file, raw: bytes.length, brotli: brotliCompressSync(bytes).length };
  });
}

/** Compiles the wasm module and its glue into dist/. Resolves with whether there was anything to do. */
export async function buildWasm() {
  const emscripten = emscriptenVersion();
  const inputs = hashOf([...wasmInputs, 'scripts/lib/constants.js', 'scripts/lib/dist.js'], [emscripten]);
  const before = readStamp('wasm');
  if (before?.inputs === inputs && before.outputs === outputsHash()) return false;
  dropStamp('wasm');
  // Another compiler must not find the first one's answers in the cache.
  if (before && before.emscripten !== emscripten) rmSync(fromRoot('build', 'wasm'), { recursive: true, force: true });
  await run('cmake', ['--preset', 'wasm'], { quiet: true });
  await run('cmake', ['--build', '--preset', 'wasm', '--parallel', String(jobs)], { quiet: true });
  await publishGlue();
  writeStamp('wasm', { inputs, outputs: outputsHash(), emscripten });
  return true;
}

async function publishGlue() {
  const { minify } = await import('terser');
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
  mkdirSync(fromRoot('dist'), { recursive: true });
  const wasm = readFileSync(fromRoot('build', 'wasm', 'core.wasm'));
  const key = JSON.stringify(`${name}/core.wasm/${createHash('sha256').update(wasm).digest('hex').slice(0, 8)}`);
  writeFileSync(fromRoot('dist', 'core.js'), `${code}\n${wasmSource(key)}`);
  writeFileSync(fromRoot('dist', 'wasm.cjs'), inlinedWasm(key, wasm));
  writeFileSync(fromRoot('dist', 'core.names.json'), `${JSON.stringify(namesIn(glue), null, 2)}\n`);
  writeFileSync(fromRoot('dist', 'constants.js'), constants().code);
  copyFileSync(fromRoot('build', 'wasm', 'core.wasm'), fromRoot('dist', 'core.wasm'));
}

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

/** What is published beside dist/index.js, which each of them imports. */
const besides = [
  ['js/api/register.js', 'register.js'],
  ['js/api/sdk.js', 'sdk.js'],
  ['js/cli/main.js', 'cli/main.js'],
  ['js/host/undici.js', 'undici.js'],
];

/** The same for `require`: a copy of all of it with the wasm in JavaScript, and what requires that copy. */
const commonJs = [
  ['js/api/index.js', 'inline.cjs', "'use strict';require('./wasm.cjs');"],
  ['js/api/register.js', 'register.cjs', "'use strict';"],
  ['js/api/sdk.js', 'sdk.cjs', "'use strict';"],
];

/**
 * Where the head of a class asks for a global, which may throw, some minifiers keep it in apps that do not use it: it is marked as
 * free of side effects.
 * @param {string} code as esbuild writes it; the lines stay in their places
 */
const mayGo = (code) =>
  // Elsewhere nobody needs them.
  code
    .replaceAll('/* @__PURE__ */', '               ')
    .replace(/^var (\w+) = (class [^\n]*\{\n[\s\S]*?\n\});$/gm, (text, variable, written) =>
      /^class extends Event|\n {2}\S.*\[Symbol\.|\n {2}\[Symbol\./.test(written)
        ? `var ${variable} = /* @__PURE__ */ (() => ${written})();`
        : text,
    );

/** What is not dist/inline.cjs itself requires it. */
const oneCopy = {
  name: 'one copy',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path: './inline.cjs', external: true })),
};

/**
 * Writes what every host loads: js/ and the glue in one minified module, so that there is one copy of it, and the entries beside
 * it. Resolves with whether there was anything to do.
 */
export async function buildModules() {
  const inputs = hashOf(moduleInputs);
  const stamp = readStamp('modules');
  if (stamp?.inputs === inputs && stamp.outputs === hashOf(moduleOutputs)) return false;
  dropStamp('modules');
  const [{ build }, { minify }, { toTheLine }] = await Promise.all([
    import('esbuild'),
    import('terser'),
    import('./source_map.js'), // which needs a package, too
  ]);
  const preamble = `// ${name} ${version}, ${license}`;
  // A new one for each: terser writes into them.
  const settings = (module = true) => ({
    module,
    toplevel: true,
    ecma: 2022,
    // Nothing is inlined: js/host/load.js stays a function, with its comments for bundlers, and so do classes that may go.
    compress: { passes: 4, keep_fargs: false, pure_getters: true, inline: false },
    format: { comments: /@vite-ignore|webpackIgnore/, preserve_annotations: true, preamble },
  });
  const bundle = (entry, options) =>
    build({ entryPoints: [fromRoot(entry)], bundle: true, format: 'esm', target: 'es2022', write: false, ...options });
  const index = await bundle('js/api/index.js', {
    external: ['./undici.js'], // asked for in Node only
    outfile: fromRoot('dist', 'index.js'),
    sourcemap: 'external',
  });
  const textOf = (ending) => index.outputFiles.find(({ path }) => path.endsWith(ending)).text;
  const sourceMap = { content: textOf('.map'), filename: 'index.js', url: 'index.js.map' };
  const { code, map } = await minify({ 'index.js': mayGo(textOf('.js')) }, { ...settings(), sourceMap });
  writeFileSync(fromRoot('dist', 'index.js'), code);
  writeFileSync(fromRoot('dist', 'index.js.map'), toTheLine(map));
  for (const [entry, file] of besides) {
    const { outputFiles } = await bundle(entry, {
      external: ['@utcp/sdk', 'ws', 'node:*', fromRoot('js', 'api', 'index.js')],
      // As if it lay beside it, so that the path to it is that of dist/.
      outfile: fromRoot('js', 'api', file),
    });
    const { code } = await minify(outputFiles[0].text, settings());
    mkdirSync(dirname(fromRoot('dist', file)), { recursive: true });
    writeFileSync(fromRoot('dist', file), code);
  }
  chmodSync(fromRoot('dist', 'cli', 'main.js'), 0o755);
  writeFileSync(fromRoot('dist', 'cli', 'recipes.json'), JSON.stringify(readRecipes()));
  writeFileSync(fromRoot('dist', 'inline.js'), `${preamble}\nimport"./wasm.cjs";export*from"./index.js";\n`);
  for (const [entry, file, before] of commonJs) {
    const { outputFiles } = await bundle(entry, {
      format: 'cjs',
      banner: { js: before },
      external: ['@utcp/sdk'],
      // Jest and single executables have a require() that works, but no import().
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': 'undefined' },
      plugins: [oneCopy],
    });
    const { code } = await minify(outputFiles[0].text, settings(false));
    writeFileSync(fromRoot('dist', file), code);
  }
  writeStamp('modules', { inputs, outputs: hashOf(moduleOutputs) });
  return true;
}

function outputsHash() {
  const outputs = ['constants.js', 'core.js', 'core.names.json', 'core.wasm', 'wasm.cjs'].map((file) => `dist/${file}`);
  return outputs.every((file) => existsSync(fromRoot(file))) ? hashOf(outputs) : undefined;
}

/** The version file lies beside the real emcc; asking emcc itself takes half a second. */
function emscriptenVersion() {
  const emcc = realpathSync(which('emcc') ?? '/');
  const file = join(dirname(emcc), 'emscripten-version.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : emcc;
}

/** Checks the types of js/ and writes the declarations of what is public. Resolves with whether there was anything to do. */
export async function buildTypes() {
  const inputs = hashOf(typesInputs);
  const stamp = readStamp('types');
  if (stamp?.inputs === inputs && stamp.outputs === hashOf(typesOutputs)) return false;
  dropStamp('types');
  for (const output of typesOutputs) rmSync(fromRoot(output), { recursive: true, force: true });
  mkdirSync(fromRoot('dist', 'types'), { recursive: true });
  copyFileSync(fromRoot(glueTypes), fromRoot('dist', 'core.d.ts'));
  writeFileSync(fromRoot('dist', 'constants.d.ts'), constants().types);
  await nodeBin('typescript', ['-p', 'tsconfig.json']);
  await publishTypes();
  writeStamp('types', { inputs, outputs: hashOf(typesOutputs) });
  return true;
}

/** One file per entry: what js/ declares for itself stays here. */
async function publishTypes() {
  const { generateDtsBundle } = await import('dts-bundle-generator');
  const declarations = fromRoot('build', 'declarations');
  // Where the declarations of js/ look for it.
  mkdirSync(join(declarations, 'dist'), { recursive: true });
  for (const file of ['core.d.ts', 'constants.d.ts'])
    copyFileSync(fromRoot('dist', file), join(declarations, 'dist', file));
  const [index] = generateDtsBundle(
    [{ filePath: join(declarations, 'js', 'types', 'index.d.ts'), output: { noBanner: true } }],
    { preferredConfigPath: fromRoot('tsconfig.json') },
  );
  // So that it compiles whatever `lib` a project has.
  writeFileSync(fromRoot('dist', 'types', 'index.d.ts'), `/// <reference lib="esnext.disposable" />\n${index}`);
  copyFileSync(join(declarations, 'js', 'api', 'register.d.ts'), fromRoot('dist', 'types', 'register.d.ts'));
  const sdk = readFileSync(join(declarations, 'js', 'api', 'sdk.d.ts'), 'utf8');
  writeFileSync(fromRoot('dist', 'types', 'sdk.d.ts'), sdk.replaceAll(/\.\.\/types\/\w+\.js/g, './index.js'));
}
