// The contract: what the package does in every host. Each host imports this file and runs it against the server of
// tests/hosts/server.js. It uses nothing but what all of them have: no `node:` imports, no test runner.
//
// A test that needs a capability says what a host without it does instead: `without` runs there, so that nothing is skipped.
import { Bench } from './bench.js';
import { calls } from './calls.js';
import { closing } from './closing.js';
import { credentials } from './credentials.js';
import { handshake } from './handshake.js';
import { headers } from './headers.js';
import { loading } from './loading.js';
import { streams } from './streams.js';

/**
 * @typedef {object} ContractTest
 * @property {string} name
 * @property {string} [needs] a capability
 * @property {(bench: Bench) => Promise<void>} run
 * @property {(bench: Bench) => Promise<void>} [without] where the host does not have it
 */

/** @typedef {{ group: string, name: string, needs?: string, failure?: string, milliseconds: number }} Result */

/** By group, in the order in which they run: the wasm has to be there first. @type {Record<string, ContractTest[]>} */
export const contract = {
  ...{ 'finds its wasm': loading.wasm },
  ...{ calls, streams, closing, handshake, 'handshake headers': headers, 'other credentials': credentials },
  ...{ SDK: loading.sdk },
};

/** Longer than any test takes, however slow the machine. */
const LIMIT_MS = 60_000;

/**
 * Runs the contract in this host.
 * @param {import('./bench.js').Setting} setting
 * @param {(result: Result) => void} [report] each as it comes
 * @returns {Promise<Result[]>}
 */
export async function runContract(setting, report = () => {}) {
  const results = [];
  for (const [group, tests] of Object.entries(contract)) {
    if (setting.absent?.[group]) continue;
    for (const test of tests) {
      const result = await runTest(setting, group, test, results.length);
      results.push(result);
      report(result);
    }
  }
  return results;
}

/** @param {import('./bench.js').Setting} setting @param {string} group @param {ContractTest} test @param {number} number */
async function runTest(setting, group, { name, needs, run, without }, number) {
  const bench = new Bench(setting, String(number));
  const body = needs && !bench.can(needs) ? without : run;
  const start = Date.now();
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  let failure;
  try {
    if (!body) throw new Error(`the test does not say what happens in hosts without: ${needs}`);
    await Promise.race([body(bench), limit]);
    await bench.end();
  } catch (error) {
    const stack = error?.stack ?? '';
    failure = stack.includes(error?.message) ? stack : `${error}\n${stack}`; // Firefox's stacks have no message
  }
  clearTimeout(timer);
  return { group, name, needs, failure, milliseconds: Date.now() - start };
}
