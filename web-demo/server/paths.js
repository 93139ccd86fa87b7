// Owns where the demo finds its files: in a checkout, or in the package utcp-websocket-demo. Must not know what they are read for.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {string} relative to this file */
const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Whether this is the package: there the page stands beside the server, as it is built. */
export const packaged = existsSync(folder('../inspector/'));

/** The top folder of the checkout or the package, with a slash at its end. */
export const rootFolder = folder(packaged ? '../' : '../../');

/** The npm packages that the tools read: those of the checkout, or those that come with the demo. */
export const packagesFolder = folder(packaged ? '../node_modules/' : '../../node_modules/');

/** The page, as it is built. */
export const pageFolder = folder(packaged ? '../inspector/' : '../../build/demo/');

/**
 * @param {string} path
 * @returns {boolean}
 */
export function exists(path) {
  return existsSync(path);
}
