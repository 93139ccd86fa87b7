// Owns the long job: the digest of every file below a folder, with progress, and one digest over all of them.
// Must not know how progress is sent.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { InputError } from './errors.js';
import { filesBelow, resolveFolder } from './packages.js';

export const algorithms = /** @type {const} */ (['sha256', 'sha1', 'sha512']);

/** At most about this many progress reports, however many files there are. */
const reports = 50;

/**
 * @typedef {{ percent: number, files: number, of: number, bytes: number, file: string, digest: string }} Progress
 * @typedef {{ finished: true, folder: string, algorithm: string, files: number, bytes: number, digest: string }} Summary
 */

/**
 * @param {string} file
 * @param {string} algorithm
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function digestOf(file, algorithm, signal) {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file, { signal })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * The last item is the summary. Its digest is that of the lines `<digest>  <name>`, as `sha256sum` prints them.
 * @param {{ folder: string, algorithm: (typeof algorithms)[number] }} job
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Progress | Summary, void>}
 */
export async function* hashFolder({ folder, algorithm }, signal) {
  const files = await filesBelow(await resolveFolder(folder));
  const total = Math.max(
    1,
    files.reduce((sum, file) => sum + file.bytes, 0),
  );
  const whole = createHash(algorithm);
  let bytes = 0;
  let reported = -1;
  for (const [index, file] of files.entries()) {
    signal.throwIfAborted();
    const digest = await digestOf(file.path, algorithm, signal);
    whole.update(`${digest}  ${file.name}\n`);
    bytes += file.bytes;
    const step = Math.floor((bytes / total) * reports);
    if (files.length > reports && step === reported) continue;
    reported = step;
    const percent = Math.min(100, Math.round((100 * bytes) / total));
    yield { percent, files: index + 1, of: files.length, bytes, file: file.name, digest };
  }
  yield { finished: true, folder, algorithm, files: files.length, bytes, digest: whole.digest('hex') };
}

/**
 * Hashes a folder as above and fails at the end when the digest over all is another one than was expected.
 * @param {{ folder: string, expected: string }} job
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Progress | Summary, void>}
 */
export async function* verifyFolder({ folder, expected }, signal) {
  if (!/^[0-9a-f]{64}$/i.test(expected)) {
    throw new InputError('"expected" must be a SHA-256 digest: 64 hexadecimal digits', 'expected');
  }
  for await (const item of hashFolder({ folder, algorithm: 'sha256' }, signal)) {
    if ('finished' in item && item.digest !== expected.toLowerCase()) {
      throw new InputError(`the digest of "${folder}" is ${item.digest}, expected was ${expected.toLowerCase()}`);
    }
    yield item;
  }
}
