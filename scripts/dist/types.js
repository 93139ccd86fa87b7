// Owns dist/types: the types of js/ are checked, and what is public is declared in one file per entry. Run by Ninja: see cmake/Dist.cmake.
import { readFileSync } from 'node:fs';
import { generateDtsBundle } from 'dts-bundle-generator';
import { fromRoot, nodeBin } from '../lib/repo.js';
import { writeDist } from './write.js';

await nodeBin('typescript', ['-p', 'tsconfig.json']);
const declared = (/** @type {string[]} */ ...parts) => fromRoot('build', 'declarations', 'js', ...parts);
const [index] = generateDtsBundle([{ filePath: declared('types', 'index.d.ts'), output: { noBanner: true } }], {
  preferredConfigPath: fromRoot('tsconfig.json'),
});
// So that it compiles whatever `lib` a project has.
writeDist('types/index.d.ts', `/// <reference lib="esnext.disposable" />\n${index}`);
writeDist('types/register.d.ts', readFileSync(declared('api', 'register.d.ts')));
const sdk = readFileSync(declared('api', 'sdk.d.ts'), 'utf8');
writeDist('types/sdk.d.ts', sdk.replaceAll(/\.\.\/types\/\w+\.js/g, './index.js'));
