// Owns the modules of dist/: js/ and the glue as hosts and bundlers load them. Run by Ninja: see cmake/Dist.cmake.
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';
import { minify } from 'terser';
import { readRecipes } from '../lib/recipes.js';
import { fromRoot, readJson, root } from '../lib/repo.js';
import { toTheLine } from './source_map.js';
import { writeDist } from './write.js';

const { name, version, license } = readJson('package.json');

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
  build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    ...options,
  });
const index = await bundle('js/api/index.js', {
  external: ['./undici.js'], // asked for in Node only
  outfile: fromRoot('dist', 'index.js'),
  sourcemap: 'external',
});
const textOf = (ending) => index.outputFiles.find(({ path }) => path.endsWith(ending)).text;
const sourceMap = { content: textOf('.map'), filename: 'index.js', url: 'index.js.map' };
const { code, map } = await minify({ 'index.js': mayGo(textOf('.js')) }, { ...settings(), sourceMap });
writeDist('index.js', code);
writeDist('index.js.map', toTheLine(map));
for (const [entry, file] of besides) {
  const { outputFiles } = await bundle(entry, {
    external: ['@utcp/sdk', 'ws', 'node:*', fromRoot('js', 'api', 'index.js')],
    // As if it lay beside it, so that the path to it is that of dist/.
    outfile: fromRoot('js', 'api', file),
  });
  const { code } = await minify(outputFiles[0].text, settings());
  writeDist(file, code);
}
chmodSync(fromRoot('dist', 'cli', 'main.js'), 0o755);
writeDist('cli/recipes.json', JSON.stringify(readRecipes()));
writeDist('inline.js', `${preamble}\nimport"./wasm.cjs";export*from"./index.js";\n`);
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
  writeDist(file, code);
}
