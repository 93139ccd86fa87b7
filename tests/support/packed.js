// The package as npm packs it, installed in a temporary project: with nothing else of the repository around, and without a
// network, as what the project needs besides is copied from node_modules.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRoot, npm, readJson, run } from '../../scripts/lib/repo.js';

export const manifest = readJson('package.json');

/** A project that has the packed package installed. */
export async function newProject() {
  const folder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-package-'));
  const packed = path.join(folder, 'packed');
  mkdirSync(packed);
  await npm(['pack', '--ignore-scripts', '--pack-destination', packed], { quiet: true });
  const tarball = path.join(packed, readdirSync(packed)[0]);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball], { quiet: true, cwd: folder });
  return new Project(folder, tarball);
}

class Project {
  constructor(folder, tarball) {
    this.folder = folder;
    this.tarball = tarball;
  }

  /** A path in the project. */
  path(...parts) {
    return path.join(this.folder, ...parts);
  }

  /** A path in the installed package. */
  installed(...parts) {
    return this.path('node_modules', manifest.name, ...parts);
  }

  read(...parts) {
    return readFileSync(this.installed(...parts));
  }

  /** Every file of the installed package. */
  files() {
    return readdirSync(this.installed(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.installed(), path.join(entry.parentPath ?? entry.path, entry.name)));
  }

  addModule(name) {
    cpSync(fromRoot('node_modules', name), this.path('node_modules', name), { recursive: true });
  }

  removeModule(name) {
    rmSync(this.path('node_modules', name), { recursive: true, force: true });
  }

  /** Runs Node in the project. Resolves with its exit code and what it printed. */
  node(...args) {
    return run(process.execPath, args, { cwd: this.folder, quiet: true, mayFail: true });
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
