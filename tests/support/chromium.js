// How the browser tests start Chromium: found in PATH, or where CHROMIUM_PATH says.
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Options for playwright's `launchPersistentContext`. */
export function chromiumOptions() {
  return { executablePath: findChromium(), args: flags };
}

/** @returns {string} */
function findChromium() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const inPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const found = [process.env.CHROMIUM_PATH, ...inPath].find((candidate) => candidate && isExecutable(candidate));
  assert.ok(found, 'there is no Chromium: install the package chromium, or set CHROMIUM_PATH');
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
