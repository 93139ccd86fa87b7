// Owns what is done with the published types: projects that use them are compiled, and the API reference is made from them.
import { buildTypes } from './dist.js';
import { nodeBin } from './repo.js';

/** Node without the DOM, then a page without Node. */
const projects = ['tests/types/tsconfig.json', 'tests/types/tsconfig.browser.json'];

export async function checkTypes() {
  await buildTypes();
  for (const project of projects) await nodeBin('typescript', ['-p', project]);
  await buildReference();
}

/** Writes the reference. A public member without a description is a failure. @param {string} [folder] */
export const buildReference = (folder = 'build/docs') =>
  nodeBin('typedoc', ['--options', 'docs/typedoc.json', '--out', folder], { quiet: true });
