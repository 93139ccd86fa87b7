// Owns set-up: whatever this machine lacks for a purpose is installed, and said in one line each.
// Works in a fresh clone: it needs nothing but Node.
import { pathToFileURL } from 'node:url';
import { installFolder } from './lib/modules.js';
import { output, run, runScript, ScriptError, which } from './lib/repo.js';
import { missingRequirements } from './lib/requirements.js';

const oldestNode = '20.19'; // of Vite

/** Makes this machine ready for `purpose`: `build` (also enough for the demo), `test` or `docs`. */
export async function setup(purpose) {
  const numbers = (/** @type {string} */ version) => version.split('.').map(Number);
  const [[major, minor], [oldestMajor, oldestMinor]] = [numbers(process.versions.node), numbers(oldestNode)];
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new ScriptError(`Node ${oldestNode} or newer is needed; this is Node ${process.versions.node}.`);
  }
  await installPackages(missingRequirements(purpose));
  const left = missingRequirements(purpose).map(({ name }) => name);
  if (left.length > 0) throw new ScriptError(`Still missing after the installation: ${left.join(', ')}.`);
  await installFolder();
}

async function installPackages(missing) {
  if (missing.length === 0) return;
  const packages = missing.flatMap((requirement) => requirement.packages);
  const names = missing.map(({ name }) => name).join(', ');
  if (!which('apt-get')) {
    throw new ScriptError(
      `Missing: ${names}. Install them (the Debian packages are: ${packages.join(' ')}) and try again.`,
    );
  }
  const asRoot = rootPrefix(packages);
  for (const { name, packages } of missing) console.log(`Set-up: installing ${name} (${packages.join(', ')})`);
  const aptGet = (...args) => {
    const [command, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    return run(command, rest, { quiet: true });
  };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  await aptGet('update', ...wait);
  await aptGet('install', '--yes', '--no-install-recommends', ...wait, ...packages);
}

/** What to put before a command so that it runs as root. */
function rootPrefix(packages) {
  if (process.getuid?.() === 0) return [];
  const canAsk = process.stdin.isTTY;
  if (which('sudo') && (canAsk || output('sudo', ['-n', 'true']) !== undefined)) return ['sudo'];
  throw new ScriptError(
    `Packages are missing and this user may not install them. As root: apt-get install ${packages.join(' ')}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(() => setup(process.argv[2] ?? 'test'));
}
