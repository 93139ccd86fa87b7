// Owns node_modules folders: the repository's own, and those of the private packages in folders that need heavy tools nobody else
// needs (hosts, bundlers, the demo). Each is what its lock file says.
import { existsSync, readFileSync } from 'node:fs';
import { fromRoot, npm, readJson } from './repo.js';

/**
 * Installs what the lock file of `folder` asks for, unless it is there already.
 * @param {string} [folder] relative to the repository; default: its root
 */
export async function installFolder(folder = '.') {
  if (modulesMatchLock(folder)) return;
  const lock = folder === '.' ? 'package-lock.json' : `${folder}/package-lock.json`;
  console.error(`Set-up: installing the npm packages of ${lock} (npm ci)`);
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { quiet: true, cwd: fromRoot(folder) });
}

/** Whether node_modules holds what the lock file asks for (optional packages of other platforms may be absent). */
function modulesMatchLock(folder) {
  const installedPath = fromRoot(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  return Object.entries(readJson(`${folder}/package-lock.json`).packages).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
}
