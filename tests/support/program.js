// Finds the programs of this machine that the tests drive.
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/**
 * Where the environment's variable says, else one of these names in PATH.
 * @param {string} what
 * @param {string} variable
 * @param {string[]} names
 * @returns {string}
 */
export function findProgram(what, variable, names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const inPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const found = [process.env[variable], ...inPath].find((candidate) => candidate && isExecutable(candidate));
  assert.ok(found, `there is no ${what}: install the package ${names[0]}, or set ${variable}`);
  return found;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
