// Owns "has this been done for exactly this content?": files are hashed, results are remembered under build/stamps.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromRoot } from './repo.js';

const stampPath = (name) => fromRoot('build', 'stamps', `${name}.json`);

/** All files of the repository at or below `paths` (relative), sorted, that `accept` takes; none of installed packages. */
export function listFiles(paths, accept = () => true) {
  const found = [];
  const visit = (path) => {
    const full = fromRoot(path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full)) if (entry !== 'node_modules') visit(join(path, entry));
    } else if (accept(path)) {
      found.push(path);
    }
  };
  for (const path of paths) visit(path);
  return found.sort();
}

/** One hash over names and contents of all files at or below `paths`, and over `extra` texts. */
export function hashOf(paths, extra = []) {
  const hash = createHash('sha256');
  const add = (part) => hash.update(`${Buffer.byteLength(part)}:`).update(part);
  for (const path of listFiles(paths)) {
    add(path);
    add(readFileSync(fromRoot(path)));
  }
  for (const text of extra) add(text);
  return hash.digest('hex');
}

/** What was remembered under `name`, or undefined. */
export function readStamp(name) {
  try {
    return JSON.parse(readFileSync(stampPath(name), 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeStamp(name, value) {
  mkdirSync(dirname(stampPath(name)), { recursive: true });
  writeFileSync(stampPath(name), JSON.stringify(value));
}

export function dropStamp(name) {
  rmSync(stampPath(name), { force: true });
}
