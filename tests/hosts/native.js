// Runs the contract through the native client: here, with its driver as the library.
import { readFileSync } from 'node:fs';
import { fromRoot } from '../../scripts/lib/repo.js';
import { runContract } from '../contract/contract.js';
import * as library from '../support/native_library.js';

/** @param {{ setting: object }} run */
export async function nativeClient({ setting }) {
  await library.start();
  const results = await runContract(/** @type {any} */ ({ ...setting, library }));
  const ended = await library.end();
  if (ended !== 0) throw new Error(`the driver of the native client ended with ${ended}: what it said stands above`);
  return { version: JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')).version, results };
}
