// Owns that packages/utcp, the package that UTCP's own repository can take, has the version of the package that it is made of.
import { writeFileSync } from 'node:fs';
import { fromRoot, readJson } from './repo.js';

export const utcpFolder = fromRoot('packages', 'utcp');

/** Writes the root's version into its manifest, where there is another. */
export function writeUtcpVersion() {
  const { name, version } = readJson('package.json');
  const manifest = readJson('packages/utcp/package.json');
  const range = `^${version}`;
  if (manifest.version === version && manifest.dependencies[name] === range) return;
  manifest.version = version;
  manifest.dependencies[name] = range;
  writeFileSync(fromRoot('packages', 'utcp', 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
