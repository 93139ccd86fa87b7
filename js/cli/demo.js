// Owns `demo`: runs the program of the package utcp-websocket-demo, which npm downloads if it is not installed. Must not know
// what the demo does.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './usage.js';

const name = 'utcp-websocket-demo';

/**
 * @param {string[]} args of the demo's own
 * @param {{ version: string, signal: AbortSignal, note: (text: string) => void }} context
 * @returns {Promise<number>} its exit code
 */
export async function demo(args, { version, signal, note }) {
  const program = installed();
  if (!program) note(`npm downloads ${name}@${version}`);
  const command = program ? [process.execPath, program] : [...npm(), 'exec', '--yes', '--', `${name}@${version}`];
  const [file = '', ...before] = command;
  const child = spawn(file, [...before, ...args], { stdio: 'inherit', shell: file.endsWith('.cmd') });
  // The demo receives Ctrl-C directly, but not signals sent to this process alone.
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', ({ message }) => {
      reject(new UsageError(`the demo cannot be started (${message}); install it first: npm install ${name}`));
    });
    child.once('exit', (code, signalName) => resolve(code ?? 128 + (signalName ? constants.signals[signalName] : 0)));
  });
}

/** Where the demo's program is: beside this package, or in the project that this runs in. */
function installed() {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve(name);
    } catch {} // not there, then
  }
  return undefined;
}

/** npm, as a command; npm says itself where it is when it runs this. */
function npm() {
  const { npm_execpath: script } = process.env;
  if (script?.endsWith('.js')) return [process.execPath, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}
