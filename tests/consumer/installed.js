// Owns the library and the client as other projects get them: installed, and as Debian packages, with projects that are built against both.
// build/package has to be up to date.
import { readdirSync, rmSync } from 'node:fs';
import { fromRoot, run } from '../../scripts/lib/repo.js';

const folder = (/** @type {string[]} */ ...names) => fromRoot('build', 'consumer', ...names);
export const prefix = folder('prefix');
export const packages = folder('packages');
export const debian = folder('debian', 'usr');
export const project = folder('project');
export const examples = folder('examples');
export const fromDebian = folder('from-debian');

/** Configures and builds a project against what lies below a prefix. */
async function build(
  /** @type {string} */ source,
  /** @type {string} */ to,
  /** @type {string} */ against,
  target = 'all',
) {
  const settings = ['-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_COMPILER=g++', `-DCMAKE_PREFIX_PATH=${against}`];
  await run('cmake', ['-S', fromRoot(source), '-B', to, '-G', 'Ninja', ...settings], { quiet: true });
  await run('cmake', ['--build', to, '--target', target], { quiet: true });
}

export async function install() {
  rmSync(folder(), { recursive: true, force: true });
  await run('cmake', ['--install', fromRoot('build', 'package'), '--prefix', prefix], { quiet: true });
  await build('tests/consumer', project, prefix);
  await build('examples/cpp', examples, prefix);
  await run('cpack', ['-G', 'DEB', '-B', packages], { quiet: true, cwd: fromRoot('build', 'package') });
  for (const file of readdirSync(packages).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', `${packages}/${file}`, folder('debian')], { quiet: true });
  }
  await build('examples/cpp', fromDebian, debian, 'callback');
}
