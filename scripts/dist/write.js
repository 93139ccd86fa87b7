// Owns writing into dist/. What is the same stays as old as it is, so that Ninja builds nothing of it anew.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromRoot } from '../lib/repo.js';

/** @param {string} file below dist/ @param {string | Buffer} content */
export function writeDist(file, content) {
  const path = fromRoot('dist', file);
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
