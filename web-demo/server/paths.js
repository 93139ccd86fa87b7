// Owns where the demo finds the files of this checkout. Must not know what they are read for.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The checkout's top folder, with a slash at its end. */
export const rootFolder = fileURLToPath(new URL('../../', import.meta.url));

/** Where npm put the packages. */
export const packagesFolder = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** The page, as it is built. */
export const pageFolder = fileURLToPath(new URL('../../build/demo/', import.meta.url));

/**
 * @param {string} path
 * @returns {boolean}
 */
export function exists(path) {
  return existsSync(path);
}
