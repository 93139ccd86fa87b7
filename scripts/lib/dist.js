// Owns dist/: what the compiler made becomes what is published, if its sources changed since the last time.
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { fromRoot, jobs, nodeBin, readJson, run, which } from './repo.js';
import { dropStamp, hashOf, readStamp, writeStamp } from './stamps.js';

const { name, version, license } = readJson('package.json');
const wasmInputs = ['CMakeLists.txt', 'CMakePresets.json', 'cmake', 'src', 'bindings', 'package-lock.json'];
const glueTypes = 'bindings/core.d.ts';
const typesInputs = ['js', glueTypes, 'tsconfig.json', 'package-lock.json', 'scripts/lib/dist.js'];
const typesOutputs = ['dist/types', 'dist/core.d.ts', 'build/declarations'];
const pageInputs = ['js', 'dist/core.js', 'package.json', 'package-lock.json', 'scripts/lib/dist.js'];
const pageOutputs = ['dist/index.js', 'dist/index.js.map', 'dist/register.js'];

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
  const inputs = hashOf([...wasmInputs, 'scripts/lib/dist.js'], [emscripten]);
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
      // What Embind says of calls that bindings/core.d.ts and the type check rule out, and what nobody reads after onAbort.
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
  writeFileSync(fromRoot('dist', 'core.js'), `${code}\n${wasmUrl}`);
  writeFileSync(fromRoot('dist', 'core.names.json'), `${JSON.stringify(namesIn(glue), null, 2)}\n`);
  copyFileSync(fromRoot('build', 'wasm', 'core.wasm'), fromRoot('dist', 'core.wasm'));
}

// A way of loading that is not ours, and views and functions for code outside of the module. Where a version of Emscripten
// writes them otherwise, they stay.
const unusedGlue =
  /instantiateAsync\(\)\.catch\(readyPromiseReject\);?|Module\["(?:HEAP\w+|_malloc|_free|_{2,3}\w+|run)"\]=(?!=)|Module\["preloaded\w+"\]=\{\};|(?:Binding|Internal)Error=Module\["\w+"\]=extendError\(Error,"\w+"\);|Module\["calledRun"\]=true;/g;

// Here, and not in js/, so that the path is the same whether bundlers put all JavaScript into one file or leave it as it is.
// A function, because some hosts have no import.meta.url.
const wasmUrl = "export const wasmUrl=()=>new URL('./core.wasm',import.meta.url);\n";

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

/**
 * Writes what pages without a bundler load: all of js/ and the glue in one minified module, and the plugin beside it, which
 * imports that one. Resolves with whether there was anything to do.
 */
export async function buildPage() {
  const inputs = hashOf(pageInputs);
  const stamp = readStamp('page');
  if (stamp?.inputs === inputs && stamp.outputs === hashOf(pageOutputs)) return false;
  dropStamp('page');
  const [{ build }, { minify }] = await Promise.all([import('esbuild'), import('terser')]);
  const settings = {
    module: true,
    ecma: 2022,
    compress: { passes: 4, keep_fargs: false, pure_getters: true },
    format: { comments: false, preamble: `// ${name} ${version}, ${license}` },
  };
  const { outputFiles } = await build({
    entryPoints: [fromRoot('js', 'index.js')],
    external: ['./undici.js'], // asked for in Node only
    outfile: fromRoot('dist', 'index.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
  });
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
  const sourceMap = { content: textOf('.map'), filename: 'index.js', url: 'index.js.map' };
  const { code, map } = await minify({ 'index.js': textOf('.js') }, { ...settings, sourceMap });
  writeFileSync(fromRoot('dist', 'index.js'), code);
  writeFileSync(fromRoot('dist', 'index.js.map'), map);
  const plugin = await build({
    entryPoints: [fromRoot('js', 'register.js')],
    outdir: fromRoot('js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    external: ['@utcp/sdk', fromRoot('js', 'index.js')],
    write: false,
  });
  const register = await minify(plugin.outputFiles[0].text, settings);
  writeFileSync(fromRoot('dist', 'register.js'), register.code);
  writeStamp('page', { inputs, outputs: hashOf(pageOutputs) });
  return true;
}

function outputsHash() {
  const outputs = ['dist/core.js', 'dist/core.names.json', 'dist/core.wasm'];
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
  copyFileSync(fromRoot(glueTypes), join(declarations, 'dist', 'core.d.ts'));
  const [index] = generateDtsBundle(
    [{ filePath: join(declarations, 'js', 'types', 'index.d.ts'), output: { noBanner: true } }],
    { preferredConfigPath: fromRoot('tsconfig.json') },
  );
  // So that it compiles whatever `lib` a project has.
  writeFileSync(fromRoot('dist', 'types', 'index.d.ts'), `/// <reference lib="esnext.disposable" />\n${index}`);
  copyFileSync(join(declarations, 'js', 'register.d.ts'), fromRoot('dist', 'types', 'register.d.ts'));
  const sdk = readFileSync(join(declarations, 'js', 'sdk.d.ts'), 'utf8');
  writeFileSync(fromRoot('dist', 'types', 'sdk.d.ts'), sdk.replaceAll('./types.js', './index.js'));
}
