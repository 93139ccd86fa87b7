// Owns reading the folders that npm filled: which packages there are, their files, and what a package says of itself.
// Must not read outside node_modules.

import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

import { packagesFolder } from '../paths.js';
import { InputError } from './errors.js';

/** @typedef {{ path: string, name: string, bytes: number }} FileEntry `name` is relative, with forward slashes */

/**
 * @param {string} folder
 * @returns {Promise<string[]>} names of the entries, sorted, without hidden ones; none where there is no such folder
 */
async function visibleNames(folder) {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** @returns {Promise<string[]>} all installed packages by name, sorted */
export async function packageNames() {
  const names = [];
  for (const name of await visibleNames(packagesFolder)) {
    if (!name.startsWith('@')) {
      names.push(name);
      continue;
    }
    for (const inner of await visibleNames(path.join(packagesFolder, name))) names.push(`${name}/${inner}`);
  }
  return names;
}

/**
 * A folder below node_modules as a caller named it; links that lead elsewhere are refused too.
 * @param {string} folder
 * @returns {Promise<string>}
 */
export async function resolveFolder(folder) {
  const missing = new InputError(
    `there is no folder "${folder}" below node_modules; list_packages names what is there`,
    'folder',
  );
  if (folder.includes('\0') || folder.includes('\\') || path.isAbsolute(folder)) throw missing;
  const base = await realpath(packagesFolder).catch(() => '');
  const found = await realpath(path.join(base, folder)).catch(() => '');
  if (base === '' || found === '' || !`${found}${path.sep}`.startsWith(`${base}${path.sep}`)) throw missing;
  if (!(await stat(found)).isDirectory()) throw new InputError(`"${folder}" is a file, not a folder`, 'folder');
  return found;
}

/**
 * Every plain file below a folder, in the order of their names.
 * @param {string} folder
 * @param {number} [most]
 * @returns {Promise<FileEntry[]>}
 */
export async function filesBelow(folder, most = 50_000) {
  /** @type {FileEntry[]} */
  const files = [];
  /** @param {string} place */
  const walk = async (place) => {
    for (const entry of await readdir(place, { withFileTypes: true })) {
      const full = path.join(place, entry.name);
      if (entry.isDirectory()) await walk(full);
      else if (entry.isFile()) {
        if (files.length >= most) throw new InputError(`there are more than ${most} files; choose a smaller folder`);
        const name = path.relative(folder, full).split(path.sep).join('/');
        files.push({ path: full, name, bytes: (await stat(full)).size });
      }
    }
  };
  await walk(folder);
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @param {string} name
 * @returns {Promise<Record<string, any>>}
 */
async function readPackageJson(name) {
  if (!/^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/i.test(name) || name.startsWith('.')) {
    throw new InputError(`"${name}" is not a package name`, 'name');
  }
  try {
    return JSON.parse(await readFile(path.join(packagesFolder, name, 'package.json'), 'utf8'));
  } catch {
    throw new InputError(`package "${name}" is not installed here; list_packages names what is`, 'name');
  }
}

/**
 * @param {string} name
 * @returns {Promise<object>}
 */
export async function packageInfo(name) {
  const json = await readPackageJson(name);
  const files = await filesBelow(await resolveFolder(name));
  const largest = [...files].sort((a, b) => b.bytes - a.bytes)[0];
  return {
    name: json.name,
    version: json.version,
    license: json.license ?? 'not stated',
    description: json.description ?? '',
    dependencies: json.dependencies ?? {},
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    largest_file: largest === undefined ? null : { name: largest.name, bytes: largest.bytes },
  };
}

/**
 * @param {string} filter part of a name
 * @returns {Promise<object>}
 */
export async function listPackages(filter) {
  const packages = [];
  for (const name of await packageNames()) {
    if (!name.includes(filter)) continue;
    const json = await readPackageJson(name).catch(() => undefined);
    if (json) packages.push({ name, version: json.version, license: json.license ?? 'not stated' });
  }
  return { count: packages.length, packages };
}
