// Owns dist/: what the compiler made becomes what is published, if its sources changed since the last time.
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { fromRoot, jobs, nodeBin, run, which } from './repo.js';
import { dropStamp, hashOf, listFiles, readStamp, writeStamp } from './stamps.js';

const wasmInputs = ['CMakeLists.txt', 'CMakePresets.json', 'cmake', 'src', 'bindings', 'package-lock.json'];
const glueTypes = 'bindings/core.d.ts';
const typesInputs = ['js', glueTypes, 'tsconfig.json', 'package-lock.json', 'scripts/lib/dist.js'];
const typesOutputs = ['dist/types', 'dist/core.d.ts'];

/** The released files and what each weighs, raw and with brotli, in bytes. */
export function distSizes() {
  return ['dist/core.wasm', 'dist/core.js'].map((file) => {
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
  const { code = '' } = await minify(glue, {
    module: true,
    ecma: 2020,
    toplevel: true,
    compress: {
      passes: 4,
      pure_getters: true,
      keep_fargs: false,
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
  writeFileSync(fromRoot('dist', 'core.js'), code);
  copyFileSync(fromRoot('build', 'wasm', 'core.wasm'), fromRoot('dist', 'core.wasm'));
}

function outputsHash() {
  const outputs = ['dist/core.js', 'dist/core.wasm'];
  return outputs.every((file) => existsSync(fromRoot(file))) ? hashOf(outputs) : undefined;
}

/** The version file lies beside the real emcc; asking emcc itself takes half a second. */
function emscriptenVersion() {
  const emcc = realpathSync(which('emcc') ?? '/');
  const file = join(dirname(emcc), 'emscripten-version.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : emcc;
}

/** Checks the types of js/ and writes their declarations. Resolves with whether there was anything to do. */
export async function buildTypes() {
  const inputs = hashOf(typesInputs);
  const stamp = readStamp('types');
  if (stamp?.inputs === inputs && stamp.outputs === hashOf(typesOutputs)) return false;
  dropStamp('types');
  for (const output of typesOutputs) rmSync(fromRoot(output), { recursive: true, force: true });
  mkdirSync(fromRoot('dist'), { recursive: true });
  copyFileSync(fromRoot(glueTypes), fromRoot('dist', 'core.d.ts'));
  await nodeBin('typescript', ['-p', 'tsconfig.json']);
  // The compiler keeps paths as the sources have them, but its output lies one folder deeper.
  for (const file of listFiles(['dist/types'])) {
    const text = readFileSync(fromRoot(file), 'utf8');
    writeFileSync(
      fromRoot(file),
      text.replaceAll("'../dist/core.js'", "'../core.js'").replaceAll('"../dist/core.js"', '"../core.js"'),
    );
  }
  writeStamp('types', { inputs, outputs: hashOf(typesOutputs) });
  return true;
}
